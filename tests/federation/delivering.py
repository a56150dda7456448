"""What the tests of delivery do and look at: followers, time that moves, and what became of each delivery."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.storage import actors, followers, inbox
from fedi_artisan.vocab.actors import parse_actor
from tests.cli.typed import Terminal
from tests.federation.letterboxes import Arrival, Behaviour, Letterboxes, Reply
from tests.house import House, until
from tests.neighbour import Person


class MovableClock:
    """The time, which goes on by itself and can be moved on; a class because it is moved."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the moment."""
        return utc_now() + self._ahead

    async def move(self, house: House, by: timedelta) -> None:
        """Move on, and have the server of *house* look at what is due: it cannot feel that time has jumped."""
        self._ahead += by
        async with house.db.write() as tx:
            await inbox.count_ignored(tx, {"time has moved": 1})


async def add_followers(house: House, *people: Person) -> None:
    """Make *people* followers of the artisan, as if they had followed long ago."""
    async with house.db.write() as tx:
        for person in people:
            actor = parse_actor(person.document())
            actor_id = await actors.put(tx, actor, utc_now())
            await followers.put(tx, house.artisan.id, actor_id, f"{person.uri}#follow", utc_now())


def one_after_another(*replies: Reply) -> Behaviour:
    """Return a behaviour that gives these answers in turn, then the last one for ever."""
    left = list(replies)

    async def answer(arrival: Arrival) -> Reply:
        del arrival
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def always(reply: Reply) -> Behaviour:
    """Return a behaviour that gives one answer for ever."""
    return one_after_another(reply)


async def arrived(boxes: Letterboxes, count: int, what: str = "deliveries") -> list[Arrival]:
    """Return all that came, once that are *count*."""

    async def enough() -> bool:
        return len(boxes.arrivals) >= count

    await until(enough, f"{count} {what}")
    return boxes.arrivals


async def stands(house: House, *expected: str) -> list[str]:
    """Return the answers, once the deliveries stand as *expected*: their states, in the order they were made."""

    async def as_expected() -> bool:
        rows = await house.rows("SELECT state FROM deliveries ORDER BY id")
        return tuple(row["state"] for row in rows) == expected

    await until(as_expected, f"deliveries that are {expected}")
    return [row["answer"] for row in await house.rows("SELECT answer FROM deliveries ORDER BY id")]


def tried(house: House, count: int) -> Callable[[], Awaitable[bool]]:
    """Return a question: were deliveries tried so often, all together, and is that written down?"""

    async def so_often() -> bool:
        return bool(await house.value("SELECT sum(attempts) FROM deliveries") == count)

    return so_often


async def run_command(house: House, *arguments: str) -> str:
    """Run a command as a person does, in a process of its own, and return what it prints."""
    file = house.config.data_dir.with_suffix(".toml")
    file.write_text(
        f"origin = {json.dumps(house.config.origin)}\ndata_dir = {json.dumps(str(house.config.data_dir))}\n"
        "allow_private_networks = true\n",
        encoding="utf-8",
    )
    typed = await asyncio.to_thread(Terminal(file.parent).type, "--config", str(file), *arguments)
    assert typed.code == 0, typed.err
    return typed.out
