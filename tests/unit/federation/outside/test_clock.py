"""Whether our clock is right, by those of others."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Verdict
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.outside import Outside
from tests.front import Habits, front
from tests.house import House
from tests.neighbour import Neighbour
from tests.unit.federation.outside.looking import said


@contextlib.asynccontextmanager
async def outside(house: House, clock: Clock = utc_now) -> AsyncIterator[Outside]:
    """Give who looks at the house."""
    async with Client(house.config, signer=None, clock=clock) as client:
        yield Outside(config=house.config, db=house.db, client=client, clock=clock)


@pytest.mark.parametrize(
    ("off", "verdict", "words"),
    [
        (timedelta(0), Verdict.OK, "agrees"),
        (timedelta(minutes=2), Verdict.LOOK, "2\N{NO-BREAK SPACE}minutes ahead"),
        (timedelta(days=-1), Verdict.BROKEN, "24\N{NO-BREAK SPACE}hours behind"),
    ],
)
async def test_a_clock_that_is_off_is_found(
    house: House, neighbour: Neighbour, off: timedelta, verdict: Verdict, words: str
) -> None:
    """Beside the dates of other servers it is seen whether ours is right; whom nobody told asks those it knows."""
    async with outside(house, clock=lambda: utc_now() + off) as looking:
        assert (await looking.time()).verdict is Verdict.UNKNOWN
        anna = neighbour.person("anna")
        await neighbour.send(anna, house.uris.shared_inbox, neighbour.activity("Follow", anna, house.actor_uri))
        await house.quiet()
        found = await looking.time()
    assert (found.verdict, words in said(found)) == (verdict, True), said(found)


def test_one_wrong_clock_among_others_does_not_count() -> None:
    """Most servers decide; what is no date is no news."""
    now = datetime.now(UTC)
    clocks = Clocks()
    clocks.note("broken.example", "yesterday", now)
    assert clocks.ahead() is None
    for host, off in (("a.example", 0), ("b.example", 9), ("c.example", 0)):
        clocks.note(host, format_datetime(now + timedelta(hours=off), usegmt=True), now)
    ahead = clocks.ahead()
    assert ahead is not None
    assert abs(ahead) < timedelta(seconds=2)


async def test_every_answer_tells_the_time(house: House) -> None:
    """Whatever is asked, and however it is answered, the date of the answer is noted."""
    nothing = Habits(instead={"/": web.Response(status=404, headers={"Date": format_datetime(utc_now(), usegmt=True)})})
    async with front("http://127.0.0.1:1", nothing) as port, outside(house) as looking:
        url = f"http://127.0.0.1:{port}/x"
        with pytest.raises(RemoteError):
            await looking.client.get_json(url, accept="application/json", media_types={"application/json"})
        assert looking.client.clocks.ahead() is not None
