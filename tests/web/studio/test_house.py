"""The state of the house on its page: what was found, the worst first, without keeping anybody waiting."""

import asyncio
from datetime import timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Finding, Look, Verdict, said
from fedi_artisan.services.house import Rounds
from fedi_artisan.services.house.looks import furnished
from fedi_artisan.storage import copies
from tests.house import House
from tests.studio import signed_in


async def test_the_page_tells_all(house: House) -> None:
    """Every look has its row, with a word for how it stands; what is to be done comes first."""
    async with signed_in(house) as maria:
        answer = await maria.get("/studio/house")
    names = [str(row["id"]) for row in answer.page.select(".checks li[id]")]
    assert names[0] == "copy"
    assert {"version", "disk", "database", "address", "certificate", "clock"} <= set(names)
    assert {look.name for look in furnished(house.config, house.db, utc_now)} <= set(names)
    assert "It stands. Something wants to be looked at." in answer.text
    assert f"{house.config.origin} answers, and it is this server that does." in answer.text
    assert str(house.config.data_dir) in answer.text


async def test_what_is_in_order_is_folded_away(house: House) -> None:
    """What needs her stands open, and so does what is known of copies; the rest is one press away."""
    async with house.db.write() as tx:
        await copies.note(tx, copies.By.HAND, utc_now())
    async with signed_in(house) as maria:
        page = (await maria.get("/studio/house?told=backup")).page
    folded = page.select("details .checks li")
    assert {str(row.select(".verdict")[0].text) for row in folded} == {"in order"}
    assert page.select("#copy .verdict.ok")
    assert not page.select("details .checks #copy")
    assert any(told.text.startswith("A backup is being made.") for told in page.select("[role=status]"))


async def test_a_copy_is_noted(house: House) -> None:
    """With one press a copy made by hand is noted, and the house is well; twice does no harm."""
    async with signed_in(house, language="fr") as maria:
        for _ in range(2):
            noted = await maria.post("/studio/house/copied")
            assert (noted.status, noted.headers["Location"]) == (303, "/studio/house")
        answer = await maria.get("/studio/house")
    assert "Tout va bien." in answer.text
    assert "La dernière sauvegarde date du" in answer.text


async def test_an_old_copy_is_told(house: House) -> None:
    """After a month a copy is old."""
    async with house.db.write() as tx:
        await copies.note(tx, copies.By.HAND, utc_now() - timedelta(days=31))
    async with signed_in(house) as maria:
        answer = await maria.get("/studio/house")
    assert "That is more than a month ago." in answer.page.select("#copy")[0].text


async def test_nobody_waits_for_what_takes_long() -> None:
    """What has not ended in time is missing at first, is shown when it has, and is shown as it was while it is anew."""
    go_on = asyncio.Event()
    answers = iter(range(9))

    async def slow() -> Finding:
        await go_on.wait()
        return Finding(Verdict.OK, (said("It is number {number}.", number=next(answers)),))

    async def quick() -> Finding:
        return Finding(Verdict.LOOK, ())

    async def broken() -> Finding:
        raise RuntimeError("the kiln is cold")

    looks = [Look(name, said(name), find) for name, find in (("slow", slow), ("quick", quick), ("broken", broken))]
    rounds = Rounds(lambda: looks, utc_now)
    first = await rounds.look(0.01)
    assert ([check.name for check in first.checks], [look.name for look in first.missing]) == (
        ["quick", "broken"],
        ["slow"],
    )
    assert first.checks[1].verdict is Verdict.BROKEN
    go_on.set()
    second = await rounds.look(5)
    assert [check.verdict for check in second.checks] == [Verdict.OK, Verdict.LOOK, Verdict.BROKEN]
    go_on.clear()
    third = await rounds.look(0.01)
    assert third.checks[0] == second.checks[0]
    await rounds.stop()
