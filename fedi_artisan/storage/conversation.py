"""What others do with a work: likes, announces and replies."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, to_ms
from fedi_artisan.vocab.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReply:
    """A reply as it stands below a work: its words are of others still, *avatar* is a file of our own or None."""

    url: str
    content_html: str
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


async def insert_reply(tx: Tx, note: Note, *, work_id: int, actor_id: int, now: datetime) -> None:
    """Record a reply, not yet approved; one that is known by its id stays as it is."""
    sql = """
        INSERT INTO replies (uri, work_id, actor_id, in_reply_to, url, content_html, language, public, published_at,
            received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uri) DO NOTHING
    """
    moments = (to_ms(min(note.published_at or now, now)), to_ms(now))
    words = (note.in_reply_to, note.url, note.content_html, note.language)
    await tx.execute(sql, (note.uri, work_id, actor_id, *words, note.is_public, *moments))


async def update_reply(tx: Tx, note: Note, actor_id: int, *, updated_at: datetime, now: datetime) -> bool:
    """Store the newer words of a reply by this actor; return whether it is hers and was older.

    Other words than those that were approved wait for approval again, and are news.
    """
    sql = """
        UPDATE replies SET content_html = ?1, updated_at = ?2, approved = approved AND content_html = ?1, language = ?5,
            received_at = iif(content_html = ?1, received_at, ?6)
        WHERE uri = ?3 AND actor_id = ?4 AND coalesce(updated_at, published_at) < ?2 RETURNING id
    """
    values = (note.content_html, to_ms(updated_at), note.uri, actor_id, note.language, to_ms(now))
    return bool(await fetch_all(tx, sql, values))


async def delete_reply(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a reply of this actor; return whether there was one."""
    return bool(await fetch_all(tx, "DELETE FROM replies WHERE uri = ? AND actor_id = ? RETURNING id", (uri, actor_id)))


async def find_standing(tx: Tx, artisan_id: int, uri: str) -> Standing | None:
    """Return how a reply to a work of this artisan stands, if there is one with this id."""
    sql = """
        SELECT replies.id, public, approved, received_at FROM replies JOIN works ON works.id = work_id
        WHERE uri = ? AND artisan_id = ?
    """
    row = await fetch_one(tx, sql, (uri, artisan_id))
    if row is None:
        return None
    return Standing(
        id=row["id"], public=bool(row["public"]), approved=bool(row["approved"]), version=row["received_at"]
    )


async def set_approved(tx: Tx, reply_id: int, *, approved: bool) -> None:
    """Show the reply of this row below its work, or not any more."""
    await tx.execute("UPDATE replies SET approved = ? WHERE id = ?", (approved, reply_id))


async def find_work_of_reply(tx: Tx, uri: str) -> int | None:
    """Return the row of the work that the reply *uri* belongs to."""
    row: Row | None = await fetch_one(tx, "SELECT work_id FROM replies WHERE uri = ?", (uri,))
    return None if row is None else int(row["work_id"])


async def list_approved(tx: Tx, work_id: int, limit: int) -> list[str]:
    """Return the ids of the public replies that the artisan approved, the first one first."""
    sql = "SELECT uri FROM replies WHERE work_id = ? AND public AND approved ORDER BY published_at, id LIMIT ?"
    return [row["uri"] for row in await fetch_all(tx, sql, (work_id, limit))]


async def list_shown(tx: Tx, work_id: int, limit: int) -> list[ShownReply]:
    """Return the public replies that the artisan approved, the first one first, with who wrote them."""
    sql = """
        SELECT coalesce(replies.url, replies.uri) AS url, content_html, language, published_at,
            name, username, host, file
        FROM replies JOIN actors ON actors.id = replies.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
        WHERE work_id = ? AND public AND approved ORDER BY published_at, replies.id LIMIT ?
    """
    return [
        ShownReply(
            url=row["url"],
            content_html=row["content_html"],
            language=row["language"],
            published_at=from_ms(row["published_at"]),
            name=row["name"],
            username=row["username"],
            host=row["host"],
            avatar=row["file"],
        )
        for row in await fetch_all(tx, sql, (work_id, limit))
    ]


async def list_inboxes(tx: Tx, work_id: int) -> list[str]:
    """Return the distinct inboxes of all who liked, announced or answered the work."""
    sql = """
        SELECT DISTINCT coalesce(shared_inbox_url, inbox_url) AS inbox FROM actors WHERE id IN (
            SELECT actor_id FROM reactions WHERE work_id = ?1 UNION SELECT actor_id FROM replies WHERE work_id = ?1)
    """
    return [row["inbox"] for row in await fetch_all(tx, sql, (work_id,))]
