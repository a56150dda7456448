"""How the house treats other servers: each domain with all that is below it."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.safety import Severity, domains_of, is_below, without_port
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A server that is treated otherwise than others; *list_id* is that of the list that brought it."""

    domain: str
    severity: Severity
    comment: str
    list_id: int | None
    since: datetime


def _ruled(row: Row) -> Ruled:
    return Ruled(
        domain=row["domain"],
        severity=Severity(row["severity"]),
        comment=row["comment"],
        list_id=row["list_id"],
        since=from_ms(row["ruled_at"]),
    )


async def put(
    tx: Tx, domain: str, severity: Severity, comment: str, now: datetime, *, list_id: int | None = None
) -> bool:
    """Record how a server is treated; return whether that is other than before."""
    before = await find(tx, domain)
    sql = """
        INSERT INTO servers (domain, severity, comment, list_id, ruled_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (domain) DO UPDATE SET severity = excluded.severity, comment = excluded.comment,
            list_id = excluded.list_id, ruled_at = excluded.ruled_at
    """
    await tx.execute(sql, (domain, severity, comment, list_id, to_ms(now)))
    return before is None or before.severity is not severity


async def delete(tx: Tx, domain: str) -> bool:
    """Treat a server as all others; return whether it was not."""
    return bool(await fetch_all(tx, "DELETE FROM servers WHERE domain = ? RETURNING domain", (domain,)))


async def find(tx: Tx, domain: str) -> Ruled | None:
    """Return how this very domain is treated."""
    row = await fetch_one(tx, "SELECT * FROM servers WHERE domain = ?", (domain,))
    return None if row is None else _ruled(row)


async def list_all(
    tx: Tx, severities: Collection[Severity] = tuple(Severity), *, limit: int = -1, offset: int = 0
) -> list[Ruled]:
    """Return the servers that are treated so, by their names."""
    sql = """
        SELECT * FROM servers WHERE severity IN (SELECT value FROM json_each(?)) ORDER BY domain LIMIT ? OFFSET ?
    """
    return [_ruled(row) for row in await fetch_all(tx, sql, (json.dumps([*severities]), limit, offset))]


async def count(tx: Tx) -> dict[Severity, int]:
    """Return how many servers are treated in each way."""
    rows = await fetch_all(tx, "SELECT severity, count(*) AS count FROM servers GROUP BY severity")
    counted = {row["severity"]: row["count"] for row in rows}
    return {severity: counted.get(severity, 0) for severity in Severity}


async def ruled_among(tx: Tx, domains: Iterable[str]) -> dict[str, Severity]:
    """Return those of some domains that are treated otherwise, each by its very name."""
    sql = "SELECT domain, severity FROM servers WHERE domain IN (SELECT value FROM json_each(?))"
    return {
        row["domain"]: Severity(row["severity"])
        for row in await fetch_all(tx, sql, (json.dumps(sorted(set(domains))),))
    }


async def list_tied_hosts(tx: Tx) -> dict[str, int]:
    """Return on which hosts somebody follows or is followed, and how many do or are."""
    sql = """
        SELECT host, count(*) AS count FROM actors WHERE EXISTS (SELECT 1 FROM followers WHERE actor_id = actors.id)
            OR EXISTS (SELECT 1 FROM following WHERE actor_id = actors.id) GROUP BY host
    """
    return {row["host"]: row["count"] for row in await fetch_all(tx, sql)}


@dataclass(frozen=True, slots=True)
class Remains:
    """What is still here of blocked servers: the rows of their people, and of what waits to be sent there."""

    people: list[int]
    deliveries: list[int]


async def list_remains(tx: Tx) -> Remains:
    """Return what is still here of blocked servers."""
    blocked = {row["domain"] for row in await fetch_all(tx, "SELECT domain FROM servers WHERE severity = 'blocked'")}
    if not blocked:
        return Remains([], [])
    sql = "SELECT DISTINCT host FROM actors UNION SELECT DISTINCT host FROM deliveries WHERE state = 'waiting'"
    hosts = json.dumps([row["host"] for row in await fetch_all(tx, sql) if is_below(row["host"], blocked)])
    sql = "SELECT id FROM actors WHERE host IN (SELECT value FROM json_each(?))"
    people = [row["id"] for row in await fetch_all(tx, sql, (hosts,))]
    sql = "SELECT id FROM deliveries WHERE state = 'waiting' AND host IN (SELECT value FROM json_each(?))"
    return Remains(people, [row["id"] for row in await fetch_all(tx, sql, (hosts,))])


async def forget_people(tx: Tx, ids: Collection[int]) -> int:
    """Forget people with all they did here, if their server is blocked still; return how many."""
    found = await fetch_all(
        tx, "SELECT DISTINCT host FROM actors WHERE id IN (SELECT value FROM json_each(?))", (json.dumps([*ids]),)
    )
    sql = """
        DELETE FROM actors WHERE id IN (SELECT value FROM json_each(?)) AND host IN (SELECT value FROM json_each(?))
        RETURNING id
    """
    return len(await fetch_all(tx, sql, (json.dumps([*ids]), await _still_blocked(tx, found))))


async def refuse_deliveries(tx: Tx, ids: Collection[int], now: datetime) -> None:
    """Send what waits no more, where the server to which it goes is blocked still."""
    found = await fetch_all(
        tx, "SELECT DISTINCT host FROM deliveries WHERE id IN (SELECT value FROM json_each(?))", (json.dumps([*ids]),)
    )
    sql = """
        UPDATE deliveries SET state = 'refused', finished_at = ?3, answer = 'blocked here' WHERE state = 'waiting'
            AND id IN (SELECT value FROM json_each(?1)) AND host IN (SELECT value FROM json_each(?2))
    """
    await tx.execute(sql, (json.dumps([*ids]), await _still_blocked(tx, found), to_ms(now)))


async def _still_blocked(tx: Tx, rows: Iterable[Row]) -> str:
    """Return as JSON those of the hosts in some rows that are blocked, by their own name or one that they are below."""
    above = {row["host"]: {*domains_of(without_port(row["host"]))} for row in rows}
    ruled = await ruled_among(tx, {domain for domains in above.values() for domain in domains})
    blocked = {domain for domain, severity in ruled.items() if severity is Severity.BLOCKED}
    return json.dumps([host for host, domains in above.items() if domains & blocked])


async def put_many(
    tx: Tx, ruled: Iterable[tuple[str, Severity, str]], now: datetime, *, list_id: int | None = None
) -> None:
    """Record how each of many servers is treated, and why."""
    sql = """
        INSERT INTO servers (domain, severity, comment, list_id, ruled_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (domain) DO UPDATE SET severity = excluded.severity, comment = excluded.comment,
            list_id = excluded.list_id, ruled_at = excluded.ruled_at
    """
    await tx.executemany(sql, [(*one, list_id, to_ms(now)) for one in ruled])


async def delete_many(tx: Tx, domains: Iterable[str]) -> None:
    """Treat each of many servers as all others."""
    await tx.executemany("DELETE FROM servers WHERE domain = ?", [(domain,) for domain in domains])


async def count_followers(tx: Tx, host: str, most: int) -> int:
    """Return how many on a host follow somebody here; of more than *most*, that many."""
    sql = """
        SELECT count(*) FROM (SELECT 1 FROM actors JOIN followers ON actor_id = actors.id WHERE host = ? LIMIT ?)
    """
    return await fetch_value(tx, sql, (host, most))
