"""The stage on which photographs are given, changed and made anew while whoever does it is killed."""

import asyncio
import contextlib
import random
import signal
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp

from fedi_artisan.config import Config, load
from fedi_artisan.domain.uris import Uris
from fedi_artisan.resources import folder
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import Database, fetch_value
from tests.faults.photo_children import find_children
from tests.faults.photo_deeds import Artisan, Deed, Promises, make_files
from tests.faults.photo_judgement import Judge, look
from tests.faults.photo_report import Report
from tests.faults.photo_strikes import strike, wait_for_moment
from tests.faults.photo_visit import Visitor
from tests.faults.server import NO_LIMITS, Server
from tests.faults.town import Town
from tests.federation.letterboxes import open_letterboxes
from tests.house import free_socket, until
from tests.photos import PHOTOS

_PHOTO_S = 20
# A child's own limit is a second wider than its parent's.
_LONGEST_CHILD_S = _PHOTO_S + 3
_SETTLES_WITHIN_S = 120.0
_ANSWERS_BEFORE = 0.8
_AS_IT_SHOULD_BE = "Everything is as it should be."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everybody who takes part."""

    config: Config
    db: Database
    server: Server
    town: Town
    promises: Promises
    artisan: Artisan
    judge: Judge
    visitor: Visitor
    chance: random.Random
    report: Report

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, place: Path, seed: int) -> AsyncIterator[Self]:
        """Set everything up in the empty folder *place*; nothing runs yet."""
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        with free_socket() as probe:
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        file, origin = place / "config.toml", f"http://{address}"
        async with contextlib.AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)))
            server = Server(file, origin, session)
            await server.command(
                *("init", "--origin", origin, "--username", "maria", "--name", "Maria"),
                *("--listen", address, "--allow-private-networks"),
            )
            with file.open("a", encoding="utf-8") as settings:
                settings.write(f"{NO_LIMITS}[timeouts]\nphoto_s = {_PHOTO_S}\n")
            config = load(file)
            uris = Uris(config.origin)
            db = await Database.open(config.database, folder("migrations"))
            stack.push_async_callback(db.close)
            async with db.read() as tx:
                [maria] = await artisans.list_all(tx)
            host = await stack.enter_async_context(open_letterboxes())
            town = Town([host], session, uris, uris.actor(maria.uid), chance)
            town.calm = True
            promises = Promises(files=make_files(place, PHOTOS / "bowl-small.jpg", PHOTOS / "bowls-small.jpg"))
            report = Report()
            stack.push_async_callback(server.end, signal.SIGKILL)
            yield cls(
                config=config,
                db=db,
                server=server,
                town=town,
                promises=promises,
                artisan=Artisan(promises, chance),
                judge=Judge(config, db, promises),
                visitor=Visitor(session, db, uris, report),
                chance=chance,
                report=report,
            )

    async def begin(self) -> None:
        """Have somebody follow, so that works travel, and publish the first of them in peace."""
        await self.server.start()
        await self.server.answers()
        await self.town.follow(self.town.steady[0])
        deeds = self.artisan.first_deeds()
        processes = [await self.server.begin(*deed.arguments) for deed in deeds]
        for deed, process in zip(deeds, processes, strict=True):
            await self._settle(deed, process, (await process.communicate())[0].decode())

    async def live_and_die(self) -> None:
        """Let commands run beside the server, kill some of them at a moment of chance, and look at what is left."""
        if self.server.process is None:
            await self.server.start()
            if self.chance.random() < _ANSWERS_BEFORE:
                await self.server.answers()
                await self._check(self.visitor.broken_links())
        deeds = self.artisan.next_deeds(await self._addresses())
        processes = [await self.server.begin(*deed.arguments) for deed in deeds]
        self.report.commands.update(deed.name for deed in deeds)
        talking = [asyncio.create_task(process.communicate()) for process in processes]
        await wait_for_moment(self.config, processes, self.chance)
        await self._strike(processes)
        await self._check(self.judge.broken_sets())
        for deed, process, talk in zip(deeds, processes, talking, strict=True):
            await self._settle(deed, process, (await talk)[0].decode())
        await self._check(self.judge.broken_promises())
        if self.server.process is not None:
            await self.server.answers()
            await self._check(self.visitor.broken_links())
            await self._check(self.judge.broken_sets())

    async def _check(self, judging: Awaitable[list[str]]) -> None:
        """Note what a check finds broken."""
        self.report.broken += await judging

    async def _addresses(self) -> dict[str, str]:
        """Return the id of each work by its title."""
        return {work.draft.title: self.visitor.uris.work(work.uid) for work in (await look(self.db)).works}

    async def _strike(self, processes: Sequence[Process]) -> None:
        """Kill, and note what was going on."""
        report, server = self.report, self.server.process
        report.at["while a child worked"] += bool(find_children(self.config.data_dir))
        victims = strike(self.config, server, processes, self.chance, report.struck)
        report.kills += len(victims)
        report.at["several at once"] += len(victims) > 1
        for victim in victims:
            await victim.wait()
        if server in victims:
            await self.server.end(signal.SIGKILL)
        half, unspoken = await self.judge.remains()
        report.at["with files half written"] += half > 0
        report.at["with whole files that nothing speaks of"] += unspoken > 0

    async def _settle(self, deed: Deed, process: Process, printed: str) -> None:
        """Note what came of a command that has ended."""
        if process.returncode not in {0, -signal.SIGKILL}:
            self.report.broken.append(f"{' '.join(deed.arguments)} ended with {process.returncode}: {printed}")
        if deed.subject is not None:
            self.promises.settle(deed, printed, (await look(self.db)).state(deed.subject))

    async def end(self) -> None:
        """Let everything settle, collect, and look whether all is in order."""
        if self.server.process is None:
            await self.server.start()
        await self.server.answers()
        await until(self._nothing_waits, "the end of all work", within_s=_SETTLES_WITHIN_S)
        # What a killed command had made for a work that never came is made once more, as for no work.
        await self.server.command("media", "rebuild")
        rebuilt = await self.server.command("media", "rebuild")
        if rebuilt.strip() != _AS_IT_SHOULD_BE:
            self.report.broken.append(f"media rebuild says: {rebuilt}")
        self.report.collected = (await self.server.command("media", "collect")).strip()
        await until(self._nothing_waits, "the end of all deliveries", within_s=_SETTLES_WITHIN_S)
        await self._check(self.judge.broken_order())
        await self._check(self.judge.broken_sets())
        await self._check(self.judge.broken_promises())
        await self._check(self.visitor.broken_links())
        await self._check(self.visitor.broken_posts(self.town.hosts[0].taken))
        await self.server.end(signal.SIGTERM)
        self.report.broken += [
            f"the child process {child.pid} is left" for child in find_children(self.config.data_dir)
        ]
        self.report.broken += self.server.crashes()
        self.report.works, self.report.told = len(self.promises.works()), len(self.town.hosts[0].taken)
        self.report.reported = self.promises.reported
        self.report.done, self.report.undone = self.promises.unreported_done, self.promises.unreported_undone

    async def _nothing_waits(self) -> bool:
        """Whether no photograph and no delivery waits."""
        sql = "SELECT (SELECT count(*) FROM photo_jobs) + (SELECT count(*) FROM deliveries WHERE state <> 'delivered')"
        async with self.db.read() as tx:
            return not await fetch_value(tx, sql)

    async def watch_orphans(self) -> None:
        """Follow how long children go on without their killed parents, until cancelled; none may beyond its time."""
        since: dict[int, float] = {}
        while True:
            now = time.monotonic()
            left = {child.pid for child in find_children(self.config.data_dir) if child.orphaned}
            since = {pid: since.get(pid, now) for pid in left}
            longest_s = max((now - begun for begun in since.values()), default=0.0)
            if self.report.longest_orphan_s <= _LONGEST_CHILD_S < longest_s:
                self.report.broken.append("a child went on beyond its time")
            self.report.longest_orphan_s = max(self.report.longest_orphan_s, longest_s)
            await asyncio.sleep(0.1)
