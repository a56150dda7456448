"""What others do with a work, and what visitors see of the conversation below it, or below a post of ours."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.conversation import Branch, branches
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, from_ms, to_ms
from fedi_artisan.storage.places import Place

# What is shown stands below something shown; how many hidden posts may lie between all of them.
_MOST_ABOVE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReply:
    """An answer as it stands below a work, or below a post of ours.

    The words of others are theirs still; *own* are the artisan's. *avatar* is a file of our own, or None; *pictures* is
    how many there are where it was written.
    """

    uri: str
    in_reply_to: str | None
    own: bool
    url: str
    content_html: str
    warning: str
    pictures: int
    language: str | None
    published_at: datetime
    name: str
    username: str
    host: str
    avatar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a reply stands: whether anybody may read it, and whether it is shown; *version* rises with its words."""

    id: int
    public: bool
    approved: bool
    version: int


# Whether a row of `posts` is by somebody else, in the conversation of a work or a post of the artisan of the row ?1.
OF_ARTISAN = """
    (posts.actor_id IS NOT NULL AND (
        EXISTS (SELECT 1 FROM works WHERE works.id = posts.work_id AND works.artisan_id = ?1 AND withdrawn_at IS NULL)
        OR EXISTS (SELECT 1 FROM posts AS own
            WHERE own.id = posts.journal_id AND own.artisan_id = ?1 AND own.withdrawn_at IS NULL)))
"""


async def find_work(tx: Tx, uid: str, actor_id: int, *, aloud: bool) -> int | None:
    """Return the row of the work with this uid, unless it was withdrawn or the actor cannot have seen it.

    What is for followers is seen by them; what is done *aloud*, for others to see, cannot be done with it at all.
    """
    sql = """
        SELECT id FROM works WHERE uid = ?1 AND sent AND (audience <> 'followers' OR (NOT ?3 AND EXISTS (
            SELECT 1 FROM followers WHERE followers.artisan_id = works.artisan_id AND followers.actor_id = ?2)))
    """
    row = await fetch_one(tx, sql, (uid, actor_id, aloud))
    return None if row is None else int(row["id"])


async def put_reaction(
    tx: Tx, *, work_id: int, actor_id: int, kind: str, activity_uri: str, content: str | None, now: datetime
) -> None:
    """Record a Like or an Announce; a second one of the same actor replaces the first and counts once."""
    sql = """
        INSERT INTO reactions (work_id, actor_id, type, activity_uri, content, received_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (work_id, actor_id, type) DO UPDATE SET activity_uri = excluded.activity_uri,
            content = excluded.content
    """
    await tx.execute(sql, (work_id, actor_id, kind, activity_uri, content, to_ms(now)))


async def delete_reaction(
    tx: Tx, actor_id: int, *, activity_uri: str | None, work_id: int | None = None, kind: str | None = None
) -> bool:
    """Take back this actor's reaction, found by its id or by work and type; return whether there was one."""
    sql = """
        DELETE FROM reactions WHERE actor_id = ?1 AND (activity_uri = ?2 OR (work_id = ?3 AND type = ?4))
        RETURNING work_id
    """
    return bool(await fetch_all(tx, sql, (actor_id, activity_uri, work_id, kind)))


async def find_standing(tx: Tx, artisan_id: int, uri: str) -> Standing | None:
    """Return how a reply to a work or a post of this artisan stands, if there is one with this id."""
    sql = f"SELECT id, public, approved, received_at FROM posts WHERE uri = ?2 AND {OF_ARTISAN}"  # noqa: S608 - ours
    row = await fetch_one(tx, sql, (artisan_id, uri))
    if row is None:
        return None
    return Standing(
        id=row["id"], public=bool(row["public"]), approved=bool(row["approved"]), version=row["received_at"]
    )


async def set_approved(tx: Tx, reply_id: int, *, approved: bool) -> None:
    """Show the reply of this row below what it answers, or not; in either case it waits no more."""
    sql = "UPDATE posts SET approved = ?1, settled = TRUE WHERE id = ?2 AND (approved <> ?1 OR NOT settled)"
    await tx.execute(sql, (approved, reply_id))


