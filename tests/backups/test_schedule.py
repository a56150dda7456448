"""Backups that are made by themselves: when they are due by the clock, and by the real command."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from fedi_artisan.config import Backup
from fedi_artisan.domain.backups import Kind
from fedi_artisan.domain.house import Finding, Verdict
from fedi_artisan.media.turns import only_backup
from fedi_artisan.services.backups.schedule import Schedule, due_at, make_by_command
from fedi_artisan.services.house.copies import copy
from fedi_artisan.storage import backups
from fedi_artisan.storage.backups import By, Fault, Noted
from tests.backups.furnished import Home
from tests.house import House, until

NIGHT = datetime(2026, 11, 26, 3, tzinfo=UTC)
GOOD = Noted(
    begun_at=NIGHT,
    ended_at=NIGHT,
    place="/backups/one.tar",
    kind=Kind.WHOLE,
    size_bytes=1,
    sealed=False,
    fault=None,
    told=None,
)


def scheduled(home: Home, to: Path, more: str = "") -> Home:
    """Return the home with backups that are made by themselves."""
    home.file.write_text(f'{home.file.read_text()}[backup]\nfolder = "{to}"\n{more}', encoding="utf-8")
    return home


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, None),
        (GOOD, NIGHT + timedelta(days=1)),
        (dataclasses.replace(GOOD, fault=Fault.FULL), NIGHT + timedelta(hours=1)),
        (dataclasses.replace(GOOD, ended_at=None), NIGHT + timedelta(hours=1)),
    ],
)
def test_when_one_is_due(last: Noted | None, due: datetime | None) -> None:
    """At once where there was none, every night after one, and an hour after one that came to nothing."""
    assert due_at(last, Backup(), UTC) == due


async def test_what_was_missed_is_made_up_for(home: Home, tmp_path: Path) -> None:
    """After days without power one is due at once; a clock that was ahead for a while puts nothing off."""
    scheduled(home, tmp_path / "backups")
    now = NIGHT
    async with home.opened() as house:
        schedule = Schedule(house.config, house.db, None, lambda: now, UTC)
        assert not schedule.ready
        assert await schedule.is_due()
        for moment in (NIGHT, NIGHT + timedelta(days=3650)):
            async with house.db.write() as tx:
                row = await backups.begin(tx, by=By.SCHEDULE, place="x", sealed=False, now=moment)
                await backups.end(tx, row, place="x", kind=Kind.WHOLE, size_bytes=1, now=moment)
        now = NIGHT + timedelta(hours=23)
        assert not await schedule.is_due()
        now = NIGHT + timedelta(days=4, hours=7)
        assert await schedule.is_due()


async def test_the_command_makes_it(home: Home, tmp_path: Path) -> None:
    """Asked for from the studio, the loop has the command make one at once, where the settings say."""
    scheduled(home, tmp_path / "backups")
    async with home.opened() as house:
        schedule = Schedule(house.config, house.db, partial(make_by_command, home.file))
        looping = asyncio.create_task(schedule.run())
        schedule.wake()

        async def made() -> list[Noted]:
            async with house.db.read() as tx:
                return [one for one in await backups.list_last(tx, 1) if one.good]

        [noted] = await until(made, "a backup")
        looping.cancel()
        await asyncio.gather(looping, return_exceptions=True)
        assert Path(noted.place).parent == tmp_path / "backups"
        assert [path.name for path in (tmp_path / "backups").glob("*.tar")] == [Path(noted.place).name]
        async with house.db.read() as tx:
            found = await copy(tx, house.config, noted.begun_at)
    assert found.verdict is Verdict.OK


async def told(house: House, now: datetime, *said: str) -> Finding:
    """Return what is found about copies, in which all of *said* occurs."""
    async with house.db.read() as tx:
        found = await copy(tx, house.config, now)
    sentences = " ".join(one.text for one in (*found.facts, *([found.advice] if found.advice else [])))
    for words in said:
        assert words in sentences, sentences
    return found


async def test_the_house_tells_how_backups_stand(home: Home, tmp_path: Path) -> None:
    """None yet, one that is well, one that is late, one that was cut short, had no room, or no place: each is told."""
    scheduled(home, tmp_path / "backups")
    (tmp_path / "backups").mkdir()
    async with home.opened() as house:
        assert (await told(house, NIGHT, "No copy")).verdict is Verdict.LOOK
        async with house.db.write() as tx:
            row = await backups.begin(tx, by=By.SCHEDULE, place="x", sealed=False, now=NIGHT)
            await backups.end(tx, row, place="/backups/x.tar", kind=Kind.WHOLE, size_bytes=1, now=NIGHT)
        later = NIGHT + timedelta(hours=26)
        assert (await told(house, later, "The last copy was made on", "on the same disk")).verdict is Verdict.OK
        assert (await told(house, NIGHT + timedelta(days=4), "made by itself since")).verdict is Verdict.LOOK
        async with house.db.write() as tx:
            row = await backups.begin(tx, by=By.SCHEDULE, place="x", sealed=False, now=later)
        assert (await told(house, later, "cut short", "Make another one")).verdict is Verdict.LOOK
        with only_backup(house.config):
            assert (await told(house, later, "at this moment")).verdict is Verdict.OK
        for fault, words in ((Fault.FULL, "Make room"), (Fault.PLACE, "Is the disk there"), (Fault.OTHER, "{why}")):
            async with house.db.write() as tx:
                await backups.fail(tx, row, fault, "why", later)
            assert (await told(house, later, words)).verdict is Verdict.BROKEN


async def test_only_so_much_is_remembered(home: Home) -> None:
    """What became of backups of years ago is forgotten."""
    async with home.opened() as house:
        async with house.db.write() as tx:
            for number in range(600):
                await backups.begin(tx, by=By.SCHEDULE, place="x", sealed=False, now=NIGHT + timedelta(days=number))
        async with house.db.read() as tx:
            assert len(await backups.list_last(tx, 1000)) <= 501
