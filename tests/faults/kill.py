"""Kills the server time and again under load, then holds what it promised against what came of it.

    python -m tests.faults.kill --kills 200 --seed 1

Everything is real: `fedi-artisan serve` in its own process, other servers that follow, like, answer and take works in,
and a publisher beside it all.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import signal
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp

from fedi_artisan.config import load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.resources import folder
from fedi_artisan.storage import artisans, deliveries
from fedi_artisan.storage.db import Database, fetch_value
from tests.faults.judgement import broken_promises
from tests.faults.server import NO_LIMITS, Server
from tests.faults.town import Publisher, Town
from tests.federation.letterboxes import open_letterboxes
from tests.house import free_socket, until

HOSTS = 3
KILLED_WHILE_STARTING = 0.15
LONGEST_LIFE_S = 0.6
SETTLES_WITHIN_S = 60.0


@dataclass
class Report:
    """What came of it: `broken` holds a line for every promise that was not kept."""

    kills: int = 0
    promised: int = 0
    repeated: int = 0
    forged: int = 0
    published: int = 0
    delivered: int = 0
    twice_on_the_wire: int = 0
    starts_s: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it for a person to read."""
        starts = sorted(self.starts_s)
        return "\n".join(
            (
                f"killed {self.kills} times",
                f"{self.promised} activities answered 202, {self.repeated} of them sent again, {self.forged} forged",
                f"{self.published} works published, revised or withdrawn; {self.delivered} deliveries owed",
                f"{self.twice_on_the_wire} deliveries came twice (same id), as the answer was lost with the server",
                f"until it answered again: {statistics.median(starts):.2f} s in the middle, {starts[-1]:.2f} s at most",
                f"answers: {dict(sorted(self.answers.items()))}",
                *(self.broken or ["every promise was kept"]),
            )
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody who takes part: the server, its database seen from beside, the town, the publisher, and chance."""

    server: Server
    db: Database
    town: Town
    publisher: Publisher
    chance: random.Random

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, place: Path, seed: int) -> AsyncIterator[Self]:
        """Set everything up in the empty folder *place*; nothing runs yet."""
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        with free_socket() as probe:
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        async with contextlib.AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)))
            server = Server(place / "config.toml", f"http://{address}", session)
            await server.command(
                *("init", "--origin", f"http://{address}", "--username", "maria", "--name", "Maria"),
                *("--listen", address, "--allow-private-networks"),
            )
            with server.file.open("a", encoding="utf-8") as settings:
                settings.write(NO_LIMITS)
            config = load(server.file)
            uris = Uris(config.origin)
            db = await Database.open(config.database, folder("migrations"))
            stack.push_async_callback(db.close)
            async with db.read() as tx:
                [artisan] = await artisans.list_all(tx)
            hosts = [await stack.enter_async_context(open_letterboxes()) for _ in range(HOSTS)]
            town = Town(hosts, session, uris, uris.actor(artisan.uid), chance)
            stack.push_async_callback(server.end, signal.SIGKILL)
            yield cls(server, db, town, Publisher(db, uris, artisan, town, chance), chance)

    async def begin(self) -> None:
        """Have the steady readers follow, before the first work is published."""
        await self.server.start()
        await self.server.answers()
        for person in self.town.steady:
            await self.town.follow(person)
        await until(self._inbox_is_empty, "an empty inbox")
        await self.server.end(signal.SIGKILL)

    async def _inbox_is_empty(self) -> bool:
        """Whether all that arrived has taken effect."""
        async with self.db.read() as tx:
            return not await fetch_value(tx, "SELECT count(*) FROM inbox WHERE state = 'waiting'")

    async def live_and_die(self) -> float | None:
        """Start the server and kill it; return the seconds until it answered, or None where it never came so far."""
        start_s = None
        await self.server.start()
        if self.chance.random() < KILLED_WHILE_STARTING:
            await asyncio.sleep(self.chance.uniform(0, 0.7))
        else:
            start_s = await self.server.answers()
            # The server's own waits between tries are longer than its lives here.
            async with self.db.write() as tx:
                await deliveries.retry(tx, utc_now())
            await asyncio.sleep(self.chance.uniform(0.02, LONGEST_LIFE_S))
        await self.server.end(signal.SIGKILL)
        return start_s

    async def settle(self) -> None:
        """Return when nothing waits any more."""
        sql = """
            SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
                + (SELECT count(*) FROM deliveries WHERE state <> 'delivered')
        """
        async with asyncio.timeout(SETTLES_WITHIN_S):
            while True:
                await self.server.command("deliveries", "--retry")
                for _ in range(40):
                    async with self.db.read() as tx:
                        if not await fetch_value(tx, sql):
                            return
                    await asyncio.sleep(0.05)


async def run(place: Path, *, kills: int, seed: int) -> Report:
    """Kill the server *kills* times in the empty folder *place* and return what came of it."""
    report = Report(kills=kills)
    async with Scene.open(place, seed) as scene:
        await scene.begin()
        async with asyncio.TaskGroup() as living:
            for person in scene.town.busy:
                living.create_task(scene.town.live(person))
            living.create_task(scene.publisher.work())
            starts = [await scene.live_and_die() for _ in range(kills)]
            await scene.server.start()
            starts.append(await scene.server.answers())
            scene.town.stopping = scene.town.calm = True
        await scene.publisher.take_note(await scene.server.command("publish", "--title", "The last one"))
        await scene.settle()
        await scene.server.end(signal.SIGTERM)
        report.starts_s = [seconds for seconds in starts if seconds is not None]
        report.broken = [*map(str, await broken_promises(scene.db, scene.town)), *scene.server.crashes()]
        _count(report, scene.town)
    return report


def _count(report: Report, town: Town) -> None:
    """Fill in the numbers."""
    promises = town.promises
    report.promised = len(promises.accepted)
    report.repeated = promises.repeated
    report.forged = len(promises.forged)
    report.published = len(promises.owed)
    report.delivered = sum(len(inboxes) for inboxes in promises.owed.values())
    report.answers = promises.answers
    came = Counter((arrival.id, f"{host.origin}{arrival.path}") for host in town.hosts for arrival in host.taken)
    report.twice_on_the_wire = sum(count - 1 for count in came.values())


def main() -> None:
    """Run it from the command line; exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="to have the same chances again")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    place = Path(tempfile.mkdtemp(prefix="kill-"))
    report = asyncio.run(run(place, kills=given.kills, seed=seed))
    print(report)
    if report.broken:
        print(f"the server's data and log are in {place}")
        sys.exit(1)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
