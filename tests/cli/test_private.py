"""What is written is for its owner alone, from its first byte, however careless the terminal is where it is typed."""

import asyncio
import os
import resource
import signal
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedi_artisan import disk
from fedi_artisan.cli.given import keep_to_ourselves, plain
from fedi_artisan.config import load
from fedi_artisan.media.incoming import begin
from fedi_artisan.services.backups import shelf
from fedi_artisan.serving.lock import only_server
from fedi_artisan.storage.snapshot import snapshot
from tests.cli.served import served
from tests.cli.typed import Terminal
from tests.photos import PHOTOS

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What pages show may be read by everybody; it lies in a folder that is closed all the same.
_SHOWN = "media"


@pytest.fixture
def careless() -> Iterator[None]:
    """A process that takes no rights away from what it writes."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Return what lies in a folder and is not for its owner alone."""
    found = []
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        shown = _SHOWN in path.relative_to(folder).parts
        if not path.is_symlink() and mode & (stat.S_IWGRP | stat.S_IWOTH if shown else _OTHERS):
            found.append(f"{path.relative_to(folder)} {stat.filemode(mode)}")
    return found


def age(database: Path) -> None:
    """Make a database look as if an older version had left it, as far as its number goes."""
    with sqlite3.connect(database) as opened:
        opened.execute("DROP TABLE refusals")
        opened.execute("PRAGMA user_version = 20")


def test_every_command_writes_for_its_owner_alone(terminal: Terminal) -> None:
    """With umask 000: configuration, database, photographs, copies before upgrades, backups, and what is restored."""

    def typed(*words: str, stdin: str = "") -> None:
        done = terminal.type(*words, stdin=stdin, umask=0)
        assert done.code == 0, done.err

    typed("init", "--origin", "http://127.0.0.1:8099", "--username", "lea", "--name", "Léa")
    typed("publish", "--title", "Bowl", "--photo", str(PHOTOS / "bowl-tiny.jpg"), "--alt", "A bowl.")
    age(terminal.folder / "data" / "fedi-artisan.sqlite3")
    typed("migrate")
    typed("backup", "gathered/")
    typed("backup", "one.tar")
    typed("backup", "sealed.tar", "--passphrase", stdin="a passphrase of several words\n")
    typed("restore", "one.tar", "--into", "again")
    assert {path.name for path in terminal.folder.iterdir()} == {
        *("config.toml", "data", "gathered", "one.tar", "sealed.tar", "again")
    }
    assert open_to_others(terminal.folder) == []
    assert list((terminal.folder / "data" / "upgrades").iterdir())
    assert list((terminal.folder / "data" / "originals").iterdir())


async def test_a_running_server_writes_for_its_owner_alone(home: Terminal, careless: None) -> None:
    """With umask 000, its locks, its log of writes and the memory beside it are closed; a crash leaves no core."""
    async with served(home) as running:
        beside = {path.name for path in (home.folder / "data").iterdir()}
        assert {"fedi-artisan.sqlite3-wal", "fedi-artisan.sqlite3-shm", "server.lock"} <= beside
        assert open_to_others(home.folder / "data") == []
        limits = await asyncio.to_thread(Path(f"/proc/{running.process.pid}/limits").read_text)
        assert [line.split()[4:6] for line in limits.splitlines() if "core file" in line] == [["0", "0"]]
        running.process.send_signal(signal.SIGTERM)


async def test_each_part_closes_what_it_writes_itself(home: Terminal, careless: None) -> None:
    """Whoever uses a part without the command finds it closed from the first byte as well, not closed afterwards."""
    config = load(home.folder / "config.toml")
    made = home.folder / "made"
    made.mkdir(mode=0o700)
    snapshot(config.database, made / "copy.sqlite3")
    disk.put(made / "tls" / "account.pem", b"a key")
    with shelf.writing(made / "backup.tar") as backup, begin(config):
        assert open_to_others(home.folder) == []
        backup.write(b"keys")
    with only_server(config):
        assert open_to_others(home.folder) == []


def test_the_command_closes_before_it_does_anything() -> None:
    """Rights are taken away, and core dumps forbidden, before a single option is read."""
    child = os.fork()
    if child == 0:
        os.umask(0)
        resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        keep_to_ourselves()
        os._exit(int(os.umask(0) != 0o077 or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0)))
    assert os.waitpid(child, 0)[1] == 0


def test_words_of_others_move_no_terminal_about() -> None:
    """What a backup or another server calls itself is shown without what a terminal obeys."""
    assert plain("data\x1b]0;x\x07\u202e\N{NO-BREAK SPACE}é") == "data�]0;x��\N{NO-BREAK SPACE}é"
