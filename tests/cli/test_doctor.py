"""`fedi-artisan doctor` says how the house stands, whatever state it is in."""

import asyncio
import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.cli.examining import examine
from fedi_artisan.config import Salvaged, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Verdict
from fedi_artisan.federation.outside import Outside, street
from fedi_artisan.services.house import LOOK_WITHIN_S
from fedi_artisan.services.house.looks import bare, furnished
from fedi_artisan.services.house.world import Door, World
from fedi_artisan.storage import copies
from tests.cli.typed import Terminal
from tests.house import House
from tests.test_docs import ROOT, first_column, section

# What is looked at without the database, and with it.
BARE = {"settings", "version", "memory", "disk", "folder", "secrets", "database", "own_certificate"}
STREET = {"server", "names", "doors", "certificate", "address"}


def verdicts(terminal: Terminal) -> tuple[int, dict[str, str]]:
    """Return the exit code, and the verdicts by the names of the checks."""
    done = terminal.say("doctor", "--json")
    found: dict[str, Any] = json.loads(done.out)
    return done.code, {check["name"]: check["verdict"] for check in found["checks"]}


def database_of(terminal: Terminal) -> Path:
    """Return where the database lies."""
    return terminal.folder / "data" / "fedi-artisan.sqlite3"


def joined(text: str) -> str:
    """Return what is said in lines as one line."""
    return " ".join(text.split())


async def test_a_house_in_order_is_passed(house: House, beside: Terminal) -> None:
    """Beside a running server with a fresh copy all is well, exit code 0, in plain words, English or French."""
    async with house.db.write() as tx:
        await copies.note(tx, copies.By.HAND, utc_now())
    done = await asyncio.to_thread(beside.type, "doctor")
    assert (done.code, done.err) == (0, ""), done.out
    assert "✓ Database It is whole." in joined(done.out)
    assert f"{house.config.origin} answers, and it is this server that does." in joined(done.out)
    assert done.out.endswith("\nAll is well.\n")
    # A path is not broken.
    assert [line for line in done.out.splitlines() if len(line) > 80 and " " in line.strip()] == []
    french = await asyncio.to_thread(beside.type, "doctor", LANG="fr_FR.UTF-8")
    assert "Elle est intacte." in french.out
    assert french.out.endswith("\nTout va bien.\n")
    # What is not known is told, and is no fault; all else needs nothing done.
    assert re.findall(r"^  ([✓!✗?]) ", french.out, re.MULTILINE).count("?") == 1
    assert french.out.count("→") == 1


async def test_programs_read_it(house: House, beside: Terminal) -> None:
    """With --json there is one object, in English whatever is spoken here, as docs/doctor.md describes it."""
    done = await asyncio.to_thread(beside.type, "doctor", "--json", LANG="fr_FR.UTF-8")
    found = json.loads(done.out)
    assert (done.code, found["schema"], found["verdict"]) == (1, 1, "look")
    assert set(found) == {"schema", "version", "verdict", "checks"}
    for check in found["checks"]:
        assert set(check) == {"name", "group", "title", "verdict", "facts", "advice", "command"}
        assert check["group"] in {"machine", "address", "work"}
        assert check["verdict"] in set(Verdict)
        assert (check["advice"] is None) <= (check["command"] is None)
        assert check["advice"] is not None or check["verdict"] in {"ok", "unknown"}, check
    text = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    for name in ("schema", "version", "verdict", "checks", *found["checks"][0]):
        assert f"`{name}`" in text, name
    assert house.config.host in json.dumps(found)


def test_without_a_server_it_says_so(home: Terminal) -> None:
    """A server that does not run is a fault, an old or missing copy is worth a look: exit code 1, with what to do."""
    code, found = verdicts(home)
    assert code == 1
    assert {name for name, verdict in found.items() if verdict == "broken"} == {"server", "address"}
    assert {name for name, verdict in found.items() if verdict == "look"} == {"copy"}
    said = home.say("doctor", "--language", "fr")
    assert "→ Démarrez-le" in said.out
    assert "\n" + " " * 4 in said.out
    assert any(line.strip() == "fedi-artisan serve" for line in said.out.splitlines())


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
    assert (code, set(found)) == (1, BARE | STREET)
    assert {name for name in BARE if found[name] != "ok"} == {"database"}
    database.write_bytes(b"not a database at all" * 100)
    assert verdicts(home)[1]["database"] == "broken"
    database.unlink()
    assert verdicts(home)[1]["database"] == "broken"


