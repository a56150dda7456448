"""`fedi-artisan doctor` says how the house stands, whatever state it is in."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.storage import copies
from tests.cli.typed import Terminal
from tests.house import House


def verdicts(terminal: Terminal) -> tuple[int, dict[str, str]]:
    """Return the exit code, and the verdicts by the names of the checks."""
    done = terminal.say("doctor", "--json")
    found: dict[str, Any] = json.loads(done.out)
    return done.code, {check["name"]: check["verdict"] for check in found["checks"]}


def database_of(terminal: Terminal) -> Path:
    """Return where the database lies."""
    return terminal.folder / "data" / "fedi-artisan.sqlite3"


async def test_a_house_in_order_is_passed(house: House, beside: Terminal) -> None:
    """Beside a running server with a fresh copy all is well, exit code 0, in plain words, English or French."""
    async with house.db.write() as tx:
        await copies.note(tx, copies.By.HAND, utc_now())
    done = await asyncio.to_thread(beside.type, "doctor")
    assert (done.code, done.err) == (0, "")
    assert "✓ Database: It is whole." in done.out
    assert f"✓ Your address: {house.config.origin} answers, and others find you." in done.out
    french = await asyncio.to_thread(beside.type, "doctor", LANG="fr_FR.UTF-8")
    assert "✓ Base de données: Elle est intacte." in french.out
    assert "→" not in french.out


def test_without_a_server_it_says_so(home: Terminal) -> None:
    """A server that does not run is a fault, an old or missing copy is worth a look: exit code 1, with what to do."""
    code, found = verdicts(home)
    assert code == 1
    assert {name for name, verdict in found.items() if verdict == "broken"} == {"address"}
    assert {name for name, verdict in found.items() if verdict == "look"} == {"copy"}
    said = home.say("doctor", "--language", "fr")
    assert "  → Ce serveur est-il en marche, et le serveur web placé devant lui\N{NO-BREAK SPACE}?" in said.out


def test_a_damaged_database_is_told(home: Terminal) -> None:
    """Damage within the file is found, and what can be known without the database is told all the same."""
    database = database_of(home)
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'works'").fetchone()[0]
        size = opened.execute("PRAGMA page_size").fetchone()[0]
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    code, found = verdicts(home)
    assert (code, found) == (1, {"version": "ok", "disk": "ok", "database": "broken"})
    database.write_bytes(b"not a database at all" * 100)
    assert verdicts(home)[1]["database"] == "broken"
    database.unlink()
    assert verdicts(home)[1]["database"] == "broken"


def test_an_older_or_newer_schema_is_told(home: Terminal) -> None:
    """A database of another version is a fault, with the command that helps."""
    for version, advice in ((1, "Run fedi-artisan migrate."), (9999, "Install the newer version")):
        with closing(sqlite3.connect(database_of(home), isolation_level=None)) as opened:
            opened.execute(f"PRAGMA user_version = {version}")
        done = home.say("doctor")
        assert done.code == 1
        assert advice in done.out
