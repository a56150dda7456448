"""Whether the server lives and can be used: asked by containers, service managers and whoever watches."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.app import build
from fedi_artisan.config import Config, parse
from fedi_artisan.services.loops import TROUBLED_FOR_S, Loops
from fedi_artisan.services.vitals import Vitals
from tests.house import ALL_THE_MEMORY, CHEAP, House, free_socket, furnish, running, until
from tests.web.asking import Asker


@dataclass
class Time:
    """Seconds that go forward when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


@contextlib.asynccontextmanager
async def opened(folder: Path, vitals: Vitals, **settings: object) -> AsyncIterator[tuple[Asker, Config]]:
    """Run a server whose vitals are looked at; give somebody who asks it."""
    listening = free_socket()
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = parse(
        {"origin": origin, "data_dir": str(folder), "allow_private_networks": True, **ALL_THE_MEMORY, **settings}
    )
    await furnish(config)
    async with running(build(config, cost=CHEAP, vitals=vitals), listening), Asker.open(origin) as ask:
        yield ask, config


async def test_a_sound_server_says_so(house: House, ask: Asker) -> None:
    """Both say 200 at whatever name they are asked, to GET and HEAD alone, and nobody keeps what they say."""
    for path, said in (("/healthz", {"alive": True}), ("/readyz", {"ready": True, "lacking": []})):
        answer = await ask(path, ("Host", "elsewhere.example"), ("Accept", "text/html"))
        assert (answer.status, answer.json()) == (200, said)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        head = await ask(path, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        refused = await ask(path, method="POST")
        assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")
    assert await house.value("SELECT count(*) FROM views") == 0


async def test_photographs_elsewhere_change_nothing(tmp_path: Path) -> None:
    """The name under which photographs stand answers nothing else, but this."""
    async with opened(tmp_path, Vitals(), media={"origin": "https://photos.example"}) as (ask, _):
        assert (await ask("/", ("Host", "photos.example"))).status == 404
        assert (await ask("/healthz", ("Host", "photos.example"))).status == 200


async def test_what_is_lacking_is_named(tmp_path: Path) -> None:
    """503 with names of parts and nothing else, for each part by itself; and well again when it is."""
    time, strained = Time(), False
    vitals = Vitals(time)
    vitals.watch("oven", lambda: strained)
    async with opened(tmp_path, vitals) as (ask, _):

        async def lacking() -> list[str]:
            answer = await ask("/readyz")
            assert answer.status == (503 if answer.json()["lacking"] else 200)
            assert ("Retry-After" in answer.headers) == (answer.status == 503)
            return list(answer.json()["lacking"])

        assert await lacking() == []
        strained = True
        assert await lacking() == ["oven"]
        strained, vitals.stopping = False, True
        assert await lacking() == ["stopping"]
        vitals.stopping, db, vitals.db = False, vitals.db, None
        assert await lacking() == ["database"]
        assert not await vitals.alive()
        assert (await ask("/healthz")).status == 200
        vitals.db = db
        assert await lacking() == []


async def test_a_database_that_cannot_be_read_is_lacking(tmp_path: Path) -> None:
    """Broken pages are noticed at the next look, which comes after a second, however often it is asked for."""
    time = Time()
    vitals = Vitals(time)
    async with opened(tmp_path, vitals) as (ask, config):
        assert (await ask("/readyz")).status == 200
        assert vitals.db is not None
        async with vitals.db.write() as tx:
            await tx.execute("ALTER TABLE shown RENAME TO lost")
        assert (await ask("/readyz")).status == 200
        time.now += 2
        assert (await ask("/readyz")).json() == {"ready": False, "lacking": ["database"]}
        async with vitals.db.write() as tx:
            await tx.execute("ALTER TABLE lost RENAME TO shown")
        assert (await ask("/readyz")).status == 200
    assert config.database.exists()


async def test_a_busy_database_is_asked_once(tmp_path: Path) -> None:
    """Strangers who ask a thousand times make it read once: all wait for the same look."""
    vitals = Vitals(Time())
    async with opened(tmp_path, vitals):
        assert vitals.db is not None
        async with vitals.db.read(), vitals.db.read():  # all there are
            asked = [asyncio.create_task(vitals.lacking()) for _ in range(1000)]
            await asyncio.sleep(0)
            assert not any(one.done() for one in asked)
        assert set(await asyncio.gather(*asked)) == {()}


async def test_a_loop_that_failed_is_lacking_for_a_minute() -> None:
    """It is started again, and counted; one that ended for good is never well, and the watchdog hears of it."""
    time, failures = Time(), [ValueError("once")]
    loops = Loops(time)

    async def fails_once() -> None:
        if failures:
            raise failures.pop()
        await asyncio.Event().wait()

    async def works() -> None:
        await asyncio.Event().wait()

    loops.start({"fragile": fails_once, "sound": works})
    stands = [(loops.troubled, loops.running)]

    async def failed() -> bool:
        return loops.restarts["fragile"] == 1

    await until(failed, "the restart")
    stands.append((loops.troubled, loops.running))
    time.now += TROUBLED_FOR_S
    stands.append((loops.troubled, loops.running))
    await loops.stop()
    stands.append((loops.troubled, loops.running))
    assert stands == [(False, True), (True, True), (False, True), (True, False)]
    assert loops.restarts == {"fragile": 1, "sound": 0}


async def test_a_full_inbox_is_lacking(tmp_path: Path) -> None:
    """When as much waits as may, other servers should come later, and balancers should know."""
    vitals = Vitals()
    async with opened(tmp_path, vitals, limits={"inbox_waiting": 2, **ALL_THE_MEMORY["limits"]}) as (ask, _):
        assert vitals.db is not None
        async with vitals.db.write() as tx:
            for number in range(2):
                await tx.execute(
                    "INSERT INTO inbox (actor_uri, activity_uri, body, asks, due_at, received_at) "
                    "VALUES ('https://a.example/b', ?, X'7B7D', 0, 4000000000000, 0)",
                    (f"https://a.example/{number}",),
                )

        async def seen() -> bool:
            return list((await ask("/readyz")).json()["lacking"]) == ["inbox"]

        await until(seen, "the look at the inbox")
