"""What happened, read from where it stands; and up to which moment the artisan has read it.

Nothing is written when something happens but the thing itself, so that nothing here can be out of step with it. A work
that twenty thousand people like costs hardly more than one: a step into an index finds the newest of them.
"""

import dataclasses
import json
from collections.abc import Collection, Mapping
from datetime import datetime

from fedi_artisan.domain.happenings import OF_WORKS, About, Choice, Group, Happening, Kind, Quoted, Said, Strand
from fedi_artisan.domain.people import Person
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.people import list_people

MOST_COUNTED = 1_000

_OWN = "(SELECT id FROM posts WHERE artisan_id = ?1 AND withdrawn_at IS NULL)"
_OF_POSTS = f"FROM post_reactions WHERE post_id IN {_OWN}"
# Of what is written to an artisan: what visitors of another place can read as well, and what is for her alone.
_TO_HER = "FROM mentions WHERE artisan_id = ?1 AND visibility"
# What people wrote whom she does not want to read is left out.
_HEARD = "actor_id NOT IN (SELECT actor_id FROM unheard WHERE artisan_id = ?1)"
# Whether the artisan has read a message by itself, before all that happened until then.
_READ = """
    EXISTS (SELECT 1 FROM messages_read
        WHERE messages_read.artisan_id = ?1 AND post_id = mentions.id AND read_at >= mentions.received_at)
"""
# Of each kind all there is: of the artisan ?1, or of the work ?2.
_OF = {
    Kind.LIKE: "FROM reactions WHERE work_id = ?2 AND type = 'Like'",
    Kind.BOOST: "FROM reactions WHERE work_id = ?2 AND type = 'Announce'",
    Kind.REPLY: f"FROM replies WHERE work_id = ?2 AND {_HEARD}",
    Kind.MENTION: f"{_TO_HER} <> 'direct'",
    Kind.MESSAGE: f"{_TO_HER} = 'direct'",
    Kind.ANSWER: f"FROM posts WHERE actor_id IS NOT NULL AND journal_id IN {_OWN} AND held IS NULL AND {_HEARD}",
    Kind.POST_LIKE: f"{_OF_POSTS} AND type = 'Like'",
    Kind.POST_BOOST: f"{_OF_POSTS} AND type = 'Announce'",
    Kind.QUOTE: "FROM quotes WHERE artisan_id = ?1 AND revoked_at IS NULL",
    Kind.REQUEST: "FROM follow_requests WHERE artisan_id = ?1",
    Kind.FOLLOW: "FROM followers WHERE artisan_id = ?1",
    Kind.MOVE: "FROM moves WHERE artisan_id = ?1",
}
_MOMENT = {Kind.QUOTE: "granted_at", Kind.REQUEST: "asked_at", Kind.FOLLOW: "asked_at", Kind.MOVE: "moved_at"}
_OTHERWISE = "received_at"
_SAID = """
    id, uri, url, content_html, warning, json_array_length(pictures) AS pictures, language, visibility, public, settled,
    uri IN (SELECT in_reply_to FROM posts WHERE artisan_id = ?1 AND withdrawn_at IS NULL) AS answered
"""
_TOLD = {
    Kind.LIKE: "content AS emoji",
    Kind.REPLY: f"{_SAID}, approved AS shown",
    Kind.MENTION: f"{_SAID}, NULL AS shown",
    Kind.MESSAGE: f"{_SAID}, NULL AS shown, {_READ} AS was_read",
    Kind.ANSWER: f"{_SAID}, approved AS shown, journal_id AS about_id",
    Kind.POST_LIKE: "content AS emoji, post_id AS about_id",
    Kind.POST_BOOST: "post_id AS about_id",
    Kind.QUOTE: """
        uid, coalesce(url, instrument_uri) AS url, (SELECT slug FROM works WHERE id = work_id) AS slug,
        coalesce(
            (SELECT title FROM works WHERE id = work_id), (SELECT title FROM posts WHERE id = post_id), '') AS title
    """,
    Kind.MOVE: "target_id",
}
# Of these kinds there are words to read.
_WORDS = frozenset({Kind.REPLY, Kind.MENTION, Kind.MESSAGE, Kind.ANSWER})

_NOT_DECIDED = "actor_id IS NOT NULL AND NOT approved AND NOT settled"
# The indexes are named because the planner takes those of all answers for as good: of a work that thousands answered,
# a few wait.
_WAITING = f"""
    FROM (
        SELECT id FROM posts INDEXED BY posts_waiting_work WHERE {_NOT_DECIDED}
            AND work_id IN (SELECT id FROM works WHERE artisan_id = ?1 AND withdrawn_at IS NULL)
        UNION ALL
        SELECT id FROM posts INDEXED BY posts_waiting_journal WHERE {_NOT_DECIDED} AND journal_id IN {_OWN})
    JOIN posts USING (id) WHERE public AND held IS NULL AND {_HEARD}
"""  # noqa: S608 - a constant of ours