def test_an_older_or_newer_schema_is_told(home: Terminal) -> None:
    """A database of another version is a fault, with the command that helps."""
    for version, advice in ((1, "fedi-artisan migrate"), (9999, "Install the newer version")):
        with closing(sqlite3.connect(database_of(home), isolation_level=None)) as opened:
            opened.execute(f"PRAGMA user_version = {version}")
        done = home.say("doctor")
        assert done.code == 1
        assert advice in joined(done.out)


def test_settings_that_cannot_be_used_hide_nothing_else(home: Terminal) -> None:
    """What is wrong in the file is told, with what was meant; all that can be looked at still is."""
    file = home.folder / "config.toml"
    whole = file.read_text()
    file.write_text(whole + 'trusted_proxy = ["10.0.0.1"]\n')
    done = home.say("doctor")
    assert done.code == 1
    assert "trusted_proxy: there is no such setting (did you mean trusted_proxies?" in joined(done.out)
    assert "It is whole." in done.out
    file.write_text(whole.replace("http://127.0.0.1:8099", "http://atelier.example"))
    code, found = verdicts(home)
    assert (code, found["settings"], found["database"]) == (1, "broken", "ok")
    assert "address" not in found


@pytest.mark.parametrize("content", [None, "origin = ", b"\xff\xfe"])
def test_where_nothing_can_be_looked_at_the_exit_code_is_two(terminal: Terminal, content: str | bytes | None) -> None:
    """Without settings there is no house; that is told as all else is, to programs as well."""
    if content is not None:
        given = content if isinstance(content, bytes) else content.encode()
        (terminal.folder / "config.toml").write_bytes(given)
    code, found = verdicts(terminal)
    assert (code, found) == (2, {"settings": "broken"})
    done = terminal.say("doctor")
    assert done.code == 2
    assert ("fedi-artisan init" in done.out) == (content is None)


async def test_whatever_hangs_it_ends_in_time(house: House) -> None:
    """Where names are never found and doors never open, all is told in twice the time of one look: twelve seconds."""
    assert 2 * LOOK_WITHIN_S <= 12

    async def look_up(host: str, port: int) -> tuple[Door, ...]:
        if host.startswith("photos."):
            await asyncio.Event().wait()
        return (Door("127.0.0.1", silent.getsockname()[1]),)

    settings = {"origin": "https://atelier.example", "media": {"origin": "https://photos.atelier.example"}}
    config = parse({**settings, "data_dir": str(house.config.data_dir)})
    started = asyncio.get_running_loop().time()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        found = await examine(Salvaged(config, ()), world=World(look_up=look_up), within_s=0.5)
    assert asyncio.get_running_loop().time() - started < 2
    assert [check.name for check in found] == names_of_all(house)
    unknown = {check.name for check in found if check.verdict is Verdict.UNKNOWN}
    assert unknown >= {"names", "certificate", "address", "webfinger", "documents", "front", "signature", "uploads"}
    assert {check.name for check in found if check.verdict is Verdict.OK} >= {"database", "inbox", "deliveries"}


def names_of_all(house: House) -> list[str]:
    """Return the name of everything that is looked at, in its order."""
    outside = Outside(config=house.config, db=house.db, client=None, clock=utc_now)  # type: ignore[arg-type] # asks nobody
    every = (
        *bare(house.config),
        *street(house.config, utc_now),
        *outside.looks(),
        *furnished(house.config, house.db, utc_now),
    )
    return [look.name for look in every]


async def test_every_check_is_documented(house: House) -> None:
    """docs/doctor.md has one row for each check, in the order in which they are shown, and no others."""
    rows = first_column(section("docs/doctor.md", "What it looks at"))
    assert rows == [f"`{name}`" for name in names_of_all(house)]
