"""The list of her works, and what is done with one or several of them."""

import asyncio
from decimal import Decimal

import pytest

from fedi_artisan.domain.works import Audience, Availability, Draft, Price
from tests.federation.delivering import add_followers
from tests.house import House
from tests.neighbour import Neighbour
from tests.studio import signed_in


async def test_every_work_is_listed_whoever_may_see_it(house: House) -> None:
    """She finds all that she has published, and by a word of its title."""
    for audience in Audience:
        await house.publish(Draft(title=f"Bowl for {audience}", audience=audience))
    async with signed_in(house) as maria:
        everything = (await maria.get("/studio/works")).page
        found = (await maria.get("/studio/works?q=FOR+foll")).page
        percent = (await maria.get("/studio/works?q=%25")).page
    assert len(everything.select("li .name")) == len(Audience)
    assert [one.text for one in found.select("li .name")] == ["Bowl for followers"]
    assert percent.select("li .name") == []


async def test_sold_in_one_tap_and_back(house: House) -> None:
    """One button marks a work as sold and tells those who know it; pressed twice it is still one change."""
    work = await house.publish(Draft(title="Bowl", availability=Availability.AVAILABLE))
    async with signed_in(house) as maria:
        for was in (f"?was={work.uid}%3Aavailable", ""):
            answer = await maria.post(f"/studio/works/{work.uid}/sold")
            assert (answer.status, answer.headers["Location"]) == (303, f"/studio/works{was}#work-{work.uid}")
        assert await house.value("SELECT availability FROM works") == "sold"
        assert await house.value("SELECT edits FROM works") == 1
        await maria.post(f"/studio/works/{work.uid}/sold", {"back_to": "available"})
        assert await house.value("SELECT availability FROM works") == "available"
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Update'") == 2


@pytest.mark.parametrize("before", [None, Availability.ON_COMMISSION])
async def test_a_slip_of_the_thumb_changes_nothing(house: House, before: Availability | None) -> None:
    """What was marked as sold by mistake is afterwards what it was; of whatever has a price it can be said."""
    await house.publish(Draft(title="Bowl", availability=before, price=Price(Decimal(140), "EUR")))
    async with signed_in(house) as maria:
        button = (await maria.get("/studio/works")).page.select_one("li button")
        assert button is not None
        sold = await maria.post(str(button["formaction"]))
        assert await house.value("SELECT availability FROM works") == "sold"
        undo = (await maria.get(sold.headers["Location"])).page.select_one("li button")
        assert undo is not None
        await maria.post(str(undo["formaction"]), {str(undo["name"]): str(undo["value"])})
    assert await house.value("SELECT availability FROM works") == before


async def test_several_move_into_a_series(house: House) -> None:
    """All that were chosen stand in the series afterwards, a new one too, and in none where that is meant."""
    uids = [(await house.publish(Draft(title=f"Bowl {number}"))).uid for number in range(3)]
    chosen = [("work", uid) for uid in uids[:2]]
    async with signed_in(house) as maria:
        answer = await maria.post("/studio/works/several", [*chosen, ("do", "series"), ("to_series_new", "Moons")])
        assert answer.headers["Location"] == "/studio/works?changed=2"
        assert await house.value("SELECT count(*) FROM works JOIN series ON series.id = series_id") == 2
        await maria.post("/studio/works/several", [*chosen, ("do", "series"), ("to_series", "none")])
    assert await house.value("SELECT count(*) FROM works WHERE series_id IS NOT NULL") == 0


@pytest.mark.parametrize(
    "fields",
    [
        [("do", "availability"), ("to_availability", "sold")],
        [("work", "mine"), ("do", "availability")],
        [("work", "mine"), ("do", "availability"), ("to_availability", "stolen")],
        [("work", "mine"), ("do", "series")],
        [("work", "mine"), ("do", "series"), ("to_series_new", "x" * 300)],
        [("work", "mine"), ("do", "burn")],
        [("work", "mine")],
    ],
)
async def test_what_cannot_be_done_changes_nothing(house: House, fields: list[tuple[str, str]]) -> None:
    """The page comes back with a sentence, what was chosen is still chosen, and no work has changed."""
    work = await house.publish()
    given = [(name, work.uid if value == "mine" else value) for name, value in fields]
    async with signed_in(house) as maria:
        answer = await maria.post("/studio/works/several", given)
    assert answer.status == 422
    assert answer.page.select_one(".told.trouble") is not None
    assert len(answer.page.select("[name=work][checked]")) == len([1 for name, _ in given if name == "work"])
    assert await house.value("SELECT edits FROM works") == 0


