"""What works can be filtered by, and by what they are."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fedi_artisan.domain.filters import Facet, Filter, folded
from fedi_artisan.domain.works import Availability
from fedi_artisan.errors import NoSuchWorks
from fedi_artisan.storage import artisans, series, works
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value
from fedi_artisan.storage.series import SERIES_COLUMNS, series_of
from fedi_artisan.storage.works import Reader

# Ways to write a material, by what they share: see `folded`.
Spellings = Mapping[str, Sequence[str]]


# What the works with the row ids in a JSON list can be filtered by; of materials below.
_COUNTED: Mapping[Facet, str] = {
    Facet.SERIES: f"""
        SELECT {SERIES_COLUMNS}, count FROM series JOIN (
            SELECT series_id, count(*) AS count FROM works INDEXED BY works_found
            WHERE listed AND id IN (SELECT value FROM json_each(?)) GROUP BY series_id
        ) ON series_id = series.id
    """,  # noqa: S608 - a constant of ours
    # Beside max() SQLite gives the name of the row that has the maximum: as it was written last.
    Facet.TAG: """
        SELECT name AS value, max(work_id), count(*) AS count FROM tags
        WHERE work_id IN (SELECT value FROM json_each(?)) GROUP BY tag
    """,
    Facet.AVAILABILITY: """
        SELECT availability AS value, count(*) AS count FROM works INDEXED BY works_found
        WHERE listed AND id IN (SELECT value FROM json_each(?)) AND availability IS NOT NULL
        GROUP BY availability
    """,
    Facet.YEAR: """
        SELECT year AS value, count(*) AS count FROM works INDEXED BY works_found
        WHERE listed AND id IN (SELECT value FROM json_each(?)) AND year IS NOT NULL
        GROUP BY year
    """,
    Facet.ARTISAN: """
        SELECT username AS value, name, language, count FROM artisans JOIN (
            SELECT artisan_id, count(*) AS count FROM works INDEXED BY works_found
            WHERE listed AND id IN (SELECT value FROM json_each(?)) GROUP BY artisan_id
        ) ON artisan_id = artisans.id
    """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that works can be filtered by.

    Args:
        value: as the parameter of an address.
        name: as a visitor reads it; where the house has its own word for it, the value.
        language: of the name; empty where it has none.
        count: how many works are left by it.
    """

    value: str
    name: str
    language: str = ""
    count: int = 0


async def list_spellings(tx: Tx) -> Spellings:
    """Return how each material is written in the works that are shown."""
    found: dict[str, list[str]] = {}
    for row in await fetch_all(tx, "SELECT DISTINCT name FROM materials ORDER BY name"):
        found.setdefault(folded(row["name"]), []).append(row["name"])
    return found


async def find_chosen(tx: Tx, asked: Filter, spellings: Spellings, language: str) -> dict[Facet, Choice]:
    """Return by what works are filtered, with its name in *language* where it has one; without counts.

    Raises:
        NoSuchWorks: no work here has it.
    """
    chosen: dict[Facet, Choice] = {}
    for facet in asked.facets:
        value = asked.asked[facet]
        match facet:
            case Facet.SERIES:
                chosen[facet] = await _find_series(tx, value, language)
            case Facet.TAG:
                chosen[facet] = await find_tag(tx, value)
            case Facet.MATERIAL:
                chosen[facet] = await _find_material(tx, value, spellings, language)
            case Facet.AVAILABILITY:
                chosen[facet] = Choice(value=value, name=value)
            case Facet.YEAR:
                chosen[facet] = await _find_year(tx, value)
            case Facet.ARTISAN:
                chosen[facet] = await _find_artisan(tx, value)
    return chosen


async def _find_series(tx: Tx, slug: str, language: str) -> Choice:
    found = await series.find(tx, slug=slug)
    if found is None or not await works.list_in_series(tx, found[0].uid, limit=1):
        raise NoSuchWorks("There is no such series here.")
    spoken, wording = found[0].wording(language)
    return Choice(value=slug, name=wording.name, language=spoken)


async def find_tag(tx: Tx, tag: str, reader: Reader = Reader.VISITOR) -> Choice:
    """Return the tag as it was written last, whatever the case of its letters here.

    Raises:
        NoSuchWorks: no work here has it.
    """
    sql = f"""
        SELECT name FROM tags JOIN works ON works.id = work_id WHERE tag = ? AND {reader} ORDER BY work_id DESC LIMIT 1
    """  # noqa: S608 - a constant of ours
    row = await fetch_one(tx, sql, (tag.casefold(),))
    if row is None:
        raise NoSuchWorks("No work here has this tag.")
    return Choice(value=tag, name=row["name"])


