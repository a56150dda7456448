"""Series in the studio: begun, described, filled and removed, by the artisan whose they are."""

import itertools

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft, Series
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import series as rows
from tests.house import House, key_pair
from tests.studio import signed_in
from tests.web.studio.forms import filled, send, troubles

PATH = "/studio/series"
SAID = {
    "title": "Moon jars",
    "text": "Each of *two* halves.",
    "language": "en",
    "other_language": "fr",
    "other_title": "Jarres de lune",
    "other_text": "En deux moitiés.",
}


async def only(house: House) -> Series:
    """Return the one series there is."""
    async with house.db.read() as tx:
        (found,) = await rows.list_all(tx, house.artisan.id)
    return found.series


async def test_a_series_is_begun_once(house: House) -> None:
    """A new series leads on to its works; the same form sent twice begins one series."""
    async with signed_in(house) as maria:
        form = filled(await maria.get(f"{PATH}/new"), "series") | SAID
        first, second = await maria.post(f"{PATH}/new", form), await maria.post(f"{PATH}/new", form)
        found = await only(house)
        assert first.headers["Location"] == second.headers["Location"] == f"{PATH}/{found.uid}/works"
        assert (found.name, found.text, found.others["fr"].name) == ("Moon jars", SAID["text"], "Jarres de lune")
        again = await maria.post(f"{PATH}/new", filled(await maria.get(f"{PATH}/new"), "series") | SAID)
        assert (again.status, list(troubles(again))) == (422, ["title"])
        # Where one stands then is the sentence that says so, not the beginning of the page.
        assert again.page.select_one("[autofocus]") == again.page.select_one(".told[role=alert]")
        assert filled(again, "series")["text"] == SAID["text"]
        changed = await send(maria, f"{PATH}/{found.uid}", "series", {"title": "Moons", "other_language": "de"})
        assert changed.status == 303
    found = await only(house)
    assert (found.name, found.slug, list(found.others)) == ("Moons", "moon-jars", ["de"])


IMPOSSIBLE = (
    ("title", ""),
    ("title", "x" * 201),
    ("text", "x" * 20_001),
    ("language", "x!"),
    ("other_language", ""),
    ("other_language", "en"),
    ("other_title", ""),
)


async def test_what_cannot_be_is_told_beside_its_field(house: House) -> None:
    """One value that cannot be: 422, the sentence at that field, all that was typed still there, nothing changed."""
    await house.publish(Draft(title="Jar", series="Jars"))
    before = await only(house)
    async with signed_in(house) as maria:
        for path, (field, value) in itertools.product((f"{PATH}/new", f"{PATH}/{before.uid}"), IMPOSSIBLE):
            answer = await send(maria, path, "series", SAID | {field: value})
            assert (answer.status, list(troubles(answer))) == (422, [field]), (path, field, value)
            given_back = filled(answer, "series")
            assert {name: given_back[name] for name in SAID} == SAID | {field: value}, (path, field, value)
    assert await only(house) == before


async def test_two_windows_write_over_nothing_unseen(house: House) -> None:
    """A window in which something older stands changes nothing before both have been seen."""
    await house.publish(Draft(title="Jar", series="Jars"))
    path = f"{PATH}/{(await only(house)).uid}"
    async with signed_in(house) as maria:
        old = filled(await maria.get(path), "series")
        await send(maria, path, "series", {"text": "First."})
        answer = await maria.post(path, old | {"text": "Second."})
        assert answer.status == 409
        assert "First." in troubles(answer)["text"]
        assert (await only(house)).text == "First."
        assert (await maria.post(path, filled(answer, "series"))).status == 303
    assert (await only(house)).text == "Second."


async def test_works_are_chosen_for_a_series(house: House) -> None:
    """What is ticked stands in it, what is not leaves it, and a work that came since the page was opened stays."""
    one = await house.publish(Draft(title="One", series="Jars"))
    two = await house.publish(Draft(title="Two"))
    path = f"{PATH}/{(await only(house)).uid}"
    async with signed_in(house) as maria:
        opened = filled(await maria.get(f"{path}/works"), "works")
        late = await house.publish(Draft(title="Late", series="Jars"))
        answer = await maria.post(f"{path}/works", {"seen": opened["seen"], "work": two.uid})
        assert answer.status == 303
        refused = await maria.post(f"{path}/works", {"seen": opened["seen"], "work": "0" * 26})
        assert refused.status == 404
    sql = "SELECT works.uid FROM works JOIN series ON series.id = series_id ORDER BY works.id"
    assert [row["uid"] for row in await house.rows(sql)] == [two.uid, late.uid]
    # It is told elsewhere as well: a work's document says where it belongs.
    assert await house.value("SELECT edits FROM works WHERE uid = ?", one.uid) == 1
    assert await house.value("SELECT edits FROM works WHERE uid = ?", late.uid) == 0


async def test_a_series_of_a_lifetime(house: House) -> None:
    """The form carries every work that is in a series, and is still taken where these are some thousands."""
    work = await house.publish(Draft(title="Jar"))
    await house.publish(Draft(title="One", series="Jars"))
    path = f"{PATH}/{(await only(house)).uid}"
    async with signed_in(house) as maria:
        fields = [("seen", work.uid), *[("work", work.uid)] * 4_000]
        assert (await maria.post(f"{path}/works", fields)).status == 303
    assert await house.value("SELECT count(*) FROM works WHERE series_id IS NOT NULL") == 2


async def test_only_an_empty_series_is_removed(house: House) -> None:
    """As long as works stand in it a series stays, and the page says why."""
    work = await house.publish(Draft(title="Jar", series="Jars"))
    path = f"{PATH}/{(await only(house)).uid}"
    async with signed_in(house) as maria:
        kept = await maria.post(f"{path}/remove")
        assert kept.status == 409
        assert kept.page.select_one("[role=alert]")
        await maria.post(f"{path}/works", {"seen": work.uid})
        assert (await maria.post(f"{path}/remove")).status == 303
        assert (await maria.get(path)).status == 404
    assert await house.value("SELECT count(*) FROM series") == 0


async def test_nobody_reaches_the_series_of_another(house: House) -> None:
    """The series of another artisan of the same server is not there: neither read, nor changed, nor removed."""
    await house.publish(Draft(title="Jar", series="Jars"))
    path = f"{PATH}/{(await only(house)).uid}"
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now()
        )
    async with signed_in(house, jean) as visitor:
        for asked in (path, f"{path}/works"):
            assert (await visitor.get(asked)).status == 404
            assert (await visitor.post(asked, SAID)).status == 404
        assert (await visitor.post(f"{path}/remove")).status == 404
    assert (await only(house)).name == "Jars"
