"""What was set in the studio for the whole house."""

import json
from typing import Any

from fedi_artisan.storage.db import Tx, fetch_all


async def read_all(tx: Tx) -> dict[str, Any]:
    """Return all that was set, by name."""
    return {row["name"]: json.loads(row["value"]) for row in await fetch_all(tx, "SELECT name, value FROM settings")}


async def put(tx: Tx, name: str, value: object | None) -> None:
    """Set one thing; None takes it back."""
    if value is None:
        await tx.execute("DELETE FROM settings WHERE name = ?", (name,))
    else:
        sql = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        await tx.execute(sql, (name, json.dumps(value)))
