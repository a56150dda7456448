"""What happened, read from where it stands; and up to which moment the artisan has read it.

Nothing is written when something happens but the thing itself, so that nothing here can be out of step with it. A work
that twenty thousand people like costs hardly more than one: a step into an index finds the newest of them.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from fedi_artisan.domain.happenings import OF_WORKS, Choice, Group, Happening, Kind, Person, Said, Strand
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms

MOST_COUNTED = 1_000

# Of each kind all there is: of the artisan ?1, or of the work ?2.
_OF = {
    Kind.LIKE: "FROM reactions WHERE work_id = ?2 AND type = 'Like'",
    Kind.BOOST: "FROM reactions WHERE work_id = ?2 AND type = 'Announce'",
    Kind.REPLY: "FROM replies WHERE work_id = ?2",
    Kind.MENTION: "FROM mentions WHERE artisan_id = ?1",
    Kind.REQUEST: "FROM follow_requests WHERE artisan_id = ?1",
    Kind.FOLLOW: "FROM followers WHERE artisan_id = ?1",
    Kind.MOVE: "FROM moves WHERE artisan_id = ?1",
}
_MOMENT = {Kind.REQUEST: "asked_at", Kind.FOLLOW: "asked_at", Kind.MOVE: "moved_at"}
_OTHERWISE = "received_at"
_TOLD = {
    Kind.LIKE: "content AS emoji",
    Kind.REPLY: "id, uri, url, content_html, language, public, approved AS shown",
    Kind.MENTION: "id, uri, url, content_html, language, public, NULL AS shown",
    Kind.MOVE: "target_id",
}


async def count_unread(tx: Tx, artisan_id: int) -> int:
    """Return how much happened that the artisan has not read; MOST_COUNTED stands for that much or more."""
    sql = """
        SELECT count(*) FROM (SELECT 1 FROM happenings WHERE artisan_id = ? AND happened_at > ? LIMIT ?)
    """
    return await fetch_value(tx, sql, (artisan_id, await _read_until(tx, artisan_id), MOST_COUNTED))


async def find_newest(tx: Tx, artisan_id: int) -> datetime | None:
    """Return when something last happened."""
    sql = "SELECT max(newest_at) AS newest_at FROM happenings_newest WHERE artisan_id = ?"
    row = await fetch_one(tx, sql, (artisan_id,))
    return None if row is None or row["newest_at"] is None else from_ms(row["newest_at"])


async def mark_read(tx: Tx, artisan_id: int, until: datetime) -> None:
    """Record that the artisan has read all that happened up to this moment."""
    sql = """
        INSERT INTO happenings_read (artisan_id, until) VALUES (?, ?)
        ON CONFLICT (artisan_id) DO UPDATE SET until = max(until, excluded.until)
    """
    await tx.execute(sql, (artisan_id, to_ms(until)))


async def list_groups(
    tx: Tx, artisan_id: int, kinds: Collection[Kind], *, limit: int, offset: int, most: Mapping[Kind, int]
) -> list[Group]:
    """Return to what something of these kinds happened, the last first, without the first *offset* of them.

    As whatever is newer than the artisan has read is unread, what has unread things comes first.

    Args:
        tx: the transaction.
        artisan_id: whose works.
        kinds: what is looked for.
        limit: how many.
        offset: how many of the last ones are left out.
        most: of each kind how many of the newest things are told of each group.
    """
    sql = """
        SELECT work_id,
            CASE WHEN work_id IS NULL THEN iif(kind = 'mention', 'mentions', 'followers') END AS choice,
            max(newest_at) AS newest_at
        FROM happenings_newest
        WHERE artisan_id = ?1 AND kind IN (SELECT value FROM json_each(?2)) AND newest_at IS NOT NULL
        GROUP BY 1, 2 ORDER BY 3 DESC, 1 DESC LIMIT ?3 OFFSET ?4
    """
    rows = await fetch_all(tx, sql, (artisan_id, json.dumps(list(kinds)), limit, offset))
    return [await _group(tx, artisan_id, row, kinds, most) for row in rows]


async def _group(tx: Tx, artisan_id: int, row: Row, kinds: Collection[Kind], most: Mapping[Kind, int]) -> Group:
    """Return one group of what happened."""
    choice = None if row["choice"] is None else Choice(row["choice"])
    among = OF_WORKS if choice is None else choice.kinds
    strands = [
        await get_strand(tx, artisan_id, kind, work_id=row["work_id"], limit=most[kind])
        for kind in among
        if kind in kinds
    ]
    return Group(
        work_id=row["work_id"],
        choice=choice,
        newest_at=from_ms(row["newest_at"]),
        strands=[strand for strand in strands if strand.count],
    )


async def get_strand(
    tx: Tx, artisan_id: int, kind: Kind, *, work_id: int | None = None, limit: int, offset: int = 0
) -> Strand:
    """Return what happened of this kind to the artisan's work of this row, or to herself, the newest first."""
    read_until, moment = await _read_until(tx, artisan_id), _MOMENT.get(kind, _OTHERWISE)
    sql = f"SELECT count(*) AS count, total({moment} > ?3) AS unread {_OF[kind]}"
    counted = (await fetch_all(tx, sql, (artisan_id, work_id, read_until)))[0]
    columns = ", ".join(["actor_id", f"{moment} AS happened_at", *filter(None, [_TOLD.get(kind)])])
    sql = f"""
        SELECT {columns} {_OF[kind]} ORDER BY {moment} DESC, actor_id DESC LIMIT ?3 OFFSET ?4
    """
    rows = await fetch_all(tx, sql, (artisan_id, work_id, limit, offset))
    moved = [row["target_id"] for row in rows] if kind is Kind.MOVE else []
    people = await _people(tx, [*(row["actor_id"] for row in rows), *moved])
    return Strand(
        kind=kind,
        newest=[_happening(kind, row, people, read_until) for row in rows],
        count=counted["count"],
        unread=int(counted["unread"]),
    )


