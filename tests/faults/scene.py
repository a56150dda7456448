"""One workshop and its town, for faults to happen to: the server, other servers, the artisan, a visitor, and chance."""

import asyncio
import contextlib
import json
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Self

import aiohttp

from fedi_artisan.config import Config, load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.resources import folder
from fedi_artisan.services import sessions
from fedi_artisan.storage import artisans, deliveries, photo_jobs
from fedi_artisan.storage.db import Database, fetch_all, fetch_value, to_ms
from fedi_artisan.web.studio.door import cookie_name
from tests.faults.disk import Disk
from tests.faults.promises import Broken, wrong
from tests.faults.resolver import Names, open_names
from tests.faults.server import NO_LIMITS, Server
from tests.faults.studio import Studio
from tests.faults.town import Town
from tests.faults.visitor import Visitor
from tests.faults.wall import Wall
from tests.federation.letterboxes import open_letterboxes
from tests.house import free_socket, furnish, until
from tests.neighbour import Person
from tests.photos import PHOTOS

HOSTS = 2
_SETTLES_WITHIN_S = 60.0
_RECOVERS_WITHIN_S = 60.0
_HURRIES_AFTER_S = 0.5
# What waits for a moment: nothing of it may wait longer than its own rules make it.
_WAITING = """
    SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
        + (SELECT count(*) FROM deliveries WHERE state <> 'delivered')
        + (SELECT count(*) FROM photo_jobs) + (SELECT count(*) FROM drafts WHERE state = 'waiting' AND publish_at <= ?)
        + (SELECT count(*) FROM post_drafts WHERE state = 'waiting')
"""
_SETTINGS = """
[timeouts]
connect_s = 1
first_byte_s = 1
total_s = 2
request_body_s = 5
photo_s = 20
"""


