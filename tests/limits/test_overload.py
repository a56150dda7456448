"""More than can be served: a short queue, then 503 with a time to come back, and a share for everybody who matters."""

import asyncio
from pathlib import Path

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.web.answers.cache import Cache
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.visitors import porter as porters
from fedi_artisan.web.visitors.excuses import Excuses
from fedi_artisan.web.visitors.kinds import Share
from fedi_artisan.web.visitors.memory import LOOK_EVERY_S, MAKE_ROOM_EVERY_S, Memory
from fedi_artisan.web.visitors.places import NoPlace, Places
from fedi_artisan.web.visitors.porter import ONLY, Porter
from tests.web import slow
from tests.web.slow import Slow, Told

PLACES = 4


class House:
    """A porter before an application that waits; a class because the test changes how much memory there is."""

    def __init__(self, **limits: int) -> None:
        config = parse({"origin": "https://atelier.example", "limits": {"requests_at_once": PLACES, **limits}})
        self.app = Slow()
        self.refusals = Refusals(utc_now)
        self.taken_bytes = 0
        self.now = 0.0
        self.forgotten = 0
        pages = Pages(config)
        memory = Memory(config.limits.memory_bytes, self._forget, taken_bytes=lambda: self.taken_bytes, now=self._at)
        self.door = Cache(
            Porter(
                self.app,
                config,
                excuses=Excuses(lambda: pages),
                refusals=self.refusals,
                memory=memory,
                clock=utc_now,
            )
        )
        self._numbers = iter(range(1_000_000))

    def _forget(self) -> None:
        self.forgotten += 1
        self.door.clear()

    def _at(self) -> float:
        return self.now

    def visit(self, path: str = "/works/{}", method: str = "GET", **headers: str) -> "asyncio.Task[Told]":
        """Return a request under way, of an address of its own."""
        return asyncio.create_task(slow.ask(self.door, path.format(next(self._numbers)), method=method, **headers))

    async def fill(self, path: str, method: str = "GET", many: int = PLACES) -> "list[asyncio.Task[Told]]":
        """Have so many be inside; the application answers none of them yet."""
        self.app.may_answer.clear()
        asked = self.app.asked
        inside = [self.visit(path, method) for _ in range(many)]
        await self.app.have_asked(asked + many)
        return inside

    async def let_out(self, inside: "list[asyncio.Task[Told]]") -> None:
        """Have the application answer."""
        self.app.may_answer.set()
        assert {(await one).status for one in inside} == {200}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a twentieth of a second for a place."""
    monkeypatch.setattr(porters, "PATIENCE_S", dict.fromkeys(Share, 0.05))


@pytest.mark.usefixtures("impatient")
async def test_whoever_finds_no_place_is_told_when_to_come_back() -> None:
    """Places taken, queue full or patience over: 503 and a time from 5 to 30 s, a small page, and soon all is well."""
    house = House()
    inside = await house.fill("/works/{}")
    refused = [await one for one in [house.visit() for _ in range(3 * PLACES)]]
    assert {one.status for one in refused} == {503}
    waits = {int(one.headers["retry-after"]) for one in refused}
    assert 5 <= min(waits) <= max(waits) <= 30
    assert len(waits) > 1
    assert all(b"One moment, please" in one.body and len(one.body) < 1_500 for one in refused)
    assert house.app.asked == PLACES
    assert house.refusals.since_start == {Refused.BUSY: 3 * PLACES}
    await house.let_out(inside)
    assert (await house.visit()).status == 200


async def test_whoever_waits_a_moment_is_served_in_turn() -> None:
    """As many as there are places wait; they come in when others go, and nobody is refused."""
    house = House()
    inside = await house.fill("/works/{}")
    waiting = [house.visit() for _ in range(PLACES)]
    await house.let_out(inside + waiting)
    assert house.refusals.since_start == {}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("path", "method"),
    [("/works/{}", "GET"), ("/follow", "POST"), ("/ap/works/{}", "GET"), ("/.well-known/webfinger?resource={}", "GET")],
)
async def test_the_artisan_and_other_servers_have_a_share_of_their_own(path: str, method: str) -> None:
    """However many strangers come, the studio, the inbox and pictures are reached; and kept pages go out."""
    house = House()
    assert (await house.visit("/")).status == 200
    inside = await house.fill(path, method)
    assert (await house.visit("/works/new")).status == 503
    assert (await house.visit("/")).status == 200
    others = [house.visit("/studio"), house.visit("/studio/sign-in", "POST"), house.visit("/media/x.jpg")]
    others.append(house.visit("/ap/inbox", "POST", content_length="100"))
    await house.app.have_asked(1 + PLACES + len(others))
    await house.let_out(inside + others)


@pytest.mark.usefixtures("impatient")
async def test_a_full_inbox_keeps_no_visitor_out() -> None:
    """Messages fill their own places alone, and are refused with a line of JSON, to be sent again."""
    house = House()
    inside = await house.fill("/ap/actors/{}/inbox", "POST", many=PLACES // 2)  # of unknown length each counts for more
    refused = await house.visit("/ap/inbox", "POST")
    assert (refused.status, refused.headers["content-type"]) == (503, "application/json")
    visits = [house.visit(), house.visit("/studio")]
    await house.app.have_asked(PLACES // 2 + 2)
    await house.let_out(inside + visits)


@pytest.mark.usefixtures("impatient")
async def test_short_of_memory_strangers_come_in_two_at_a_time() -> None:
    """What is kept is forgotten, strangers are put off, the studio is not; with room again all is as ever."""
    house = House(memory_bytes=300_000_000)
    await house.visit("/")
    house.taken_bytes, house.now = 400_000_000, house.now + LOOK_EVERY_S
    inside = await house.fill("/works/{}", many=ONLY[Share.VISITORS])
    assert house.forgotten == 1
    assert (await house.visit()).status == 503
    studio = [house.visit("/studio/{}") for _ in range(PLACES)]
    await house.app.have_asked(1 + len(inside) + PLACES)
    await house.let_out(inside + studio)
    assert house.refusals.since_start == {Refused.MEMORY: 1}
    # A moment later it is looked at again; room is made once a minute at most.
    house.now += LOOK_EVERY_S
    assert (await house.visit()).status == 200
    assert house.forgotten == 1
    house.now += MAKE_ROOM_EVERY_S
    await house.visit()
    assert house.forgotten == 2
    house.taken_bytes, house.now = 200_000_000, house.now + LOOK_EVERY_S
    await house.let_out(await house.fill("/works/{}"))


async def test_one_visitor_has_not_all_places() -> None:
    """Half of the places at most are of one visitor, those for which she waits included."""
    places = Places(4, 0.05)
    async with places.one("a"), places.one("a"):
        with pytest.raises(NoPlace):
            async with places.one("a"):
                pass
        async with places.one("b"), places.one(""):
            assert places.taken == 4
    assert places.taken == 0


async def test_whoever_leaves_the_queue_leaves_no_hole() -> None:
    """Those who give up waiting, or leave when their turn comes, take nobody's place with them."""
    places = Places(2, 5.0)

    async def be_inside(until: asyncio.Event) -> None:
        async with places.one(""):
            await until.wait()

    end = asyncio.Event()
    inside = [asyncio.create_task(be_inside(end)) for _ in range(4)]
    await asyncio.sleep(0)
    assert places.taken == 2
    inside[2].cancel()
    end.set()
    await asyncio.sleep(0)
    inside[3].cancel()
    await asyncio.gather(*inside, return_exceptions=True)
    assert places.taken == 0
    async with places.one(""), places.one(""):
        assert places.taken == 2


async def test_a_large_message_waits_for_its_turn_before_small_ones() -> None:
    """Whoever needs several places is not overtaken for ever by those who need one."""
    places = Places(4, 5.0)
    order = []

    async def enter(name: str, size: int) -> None:
        async with places.one("", size):
            order.append(name)
            await asyncio.sleep(0)

    async with places.one("", 2), places.one("", 1):
        waiting = [asyncio.create_task(enter(name, size)) for name, size in (("large", 2), ("small", 1))]
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(*waiting)
    assert order == ["large", "small"]


def test_without_figures_of_memory_it_never_runs_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system tells nothing, nobody is put off for it."""
    assert Memory(1, lambda: None).is_short()
    monkeypatch.setattr("fedi_artisan.web.visitors.memory._STATM", Path("/proc/nowhere"))
    assert not Memory(1, lambda: None).is_short()
