"""Who may quote what of an artisan here: permissions, given and taken back."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A permission to quote *target_uri* in *instrument_uri*; *gone* where it was taken back, or what is quoted was."""

    uid: str
    artisan_id: int
    actor_id: int
    actor_uri: str
    inbox_url: str
    target_uri: str
    instrument_uri: str
    gone: bool


_SELECT = """
    SELECT quotes.uid, quotes.artisan_id, quotes.actor_id, actors.uri AS actor_uri,
        coalesce(shared_inbox_url, inbox_url) AS inbox_url, target_uri, instrument_uri,
        coalesce(revoked_at, works.withdrawn_at, posts.withdrawn_at) IS NOT NULL AS gone
    FROM quotes JOIN actors ON actors.id = quotes.actor_id LEFT JOIN works ON works.id = quotes.work_id
        LEFT JOIN posts ON posts.id = post_id
"""


def _permission(row: Row) -> Permission:
    return Permission(**{**dict(row), "gone": bool(row["gone"])})


async def insert(
    tx: Tx,
    *,
    uid: str,
    artisan_id: int,
    work_id: int | None,
    post_id: int | None,
    actor_id: int,
    target_uri: str,
    instrument_uri: str,
    url: str | None,
    now: datetime,
) -> None:
    """Record a permission; there is none for this post to quote this target yet."""
    sql = """
        INSERT INTO quotes (uid, artisan_id, work_id, post_id, actor_id, target_uri, instrument_uri, url, granted_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
    values = (uid, artisan_id, work_id, post_id, actor_id, target_uri, instrument_uri, url, to_ms(now))
    await tx.execute(sql, values)


async def find(tx: Tx, uid: str) -> Permission | None:
    """Return the permission with this uid."""
    row = await fetch_one(tx, _SELECT + "WHERE quotes.uid = ?", (uid,))
    return None if row is None else _permission(row)


async def find_by_posts(tx: Tx, instrument_uri: str, target_uri: str) -> Permission | None:
    """Return the permission for one post to quote another, given or taken back."""
    sql = _SELECT + "WHERE instrument_uri = ? AND target_uri = ?"
    row = await fetch_one(tx, sql, (instrument_uri, target_uri))
    return None if row is None else _permission(row)


async def list_standing(tx: Tx, artisan_id: int, actor_id: int) -> list[Permission]:
    """Return the permissions that the actor has of an artisan, without those that were taken back."""
    sql = _SELECT + "WHERE quotes.artisan_id = ? AND quotes.actor_id = ? AND revoked_at IS NULL"
    return [_permission(row) for row in await fetch_all(tx, sql, (artisan_id, actor_id))]


async def set_revoked(tx: Tx, uid: str, now: datetime) -> None:
    """Record that a permission was taken back."""
    await tx.execute("UPDATE quotes SET revoked_at = ? WHERE uid = ? AND revoked_at IS NULL", (to_ms(now), uid))


async def delete_standing(tx: Tx, instrument_uri: str, actor_id: int) -> bool:
    """Forget the permissions of a post of this actor that is gone; return whether there were any.

    One that was taken back stays known as such.
    """
    sql = "DELETE FROM quotes WHERE instrument_uri = ? AND actor_id = ? AND revoked_at IS NULL RETURNING id"
    return bool(await fetch_all(tx, sql, (instrument_uri, actor_id)))