@dataclass(kw_only=True)
class Scene:
    """Everybody who takes part.

    Args:
        config, server: ours.
        disk: on which its data folder lies.
        wall: the clock that it sees.
        town: the others; *prober* is one of them who only looks whether our server works.
        studio: the artisan, signed in.
        visitor: who looks at pages.
        chance: decides when.
        session: over which the others ask.
        names: who knows where servers are, where they are known by names.
        log_from: up to where the log was read.
        sent_before: how often each activity had come to each inbox when it was last judged.
    """

    config: Config
    server: Server
    disk: Disk
    wall: Wall
    town: Town
    studio: Studio
    visitor: Visitor
    chance: random.Random
    prober: Person
    session: aiohttp.ClientSession
    names: Names | None = None
    log_from: int = 0
    sent_before: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, place: Path, seed: int, *, timed: bool = False, named: bool = False) -> AsyncIterator[Self]:
        """Set everything up in the empty folder *place*, and run the server.

        Args:
            place: for configuration, log, and the disk with the data folder.
            seed: of chance.
            timed: whether the server's clock can be moved.
            named: whether other servers are found by names.
        """
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        with free_socket() as probe:
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        origin, file, wall = f"http://{address}", place / "config.toml", Wall(place / "clock")
        async with contextlib.AsyncExitStack() as stack:
            disk = stack.enter_context(Disk.mounted(place))
            settings = {
                "origin": origin,
                "data_dir": str(disk.folder / "data"),
                "listen": address,
                "allow_private_networks": True,
            }
            text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
            file.write_text(text + NO_LIMITS + _SETTINGS, encoding="utf-8")
            config = load(file)
            config.data_dir.mkdir()
            await furnish(config)
            session = await stack.enter_async_context(
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=15),
                    connector=aiohttp.TCPConnector(limit=0, force_close=True),
                    cookie_jar=aiohttp.DummyCookieJar(),
                )
            )
            server = Server(file, origin, session, wall=wall if timed else None)
            async with cls._door(config) as db, db.write() as tx:
                [artisan] = await artisans.list_all(tx)
                token = await sessions.open_session(tx, artisan.id, "Firefox, Linux", utc_now())
            hosts = [await stack.enter_async_context(open_letterboxes()) for _ in range(HOSTS)]
            names = await stack.enter_async_context(open_names(place)) if named else None
            if named:
                for number, host in enumerate(hosts):
                    host.origin = host.origin.replace("127.0.0.1", f"town{number}.example")
            uris = Uris(origin)
            town = Town(hosts, session, uris, uris.actor(artisan.uid), chance)
            scene = cls(
                config=config,
                server=server,
                disk=disk,
                wall=wall,
                town=town,
                studio=Studio(
                    origin, session, (cookie_name(config), token), town=town, photos=_photos(), chance=chance
                ),
                visitor=Visitor(origin, session, town, chance),
                chance=chance,
                prober=hosts[0].person("prober"),
                session=session,
                names=names,
            )
            stack.push_async_callback(server.end, signal.SIGKILL)
            await server.start()
            await server.answers()
            for person in (*town.steady, scene.prober):
                await town.follow(person)
            await scene.stands_still()
            yield scene

    @staticmethod
    @contextlib.asynccontextmanager
    async def _door(config: Config) -> AsyncIterator[Database]:
        """Give a door to the database beside the server's, for a moment: disks are taken away in between."""
        db = await Database.open(config.database, folder("migrations"), readers=1)
        try:
            yield db
        finally:
            await db.close()

    def door(self) -> contextlib.AbstractAsyncContextManager[Database]:
        """Give a door to the database beside the server's, for a moment."""
        return self._door(self.config)

    async def value(self, sql: str, *parameters: object) -> int:
        """Return one number of the database."""
        async with self.door() as db, db.read() as tx:
            return await fetch_value(tx, sql, parameters)

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Have everybody at work while the block lasts; at its end all have got their answers."""
        self.town.stopping = self.town.calm = False
        deeds = [
            *(self.town.live(person) for person in self.town.busy),
            *(self.studio.work(), self.studio.show_to_others(), self.visitor.look()),
        ]
        async with asyncio.TaskGroup() as living:
            for deed in deeds:
                living.create_task(deed)
            try:
                yield
            finally:
                self.town.stopping = True
        self.town.calm = True

    async def recovers(self) -> float:
        """Return the seconds until the server does again all that it should: pages, and what others send.

        Raises:
            TimeoutError: it does not.
        """
        begun = time.monotonic()
        async with asyncio.timeout(_RECOVERS_WITHIN_S):
            await until(self._shows, "a page", within_s=_RECOVERS_WITHIN_S)
            await self.town.toggle_follow(self.prober)
            await until(self._has_heard, "an effect", within_s=_RECOVERS_WITHIN_S)
        return time.monotonic() - begun

    async def _shows(self) -> bool:
        return await self.visitor.open("/") == HTTPStatus.OK

    async def _has_heard(self) -> bool:
        sql = "SELECT count(*) FROM inbox WHERE actor_uri = ? AND state = 'waiting'"
        return not await self.value(sql, self.prober.uri)

    async def stands_still(self) -> None:
        """Return when nothing waits any more; what was put off for its own good reasons is hurried along."""
        end, hurried_at = time.monotonic() + _SETTLES_WITHIN_S, time.monotonic()
        async with self.door() as db:
            while True:
                async with db.read() as tx:
                    if not await fetch_value(tx, _WAITING, (to_ms(utc_now()),)):
                        return
                if time.monotonic() > end:
                    async with db.read() as tx:
                        stuck = await fetch_all(
                            tx,
                            "SELECT 'inbox', activity_uri, attempts, answer FROM inbox WHERE state = 'waiting' UNION "
                            "SELECT state, inbox_url, attempts, answer FROM deliveries WHERE state <> 'delivered'",
                        )
                    self.town.wrong.append(wrong(f"does not come to rest: {[tuple(row) for row in stuck]}"))
                    return
                if time.monotonic() > hurried_at + _HURRIES_AFTER_S:
                    hurried_at = time.monotonic()
                    await self._hurry(db)
                await asyncio.sleep(0.03)

    @staticmethod
    async def _hurry(db: Database) -> None:
        """Have everything that waits for its turn tried now."""
        now = utc_now()
        async with db.write() as tx:
            await deliveries.retry(tx, now)
            await tx.execute("UPDATE inbox SET due_at = ? WHERE state = 'waiting'", (to_ms(now),))
            await photo_jobs.hurry_all(tx, now)

    def take_wrong(self) -> list[Broken]:
        """Return what went wrong since the last time, in answers and in the log; none of it is told again."""
        found = self.town.wrong + [
            wrong(f"the log has {line}") for line in self.server.crashes(since_byte=self.log_from)
        ]
        self.town.wrong = []
        self.log_from = self.server.log_bytes()
        return found


def _photos() -> dict[str, bytes]:
    """Return some photographs, no two the same, by their names."""
    # Behind the end of a picture may stand anything.
    picture = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    return {f"bowl{number}.jpg": picture + bytes([number]) for number in range(4)}
