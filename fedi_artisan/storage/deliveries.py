"""What this server says, and its way to each inbox (the transactional outbox)."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.deliveries import Delivery, DeliveryState
from fedi_artisan.domain.uris import host_of
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, moment_or_none, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An activity of an artisan here, ready to be sent.

    `public` says whether anybody may read it at its id, `for_followers` whether it is for them and for nobody else.
    """

    uri: str
    artisan_id: int
    type: str
    subject_uri: str
    public: bool
    body: bytes
    for_followers: bool = False


@dataclass(frozen=True, slots=True)
class HostSummary:
    """How deliveries to one host stand, for a person."""

    host: str
    waiting: int
    delivered: int
    refused: int
    given_up: int
    last_answer: str
    closed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a try ended: the new state, when it is due again (where it waits), and the last answer in words."""

    delivery_id: int
    state: DeliveryState
    due_at: datetime | None
    answer: str


async def enqueue(tx: Tx, said: Said, inbox_urls: Iterable[str], now: datetime) -> None:
    """Record an activity and one delivery for each distinct inbox; the queue finds them after the commit."""
    sql = """
        INSERT INTO activities (uri, artisan_id, type, subject_uri, public, body, created_at, for_followers)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
    """
    whose = (said.uri, said.artisan_id, said.type, said.subject_uri)
    values = (*whose, said.public, said.body, to_ms(now), said.for_followers)
    activity_id = int((await fetch_all(tx, sql, values))[0]["id"])
    await _insert(tx, activity_id, said.subject_uri, inbox_urls, now)


async def _insert(tx: Tx, activity_id: int, subject_uri: str, inbox_urls: Iterable[str], now: datetime) -> None:
    sql = """
        INSERT OR IGNORE INTO deliveries (activity_id, inbox_url, host, subject_uri, due_at) VALUES (?, ?, ?, ?, ?)
    """
    moment = to_ms(now)
    rows = [(activity_id, inbox, host_of(inbox), subject_uri, moment) for inbox in inbox_urls]
    await tx.executemany(sql, rows)


async def count_servers(tx: Tx, subject_uri: str) -> int:
    """Return to how many servers anything about a subject was sent, or is on its way."""
    return await fetch_value(tx, "SELECT count(DISTINCT host) FROM deliveries WHERE subject_uri = ?", (subject_uri,))


async def redirect(tx: Tx, shared_inbox_url: str, now: datetime) -> None:
    """Send all that waits for a shared inbox to the personal inboxes behind it instead, in the same order.

    Only to those whom it concerns: the followers of the artisan who speaks, and, unless it is for these alone, those
    who once reacted here.
    """
    sql = """
        SELECT waiting.activity_id, waiting.subject_uri, actors.inbox_url FROM deliveries AS waiting
        JOIN activities ON activities.id = waiting.activity_id
        JOIN actors ON actors.shared_inbox_url = waiting.inbox_url
        WHERE waiting.inbox_url = ? AND waiting.state = 'waiting' AND (
            EXISTS (SELECT 1 FROM followers WHERE actor_id = actors.id AND artisan_id = activities.artisan_id)
            OR (activities.public AND (
                EXISTS (SELECT 1 FROM reactions WHERE actor_id = actors.id)
                OR EXISTS (SELECT 1 FROM post_reactions WHERE actor_id = actors.id)
                OR EXISTS (SELECT 1 FROM posts WHERE actor_id = actors.id))))
        ORDER BY waiting.id
    """
    for row in await fetch_all(tx, sql, (shared_inbox_url,)):
        await _insert(tx, row["activity_id"], row["subject_uri"], [row["inbox_url"]], now)
    ended = """
        UPDATE deliveries SET state = 'refused', finished_at = ?1, answer = 'gone; sent to each person''s inbox instead'
        WHERE inbox_url = ?2 AND state = 'waiting' AND EXISTS (SELECT 1 FROM actors WHERE shared_inbox_url = ?2)
    """
    await tx.execute(ended, (to_ms(now), shared_inbox_url))


async def list_due(
    tx: Tx, now: datetime, *, under_way: Collection[int], busy_hosts: Collection[str], per_host: int, limit: int
) -> list[Delivery]:
    """Return deliveries whose time has come, at most *per_host* for each host, the oldest first.

    None goes to a host left in peace. Deliveries about one subject to one inbox keep their order: a later one is
    not due before the earlier has ended.
    """
    sql = """
        SELECT due.id, activities.uri, activities.artisan_id, due.inbox_url, due.host, due.attempts, activities.body,
            activities.for_followers, activities.type = 'Flag' AS by_house
        FROM (
            SELECT id, activity_id, inbox_url, host, attempts, row_number() OVER (PARTITION BY host ORDER BY id) AS turn
            FROM deliveries AS d
            WHERE state = 'waiting' AND due_at <= ?1
                AND host NOT IN (SELECT value FROM json_each(?2))
                AND host NOT IN (SELECT host FROM hosts WHERE closed_until > ?1)
                AND id NOT IN (SELECT value FROM json_each(?3))
                AND NOT EXISTS (
                    SELECT 1 FROM deliveries AS earlier
                    WHERE earlier.state = 'waiting' AND earlier.inbox_url = d.inbox_url
                        AND earlier.subject_uri = d.subject_uri AND earlier.id < d.id)
        ) AS due
        JOIN activities ON activities.id = due.activity_id
        WHERE due.turn <= ?4 ORDER BY due.id LIMIT ?5
    """
    values = (to_ms(now), json.dumps(list(busy_hosts)), json.dumps(list(under_way)), per_host, limit)
    return [
        Delivery(
            id=row[0],
            activity_uri=row[1],
            artisan_id=row[2],
            inbox_url=row[3],
            host=row[4],
            attempts=row[5],
            body=row[6],
            for_followers=bool(row[7]),
            by_house=bool(row[8]),
        )
        for row in await fetch_all(tx, sql, values)
    ]


async def settle(tx: Tx, settled: Sequence[Settled], now: datetime) -> None:
    """Record how tries ended."""
    sql = """
        UPDATE deliveries SET state = ?, attempts = attempts + 1, due_at = coalesce(?, due_at), finished_at = ?,
            answer = ?
        WHERE id = ?
    """
    rows = [
        (
            one.state,
            None if one.due_at is None else to_ms(one.due_at),
            None if one.state is DeliveryState.WAITING else to_ms(now),
            one.answer,
            one.delivery_id,
        )
        for one in settled
    ]
    await tx.executemany(sql, rows)


async def next_due(tx: Tx, *, after: datetime) -> datetime | None:
    """Return the first moment after *after* at which a delivery is due, or a host is not left in peace any more."""
    sql = """
        SELECT min(due_at) AS due_at FROM (
            SELECT min(due_at) AS due_at FROM deliveries WHERE state = 'waiting' AND due_at > ?1
            UNION ALL SELECT min(closed_until) FROM hosts WHERE closed_until > ?1)
    """
    rows = await fetch_all(tx, sql, (to_ms(after),))
    return moment_or_none(rows[0]["due_at"])


async def retry(tx: Tx, now: datetime, host: str | None = None) -> int:
    """Have everything that waits, was refused or given up tried at once, for one host or all; return how many.

    What was taken back since, and whose taking back has arrived, stays as it is: it must not appear again.
    """
    sql = """
        UPDATE deliveries AS d SET state = 'waiting', due_at = ?1, finished_at = NULL,
            attempts = CASE state WHEN 'waiting' THEN attempts ELSE 0 END
        WHERE state IN ('waiting', 'refused', 'given-up') AND (?2 IS NULL OR host = ?2) AND NOT EXISTS (
            SELECT 1 FROM activities JOIN deliveries AS later ON later.activity_id = activities.id
            WHERE activities.subject_uri = d.subject_uri AND activities.type IN ('Delete', 'Undo')
                AND later.inbox_url = d.inbox_url AND later.id > d.id AND later.state = 'delivered')
        RETURNING id
    """
    peace = "UPDATE hosts SET failures = 0, failing_since = NULL, closed_until = NULL WHERE ?1 IS NULL OR host = ?1"
    await tx.execute(peace, (host,))
    return len(await fetch_all(tx, sql, (to_ms(now), host)))


async def summaries(tx: Tx, host: str | None = None) -> list[HostSummary]:
    """Return how deliveries stand for each host, those with trouble first."""
    sql = """
        SELECT d.host, sum(state = 'waiting') AS waiting, sum(state = 'delivered') AS delivered,
            sum(state = 'refused') AS refused, sum(state = 'given-up') AS given_up,
            coalesce((SELECT answer FROM deliveries AS last WHERE last.host = d.host AND answer <> ''
                ORDER BY state = 'delivered', coalesce(finished_at, due_at) DESC LIMIT 1), '') AS last_answer,
            hosts.closed_until AS closed_until
        FROM deliveries AS d LEFT JOIN hosts ON hosts.host = d.host
        WHERE ?1 IS NULL OR d.host = ?1
        GROUP BY d.host ORDER BY waiting + refused + given_up DESC, d.host
    """
    return [
        HostSummary(
            row["host"],
            row["waiting"],
            row["delivered"],
            row["refused"],
            row["given_up"],
            row["last_answer"],
            moment_or_none(row["closed_until"]),
        )
        for row in await fetch_all(tx, sql, (host,))
    ]


async def find_public(tx: Tx, uri: str) -> bytes | None:
    """Return a public activity of ours as it was sent; None as well once what it tells of was withdrawn."""
    sql = """
        SELECT body FROM activities AS said WHERE uri = ? AND public AND (type = 'Delete' OR NOT EXISTS (
            SELECT 1 FROM activities AS later WHERE later.subject_uri = said.subject_uri AND later.type = 'Delete'))
    """
    row = await fetch_one(tx, sql, (uri,))
    return None if row is None else bytes(row["body"])


async def hide(tx: Tx, uri: str) -> None:
    """Let an activity of ours be read no more: it was taken back."""
    await tx.execute("UPDATE activities SET public = 0 WHERE uri = ?", (uri,))


async def find_creates(tx: Tx, subject_uris: Collection[str]) -> dict[str, str]:
    """Return the ids of the Creates of these works, by the work's id."""
    sql = """
        SELECT subject_uri, uri FROM activities
        WHERE type = 'Create' AND subject_uri IN (SELECT value FROM json_each(?))
    """
    rows = await fetch_all(tx, sql, (json.dumps(list(subject_uris)),))
    return {row["subject_uri"]: row["uri"] for row in rows}


async def list_reached(tx: Tx, subject_uri: str) -> list[str]:
    """Return the inboxes that were, or will be, told about a subject."""
    sql = """
        SELECT DISTINCT inbox_url FROM deliveries
        WHERE activity_id IN (SELECT id FROM activities WHERE subject_uri = ?)
    """
    return [row["inbox_url"] for row in await fetch_all(tx, sql, (subject_uri,))]


async def prune(tx: Tx, before: datetime) -> int:
    """Forget answers that only their receiver wanted, once they were settled before *before*; return how many.

    What was said about works stays, so that a withdrawal reaches everybody who was told.
    """
    sql = """
        DELETE FROM activities WHERE NOT public AND created_at < ?
            AND NOT EXISTS (SELECT 1 FROM activities AS told
                WHERE told.subject_uri = activities.subject_uri AND told.type = 'Create')
            AND NOT EXISTS (SELECT 1 FROM deliveries WHERE activity_id = activities.id AND state = 'waiting')
        RETURNING id
    """
    return len(await fetch_all(tx, sql, (to_ms(before),)))
