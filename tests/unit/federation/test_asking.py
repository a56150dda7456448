"""How much other servers are asked: few at once, few in a while, and nobody waits for ever."""

import asyncio

import pytest

from fedi_artisan.errors import RemoteUnavailable
from fedi_artisan.federation.asking import Asking, Courtesy


class Moment:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now_s


async def ask(asking: Asking, host: str, release: asyncio.Event, under_way: list[str]) -> None:
    """Ask *host* until released."""
    async with asking.turn(host):
        under_way.append(host)
        await release.wait()


async def settle() -> None:
    """Let all that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_few_are_asked_at_once() -> None:
    """A host is asked twice at once, all together four times; the others wait for their turn."""
    asking = Asking(Courtesy(at_once=4, at_once_of_a_host=2))
    release, under_way = asyncio.Event(), list[str]()
    tasks = [asyncio.create_task(ask(asking, host, release, under_way)) for host in "aaabbbccc"]
    await settle()
    assert sorted(under_way) == ["a", "a", "b", "b"]
    release.set()
    await asyncio.gather(*tasks)
    assert sorted(under_way) == sorted("aaabbbccc")


async def test_a_line_has_an_end() -> None:
    """WIRE 10.2 #44: more than so many in line for one host are sent away at once; another host is not concerned."""
    asking = Asking(Courtesy(at_once_of_a_host=1, waiting_for_a_host=3))
    release, under_way = asyncio.Event(), list[str]()
    tasks = [asyncio.create_task(ask(asking, "a", release, under_way)) for _ in range(3)]
    await settle()
    with pytest.raises(RemoteUnavailable):
        await ask(asking, "a", release, under_way)
    tasks.append(asyncio.create_task(ask(asking, "b", release, under_way)))
    await settle()
    assert under_way == ["a", "b"]
    release.set()
    await asyncio.gather(*tasks)


async def test_nobody_waits_for_ever() -> None:
    """Whoever gets no turn in time is told to come back, and leaves the line."""
    asking = Asking(Courtesy(at_once_of_a_host=1, waiting_for_a_host=2, patience_s=0.01))
    release, under_way = asyncio.Event(), list[str]()
    task = asyncio.create_task(ask(asking, "a", release, under_way))
    await settle()
    for _ in range(3):
        with pytest.raises(RemoteUnavailable, match="too much"):
            await ask(asking, "a", release, under_way)
    release.set()
    await task


async def test_a_host_is_asked_so_often_in_a_while() -> None:
    """WIRE 10.1: after so many questions a host has peace until the window is over; others are asked meanwhile."""
    moment = Moment()
    asking = Asking(Courtesy(of_a_host=3, window_s=60.0), moment)
    release = asyncio.Event()
    release.set()
    for _ in range(3):
        await ask(asking, "a", release, [])
    with pytest.raises(RemoteUnavailable) as caught:
        await ask(asking, "a", release, [])
    assert caught.value.retry_after_s == pytest.approx(60.0)
    await ask(asking, "b", release, [])
    moment.now_s = 61.0
    await ask(asking, "a", release, [])


async def test_a_failure_gives_the_turn_back() -> None:
    """However a question ends, the next one has its turn."""
    asking = Asking(Courtesy(at_once=1, at_once_of_a_host=1))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with asking.turn("a"):
                raise ZeroDivisionError
    task = asyncio.create_task(ask(asking, "a", asyncio.Event(), []))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asking.turn("a"):
        pass
