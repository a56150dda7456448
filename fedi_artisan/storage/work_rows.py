"""How a work stands in its row: as it is read, and as it is written."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from fedi_artisan.domain.policies import OwnPolicy, Quoting, Replying
from fedi_artisan.domain.works import Audience, Availability, Dimensions, Draft, Edition, Price, Wording, Work
from fedi_artisan.storage.db import Row, from_ms, moment_or_none
from fedi_artisan.storage.photo_jobs import own_terms_of
from fedi_artisan.storage.photos import photo_of
from fedi_artisan.storage.series import SERIES_COLUMNS, series_of

# Photographs and tags come as JSON in the same row, so that works are one statement however many they are.
SELECT = f"""
    SELECT works.*, {SERIES_COLUMNS},
        (SELECT json_group_array(json(value))
         FROM (SELECT value FROM photo_values WHERE work_id = works.id ORDER BY position)) AS photos,
        (SELECT json_group_array(name)
         FROM (SELECT name FROM tags WHERE tags.work_id = works.id ORDER BY position)) AS tags
    FROM works LEFT JOIN series ON series.id = works.series_id
"""  # noqa: S608 - a constant of ours


def _dimensions(stored: str | None) -> Dimensions | None:
    if stored is None:
        return None
    raw = json.loads(stored)
    return Dimensions(tuple((kind, Decimal(number)) for kind, number in raw["measures"]), raw["unit"])


def work_of(row: Row) -> Work:
    """Return the work of a row that SELECT gives."""
    price = None if row["price_amount"] is None else Price(Decimal(row["price_amount"]), row["price_currency"])
    draft = Draft(
        title=row["title"],
        text=row["text"],
        language=row["language"],
        photos=tuple(photo_of(photo) for photo in json.loads(row["photos"])),
        materials=tuple(json.loads(row["materials"])),
        techniques=tuple(json.loads(row["techniques"])),
        dimensions=_dimensions(row["dimensions"]),
        year=row["year"],
        price=price,
        availability=None if row["availability"] is None else Availability(row["availability"]),
        series=row["series_name"],
        tags=tuple(json.loads(row["tags"])),
        featured=bool(row["featured"]),
        terms=own_terms_of(row),
        others={code: _wording(raw) for code, raw in json.loads(row["others"]).items()},
        audience=Audience(row["audience"]),
        edition=None if row["edition_size"] is None else Edition(row["edition_number"], row["edition_size"]),
        policy=_policy(row),
    )
    return Work(
        id=row["id"],
        uid=row["uid"],
        slug=row["slug"],
        artisan_id=row["artisan_id"],
        draft=draft,
        series=None if row["series_uid"] is None else series_of(row),
        published_at=from_ms(row["published_at"]),
        told_at=moment_or_none(row["told_at"]),
        updated_at=moment_or_none(row["updated_at"]),
        withdrawn_at=moment_or_none(row["withdrawn_at"]),
        edits=row["edits"],
        likes=row["likes"],
        announces=row["announces"],
        replies=row["replies"],
        position=row["position"],
        closed=bool(row["closed"]),
    )


def _policy(row: Row) -> OwnPolicy:
    return OwnPolicy(
        replies=None if row["may_reply"] is None else Replying(row["may_reply"]),
        quotes=None if row["may_quote"] is None else Quoting(row["may_quote"]),
        days=row["close_after_days"],
    )


def _wording(raw: dict[str, Any]) -> Wording:
    return Wording(
        title=raw["title"], text=raw["text"], materials=tuple(raw["materials"]), techniques=tuple(raw["techniques"])
    )


def columns_of(draft: Draft) -> tuple[object, ...]:
    """Return the columns that a draft fills, in the order in which both statements of works.py name them."""
    dimensions = draft.dimensions and json.dumps(
        {"measures": [(kind, str(number)) for kind, number in draft.dimensions.measures], "unit": draft.dimensions.unit}
    )
    return (
        draft.title,
        draft.text,
        draft.language,
        json.dumps(draft.materials),
        json.dumps(draft.techniques),
        dimensions,
        draft.year,
        draft.price and str(draft.price.amount),
        draft.price and draft.price.currency,
        draft.availability,
        draft.featured,
        draft.terms.licence,
        draft.terms.full_size,
        draft.terms.ai_refused,
        draft.terms.watermarked,
        json.dumps({code: asdict(wording) for code, wording in draft.others.items()}),
        draft.audience,
        draft.edition and draft.edition.number,
        draft.edition and draft.edition.size,
        draft.policy.replies,
        draft.policy.quotes,
        draft.policy.days,
    )
