"""Our server as its owner runs it: made by `init`, filled with works, started by `serve`, watched from outside."""

import asyncio
import contextlib
import dataclasses
import resource
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench import watch
from fedi_artisan.cli.given import chosen_artisan, open_workshop
from fedi_artisan.config import Config, load
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.facts import parse_dimensions
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Draft, Price
from fedi_artisan.resources import folder
from fedi_artisan.services import works as works_service
from fedi_artisan.storage.db import Database, Tx

PROGRAM = (sys.executable, "-m", "fedi_artisan")
PHOTOS = Path(__file__).parents[1] / "tests" / "data" / "photos"
EXAMPLES = (PHOTOS / "ash-bowl.jpg", PHOTOS / "celadon-bowls.jpg")
WORKS = 12
FEATURED = 5
SERIES, TAG = "Moonjars", "moonjar"
OPEN_FILES = 1024  # what a service gets on most systems; this process may have more
STARTED_WITHIN_S = 15.0
LOOK_EVERY_S = 0.01
KNOCK_EVERY_S = 0.002
TEXT = """Thrown in two halves and joined at the belly, then left alone for a winter.

The glaze is *ash from the vines* of the neighbours, thin where it ran and thick where it stayed.
Fired with wood for thirty hours; the side that faced the fire is warmer in colour.
"""


@dataclass(slots=True)
class Site:
    """One portfolio and its server, running or not."""

    config_file: Path
    config: Config
    held: socket.socket
    works: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    actor_uri: str = ""
    pid: int | None = None

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self.config.listen_address[1]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[float]:
        """Run `fedi-artisan serve` while the block lasts; give the seconds from its start to its first answer."""
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, "--config", self.config_file, "serve", stdout=asyncio.subprocess.DEVNULL
        )
        self.pid = process.pid
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        try:
            yield await first_answer(self.port, began)
        finally:
            process.terminate()
            await process.wait()
            self.pid = None

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Tx]:
        """Give one transaction, as a command beside the running server makes it."""
        db = await Database.open(self.config.database, folder("migrations"), readers=0)
        try:
            async with db.write() as tx:
                yield tx
        finally:
            await db.close()

    def count(self, sql: str) -> int:
        """Return one number from the database, read beside the running server."""
        return int(str(self.ask(sql)[0]))

    def ask(self, sql: str, *values: object) -> tuple[object, ...]:
        """Return the first row that the database gives, read beside the running server."""
        with contextlib.closing(sqlite3.connect(f"file:{self.config.database}?mode=ro", uri=True)) as connection:
            return tuple(connection.execute(sql, values).fetchone())

    def memory(self) -> tuple[int, int]:
        """Return the resident bytes of the server and its children now, and the most that each ever had."""
        pids = list(watch.family(self.running))
        return sum(map(watch.resident_bytes, pids)), sum(map(watch.peak_bytes, pids))

    def cpu_s(self) -> float:
        """Return the seconds of processor time that the server has used so far."""
        return watch.cpu_s(self.running)

    @property
    def running(self) -> int:
        """The process of the running server."""
        assert self.pid is not None
        return self.pid


async def until(holds: Callable[[], bool], *, within_s: float) -> None:
    """Return when *holds* does, asked again and again.

    Raises:
        TimeoutError: it takes longer than *within_s*.
    """
    async with asyncio.timeout(within_s):
        while True:
            if holds():
                return
            await asyncio.sleep(LOOK_EVERY_S)


async def first_answer(port: int, began: float) -> float:
    """Return the seconds from *began* until somebody at *port* has answered a request."""
    async with asyncio.timeout(STARTED_WITHIN_S):
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                answer = await reader.read(12)
                writer.close()
                assert answer == b"HTTP/1.1 200", answer
                return time.perf_counter() - began
            await asyncio.sleep(KNOCK_EVERY_S)


def hold_port() -> socket.socket:
    """Return a socket that holds a port of loopback for a server to come: nobody else is given it meanwhile.

    It never listens itself, so that whoever knocks before the server is there is refused.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


async def furnish(data_dir: Path, files: Sequence[Path] = EXAMPLES, works: int = WORKS) -> Site:
    """Return a portfolio of as many works, each with two of the photographs; its server does not run yet."""
    held = hold_port()
    port = held.getsockname()[1]
    config_file = data_dir / "config.toml"
    making = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "--config", config_file, "init", "--allow-private-networks"),
        *("--origin", f"http://127.0.0.1:{port}", "--listen", f"127.0.0.1:{port}"),
        *("--username", "maria", "--name", "Atelier Maria"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await making.wait() == 0
    # What is measured is how much can be done, not how much is allowed: a street of neighbours stands for a whole town.
    with config_file.open("a", encoding="utf-8") as settings:
        settings.write("[limits]\nmessages_per_minute = 10_000_000\n")
    site = Site(config_file, load(config_file), held)
    for number in range(works):
        shown = [files[at % len(files)] for at in (number, number + 1)]
        await publish(site, number, (await _photo(site, shown[0]), await _photo(site, shown[1])))
    return site


async def publish(site: Site, number: int, photos: tuple[Photo, ...] = ()) -> None:
    """Publish one work, as the command beside the server does."""
    draft = Draft(
        title=f"Moon jar no. {number + 1}",
        text=TEXT,
        photos=photos,
        materials=("stoneware", "ash glaze"),
        techniques=("wheel-thrown", "wood-fired"),
        dimensions=parse_dimensions("38 × 37 cm"),
        year=2026,
        price=Price(Decimal("420.00"), "EUR"),
        availability=Availability.AVAILABLE,
        series=SERIES,
        tags=(TAG, "woodfired", "stoneware"),
        featured=number < FEATURED,
    )
    uris = Uris(site.config.origin, site.config.media.origin)
    async with site.writing() as tx:
        artisan = await chosen_artisan(tx, None)
        work = await works_service.publish(tx, uris, artisan, draft, utc_now())
    site.actor_uri = uris.actor(artisan.uid)
    site.works.append(uris.work(work.uid))
    site.pages.append(uris.work_url(work.slug))


async def _photo(site: Site, file: Path) -> Photo:
    """Take in a photograph, as the command does."""
    async with open_workshop(site.config) as workshop:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, None)
        made = await workshop.photos.make_one(await workshop.intake.give(artisan, file))
    return dataclasses.replace(made, alts={"en": "A round white jar, one side warmer in colour."})