async def _find_material(tx: Tx, value: str, spellings: Spellings, language: str) -> Choice:
    """Return the material with its name in *language*, if a work that has it says as many materials in that as well."""
    spelt = spellings.get(folded(value))
    if not spelt:
        raise NoSuchWorks("No work here is made of this.")
    sql = """
        SELECT there.name, there.language FROM materials AS here
        JOIN materials AS there ON there.work_id = here.work_id AND there.position = here.position
        WHERE here.name IN (SELECT value FROM json_each(?1)) AND (there.language = ?2 OR there.language = here.language)
            AND (SELECT count(*) FROM materials WHERE work_id = here.work_id AND language = here.language)
              = (SELECT count(*) FROM materials WHERE work_id = here.work_id AND language = there.language)
        GROUP BY there.name, there.language
        ORDER BY there.language = ?2 DESC, count(*) DESC, there.name LIMIT 1
    """
    (row,) = await fetch_all(tx, sql, (json.dumps(spelt), language))
    return Choice(value=value, name=row["name"], language=row["language"])


async def _find_year(tx: Tx, year: str) -> Choice:
    if await fetch_one(tx, "SELECT 1 FROM works WHERE year = ? AND listed LIMIT 1", (int(year),)) is None:
        raise NoSuchWorks("No work here was made in this year.")
    return Choice(value=year, name=year)


async def _find_artisan(tx: Tx, username: str) -> Choice:
    found = await artisans.find_by_username(tx, username)
    if found is None:
        raise NoSuchWorks("Nobody by this name works here.")
    return Choice(value=found.username, name=found.name, language=found.language)


async def list_choices(
    tx: Tx, facet: Facet, ids: Sequence[int], spellings: Spellings, language: str
) -> tuple[Choice, ...]:
    """Return what the works with these row *ids* can be filtered by: the most frequent first, years from the last on.

    Names are in *language* where they have one.
    """
    given = json.dumps(ids)
    if facet is Facet.MATERIAL:
        return await _list_materials(tx, given, spellings, language)
    rows = await fetch_all(tx, _COUNTED[facet], (given,))
    if facet is Facet.YEAR:
        return tuple(_plain(row) for row in sorted(rows, key=lambda row: int(row["value"]), reverse=True))
    if facet is Facet.AVAILABILITY:
        return tuple(_plain(row) for row in sorted(rows, key=lambda row: list(Availability).index(row["value"])))
    if facet is Facet.SERIES:
        return _sorted(_named_series(row, language) for row in rows)
    return _sorted(_plain(row) for row in rows)


async def _list_materials(tx: Tx, given: str, spellings: Spellings, language: str) -> tuple[Choice, ...]:
    """Return the materials that these works name in *language*, or in their own where they name none in it.

    A material counts in whichever language a work names it, as it is found.
    """
    # The plus keeps to the index by name, which has all that is asked, and in its order.
    sql = """
        SELECT name, count(DISTINCT work_id) AS count, max(language = ?2) AS here FROM materials
        WHERE +work_id IN (SELECT value FROM json_each(?1)) GROUP BY name
    """
    rows = await fetch_all(tx, sql, (given, language))
    counts = {row["name"]: int(row["count"]) for row in rows}
    own = await _list_own_materials(tx, given, language)
    named = own | {row["name"]: language for row in rows if row["here"]}
    choices = []
    for names in spellings.values():
        there = [name for name in names if name in counts]
        shown = max((name for name in there if name in named), key=lambda name: counts[name], default=None)
        if shown is not None:
            count = counts[shown] if len(there) == 1 else await _count_made_of(tx, given, there)
            choices.append(Choice(value=shown, name=shown, language=named[shown], count=count))
    return _sorted(choices)


async def _list_own_materials(tx: Tx, given: str, language: str) -> dict[str, str]:
    """Return the materials of those of these works that name none in *language*, and in which they do."""
    sql = """
        SELECT DISTINCT name, materials.language FROM json_each(?1)
        JOIN works ON works.id = value JOIN materials ON work_id = value AND materials.language = works.language
        WHERE NOT EXISTS (SELECT 1 FROM materials WHERE work_id = value AND language = ?2)
    """
    return {row["name"]: row["language"] for row in await fetch_all(tx, sql, (given, language))}


async def _count_made_of(tx: Tx, given: str, names: Sequence[str]) -> int:
    """Return how many of these works have a material that is written in one of these ways."""
    sql = """
        SELECT count(DISTINCT work_id) FROM materials
        WHERE name IN (SELECT value FROM json_each(?2)) AND +work_id IN (SELECT value FROM json_each(?1))
    """
    return await fetch_value(tx, sql, (given, json.dumps(names)))


def _named_series(row: Row, language: str) -> Choice:
    found = series_of(row)
    spoken, wording = found.wording(language)
    return Choice(value=found.slug, name=wording.name, language=spoken, count=row["count"])


def _plain(row: Row) -> Choice:
    value, has = str(row["value"]), row.keys()
    return Choice(
        value=value,
        name=row["name"] if "name" in has else value,
        language=row["language"] if "language" in has else "",
        count=row["count"],
    )


def _sorted(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda one: (-one.count, folded(one.name))))