async def test_a_copy_is_begun_from_a_work(house: House) -> None:
    """A work is a template for another one: the draft has its words."""
    work = await house.publish(Draft(title="Bowl", text="Thrown.", materials=("clay",)))
    async with signed_in(house) as maria:
        answer = await maria.post(f"/studio/works/{work.uid}/duplicate")
    assert answer.headers["Location"].startswith("/studio/drafts/")
    assert await house.value("SELECT json_extract(fields, '$.text') FROM drafts") == "Thrown."


async def test_withdrawing_asks_once_and_says_what_it_cannot_do(house: House, neighbour: Neighbour) -> None:
    """The question names how many were told; the answer takes the work back, once for a double click as well."""
    await _followed(house, neighbour)
    work = await house.publish()
    async with signed_in(house) as maria:
        question = await maria.get(f"/studio/works/{work.uid}/withdraw")
        assert "1 place that was told of it is asked to forget it" in question.page.get_text(" ", strip=True)
        pressed = await asyncio.gather(*(maria.post(f"/studio/works/{work.uid}/withdraw") for _ in range(2)))
        pressed.append(await maria.post(f"/studio/works/{work.uid}/withdraw"))
        assert [(one.status, one.headers.get("Location")) for one in pressed] == [(303, "/studio/works")] * 3
        assert await house.value("SELECT count(*) FROM activities WHERE type = 'Delete'") == 1
        assert (await maria.get(f"/works/{work.slug}")).status == 410


async def test_it_says_where_a_work_has_travelled_and_tries_again(house: House, neighbour: Neighbour) -> None:
    """Each place with what came of it, in plain words; pressed, what has not arrived is due at once."""
    await _followed(house, neighbour)
    work = await house.publish()
    uri = house.uris.work(work.uid)
    await _set_answer(house, uri, "refused", "413 too big")
    async with signed_in(house) as maria:
        page = (await maria.get(f"/studio/works/{work.uid}")).page
        assert "This place found it too large." in page.get_text(" ", strip=True)
        assert [one.text for one in page.select(".counted dd")] == ["0", "0", "1"]
        await maria.post(f"/studio/works/{work.uid}/again")
    assert await house.value("SELECT state FROM deliveries WHERE subject_uri = ?", uri) != "refused"


@pytest.mark.parametrize("deed", ["sold", "edit", "duplicate", "again", "withdraw"])
async def test_nothing_is_done_with_works_of_others(house: House, deed: str) -> None:
    """A work that is not hers is as unknown as one that never was."""
    work = await house.publish()
    async with house.db.write() as tx:
        await tx.execute(
            "INSERT INTO artisans (id, uid, username, name, created_at, updated_at) VALUES (9, 'x', 'x', 'X', 0, 0)"
        )
        await tx.execute("UPDATE works SET artisan_id = 9")
    async with signed_in(house) as maria:
        assert (await maria.post(f"/studio/works/{work.uid}/{deed}")).status == 404
        assert (await maria.get(f"/studio/works/{work.uid}")).status == 404


async def _followed(house: House, neighbour: Neighbour) -> None:
    """Let somebody follow the artisan."""
    await add_followers(house, neighbour.person("alice"))


async def _set_answer(house: House, uri: str, state: str, answer: str) -> None:
    """Let all that was sent about a work have come to this."""
    async with house.db.write() as tx:
        await tx.execute(
            "UPDATE deliveries SET state = ?, answer = ?, attempts = 1, finished_at = 1 WHERE subject_uri = ?",
            (state, answer, uri),
        )