# What of a conversation visitors see; ours as well as others'. With `place` filled in: of a work, or of a post of ours.
_SHOWN = """
    FROM posts LEFT JOIN actors ON actors.id = posts.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
    LEFT JOIN artisans ON artisans.id = posts.artisan_id
    WHERE {place} = ? AND (public OR visibility = 'web') AND withdrawn_at IS NULL
        AND (approved OR posts.artisan_id IS NOT NULL)
    ORDER BY published_at, posts.id LIMIT ?
"""


async def list_approved(tx: Tx, place: Place, limit: int) -> list[str]:
    """Return the ids of what other servers see of a conversation, the first one first."""
    column, row_id = _column(place)
    sql = f"""
        SELECT uri FROM posts WHERE {column} = ? AND public AND withdrawn_at IS NULL AND approved
        ORDER BY published_at, id LIMIT ?
    """  # noqa: S608 - ours
    return [row["uri"] for row in await fetch_all(tx, sql, (row_id, limit))]


async def list_shown(tx: Tx, place: Place, limit: int) -> list[Branch[ShownReply]]:
    """Return what visitors see of a conversation, each answer below what it answers, with who wrote it.

    These are the public answers that the artisan approved, and her own; the first *limit* of them.
    """
    column, row_id = _column(place)
    sql = f"""
        SELECT posts.uri, in_reply_to, posts.artisan_id IS NOT NULL AS own, coalesce(posts.url, posts.uri) AS url,
            content_html, warning, json_array_length(pictures) AS pictures, posts.language, published_at,
            coalesce(actors.name, artisans.name) AS name, coalesce(actors.username, artisans.username) AS username,
            coalesce(host, '') AS host, file {_SHOWN.format(place=column)}
    """
    shown = [
        ShownReply(
            uri=row["uri"],
            in_reply_to=row["in_reply_to"],
            own=bool(row["own"]),
            url=row["url"],
            content_html=row["content_html"],
            warning=row["warning"],
            pictures=row["pictures"],
            language=row["language"],
            published_at=from_ms(row["published_at"]),
            name=row["name"],
            username=row["username"],
            host=row["host"],
            avatar=row["file"],
        )
        for row in await fetch_all(tx, sql, (row_id, limit))
    ]
    return branches(shown, await _parents(tx, place, [reply.uri for reply in shown]) if shown else {})


async def _parents(tx: Tx, place: Place, uris: Sequence[str]) -> dict[str, str | None]:
    """Return what these posts of a conversation answer, and what that answers, shown or not, up to the beginning.

    However many there are beside them, nothing else is read: a work may have been answered by thousands.
    """
    column, row_id = _column(place)
    sql = f"""
        WITH RECURSIVE above (uri, in_reply_to) AS (
            SELECT uri, in_reply_to FROM posts WHERE uri IN (SELECT value FROM json_each(?))
            UNION SELECT posts.uri, posts.in_reply_to FROM above JOIN posts ON posts.uri = above.in_reply_to
            WHERE {column} = ? LIMIT ?)
        SELECT uri, in_reply_to FROM above
    """  # noqa: S608 - a name of ours
    rows = await fetch_all(tx, sql, (json.dumps(uris), row_id, _MOST_ABOVE))
    return {row["uri"]: row["in_reply_to"] for row in rows}


def _column(place: Place) -> tuple[str, int | None]:
    """Return by which column what stands in a place is found, and its value there."""
    return ("work_id", place.work_id) if place.work_id is not None else ("journal_id", place.journal_id)


async def list_inboxes(tx: Tx, work_id: int) -> list[str]:
    """Return the distinct inboxes of all who liked, announced or answered the work."""
    sql = """
        SELECT DISTINCT coalesce(shared_inbox_url, inbox_url) AS inbox FROM actors WHERE id IN (
            SELECT actor_id FROM reactions WHERE work_id = ?1 UNION SELECT actor_id FROM replies WHERE work_id = ?1)
    """
    return [row["inbox"] for row in await fetch_all(tx, sql, (work_id,))]
