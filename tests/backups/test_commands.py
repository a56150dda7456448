"""The commands: beside the real server while it works, killed in the middle, and what they say."""

import asyncio
import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import aiohttp

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft
from fedi_artisan.media.turns import Shelf, turn
from fedi_artisan.services import works as works_service
from fedi_artisan.services.house.copies import copy
from tests.backups.furnished import Home
from tests.cli.typed import Terminal, Typed
from tests.faults.server import Server
from tests.house import open_house, until
from tests.photos import grey
from tests.web.asking import Asker


def typed(home: Home, *words: str, stdin: str = "") -> Typed:
    """Type a command beside the configuration."""
    return Terminal(home.folder).type(*words, stdin=stdin)


async def work_on(home: Home, over: asyncio.Event) -> int:
    """Publish works with photographs, and withdraw every other one, until it is over; return how many."""
    count = 0
    async with home.opened() as house:
        while not over.is_set():
            async with turn(house.config, Shelf.PICTURES):
                photo = await grey(house, shade=count % 200)
            work = await house.publish(Draft(title=f"Work {count}", photos=(photo,)))
            if count % 2:
                async with house.db.write() as tx:
                    await works_service.withdraw(tx, house.uris, work, utc_now())
            count += 1
    return count


async def test_beside_the_server_and_served_again(home: Home, tmp_path: Path) -> None:
    """While the server serves and works are published and withdrawn, a backup of one moment is made, with all it names.

    Once restored elsewhere it serves the same pages, pictures and documents.
    """
    async with aiohttp.ClientSession() as session:
        serving = Server(home.file, home.config.origin, session)
        await serving.start()
        await serving.answers()
        over = asyncio.Event()
        working = asyncio.create_task(work_on(home, over))
        await asyncio.sleep(0)
        done = [await asyncio.to_thread(typed, home, "backup", str(tmp_path / "b") + "/") for _ in range(2)]
        over.set()
        assert await working > 3
        await serving.end(signal.SIGTERM)
        assert [one.code for one in done] == [0, 0], [one.err for one in done]
        assert not serving.crashes()
        last = max((tmp_path / "b").glob("*.tar"))
        restored = await asyncio.to_thread(
            typed, home, "restore", str(last), "--into", str(tmp_path / "again"), stdin=""
        )
        assert restored.code == 0, restored.err
        assert "The old server must not run any more" in restored.out
        assert f"--config {tmp_path / 'again' / 'config.toml'} serve" in restored.out
        again = Home(tmp_path / "again")
        assert len(again.tables()["works"]) > 2
    port = int(again.config.origin.rpartition(":")[2])
    async with open_house(again.config.data_dir, port=port), Asker.open(again.config.origin) as ask:
        assert b"Thrown in two halves." in (await ask("/works/moon-jar")).body
        pictures = {name: content for name, content in again.files().items() if name.startswith("media/")}
        for name, content in list(pictures.items())[:12]:
            answer = await ask(f"/media/{Path(name).name}")
            assert (answer.status, answer.body) == (200, content)
        await ask.document(f"/ap/actors/{await _lea(again)}")
    with contextlib.closing(sqlite3.connect(again.config.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        shown = {row[0] for row in connection.execute("SELECT file FROM renditions")}
    assert shown <= {Path(name).name for name in again.files()}


async def _lea(home: Home) -> str:
    async with home.opened() as house:
        return house.artisan.uid


async def test_killed_in_the_middle(home: Home, tmp_path: Path) -> None:
    """A killed backup leaves nothing under its name; it is told, swept by the next one, and tidying goes on at once."""
    gathered = tmp_path / "b"
    # A photograph that takes a while, without taking room: nothing but a hole.
    original = next(path for path in home.config.originals_dir.iterdir() if len(path.stem) == 40)
    os.truncate(original, 900_000_000)
    async with aiohttp.ClientSession() as session:
        making = await Server(home.file, "", session).begin("backup", f"{gathered}/")

        async def begun() -> bool:
            return any(file.stat().st_size > 1_000_000 for file in gathered.glob(".*.part"))

        await until(begun, "a backup that is being written")
        making.send_signal(signal.SIGKILL)
        await making.wait()
    assert [path.suffix for path in gathered.iterdir()] == [".part"]
    async with home.opened() as house, house.db.read() as tx:
        found = await copy(tx, house.config, utc_now())
    assert "That of {day} was cut short." in [fact.text for fact in found.facts]
    os.truncate(original, 1000)
    done = await asyncio.to_thread(typed, home, "backup", str(gathered))
    assert done.code == 0, done.err
    assert sorted(path.suffix for path in gathered.iterdir()) == [".list", ".tar"]
    assert not home.config.backing_up_dir.exists()


def test_what_the_commands_say(home: Home, tmp_path: Path) -> None:
    """Where it lies, what it means to have it, whether it can be restored, and what is missing, in plain words."""
    made = typed(home, "backup", str(tmp_path / "one.tar"))
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"Made: {tmp_path / 'one.tar'} (")
    assert "Whoever has it can speak in your name" in made.out
    checked = typed(home, "restore", "--check", str(tmp_path / "one.tar"))
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith(f"It can be restored: {home.config.origin} as it was on ")
    (tmp_path / "one.tar").write_bytes((tmp_path / "one.tar").read_bytes()[:-600])
    for words, why in (
        (("restore", "--check", str(tmp_path / "one.tar")), "Error: one.tar: "),
        (("restore", str(tmp_path / "none.tar"), "--check"), "there is no such file"),
        (("restore", str(tmp_path / "one.tar")), "say where to restore it with --into FOLDER"),
        (("backup",), "say where the backup is to go"),
        (("backup", str(tmp_path / "none" / "one.tar")), "there is no such file or folder"),
        (("backup", "x.tar", "--to", "nobody"), "is no key to encrypt for"),
    ):
        refused = typed(home, *words)
        assert refused.code == 1, words
        assert why in refused.err
        assert "Traceback" not in refused.err


def test_under_a_passphrase(home: Home, tmp_path: Path) -> None:
    """What is typed is the passphrase; one that is too short is refused before anything is made."""
    refused = typed(home, "backup", str(tmp_path / "one.tar"), "--passphrase", stdin="short\n")
    assert "the passphrase must have 12 characters at least" in refused.err
    assert not list(tmp_path.glob("*.tar"))
