"""What posts kept here answer and nobody here knows yet: to be asked for at its own server."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, moment_or_none, to_ms

MOST = 500
MOST_OF_A_SITE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A post to ask for; *steps* is how far above what was sent to us it stands, the first being 1."""

    uri: str
    steps: int
    attempts: int


async def put(tx: Tx, uri: str, *, site: str, steps: int, now: datetime) -> None:
    """Have a post asked for, unless too many are waited for already: of all servers, or of this *site*."""
    sql = """
        INSERT INTO wanted_posts (uri, site, steps, due_at) SELECT ?1, ?2, ?3, ?4
        WHERE (SELECT count(*) FROM wanted_posts) < ?5
            AND (SELECT count(*) FROM wanted_posts WHERE site = ?2) < ?6
        ON CONFLICT (uri) DO UPDATE SET steps = min(steps, excluded.steps)
    """
    await tx.execute(sql, (uri, site, steps, to_ms(now), MOST, MOST_OF_A_SITE))


async def list_due(tx: Tx, now: datetime, *, of_a_site: int) -> list[Wanted]:
    """Return what may be asked for now, what waits longest first, and of each site no more than so much."""
    sql = """
        SELECT uri, steps, attempts FROM (
            SELECT *, row_number() OVER (PARTITION BY site ORDER BY due_at, uri) AS place FROM wanted_posts
            WHERE due_at <= ?)
        WHERE place <= ? ORDER BY due_at, uri
    """
    rows = await fetch_all(tx, sql, (to_ms(now), of_a_site))
    return [Wanted(uri=row["uri"], steps=row["steps"], attempts=row["attempts"]) for row in rows]


async def next_due(tx: Tx, *, after: datetime) -> datetime | None:
    """Return the first moment after *after* at which something may be asked for; None where there is none."""
    row = await fetch_one(tx, "SELECT min(due_at) AS due_at FROM wanted_posts WHERE due_at > ?", (to_ms(after),))
    return None if row is None else moment_or_none(row["due_at"])


async def postpone(tx: Tx, uri: str, due_at: datetime) -> None:
    """Have a post asked for once more at *due_at*."""
    await tx.execute("UPDATE wanted_posts SET attempts = attempts + 1, due_at = ? WHERE uri = ?", (to_ms(due_at), uri))


async def delete(tx: Tx, uri: str) -> None:
    """Have a post asked for no more."""
    await tx.execute("DELETE FROM wanted_posts WHERE uri = ?", (uri,))
