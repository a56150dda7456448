"""When many ask for the same at the same moment, it is made once, and nobody waits for ever (WIRE 10.2 #47)."""

import asyncio
from contextlib import suppress

import pytest

from fedi_artisan.web.answers.cache import Cache
from tests.web import slow
from tests.web.slow import Slow, Told

MANY = 50


async def together(front: Cache, app: Slow, many: int = MANY) -> list[asyncio.Task[Told]]:
    """Return as many requests as all wait for the application, which holds its answer back."""
    app.may_answer.clear()
    asking = [asyncio.create_task(slow.ask(front)) for _ in range(many)]
    await app.was_asked.wait()
    # Each of them has run until it waits.
    await asyncio.sleep(0)
    return asking


async def test_many_who_ask_at_once_are_one() -> None:
    """Of fifty that come together one is asked of the application; all have the answer."""
    app = Slow()
    asking = await together(Cache(app), app)
    app.may_answer.set()
    assert [told.body for told in await asyncio.gather(*asking)] == [b"old"] * MANY
    assert app.asked == 1


async def test_a_failure_is_the_first_ones_alone() -> None:
    """Where the first fails, the others ask themselves, and have what they asked for."""
    app = Slow()
    app.fails = True
    first, *others = await together(Cache(app), app)
    app.fails = False
    app.may_answer.set()
    assert [told.body for told in await asyncio.gather(*others)] == [b"old"] * (MANY - 1)
    with pytest.raises(RuntimeError, match="cold"):
        await first


async def test_a_first_that_is_cancelled_leaves_nobody_waiting() -> None:
    """Nor does it stay in the way of those who come later."""
    app = Slow()
    front = Cache(app)
    first, *others = await together(front, app, 3)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    app.may_answer.set()
    assert [told.body for told in await asyncio.gather(*others)] == [b"old", b"old"]
    asked = app.asked
    assert (await slow.ask(front)).body == b"old"
    assert app.asked == asked


async def test_a_waiting_one_that_is_cancelled_takes_nothing_along() -> None:
    """The first and the others have their answer."""
    app = Slow()
    first, second, third = await together(Cache(app), app, 3)
    second.cancel()
    await asyncio.sleep(0)
    app.may_answer.set()
    assert [told.body for told in await asyncio.gather(first, third)] == [b"old", b"old"]
    assert app.asked == 1


async def test_waiting_has_an_end() -> None:
    """Whoever has waited long enough for what another asked asks himself."""
    app = Slow()
    front = Cache(app, wait_s=0.01)
    first, second = await together(front, app, 2)
    async with asyncio.timeout(5):
        await app.have_asked(2)
    app.may_answer.set()
    assert [(await one).body for one in (first, second)] == [b"old", b"old"]
    assert app.asked == 2


async def test_whoever_asks_after_a_change_does_not_wait_for_what_was_before() -> None:
    """Those who asked before it may get what was; those after it get what is."""
    app = Slow()
    front = Cache(app)
    before = await together(front, app, 2)
    app.found = b"new"
    front.clear()
    app.was_asked.clear()
    after = await together(front, app, 2)
    app.may_answer.set()
    assert [(await one).body for one in (*before, *after)] == [b"old", b"old", b"new", b"new"]
    assert app.asked == 2
    assert (await slow.ask(front)).body == b"new"


async def test_what_cannot_be_kept_is_not_shared() -> None:
    """An answer for one alone goes to the one who asked; each of the others asks."""
    app = Slow()
    app.headers = {b"cache-control": b"private"}
    asking = await together(Cache(app), app, 5)
    app.may_answer.set()
    assert [told.body for told in await asyncio.gather(*asking)] == [b"old"] * 5
    assert app.asked == 5


async def test_different_questions_do_not_wait_for_each_other() -> None:
    """Another page, language or kind is asked at once."""
    app = Slow()
    front = Cache(app)
    app.may_answer.clear()
    asking = [
        asyncio.create_task(slow.ask(front, *address, **headers))
        for address, headers in (
            (["/"], {}),
            (["/works"], {}),
            (["/?lang=fr"], {}),
            (["/"], {"accept_language": "fr"}),
            (["/"], {"accept": "application/activity+json"}),
        )
    ]
    async with asyncio.timeout(5):
        await app.have_asked(len(asking))
    app.may_answer.set()
    await asyncio.gather(*asking)
