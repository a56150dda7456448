"""What was learned about other servers: the signatures they read, and whether they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.deliveries import BREAKER_AFTER
from fedi_artisan.storage.db import Tx, fetch_all, to_ms


@dataclass(frozen=True, slots=True)
class HostTrouble:
    """A host that failed lately: how often in a row, and until when it is left in peace."""

    host: str
    failures: int
    closed_until: datetime


async def list_schemes(tx: Tx, learned_after: datetime) -> dict[str, str]:
    """Return the signature scheme learned for each host since *learned_after*."""
    sql = "SELECT host, scheme FROM hosts WHERE scheme IS NOT NULL AND scheme_learned_at > ?"
    return {row["host"]: row["scheme"] for row in await fetch_all(tx, sql, (to_ms(learned_after),))}


async def put_schemes(tx: Tx, schemes: Mapping[str, str], now: datetime) -> None:
    """Record the signature scheme that each host was found to read."""
    sql = """
        INSERT INTO hosts (host, scheme, scheme_learned_at) VALUES (?, ?, ?)
        ON CONFLICT (host) DO UPDATE SET scheme = excluded.scheme, scheme_learned_at = excluded.scheme_learned_at
    """
    await tx.executemany(sql, [(host, scheme, to_ms(now)) for host, scheme in schemes.items()])


async def list_failures(tx: Tx) -> dict[str, int]:
    """Return how often in a row each host failed that failed at its last try."""
    rows = await fetch_all(tx, "SELECT host, failures FROM hosts WHERE failures > 0")
    return {row["host"]: row["failures"] for row in rows}


async def record_failures(tx: Tx, troubles: Sequence[HostTrouble], now: datetime) -> None:
    """Record hosts that did not answer, since when they do not, and until when they are left in peace."""
    sql = """
        INSERT INTO hosts (host, failures, closed_until, failing_since) VALUES (?, ?, ?, ?)
        ON CONFLICT (host) DO UPDATE SET failures = excluded.failures, closed_until = excluded.closed_until,
            failing_since = coalesce(failing_since, excluded.failing_since)
    """
    rows = [(trouble.host, trouble.failures, to_ms(trouble.closed_until), to_ms(now)) for trouble in troubles]
    await tx.executemany(sql, rows)


async def give_up_dead(tx: Tx, failing_before: datetime, now: datetime) -> int:
    """Give up what waits for hosts that have been failing since before *failing_before*; return how many deliveries."""
    sql = """
        UPDATE deliveries SET state = 'given-up', finished_at = ? WHERE state = 'waiting'
            AND host IN (SELECT host FROM hosts WHERE failures > 0 AND failing_since < ?) RETURNING id
    """
    return len(await fetch_all(tx, sql, (to_ms(now), to_ms(failing_before))))


async def prune(tx: Tx, learned_before: datetime) -> int:
    """Forget hosts that do not fail and of which nothing was learned since *learned_before*; return how many."""
    sql = "DELETE FROM hosts WHERE failures = 0 AND coalesce(scheme_learned_at, 0) < ? RETURNING host"
    return len(await fetch_all(tx, sql, (to_ms(learned_before),)))


async def record_recoveries(tx: Tx, hosts: Sequence[str], now: datetime) -> None:
    """Record that hosts answered again; what waits for those that were left in peace is due at once."""
    due = """
        UPDATE deliveries SET due_at = ?1 WHERE host = ?2 AND state = 'waiting' AND due_at > ?1
            AND (SELECT failures FROM hosts WHERE host = ?2) >= ?3
    """
    await tx.executemany(due, [(to_ms(now), host, BREAKER_AFTER) for host in hosts])
    sql = "UPDATE hosts SET failures = 0, failing_since = NULL, closed_until = NULL WHERE host = ?"
    await tx.executemany(sql, [(host,) for host in hosts])
