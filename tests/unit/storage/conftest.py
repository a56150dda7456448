"""A database as the program opens it, on a real file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.resources import folder
from fedi_artisan.storage import actors, artisans
from fedi_artisan.storage.db import Database, Tx
from tests.house import lay_out

NOW = datetime(2026, 11, 23, 12, 30, 22, 123000, tzinfo=UTC)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """The file, at the newest schema."""
    file = tmp_path / "data" / "test.sqlite3"
    await lay_out(file)
    return file


@pytest.fixture
async def db(path: Path) -> AsyncIterator[Database]:
    """The database, open."""
    opened = await Database.open(path, folder("migrations"))
    yield opened
    await opened.close()


@pytest.fixture
async def artisan_id(db: Database) -> int:
    """An artisan."""
    async with db.write() as tx:
        return await artisans.insert(tx, uid="maria", username="maria", name="Maria", language="fr", now=NOW)


async def put_actor(tx: Tx, name: str, *, host: str = "host.example", shared: bool = False) -> int:
    """Store an actor of this name and return her row id."""
    actor = RemoteActor(
        uri=f"https://{host}/users/{name}",
        type="Person",
        username=name,
        inbox_url=f"https://{host}/users/{name}/inbox",
        shared_inbox_url=f"https://{host}/inbox" if shared else None,
    )
    return await actors.put(tx, actor, NOW)
