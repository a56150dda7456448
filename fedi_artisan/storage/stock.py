"""All works of an artisan as she looks through them, whoever else may see them."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from fedi_artisan.domain.works import Availability, Work
from fedi_artisan.storage import works
from fedi_artisan.storage.db import Tx, fetch_all

# A word of the title, in any language, or of the name of the series.
_WHERE = """
    FROM works LEFT JOIN series ON series.id = works.series_id
    WHERE works.artisan_id = :artisan AND withdrawn_at IS NULL
        AND (:availability IS NULL OR availability = :availability)
        AND (:series IS NULL OR series.uid = :series)
        AND (:words = '' OR works.title LIKE :words ESCAPE '\\' OR series.name LIKE :words ESCAPE '\\'
            OR EXISTS (
                SELECT 1 FROM json_each(works.others) WHERE json_extract(value, '$.title') LIKE :words ESCAPE '\\'))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which works she looks for; what is empty or None is all the same to her."""

    words: str = ""
    availability: Availability | None = None
    series_uid: str | None = None


async def list_sought(tx: Tx, artisan_id: int, sought: Sought, *, limit: int, offset: int) -> tuple[list[Work], int]:
    """Return up to *limit* works, the newest first, without the first *offset* of them, and how many there are."""
    values = {
        "artisan": artisan_id,
        "availability": sought.availability,
        "series": sought.series_uid,
        "words": _like(sought.words),
    }
    sql = f"""
        SELECT works.id, count(*) OVER () AS total {_WHERE}
        ORDER BY works.published_at DESC, works.id DESC LIMIT :limit OFFSET :offset
    """
    rows = list(await tx.execute_fetchall(sql, values | {"limit": limit, "offset": offset}))
    return await works.list_these(tx, [row["id"] for row in rows]), rows[0]["total"] if rows else 0


async def list_own(tx: Tx, artisan_id: int, uids: Collection[str]) -> list[Work]:
    """Return those of these works that are the artisan's and were not withdrawn, the oldest first."""
    sql = """
        SELECT id FROM works WHERE artisan_id = ? AND withdrawn_at IS NULL AND uid IN (SELECT value FROM json_each(?))
        ORDER BY published_at, id
    """
    rows = await fetch_all(tx, sql, (artisan_id, json.dumps(list(uids))))
    return await works.list_these(tx, [row["id"] for row in rows])


def _like(words: str) -> str:
    """Return a pattern that is found wherever *words* stand; empty for none."""
    escaped = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if escaped else ""
