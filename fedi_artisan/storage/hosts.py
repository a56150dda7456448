"""What was learned about other servers: the signatures they read, and whether they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, to_ms


@dataclass(frozen=True, slots=True)
class HostTrouble:
    """A host that failed lately: how often in a row, and until when it is left in peace (as stored)."""

    host: str
    failures: int
    closed_until: int | None


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


async def list_troubled(tx: Tx) -> list[HostTrouble]:
    """Return all hosts that failed at their last try."""
    return [
        HostTrouble(row["host"], row["failures"], row["closed_until"])
        for row in await fetch_all(tx, "SELECT host, failures, closed_until FROM hosts WHERE failures > 0")
    ]


async def record_failures(tx: Tx, failures: Sequence[tuple[str, int, datetime | None]], now: datetime) -> None:
    """Record (host, failures in a row, closed until); what waits for a closed host is put off until then."""
    sql = """
        INSERT INTO hosts (host, failures, failing_since, closed_until) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (host) DO UPDATE SET failures = excluded.failures, closed_until = excluded.closed_until,
            failing_since = coalesce(failing_since, excluded.failing_since)
    """
    rows = [(host, count, to_ms(now), None if until is None else to_ms(until)) for host, count, until in failures]
    await tx.executemany(sql, rows)
    put_off = "UPDATE deliveries SET due_at = ?1 WHERE host = ?2 AND state = 'waiting' AND due_at < ?1"
    await tx.executemany(put_off, [(until, host) for host, _, _, until in rows if until is not None])


async def record_recoveries(tx: Tx, hosts: Sequence[str], now: datetime) -> None:
    """Record that hosts answered again: what waits for them is due at once."""
    sql = "UPDATE hosts SET failures = 0, failing_since = NULL, closed_until = NULL WHERE host = ?"
    await tx.executemany(sql, [(host,) for host in hosts])
    due = "UPDATE deliveries SET due_at = ?1 WHERE host = ?2 AND state = 'waiting' AND due_at > ?1"
    await tx.executemany(due, [(to_ms(now), host) for host in hosts])