async def count_unread(tx: Tx, artisan_id: int) -> int:
    """Return how much happened that the artisan has not read; MOST_COUNTED stands for that much or more."""
    sql = f"""
        SELECT count(*) FROM (SELECT 1 FROM happenings WHERE artisan_id = ?1 AND happened_at > ?2 AND {_HEARD} LIMIT ?3)
    """  # noqa: S608 - a constant of ours
    until = await _read_until(tx, artisan_id)
    count: int = await fetch_value(tx, sql, (artisan_id, until, MOST_COUNTED))
    sql = f"SELECT count(*) {_OF[Kind.MESSAGE]} AND received_at > ?2 AND {_READ}"
    return count - int(await fetch_value(tx, sql, (artisan_id, until))) if count else 0


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
            CASE WHEN work_id IS NOT NULL THEN NULL WHEN kind = 'mention' THEN 'mentions'
                WHEN kind = 'message' THEN 'messages' WHEN kind = 'quote' THEN 'quotes'
                WHEN kind IN ('answer', 'post-like', 'post-boost') THEN 'posts' ELSE 'followers' END AS choice,
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
    unread = f"({moment} > ?3 AND NOT {_READ})" if kind is Kind.MESSAGE else f"({moment} > ?3)"
    sql = f"SELECT count(*) AS count, total{unread} AS unread {_OF[kind]}"
    counted = (await fetch_all(tx, sql, (artisan_id, work_id, read_until)))[0]
    columns = ", ".join(["actor_id", f"{moment} AS happened_at", *filter(None, [_TOLD.get(kind)])])
    sql = f"""
        SELECT {columns} {_OF[kind]} ORDER BY {moment} DESC, actor_id DESC LIMIT ?3 OFFSET ?4
    """
    rows = await fetch_all(tx, sql, (artisan_id, work_id, limit, offset))
    moved = [row["target_id"] for row in rows] if kind is Kind.MOVE else []
    people = await list_people(tx, [*(row["actor_id"] for row in rows), *moved])
    posts = await _posts(tx, {row["about_id"] for row in rows}) if kind in Choice.POSTS.kinds else {}
    return Strand(
        kind=kind,
        newest=[_happening(kind, row, people, posts, read_until) for row in rows],
        count=counted["count"],
        unread=int(counted["unread"]),
    )


async def _posts(tx: Tx, ids: Collection[int]) -> dict[int, About]:
    """Return the posts of the artisan's of these rows."""
    sql = "SELECT id, source, warning FROM posts WHERE id IN (SELECT value FROM json_each(?))"
    rows = await fetch_all(tx, sql, (json.dumps([*ids]),))
    return {row["id"]: About(id=row["id"], text=row["source"] or "", warning=row["warning"]) for row in rows}


def _happening(
    kind: Kind, row: Row, people: Mapping[int, Person], posts: Mapping[int, About], read_until: int
) -> Happening:
    """Return one thing that happened."""
    return Happening(
        kind=kind,
        person=people[row["actor_id"]],
        happened_at=from_ms(row["happened_at"]),
        unread=row["happened_at"] > read_until and not (kind is Kind.MESSAGE and row["was_read"]),
        words=_words(row) if kind in _WORDS else None,
        emoji=row["emoji"] if kind in {Kind.LIKE, Kind.POST_LIKE} else None,
        moved_to=people[row["target_id"]] if kind is Kind.MOVE else None,
        quote=_quoted(row) if kind is Kind.QUOTE else None,
        about=posts[row["about_id"]] if kind in Choice.POSTS.kinds else None,
    )


def _quoted(row: Row) -> Quoted:
    return Quoted(uid=row["uid"], url=row["url"], title=row["title"], slug=row["slug"])


def _words(row: Row) -> Said:
    return Said(
        id=row["id"],
        uri=row["uri"],
        url=row["url"] or row["uri"],
        html=row["content_html"],
        warning=row["warning"],
        pictures=row["pictures"],
        language=row["language"],
        public=bool(row["public"]),
        direct=row["visibility"] == "direct",
        settled=bool(row["settled"]),
        answered=bool(row["answered"]),
        shown=None if row["shown"] is None or not row["public"] else bool(row["shown"]),
        version=row["happened_at"],
    )


async def count_waiting(tx: Tx, artisan_id: int) -> int:
    """Return how many answers wait for the artisan to say whether they are shown; MOST_COUNTED stands for more."""
    sql = f"SELECT count(*) FROM (SELECT 1 {_WAITING} LIMIT {MOST_COUNTED})"  # noqa: S608 - constants of ours
    return await fetch_value(tx, sql, (artisan_id,))


async def list_waiting(tx: Tx, artisan_id: int, *, limit: int, offset: int = 0) -> Strand:
    """Return the answers that wait for the artisan to say whether they are shown, the newest first."""
    sql = f"""
        SELECT actor_id, received_at AS happened_at, {_SAID}, approved AS shown, work_id, journal_id AS about_id
        {_WAITING}
        ORDER BY received_at DESC, id DESC LIMIT ?2 OFFSET ?3
    """
    rows = await fetch_all(tx, sql, (artisan_id, limit, offset))
    people, until = await list_people(tx, [row["actor_id"] for row in rows]), await _read_until(tx, artisan_id)
    posts = await _posts(tx, {row["about_id"] for row in rows} - {None})
    found = [
        _happening(Kind.REPLY if row["about_id"] is None else Kind.ANSWER, row, people, posts, until) for row in rows
    ]
    found = [dataclasses.replace(one, work_id=row["work_id"]) for one, row in zip(found, rows, strict=True)]
    return Strand(kind=Kind.REPLY, newest=found, count=await count_waiting(tx, artisan_id), unread=0)


async def count_unread_messages(tx: Tx, artisan_id: int) -> int:
    """Return how many messages to the artisan alone she has not read."""
    sql = f"SELECT count(*) {_OF[Kind.MESSAGE]} AND received_at > ?2 AND NOT {_READ}"
    return await fetch_value(tx, sql, (artisan_id, await _read_until(tx, artisan_id)))


async def find_read_until(tx: Tx, artisan_id: int) -> datetime:
    """Return up to which moment the artisan has read what happened."""
    return from_ms(await _read_until(tx, artisan_id))


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
