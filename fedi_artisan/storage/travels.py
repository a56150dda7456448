"""Where works have travelled, as it follows from their deliveries."""

import json
from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.deliveries import DeliveryState
from fedi_artisan.domain.travels import Leg, Reach
from fedi_artisan.storage.db import Tx, fetch_all, moment_or_none, to_ms

# Of each inbox the newest delivery about a subject. One of several inboxes of a host stands for it: what waits before
# what arrived, and that before what was refused.
_NEWEST = """
    SELECT subject_uri, host, state, answer, attempts, coalesce(finished_at, due_at) AS at,
        row_number() OVER (PARTITION BY subject_uri, host ORDER BY state <> 'waiting', state <> 'delivered', id DESC)
            AS place
    FROM deliveries WHERE id IN (
        SELECT max(deliveries.id) FROM deliveries JOIN activities ON activities.id = activity_id
        WHERE activities.subject_uri IN (SELECT value FROM json_each(?))
        GROUP BY activities.subject_uri, inbox_url)
"""


async def list_legs(tx: Tx, subject_uri: str) -> list[Leg]:
    """Return how the way of a work to each place stands: trouble first, then what waits, then by name."""
    sql = f"SELECT * FROM ({_NEWEST}) WHERE place = 1 ORDER BY state = 'delivered', state = 'waiting', host"  # noqa: S608 - ours
    return [
        Leg(
            host=row["host"],
            state=DeliveryState(row["state"]),
            answer=row["answer"],
            attempts=row["attempts"],
            at=moment_or_none(row["at"]),
        )
        for row in await fetch_all(tx, sql, (json.dumps([subject_uri]),))
    ]


async def list_reaches(tx: Tx, subject_uris: Collection[str]) -> dict[str, Reach]:
    """Return how far each of these works has come; of those that were sent nowhere, nothing."""
    sql = f"""
        SELECT subject_uri, sum(state = 'delivered') AS reached, sum(state = 'waiting') AS waiting,
            sum(state IN ('refused', 'given-up')) AS refused
        FROM ({_NEWEST}) WHERE place = 1 GROUP BY subject_uri
    """  # noqa: S608 - a constant of ours
    return {
        row["subject_uri"]: Reach(reached=row["reached"], waiting=row["waiting"], refused=row["refused"])
        for row in await fetch_all(tx, sql, (json.dumps(list(subject_uris)),))
    }


async def retry(tx: Tx, subject_uri: str, now: datetime) -> int:
    """Have the newest about a work that has not arrived tried at once, everywhere; return at how many inboxes.

    Hosts that were left in peace because they did not answer are asked again.
    """
    sql = """
        UPDATE deliveries SET state = 'waiting', due_at = ?1, finished_at = NULL,
            attempts = CASE state WHEN 'waiting' THEN attempts ELSE 0 END
        WHERE state IN ('waiting', 'refused', 'given-up') AND id IN (
            SELECT max(deliveries.id) FROM deliveries JOIN activities ON activities.id = activity_id
            WHERE activities.subject_uri = ?2 GROUP BY inbox_url)
        RETURNING host
    """
    hosts = [row["host"] for row in await fetch_all(tx, sql, (to_ms(now), subject_uri))]
    peace = """
        UPDATE hosts SET failures = 0, failing_since = NULL, closed_until = NULL
        WHERE host IN (SELECT value FROM json_each(?))
    """
    await tx.execute(peace, (json.dumps(hosts),))
    return len(hosts)
