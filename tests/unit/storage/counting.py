"""What the tests of the database do with it."""

from fedi_artisan.storage.db import Database, Tx, fetch_value

# Long enough to be interrupted, short enough to wait for.
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n"


async def count(db: Database) -> int:
    """Return how many types are counted as ignored: a table that is easily written to."""
    async with db.read() as tx:
        return await fetch_value(tx, "SELECT count(*) FROM ignored")


async def add(tx: Tx, name: str) -> None:
    """Write something."""
    await tx.execute("INSERT INTO ignored (type, count) VALUES (?, 1)", (name,))


async def is_sound(db: Database) -> bool:
    """Whether writing still works, and no transaction was left open."""
    before = await count(db)
    async with db.write() as tx:
        await add(tx, f"afterwards {before}")
    return await count(db) == before + 1 and not tx.in_transaction
