"""Which works artisans show first."""

import json
from collections.abc import Collection

from fedi_artisan.storage.db import Tx, fetch_all


async def list_uids(tx: Tx, artisan_id: int) -> frozenset[str]:
    """Return the uids of the works that an artisan shows first."""
    sql = "SELECT uid FROM works WHERE artisan_id = ? AND featured AND withdrawn_at IS NULL"
    return frozenset(row["uid"] for row in await fetch_all(tx, sql, (artisan_id,)))


async def put(tx: Tx, artisan_id: int, uids: Collection[str]) -> None:
    """Have an artisan show these of her works first, and no others."""
    sql = """
        UPDATE works SET featured = uid IN (SELECT value FROM json_each(?1))
        WHERE artisan_id = ?2 AND withdrawn_at IS NULL AND featured IS NOT (uid IN (SELECT value FROM json_each(?1)))
    """
    await tx.execute(sql, (json.dumps(list(uids)), artisan_id))
