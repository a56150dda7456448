"""Finding works: by their facts, and by the words in them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.filters import Facet, Filter, folded
from fedi_artisan.domain.works import Work
from fedi_artisan.storage import works
from fedi_artisan.storage.choices import Choice, Spellings, find_chosen, list_choices, list_spellings
from fedi_artisan.storage.db import Tx

# How much a word counts in the title, in facts, and in texts.
_WEIGHTS = "10.0, 4.0, 1.0"
_NO_WORD = '""'
_MATCHING = f"""
    SELECT works.id FROM works INDEXED BY works_found
    LEFT JOIN (SELECT rowid AS work_id, bm25(words, {_WEIGHTS}) AS distance
        FROM words WHERE words MATCH coalesce(:words, '{_NO_WORD}')) AS hits ON hits.work_id = works.id
    WHERE listed
        AND (:words IS NULL OR hits.work_id IS NOT NULL)
        AND (:series IS NULL OR series_id = (SELECT id FROM series WHERE slug = :series))
        AND (:tag IS NULL OR works.id IN (SELECT work_id FROM tags WHERE tag = :tag))
        AND (:materials IS NULL OR works.id IN (
            SELECT materials.work_id FROM materials WHERE name IN (SELECT value FROM json_each(:materials))))
        AND (:availability IS NULL OR availability = :availability)
        AND (:year IS NULL OR year = :year)
        AND (:artisan IS NULL OR artisan_id = (SELECT id FROM artisans WHERE username = :artisan))
    ORDER BY distance, (:hand AND position IS NOT NULL), CASE WHEN :hand THEN position END,
        published_at DESC, works.id DESC
"""  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was asked for, and what there is.

    Args:
        works: those of one page.
        total: how many there are.
        chosen: by what they are filtered.
        choices: by what else they can be filtered; for each facet what the others leave.
    """

    works: Sequence[Work]
    total: int
    chosen: Mapping[Facet, Choice]
    choices: Mapping[Facet, Sequence[Choice]]


async def search(
    tx: Tx, asked: Filter, *, language: str, limit: int, offset: int = 0, order: Order = Order.DATE
) -> Found:
    """Return up to *limit* works of those that are *asked* for, without the first *offset*.

    Where words are looked for, those come first that fit best; otherwise, and where they fit as well, they stand in
    this *order*. Names are in *language* where they have one.

    Raises:
        NoSuchWorks: something is asked for that no work here has.
    """
    spellings = await list_spellings(tx)
    chosen = await find_chosen(tx, asked, spellings, language)
    ids = await _list_ids(tx, asked, spellings, order)
    choices: dict[Facet, Sequence[Choice]] = {}
    for facet in Facet:
        # What is chosen can be changed for something else: that is counted as if it were not chosen.
        counted = await _list_ids(tx, asked.without(facet), spellings) if facet in chosen else ids
        choices[facet] = await list_choices(tx, facet, counted, spellings, language)
    shown = await works.list_these(tx, ids[offset : offset + limit])
    return Found(works=shown, total=len(ids), chosen=chosen, choices=choices)


async def _list_ids(tx: Tx, asked: Filter, spellings: Spellings, order: Order = Order.DATE) -> list[int]:
    """Return the row ids of all works that are asked for, in their order."""
    given = {
        "words": _expression(asked.words) if asked.q else None,
        "series": asked.series or None,
        "tag": asked.tag.casefold() or None,
        "materials": json.dumps(spellings.get(folded(asked.material), [])) if asked.material else None,
        "availability": asked.availability,
        "year": asked.year,
        "artisan": asked.artisan or None,
        "hand": order is Order.HAND,
    }
    return [row["id"] for row in await tx.execute_fetchall(_MATCHING, given)]


def _expression(words: Sequence[str]) -> str:
    """Return what the index is asked: works with all these *words*, the last of which may still be being written.

    Words are letters and digits, and stand in quotes: nothing that is typed is an operator of the index.
    """
    if not words:
        return _NO_WORD
    # One letter begins too many words; but in some scripts it is a word, or half of one.
    open_ended = len(words[-1]) > 1 or not words[-1].isascii()
    return " ".join(f'"{word}"' for word in words) + "*" * open_ended
