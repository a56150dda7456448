"""Where posts stand: in the conversation of a work, in that of a post of ours, or in none."""

from dataclasses import dataclass

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a post stands: in the conversation of the work, or of the post of ours, of this row; or in neither."""

    work_id: int | None = None
    journal_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A post of somebody elsewhere that answers another one."""

    id: int
    uri: str
    actor_id: int
    public: bool


async def find_owner(tx: Tx, place: Place) -> int | None:
    """Return the row of the artisan whose work or post it is in whose conversation this place is."""
    sql = "SELECT artisan_id FROM works WHERE id = ?1 UNION SELECT artisan_id FROM posts WHERE id = ?2"
    row = await fetch_one(tx, sql, (place.work_id, place.journal_id))
    return None if row is None else int(row["artisan_id"])


async def find_place(tx: Tx, uri: str) -> Place | None:
    """Return in whose conversation an answer to the post *uri* stands; None where the post is not known here.

    An answer to a post of ours that is in no other conversation begins that of this post; but messages begin none,
    so that what answers them is a message too, and no news of her journal.
    """
    sql = """
        SELECT id, work_id, journal_id, artisan_id IS NOT NULL AND visibility <> 'direct' AS begins
        FROM posts WHERE uri = ?
    """
    row = await fetch_one(tx, sql, (uri,))
    if row is None:
        return None
    if row["work_id"] is None and row["journal_id"] is None and row["begins"]:
        return Place(journal_id=row["id"])
    return Place(work_id=row["work_id"], journal_id=row["journal_id"])


async def list_below(tx: Tx, uri: str, limit: int) -> list[Below]:
    """Return what answers the post *uri*, and what answers that, and stands in no conversation of ours yet."""
    sql = """
        WITH RECURSIVE below (id, uri) AS (
            SELECT id, uri FROM posts
            WHERE in_reply_to = ?1 AND artisan_id IS NULL AND work_id IS NULL AND journal_id IS NULL
            UNION
            SELECT posts.id, posts.uri FROM below JOIN posts ON in_reply_to = below.uri
            WHERE artisan_id IS NULL AND work_id IS NULL AND journal_id IS NULL LIMIT ?2)
        SELECT posts.id, posts.uri, actor_id, public FROM below JOIN posts USING (id)
    """
    return [
        Below(id=row["id"], uri=row["uri"], actor_id=row["actor_id"], public=bool(row["public"]))
        for row in await fetch_all(tx, sql, (uri, limit))
    ]


async def put_in_place(tx: Tx, post_id: int, place: Place, *, approved: bool) -> None:
    """Let a post that stood in no conversation of ours stand in one."""
    sql = "UPDATE posts SET work_id = ?, journal_id = ?, approved = ? AND held IS NULL WHERE id = ?"
    await tx.execute(sql, (place.work_id, place.journal_id, approved, post_id))
