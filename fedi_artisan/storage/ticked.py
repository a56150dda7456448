"""What artisans have ticked off of the list with which they begin."""

from fedi_artisan.storage.db import Tx, fetch_all


async def list_of(tx: Tx, artisan_id: int) -> frozenset[str]:
    """Return what an artisan has ticked off."""
    rows = await fetch_all(tx, "SELECT item FROM ticked WHERE artisan_id = ?", (artisan_id,))
    return frozenset(row["item"] for row in rows)


async def put(tx: Tx, artisan_id: int, item: str) -> None:
    """Tick one off."""
    await tx.execute("INSERT OR IGNORE INTO ticked (artisan_id, item) VALUES (?, ?)", (artisan_id, item))


async def remove(tx: Tx, artisan_id: int, item: str) -> None:
    """Take the tick away again."""
    await tx.execute("DELETE FROM ticked WHERE artisan_id = ? AND item = ?", (artisan_id, item))
