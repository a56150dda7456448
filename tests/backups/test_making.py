"""Backups of a furnished home: everything is in them, of one moment, whatever happens meanwhile."""

import asyncio
import dataclasses
import resource
import shutil
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft
from fedi_artisan.errors import ArtisanError, BadInput, DiskFull
from fedi_artisan.media.store import open_stores
from fedi_artisan.services import works as works_service
from fedi_artisan.services.backups.orders import Made, Order, Watching
from fedi_artisan.services.backups.restoring import look, restore
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.storage import backups, copies, works
from fedi_artisan.storage.backups import Fault, Noted
from tests.backups.furnished import NO_KEYS, Home, Nights
from tests.house import House
from tests.photos import grey


def restored(made: Made | Path, into: Path) -> Home:
    """Restore a backup, and return what came of it."""
    restore(made if isinstance(made, Path) else made.file, into, NO_KEYS)
    return Home(into)


async def noted(home: Home) -> list[Noted]:
    """Return what is known of the backups, the newest first."""
    async with home.opened() as house, house.db.read() as tx:
        return await backups.list_last(tx, 10)


def in_a_thread(doing: Callable[[House], Awaitable[None]], home: Home) -> None:
    """Do something as another process would, while this one waits."""

    async def do() -> None:
        async with home.opened() as house:
            await doing(house)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, do()).result()


async def test_everything_comes_back(home: Home, tmp_path: Path) -> None:
    """Every row of every table and every file are in the restored home as they were, readable for the same people."""
    made = await home.back_up(Order(to=tmp_path / "one.tar"))
    again = restored(made, tmp_path / "deep" / "again")
    assert again.tables() == home.tables()
    assert {name for name, rows in home.tables().items() if rows} > {"works", "photos", "followers", "posts", "drafts"}
    assert again.files() == home.files()
    assert len(home.files()) > 10
    assert again.modes() == home.modes()
    assert again.file.read_text() == home.file.read_text()
    assert sorted(path.name for path in again.folder.iterdir()) == ["config.toml", "data"]
    assert made.missing == made.damaged == made.unnamed == ()
    for private in (made.file, again.file, again.config.database):
        assert private.stat().st_mode & 0o777 == 0o600
    assert not home.config.backing_up_dir.exists()


async def test_what_happens_meanwhile_changes_nothing(home: Home, tmp_path: Path) -> None:
    """What is published, withdrawn and tidied up while a backup is written leaves it as it was when it was begun.

    Afterwards the files of what was withdrawn go.
    """
    before, files = home.tables(), home.files()

    async def meanwhile(house: House) -> None:
        uids = [row["uid"] for row in await house.rows("SELECT uid FROM works")]
        async with house.db.write() as tx:
            for uid in uids:
                await works_service.withdraw(tx, house.uris, await works.get(tx, uid), utc_now())
        await house.publish()
        await PhotoFiles(house.config, house.db, open_stores(house.config)).collect()

    watching = Watching(on_total=lambda _total: in_a_thread(meanwhile, home))
    made = await home.back_up(Order(to=tmp_path / "one.tar"), watching=watching)
    again = restored(made, tmp_path / "again")
    assert again.tables() == before
    assert again.files() == files
    assert not home.files().keys() & {name for name in files if name.startswith("media/")}
    assert home.tables() != before


async def test_what_is_lost_already_is_told(home: Home, tmp_path: Path) -> None:
    """A photograph that is not there, or not what it was, is told, and the rest is backed up all the same."""
    original, picture = (
        min(path for path in (home.config.data_dir / place).rglob("*.*") if len(path.stem) == 40)
        for place in ("originals", "media")
    )
    original.unlink()
    picture.write_bytes(b"rust")
    made = await home.back_up(Order(to=tmp_path / "one.tar"))
    assert made.missing == (original.name,)
    assert made.damaged == (picture.name,)
    assert look(made.file, NO_KEYS).about.missing == 1


async def test_a_small_one_is_enough(home: Home, tmp_path: Path) -> None:
    """Without the pictures that can be made anew there are the originals, and nothing that could not be made again."""
    made = await home.back_up(Order(to=tmp_path / "one.tar", small=True))
    again = restored(made, tmp_path / "again")
    assert not (again.config.data_dir / "media").exists()
    assert {name for name in again.files() if name.startswith("originals/")} == {
        name for name in home.files() if name.startswith("originals/")
    }


async def test_only_one_is_made_at_a_time(home: Home, tmp_path: Path) -> None:
    """Whoever wants a second one meanwhile is told so; and nothing that is there is written over."""
    told: list[str] = []

    async def second(_house: House) -> None:
        try:
            await home.back_up(Order(to=tmp_path / "two.tar"))
        except BadInput as error:
            told.append(str(error))

    made = await home.back_up(
        Order(to=tmp_path / "one.tar"), watching=Watching(on_total=lambda _total: in_a_thread(second, home))
    )
    assert told == ["a backup is being made at this moment; wait until it is done"]
    content = made.file.read_bytes()
    with pytest.raises(BadInput, match="is there already"):
        await home.back_up(Order(to=made.file))
    assert made.file.read_bytes() == content
    assert [one.fault for one in await noted(home)] == [None]


async def publish_grey(home: Home, shade: int) -> None:
    """Publish a work with a photograph of its own."""
    async with home.opened() as house:
        await house.publish(Draft(title=f"Grey {shade}", photos=(await grey(house, shade=shade),)))


