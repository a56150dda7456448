"""Who people elsewhere are, as pages show them."""

import json
from collections.abc import Iterable

from fedi_artisan.domain.filters import folded
from fedi_artisan.domain.people import Person
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one

# For statements that join actors with their portraits: what `person_of` reads.
COLUMNS = (
    "actors.id AS person_id, actors.uri AS person_uri, actors.url AS person_url, actors.name, username, host, file"
)
_ALL = f"SELECT {COLUMNS} FROM actors LEFT JOIN avatars ON avatars.actor_id = actors.id"  # noqa: S608 - a constant of ours


def person_of(row: Row) -> Person:
    """Return the person in a row that has COLUMNS."""
    return Person(
        id=row["person_id"],
        uri=row["person_uri"],
        url=row["person_url"] or row["person_uri"],
        name=row["name"],
        username=row["username"],
        host=row["host"],
        avatar=row["file"],
    )


async def list_people(tx: Tx, actor_ids: Iterable[int]) -> dict[int, Person]:
    """Return who they are, by their rows."""
    sql = f"{_ALL} WHERE actors.id IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant of ours
    return {row["person_id"]: person_of(row) for row in await fetch_all(tx, sql, (json.dumps(list(actor_ids)),))}


async def suggest(tx: Tx, artisan_id: int, begun: str, *, limit: int) -> list[Person]:
    """Return people whose name or handle begins like this: those whom the artisan follows, her followers, others.

    Of those whom she follows any part of the name is enough.

    Args:
        tx: the transaction.
        artisan_id: who writes.
        begun: the beginning of a name or a handle, without its first `@`; "bob@pl" is a bob at a place that begins so.
        limit: how many.
    """
    name, at, host = begun.partition("@")
    sql = f"""
        WITH found AS (
            SELECT id FROM actors WHERE username >= ?1 COLLATE NOCASE AND username < ?2 COLLATE NOCASE
            UNION SELECT id FROM actors WHERE name >= ?1 COLLATE NOCASE AND name < ?2 COLLATE NOCASE
            UNION SELECT id FROM following JOIN actors ON actors.id = actor_id
                WHERE artisan_id = ?3 AND NOT ?4 AND instr(folded(name), ?7) > 0
        )
        SELECT {COLUMNS},
            EXISTS (SELECT 1 FROM following WHERE artisan_id = ?3 AND actor_id = actors.id) AS followed,
            EXISTS (SELECT 1 FROM followers WHERE artisan_id = ?3 AND actor_id = actors.id) AS follows
        FROM found JOIN actors ON actors.id = found.id LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE NOT ?4 OR (username = ?1 COLLATE NOCASE AND substr(host, 1, length(?5)) = ?5)
        ORDER BY followed DESC, follows DESC, username COLLATE NOCASE, host LIMIT ?6
    """  # noqa: S608 - a constant of ours
    values = (name, f"{name}\U0010ffff", artisan_id, bool(at), host.lower(), limit, folded(begun))
    return [person_of(row) for row in await fetch_all(tx, sql, values)]


async def find(tx: Tx, actor_id: int) -> Person | None:
    """Return who has this row."""
    row = await fetch_one(tx, f"{_ALL} WHERE actors.id = ?", (actor_id,))
    return None if row is None else person_of(row)


async def list_by_uri(tx: Tx, uris: Iterable[str]) -> dict[str, Person]:
    """Return who they are, by their ids; of those who are known here."""
    sql = f"{_ALL} WHERE actors.uri IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant of ours
    return {row["person_uri"]: person_of(row) for row in await fetch_all(tx, sql, (json.dumps(list(uris)),))}
