"""The database is damaged: bytes of it, or of what SQLite keeps beside it, are others than were written."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.kinds.fault import Fault
from tests.faults.promises import wrong
from tests.faults.scene import Scene

_PAGE_BYTES = 4096
_LOOKS = 12


@contextlib.asynccontextmanager
async def damaged(scene: Scene) -> AsyncIterator[None]:
    """Damage it while the server is stopped, or while it runs; then put the copy of before in its place.

    Stopped, it says what to do and does not start; running, it answers clearly. `doctor` tells in both cases.
    """
    database = scene.config.database
    await scene.stands_still()
    runs = scene.chance.random() < 0.5
    if not runs:
        await scene.server.end(signal.SIGTERM)
    copy = database.with_name("copy.sqlite3")
    _copy(database, copy)
    _overwrite(database, scene, whole=scene.chance.random() < 0.5 and not runs)
    try:
        if runs:
            await _look_while_running(scene)
            yield
            await scene.server.end(signal.SIGTERM)
        else:
            yield
            await _refuses_to_start(scene)
        await _doctor_tells(scene)
    finally:
        await scene.server.end(signal.SIGKILL)
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        copy.replace(database)
    await scene.server.start()
    await scene.server.answers()
    # What was logged about the damage was right to be logged.
    scene.log_from = scene.server.log_bytes()


def _copy(database: Path, copy: Path) -> None:
    """Copy it as backups do."""
    with contextlib.closing(sqlite3.connect(database)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _overwrite(database: Path, scene: Scene, *, whole: bool) -> None:
    """Write nonsense over most pages, or with *whole* over the very first as well."""
    pages = database.stat().st_size // _PAGE_BYTES
    with database.open("r+b") as file:
        for page in range(0 if whole else 1, pages):
            if scene.chance.random() < 0.9:
                file.seek(page * _PAGE_BYTES)
                file.write(scene.chance.randbytes(_PAGE_BYTES))


async def _look_while_running(scene: Scene) -> None:
    """Look at pages: each is answered, and none says that it does not know what happened."""
    for _ in range(_LOOKS):
        await scene.visitor.open("/works")
        await scene.visitor.open(f"/works/nothing-{_}")
        await asyncio.sleep(0.02)


async def _refuses_to_start(scene: Scene) -> None:
    """Try to start: it must end soon by itself, and say what to do."""
    log_from = scene.server.log_bytes()
    await scene.server.start()
    try:
        status = await scene.server.ended()
    except TimeoutError:
        scene.town.wrong.append(wrong("it runs on a database that is damaged"))
        return
    said = scene.server.said(since_byte=log_from)
    if status == 0 or "Traceback" in said or "damaged" not in said or "restore" not in said:
        scene.town.wrong.append(wrong(f"on a damaged database it ended with {status} and said: {said[-600:]}"))


async def _doctor_tells(scene: Scene) -> None:
    """Ask the doctor."""
    process = await scene.server.begin("doctor")
    said = (await process.communicate())[0].decode()
    if process.returncode == 0 or "Traceback" in said or "database" not in said.lower():
        scene.town.wrong.append(wrong(f"doctor ended with {process.returncode} and said: {said[-600:]}"))


DAMAGE = Fault(name="damaged-database", around=damaged, holds_s=(0, 0.1), quiet=True)
