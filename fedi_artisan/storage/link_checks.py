"""Whether the pages that artisans link to link back, as they were last asked."""

import json
from collections.abc import Collection
from datetime import datetime

from fedi_artisan.domain.links import Verdict
from fedi_artisan.storage.db import Tx, fetch_all, to_ms


async def put(tx: Tx, artisan_id: int, url: str, verdict: Verdict, now: datetime) -> None:
    """Record what came of looking at the page at *url*."""
    sql = "INSERT OR REPLACE INTO link_checks (artisan_id, url, verdict, checked_at) VALUES (?, ?, ?, ?)"
    await tx.execute(sql, (artisan_id, url, verdict, to_ms(now)))


async def list_of(tx: Tx, artisan_id: int) -> dict[str, Verdict]:
    """Return what came of looking at the pages that an artisan links to, by their addresses."""
    rows = await fetch_all(tx, "SELECT url, verdict FROM link_checks WHERE artisan_id = ?", (artisan_id,))
    return {row["url"]: Verdict(row["verdict"]) for row in rows}


async def keep_only(tx: Tx, artisan_id: int, urls: Collection[str]) -> None:
    """Forget all but these."""
    sql = "DELETE FROM link_checks WHERE artisan_id = ? AND url NOT IN (SELECT value FROM json_each(?))"
    await tx.execute(sql, (artisan_id, json.dumps(list(urls))))