async def test_what_the_last_whole_one_holds_is_not_written_again(home: Home, tmp_path: Path) -> None:
    """In a folder the second backup holds what is new, is restored from both, and needs the first, which it names."""
    clock, gathered = Nights(), Order(to=tmp_path / "gathered", gathers=True)
    first = await home.back_up(gathered, clock=clock)
    await publish_grey(home, 1)
    clock.now += timedelta(days=1)
    second = await home.back_up(gathered, clock=clock)
    assert second.about.base is not None
    assert second.about.base.name == first.file.name
    assert (second.photographs, second.in_base) == (3, first.photographs)
    assert restored(second, tmp_path / "again").files() == home.files()
    assert restored(first, tmp_path / "before").tables() != home.tables()
    # Alone it says what it needs.
    alone = shutil.copy(second.file, tmp_path)
    with pytest.raises(BadInput, match=r"needs it: .* --base"):
        restore(Path(alone), tmp_path / "x", NO_KEYS)
    assert not (tmp_path / "x" / "config.toml").exists()
    restore(Path(alone), tmp_path / "named", NO_KEYS, base=first.file)
    # Another one in its place does not help.
    third = await home.back_up(dataclasses.replace(gathered, whole=True), clock=clock)
    with pytest.raises(ArtisanError, match="another one"):
        look(second.file, NO_KEYS, base=third.file)


def change(folder: Path, which: str, more: bytes) -> None:
    """Write something behind what is in some files."""
    for path in folder.glob(which):
        with path.open("ab") as file:
            file.write(more)


async def test_sometimes_a_whole_one_is_made(home: Home, tmp_path: Path) -> None:
    """A whole one is made when the last is old, was changed, is not known any more, or much is new since."""
    clock, gathered = Nights(), Order(to=tmp_path, gathers=True)

    async def is_whole() -> bool:
        clock.now += timedelta(days=1)
        made = await home.back_up(gathered, clock=clock)
        return made.about.base is None

    assert await is_whole()
    assert not await is_whole()
    change(tmp_path, "*-whole.tar", b"x")
    assert await is_whole()
    change(tmp_path, "*.list", b"{")
    assert await is_whole()
    assert not await is_whole()
    clock.now += timedelta(days=home.config.backup.whole_every_days)
    assert await is_whole()
    await publish_grey(home, 2)
    assert not await is_whole()
    clock.now -= timedelta(days=2000)
    assert await is_whole(), "the clock went back"
    assert not await is_whole(), "what was made while it was ahead counts no more"


async def test_old_ones_go(home: Home, tmp_path: Path) -> None:
    """Of many nights the last days, weeks and months stay, with what they need; nothing else there is touched."""
    settings = "[backup]\nkeep_days = 2\nkeep_weeks = 2\nkeep_months = 2\nwhole_every_days = 20\n"
    home.file.write_text(home.file.read_text() + settings, encoding="utf-8")
    clock, gathered = Nights(), Order(to=tmp_path / "gathered", gathers=True)
    gathered.to.mkdir()
    others = {"holiday.jpg", "127.0.0.1-20200101T000000Z-whole.tar.old", "x.list", "else-20200101T000000Z-whole.tar"}
    for other in others:
        (gathered.to / other).write_text("mine")
    clock.now = datetime(2026, 2, 10, 3, tzinfo=UTC)
    for _ in range(30):
        await home.back_up(gathered, clock=clock)
        clock.now += timedelta(days=1)
    left = {path.name for path in gathered.to.iterdir()} - others
    kept = {name.partition("-")[2][4:8]: name for name in left if not name.endswith(".list")}
    # From 10 February to 11 March, a Wednesday; the second whole one was made when the first was 20 days old.
    assert {day: "whole" in name for day, name in kept.items()} == {
        "0210": True,
        "0302": True,
        "0228": False,
        "0308": False,
        "0310": False,
        "0311": False,
    }
    assert len(left) == len(kept) + sum("whole" in name for name in kept.values())
    for name in kept.values():
        look(gathered.to / name, NO_KEYS)
    assert {(gathered.to / other).read_text() for other in others} == {"mine"}


def listed(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_a_full_disk_leaves_nothing(home: Home, tmp_path: Path) -> None:
    """Where the disk takes no more, no half backup lies there, the one of before stays, and what happened is noted."""
    gathered = Order(to=tmp_path / "gathered", gathers=True, whole=True)
    before = await home.back_up(gathered)
    size_bytes = before.file.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes // 2, limits[1]))

    names = listed(gathered.to)
    try:
        with pytest.raises(DiskFull):
            await home.back_up(gathered, watching=Watching(on_total=lambda _total: fill()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert listed(gathered.to) == names
    assert [one.fault for one in await noted(home)] == [Fault.FULL, None]
    async with home.opened() as house, house.db.read() as tx:
        assert await copies.last(tx) == (await noted(home))[1].begun_at


async def test_a_place_that_is_gone_is_told(home: Home, tmp_path: Path) -> None:
    """A folder whose parent is not there is not made: a disk that is not mounted is not taken for one that is."""
    with pytest.raises(FileNotFoundError):
        await home.back_up(Order(to=tmp_path / "usb" / "backups", gathers=True))
    [told] = await noted(home)
    assert told.fault is Fault.PLACE
    assert "usb" in str(told.told)
