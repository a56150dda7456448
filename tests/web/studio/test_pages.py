"""Pages of her own in the studio: written once, changed, arranged and removed, by the artisan whose they are."""

import itertools

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import Page, PageDraft
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from fedi_artisan.storage import pages as rows
from tests.house import House, key_pair
from tests.studio import signed_in
from tests.web.studio.forms import filled, send, troubles

PATH = "/studio/pages"
SAID = {
    "title": "Prices",
    "text": "From *40* €.\n\n- bowls\n- jars",
    "language": "en",
    "place": "footer",
    "other_language": "fr",
    "other_title": "Prix",
    "other_text": "À partir de 40 €.",
}


async def written(house: House, *titles: str) -> list[Page]:
    """Write pages of these titles, and return them."""
    async with house.db.write() as tx:
        return [
            await pages_service.write(tx, house.artisan, PageDraft(title=title, text="Words."), utc_now())
            for title in titles
        ]


async def listed(house: House) -> list[Page]:
    """Return all pages, in the order of the menu."""
    async with house.db.read() as tx:
        return await rows.list_all(tx, house.artisan.id)


async def test_a_page_is_written_once(house: House) -> None:
    """The same form sent twice writes one page, which stands where she said; opened again it reads as she wrote it."""
    async with signed_in(house) as maria:
        form = filled(await maria.get(f"{PATH}/new"), "page") | SAID
        assert [(await maria.post(f"{PATH}/new", form)).status for _ in range(2)] == [303, 303]
        (page,) = await listed(house)
        again = filled(await maria.get(f"{PATH}/{page.uid}"), "page")
        assert {name: again[name] for name in SAID} == SAID
        assert (await send(maria, f"{PATH}/{page.uid}", "page", {"title": "What it costs"})).status == 303
    (page,) = await listed(house)
    assert (page.draft.title, page.slug, page.draft.place) == ("What it costs", "prices", "footer")


IMPOSSIBLE = (
    ("title", ""),
    ("title", "x" * 121),
    ("text", "x" * 50_001),
    ("place", "ceiling"),
    ("language", "x!"),
    ("other_language", "en"),
    ("other_language", ""),
    ("other_title", ""),
)


async def test_what_cannot_be_is_told_beside_its_field(house: House) -> None:
    """One value that cannot be: 422, the sentence at that field, all that was typed still there, nothing changed."""
    (page,) = await written(house, "About")
    async with signed_in(house) as maria:
        for path, (field, value) in itertools.product((f"{PATH}/new", f"{PATH}/{page.uid}"), IMPOSSIBLE):
            typed = SAID | {field: value}
            answer = await send(maria, path, "page", typed)
            assert (answer.status, list(troubles(answer))) == (422, [field]), (path, field, value)
            given_back = filled(answer, "page")
            kept = {name: text for name, text in typed.items() if (name, text) != ("place", "ceiling")}
            assert {name: given_back[name] for name in kept} == kept, (path, field, value)
    assert [one.draft for one in await listed(house)] == [page.draft]


async def test_a_preview_saves_nothing(house: House) -> None:
    """Without a script a button shows how the text will look; what was typed stays in the form, and nothing is kept."""
    (page,) = await written(house, "About")
    async with signed_in(house) as maria:
        answer = await send(maria, f"{PATH}/{page.uid}", "page", {"text": "Some **bold** words.", "preview": "yes"})
        assert answer.status == 200
        shown = answer.page.select_one("#text-preview strong")
        assert shown is not None
        assert shown.text == "bold"
        assert filled(answer, "page")["text"] == "Some **bold** words."
        assert [one.draft for one in await listed(house)] == [page.draft]
        alone = await maria.post("/studio/prose", {"text": "<script>alert(1)</script>**b**"})
        assert (alone.status, "<strong>b</strong>" in alone.text, "<script" in alone.text) == (200, True, False)


async def test_two_windows_write_over_nothing_unseen(house: House) -> None:
    """A window in which something older stands changes nothing before both have been seen."""
    (page,) = await written(house, "About")
    path = f"{PATH}/{page.uid}"
    async with signed_in(house) as maria:
        old = filled(await maria.get(path), "page")
        await send(maria, path, "page", {"text": "First."})
        answer = await maria.post(path, old | {"text": "Second."})
        assert (answer.status, "First." in troubles(answer)["text"]) == (409, True)
        assert (await listed(house))[0].draft.text == "First."
        assert (await maria.post(path, filled(answer, "page"))).status == 303
    assert (await listed(house))[0].draft.text == "Second."


async def test_the_menu_is_arranged_without_a_script(house: House) -> None:
    """Each press moves a page by one place; what was written meanwhile, or is not hers, changes nothing of that."""
    one, two, three = await written(house, "One", "Two", "Three")
    async with signed_in(house) as maria:
        seen = filled(await maria.get(PATH), "order")
        for move in (f"up:{three.uid}", f"down:{three.uid}", f"up:{three.uid}"):
            opened = filled(await maria.get(PATH), "order")
            assert (await maria.post(f"{PATH}/order", {"order": opened["order"], "move": move})).status == 303
        assert [page.uid for page in await listed(house)] == [one.uid, three.uid, two.uid]
        nonsense = {"order": f"{seen['order']},{'0' * 26},{one.uid}", "move": "up:nobody"}
        assert (await maria.post(f"{PATH}/order", nonsense)).status == 303
    assert [page.uid for page in await listed(house)] == [one.uid, two.uid, three.uid]


async def test_a_page_goes_after_a_question(house: House) -> None:
    """Asking to remove a page removes nothing; saying yes does."""
    (page,) = await written(house, "About")
    async with signed_in(house) as maria:
        assert (await maria.get(f"{PATH}/{page.uid}/remove")).status == 200
        assert await listed(house)
        assert (await maria.post(f"{PATH}/{page.uid}/remove")).status == 303
        assert not await listed(house)
        assert (await maria.post(f"{PATH}/{page.uid}/remove")).status == 404


async def test_nobody_reaches_the_pages_of_another(house: House) -> None:
    """The page of another artisan of the same server is not there: neither read, nor changed, nor removed."""
    (page,) = await written(house, "About")
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now()
        )
    async with signed_in(house, jean) as visitor:
        for path in (f"{PATH}/{page.uid}", f"{PATH}/{page.uid}/remove"):
            assert (await visitor.get(path)).status == 404
            assert (await visitor.post(path, SAID)).status == 404
        # A uid that is taken by a page of hers is no key to it.
        assert (await visitor.post(f"{PATH}/new", SAID | {"key": page.uid})).status == 303
    assert [one.draft for one in await listed(house)] == [page.draft]