def _happening(kind: Kind, row: Row, people: Mapping[int, Person], read_until: int) -> Happening:
    """Return one thing that happened."""
    return Happening(
        kind=kind,
        person=people[row["actor_id"]],
        happened_at=from_ms(row["happened_at"]),
        unread=row["happened_at"] > read_until,
        words=_words(row) if kind in {Kind.REPLY, Kind.MENTION} else None,
        emoji=row["emoji"] if kind is Kind.LIKE else None,
        moved_to=people[row["target_id"]] if kind is Kind.MOVE else None,
    )


def _words(row: Row) -> Said:
    return Said(
        id=row["id"],
        uri=row["uri"],
        url=row["url"] or row["uri"],
        html=row["content_html"],
        language=row["language"],
        public=bool(row["public"]),
        shown=None if row["shown"] is None or not row["public"] else bool(row["shown"]),
        version=row["happened_at"],
    )


def person_of(row: Row) -> Person:
    """Return the person in a row of actors with the file of her avatar."""
    return Person(
        uri=row["uri"],
        url=row["url"] or row["uri"],
        name=row["name"],
        username=row["username"],
        host=row["host"],
        avatar=row["file"],
    )


async def _people(tx: Tx, actor_ids: Iterable[int]) -> dict[int, Person]:
    """Return who they are, by their rows."""
    sql = """
        SELECT actors.id, uri, url, name, username, host, file
        FROM actors LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE actors.id IN (SELECT value FROM json_each(?))
    """
    return {row["id"]: person_of(row) for row in await fetch_all(tx, sql, (json.dumps(list(actor_ids)),))}


async def _read_until(tx: Tx, artisan_id: int) -> int:
    """Return up to which stored moment the artisan has read what happened."""
    return await fetch_value(tx, "SELECT until FROM happenings_read WHERE artisan_id = ?", (artisan_id,))


async def put_move(tx: Tx, old_uri: str, new_uri: str, now: datetime) -> None:
    """Record for each artisan whom the actor *old_uri* follows that she is *new_uri* now."""
    sql = """
        INSERT INTO moves (artisan_id, actor_id, target_id, moved_at)
        SELECT artisan_id, old.id, new.id, ?3 FROM followers
        JOIN actors AS old ON old.id = actor_id AND old.uri = ?1 JOIN actors AS new ON new.uri = ?2
        WHERE TRUE ON CONFLICT (artisan_id, actor_id) DO UPDATE SET target_id = excluded.target_id,
            moved_at = excluded.moved_at WHERE target_id <> excluded.target_id
    """
    await tx.execute(sql, (old_uri, new_uri, to_ms(now)))


async def prune_moves(tx: Tx, before: datetime) -> int:
    """Forget the moves before *before*; return how many."""
    return len(await fetch_all(tx, "DELETE FROM moves WHERE moved_at < ? RETURNING actor_id", (to_ms(before),)))
