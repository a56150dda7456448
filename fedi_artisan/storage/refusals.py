"""How many requests were refused, by kind and span of ten minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fedi_artisan.domain.refusals import Counted
from fedi_artisan.storage.db import Tx, fetch_all

SPAN = timedelta(minutes=10)
KEPT = timedelta(days=7)


def span_of(moment: datetime) -> int:
    """Return the number of the ten minutes that *moment* is in."""
    return int(moment.timestamp() // SPAN.total_seconds())


async def add(tx: Tx, counts: Mapping[tuple[int, str], Counted]) -> None:
    """Add to how many were refused, by the number of the span and the kind."""
    sql = """
        INSERT INTO refusals (span, kind, count, nearby) VALUES (?, ?, ?, ?)
        ON CONFLICT (span, kind) DO UPDATE SET count = count + excluded.count, nearby = nearby + excluded.nearby
    """
    await tx.executemany(sql, [(span, kind, *counted) for (span, kind), counted in counts.items()])


async def prune(tx: Tx, now: datetime) -> None:
    """Forget what is older than it is kept, and what a clock that was wrong has put into the future."""
    await tx.execute(
        "DELETE FROM refusals WHERE span < ? OR span > ?", (span_of(now - KEPT), span_of(now + timedelta(days=1)))
    )


async def since(tx: Tx, moment: datetime) -> dict[str, Counted]:
    """Return how many were refused since the ten minutes of *moment* began, by kind, most first."""
    sql = """
        SELECT kind, sum(count) AS count, sum(nearby) AS nearby FROM refusals WHERE span >= ?
        GROUP BY kind ORDER BY count DESC, kind
    """
    rows = await fetch_all(tx, sql, (span_of(moment),))
    return {row["kind"]: Counted(row["count"], row["nearby"]) for row in rows}
