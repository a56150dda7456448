"""Makes a database as a version of this program leaves it, to be upgraded by every later one in the tests.

    python -m tests.schemas CHECKOUT

Run it when a version is released: the program of that checkout serves, publishes and hears from another server. What is
in its database then is put into `tests/data/schemas/`, named by its schema.
"""

import argparse
import asyncio
import contextlib
import gzip
import os
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.house import free_socket, until
from tests.neighbour import ACTIVITY_JSON, PUBLIC, Neighbour, Person, open_neighbour

HERE = Path(__file__).parent / "data" / "schemas"
PHOTO = Path(__file__).parent / "data" / "photos" / "bowl-small.jpg"
# Keys are no secret here, and nothing answers at this address.
ORIGIN = "http://127.0.0.1:{port}"


class Program:
    """The program of one checkout, with a data folder; a class because it is called time and again."""

    def __init__(self, checkout: Path, home: Path) -> None:
        self._home = home
        self._environment = {**os.environ, "PYTHONPATH": str(checkout)}
        self.database = home / "data" / "fedi-artisan.sqlite3"

    async def begin(self, *typed: str) -> asyncio.subprocess.Process:
        """Start a command."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fedi_artisan", *typed, cwd=self._home, env=self._environment
        )

    async def type(self, *typed: str) -> None:
        """Run a command to its end, which must be a good one."""
        assert await (await self.begin(*typed)).wait() == 0, typed

    def rows(self, sql: str) -> list[Any]:
        """Return rows of the database."""
        with contextlib.closing(sqlite3.connect(self.database)) as beside:
            return beside.execute(sql).fetchall()


async def furnish(program: Program, origin: str) -> None:
    """Have an artisan publish, revise and withdraw, and others follow, like, share, answer and change their minds."""
    server = await program.begin("serve")
    try:
        async with open_neighbour() as town:
            anna, bob = town.person("anna"), town.person("bob")
            await _wait_for(f"{origin}/nodeinfo/2.1")
            await program.type(
                "publish",
                "--title",
                "Moon jar",
                "--photo",
                str(PHOTO),
                "--alt",
                "A jar",
                "--material",
                "stoneware",
                "--series",
                "Jars",
                "--tag",
                "clay",
                "--price",
                "420 EUR",
            )
            await program.type("publish", "--title", "Bowl", "--language", "fr", "--tag", "clay")
            await program.type("publish", "--title", "A mistake")
            jar, bowl, mistake = [
                f"{origin}/ap/works/{uid}" for (uid,) in program.rows("SELECT uid FROM works ORDER BY id")
            ]
            artisan = (await _document(bowl))["attributedTo"]
            for person in (anna, bob):
                await _say(town, person, artisan, town.activity("Follow", person, artisan))
            await _all_done(program)
            follow = town.activity("Follow", bob, artisan)
            await _say(town, bob, artisan, town.activity("Undo", bob, follow))
            for kind in ("Like", "Announce"):
                await _say(town, anna, artisan, town.activity(kind, anna, jar, to=[PUBLIC]))
            for note in (town.note(anna, jar), town.note(bob, jar, "<p>How much?</p>", to=[artisan])):
                person = anna if note["attributedTo"] == anna.uri else bob
                await _say(town, person, artisan, town.activity("Create", person, note, to=note["to"]))
            await program.type("revise", bowl, "--title", "Wide bowl")
            await program.type("withdraw", mistake)
            await program.type("follow", _known_by_name(town, anna))
            await _all_done(program)
    finally:
        server.send_signal(signal.SIGTERM)
        await server.wait()


def _known_by_name(town: Neighbour, person: Person) -> str:
    """Have somebody be found by her handle, and return it."""
    handle = f"{person.uri.rpartition('/')[2]}@{town.origin.removeprefix('http://')}"
    links = [{"rel": "self", "type": ACTIVITY_JSON, "href": person.uri}]
    place = f"{town.origin}/.well-known/webfinger?resource={quote(f'acct:{handle}', safe='')}"
    town.serve({"subject": f"acct:{handle}", "links": links}, at=place, kind="application/jrd+json")
    return f"@{handle}"


async def _document(uri: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(uri, headers={"Accept": ACTIVITY_JSON}) as answer:
        return await answer.json(content_type=None)


async def _wait_for(url: str) -> None:
    async def answers() -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return answer.status == 200
        return False

    await until(answers, "an answer")


async def _say(town: Neighbour, person: Person, artisan: str, activity: dict[str, Any]) -> None:
    status, words = await town.send(person, f"{artisan}/inbox", activity)
    assert status == 202, words


async def _all_done(program: Program) -> None:
    async def nothing_waits() -> bool:
        return program.rows("SELECT count(*) FROM inbox WHERE state = 'waiting'") == [(0,)]

    await until(nothing_waits, "an empty inbox")


async def _make(checkout: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, free_socket() as free:
        origin = ORIGIN.format(port=free.getsockname()[1])
        free.close()
        program = Program(checkout, Path(folder))
        await program.type(
            "init",
            "--origin",
            origin,
            "--listen",
            origin.removeprefix("http://"),
            "--username",
            "lea",
            "--name",
            "Léa",
            "--language",
            "fr",
            "--allow-private-networks",
        )
        await furnish(program, origin)
        [(schema,)] = program.rows("PRAGMA user_version")
        whole = Path(folder) / "whole.sqlite3"
        program.rows(f"VACUUM INTO '{whole}'")
        target = HERE / f"{schema:04}.sqlite3.gz"
        target.write_bytes(gzip.compress(whole.read_bytes(), mtime=0))
        sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    asyncio.run(_make(parser.parse_args().checkout.resolve()))
