"""Whom an artisan has blocked or muted, and what of them is taken away then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.uris import host_of
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, moment_or_none, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwelcome:
    """Somebody who is blocked or muted, as a person reads it.

    Args:
        whom: her id, or the handle of one who is not known here.
        handle: how she is written to.
        name: as she calls herself; the empty text of one who is not known here.
        since: when it was decided.
        until: when a mute ends; None is never.
    """

    whom: str
    handle: str
    name: str
    since: datetime
    until: datetime | None = None

    @property
    def called(self) -> str:
        """Her name, or where none is known, her handle."""
        return self.name or self.handle


async def put_block(
    tx: Tx, artisan_id: int, whom: str, handle: str, now: datetime, *, block_uri: str | None = None
) -> bool:
    """Record that an artisan blocks somebody; return whether she did not before."""
    sql = """
        INSERT INTO own_blocks (artisan_id, whom, handle, block_uri, blocked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (artisan_id, whom) DO NOTHING RETURNING id
    """
    return bool(await fetch_all(tx, sql, (artisan_id, whom, handle, block_uri, to_ms(now))))


async def delete_block(tx: Tx, artisan_id: int, whom: str, handle: str) -> list[str]:
    """Forget that an artisan blocks somebody, by her id or her handle; return the ids of the Blocks that were sent."""
    sql = "DELETE FROM own_blocks WHERE artisan_id = ? AND whom IN (?, ?) RETURNING coalesce(block_uri, '') AS uri"
    return [row["uri"] for row in await fetch_all(tx, sql, (artisan_id, whom, handle))]


async def find_block(tx: Tx, artisan_id: int, whom: str) -> Unwelcome | None:
    """Return how an artisan blocks whoever has this id or handle."""
    row = await fetch_one(tx, f"{_BLOCKED} AND whom = ?2", (artisan_id, whom))
    return None if row is None else _unwelcome(row)


async def find_kept_away(
    tx: Tx, artisan_id: int, whom: str, handle: str, now: datetime
) -> tuple[Unwelcome | None, Unwelcome | None]:
    """Return how an artisan blocks and mutes whoever has this id and handle; a mute that is over is none."""
    given = (artisan_id, whom, handle, to_ms(now))
    blocked = await fetch_one(tx, f"{_BLOCKED} AND whom IN (?2, ?3)", given[:3])
    muted = await fetch_one(tx, f"{_MUTED} AND whom IN (?2, ?3) AND (until IS NULL OR until > ?4)", given)
    return None if blocked is None else _unwelcome(blocked), None if muted is None else _unwelcome(muted)


async def blocks(tx: Tx, artisan_id: int, actor: RemoteActor) -> bool:
    """Whether an artisan blocks an actor, by her id or by her handle."""
    handle = f"{actor.username}@{host_of(actor.uri)}".lower()
    sql = "SELECT 1 FROM own_blocks WHERE artisan_id = ? AND whom IN (?, ?)"
    return await fetch_one(tx, sql, (artisan_id, actor.uri, handle)) is not None


async def put_mute(tx: Tx, artisan_id: int, whom: str, handle: str, now: datetime, *, until: datetime | None) -> bool:
    """Record that an artisan does not want to read somebody, until a moment or for good; return whether it is new."""
    before = tx.total_changes
    sql = """
        INSERT INTO own_mutes (artisan_id, whom, handle, until, muted_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (artisan_id, whom) DO UPDATE SET until = excluded.until WHERE until IS NOT excluded.until
    """
    await tx.execute(sql, (artisan_id, whom, handle, None if until is None else to_ms(until), to_ms(now)))
    return tx.total_changes != before


async def delete_mute(tx: Tx, artisan_id: int, whom: str, handle: str) -> bool:
    """Forget that an artisan does not want to read somebody; return whether it was so."""
    sql = "DELETE FROM own_mutes WHERE artisan_id = ? AND whom IN (?, ?) RETURNING id"
    return bool(await fetch_all(tx, sql, (artisan_id, whom, handle)))


async def prune_mutes(tx: Tx, now: datetime) -> int:
    """Forget mutes that are over; return how many."""
    return len(await fetch_all(tx, "DELETE FROM own_mutes WHERE until <= ? RETURNING id", (to_ms(now),)))


_BLOCKED = """
    SELECT whom, handle, coalesce(name, '') AS name, blocked_at AS since, NULL AS until
    FROM own_blocks LEFT JOIN actors ON actors.uri = whom WHERE artisan_id = ?1
"""
_MUTED = """
    SELECT whom, handle, coalesce(name, '') AS name, muted_at AS since, until
    FROM own_mutes LEFT JOIN actors ON actors.uri = whom WHERE artisan_id = ?1
"""


def _unwelcome(row: Row) -> Unwelcome:
    return Unwelcome(
        whom=row["whom"],
        handle=row["handle"],
        name=row["name"],
        since=from_ms(row["since"]),
        until=moment_or_none(row["until"]),
    )


async def list_blocked(tx: Tx, artisan_id: int, *, limit: int = -1, offset: int = 0) -> list[Unwelcome]:
    """Return whom an artisan blocks, the last first."""
    sql = f"{_BLOCKED} ORDER BY blocked_at DESC, own_blocks.id DESC LIMIT ?2 OFFSET ?3"
    return [_unwelcome(row) for row in await fetch_all(tx, sql, (artisan_id, limit, offset))]


async def list_muted(tx: Tx, artisan_id: int, *, limit: int = -1, offset: int = 0) -> list[Unwelcome]:
    """Return whom an artisan does not want to read, the last first."""
    sql = f"{_MUTED} ORDER BY muted_at DESC, own_mutes.id DESC LIMIT ?2 OFFSET ?3"
    return [_unwelcome(row) for row in await fetch_all(tx, sql, (artisan_id, limit, offset))]


async def count(tx: Tx, artisan_id: int) -> tuple[int, int]:
    """Return how many an artisan blocks, and how many she mutes."""
    blocked = await fetch_value(tx, "SELECT count(*) FROM own_blocks WHERE artisan_id = ?", (artisan_id,))
    return blocked, await fetch_value(tx, "SELECT count(*) FROM own_mutes WHERE artisan_id = ?", (artisan_id,))


async def take_away(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget what an actor did to an artisan's works and posts, and what she said there or wrote to her."""
    for sql in _OF_AN_ACTOR:
        await tx.execute(sql, (artisan_id, actor_id))


_OF_AN_ACTOR = (
    "DELETE FROM reactions WHERE actor_id = ?2 AND work_id IN (SELECT id FROM works WHERE artisan_id = ?1)",
    "DELETE FROM post_reactions WHERE actor_id = ?2 AND post_id IN (SELECT id FROM posts WHERE artisan_id = ?1)",
    "DELETE FROM addressed WHERE artisan_id = ?1 AND post_id IN (SELECT id FROM posts WHERE actor_id = ?2)",
    """
    DELETE FROM posts WHERE actor_id = ?2 AND (
        work_id IN (SELECT id FROM works WHERE artisan_id = ?1)
        OR journal_id IN (SELECT id FROM posts WHERE artisan_id = ?1)
        OR (work_id IS NULL AND journal_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id)
            AND NOT EXISTS (SELECT 1 FROM following WHERE actor_id = ?2 AND artisan_id <> ?1)))
    """,
    # Others here may know her still: what she shares goes when nobody follows her any more.
    """
    DELETE FROM shares WHERE actor_id = ?2
        AND NOT EXISTS (SELECT 1 FROM following WHERE actor_id = ?2 AND artisan_id <> ?1)
    """,
)


async def list_inboxes(tx: Tx, artisan_id: int) -> frozenset[str]:
    """Return the inboxes that reach nobody but those whom an artisan blocks."""
    sql = """
        SELECT inbox_url FROM own_blocks JOIN actors ON actors.uri = whom
        WHERE artisan_id = ? AND inbox_url IS NOT shared_inbox_url
    """
    return frozenset(row["inbox_url"] for row in await fetch_all(tx, sql, (artisan_id,)))


async def drop_deliveries(tx: Tx, artisan_id: int, inbox_url: str, now: datetime) -> None:
    """Send nothing new of an artisan any more to an inbox; what takes back goes its way."""
    sql = """
        UPDATE deliveries SET state = 'refused', finished_at = ?3, answer = 'blocked here'
        WHERE inbox_url = ?2 AND state = 'waiting' AND activity_id IN (
            SELECT id FROM activities WHERE artisan_id = ?1 AND type IN ('Create', 'Update', 'Announce', 'Add', 'Like'))
    """
    await tx.execute(sql, (artisan_id, inbox_url, to_ms(now)))


async def block_handles(tx: Tx, artisan_id: int, handles: Iterable[str], now: datetime) -> None:
    """Record that an artisan blocks people who are not known here."""
    sql = """
        INSERT INTO own_blocks (artisan_id, whom, handle, blocked_at) VALUES (?1, ?2, ?2, ?3)
        ON CONFLICT (artisan_id, whom) DO NOTHING
    """
    await tx.executemany(sql, [(artisan_id, handle, to_ms(now)) for handle in handles])


async def mute_handles(tx: Tx, artisan_id: int, handles: Iterable[str], now: datetime) -> None:
    """Record that an artisan does not want to read people who are not known here."""
    sql = """
        INSERT INTO own_mutes (artisan_id, whom, handle, muted_at) VALUES (?1, ?2, ?2, ?3)
        ON CONFLICT (artisan_id, whom) DO NOTHING
    """
    await tx.executemany(sql, [(artisan_id, handle, to_ms(now)) for handle in handles])


async def list_tied_handles(tx: Tx, artisan_id: int) -> frozenset[str]:
    """Return the handles of all who follow an artisan, or whom she follows."""
    sql = """
        SELECT lower(username || '@' || host) AS handle FROM actors WHERE id IN (
            SELECT actor_id FROM followers WHERE artisan_id = ?1
            UNION SELECT actor_id FROM following WHERE artisan_id = ?1)
    """
    return frozenset(row["handle"] for row in await fetch_all(tx, sql, (artisan_id,)))
