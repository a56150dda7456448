"""The first steps: each is kept by itself, each can be passed over, and the list at their end knows what is done."""

import dataclasses

from fedi_artisan.storage import artisans
from tests.house import House
from tests.studio import signed_in
from tests.web.studio.forms import filled, send, troubles

PATH = "/studio/setup"


async def test_five_steps_lead_to_a_portfolio(house: House) -> None:
    """Each step keeps its answers and leads to the next one; all of them stand on her public page in the end."""
    answers: tuple[dict[str, str], ...] = (
        {"name": "Léa Morel", "craft": "Potière", "place": "Vienne"},
        {"statement": "Je tourne de grandes jarres."},
        {},
        {"language": "fr", "other_language": "en", "other_statement": "I throw large jars."},
        {"layout": "columns", "accent": "#31597d"},
    )
    async with signed_in(house) as maria:
        for number, said in enumerate(answers, 1):
            answer = await send(maria, f"{PATH}/{number}", "step", said)
            onward = f"{PATH}/{number + 1}" if number < 5 else f"{PATH}/done"
            assert (answer.status, answer.headers["Location"]) == (303, onward)
        done = await maria.get(f"{PATH}/done")
        assert done.page.select_one("iframe")
        assert done.page.select_one(".beginning")
        home = await maria.get("/?lang=fr")
    for words in ("Léa Morel", "Potière", "Vienne", "Je tourne de grandes jarres."):
        assert words in home.text, words
    async with house.db.read() as tx:
        lea = await artisans.get(tx, house.artisan.id)
    assert (lea.language, lea.summaries, lea.appearance.accent) == ("fr", {"en": "I throw large jars."}, "#31597d")
    assert lea.crafts == {"fr": "Potière"}


async def test_she_begins_in_the_language_of_her_browser(house: House) -> None:
    """As long as she has said nothing, what she writes is taken to be in it, even if it is none of the studio's."""
    async with house.db.write() as tx:
        await artisans.update(tx, dataclasses.replace(house.artisan, summary="", crafts={}, places={}))
    async with signed_in(house, language="de-AT,de;q=0.9,en;q=0.5") as maria:
        assert filled(await maria.get(f"{PATH}/4"), "step")["language"] == "de"
        await send(maria, f"{PATH}/1", "step", {"craft": "Töpferin"})
    async with house.db.read() as tx:
        maker = await artisans.get(tx, house.artisan.id)
    assert (maker.language, maker.crafts) == ("de", {"de": "Töpferin"})
    # What she has said stays in its language, whichever browser she takes.
    async with signed_in(house, language="fr") as maria:
        await send(maria, f"{PATH}/1", "step", {"place": "Wien"})
        assert filled(await maria.get(f"{PATH}/4"), "step")["language"] == "de"


IMPOSSIBLE = (
    (1, "name", ""),
    (1, "craft", "x" * 201),
    (2, "statement", "x" * 5_001),
    (3, "header_alt", "There is none."),
    (4, "language", "x!"),
    (4, "other_language", ""),
    (5, "layout", "heap"),
)
BESIDE = {
    1: {"place": "Vienna"},
    4: {"other_language": "de", "other_statement": "Ich drehe."},
    5: {"typeface": "plain"},
}


async def test_what_cannot_be_is_told_beside_its_field(house: House) -> None:
    """One answer that cannot be: 422, the sentence at that field, the other answers still there, and no step on."""
    async with signed_in(house) as maria:
        for number, field, value in IMPOSSIBLE:
            said = BESIDE.get(number, {}) | {field: value}
            answer = await send(maria, f"{PATH}/{number}", "step", said)
            assert (answer.status, list(troubles(answer))) == (422, [field]), (number, field)
            given_back = filled(answer, "step")
            kept = {name: text for name, text in said.items() if text != "heap"}
            assert {name: given_back[name] for name in kept} == kept, (number, field)
        for other in ("0", "6", "01", "٣", "x"):
            assert (await maria.get(f"{PATH}/{other}")).status == 404
            assert (await maria.post(f"{PATH}/{other}")).status == 404


async def test_the_list_knows_what_is_done(house: House) -> None:
    """A first work ticks itself off; the rest is ticked by hand, and back; dismissed, the list is gone for good."""
    async with signed_in(house) as maria:

        async def open_items() -> int:
            return len((await maria.get("/studio")).page.select(".beginning li:not(.done)"))

        assert await open_items() == 4
        await house.publish()
        assert await open_items() == 3
        ticked = await maria.post("/studio/beginning", {"item": "phone", "do": "tick", "back": "https://evil.example/"})
        assert ticked.headers["Location"] == "/studio"
        assert await open_items() == 2
        await maria.post("/studio/beginning", {"item": "phone", "do": "untick"})
        assert await open_items() == 3
        assert (await maria.post("/studio/beginning", {"item": "nonsense"})).status == 404
        await maria.post("/studio/beginning", {"do": "dismiss"})
        assert (await maria.get("/studio")).page.select_one(".beginning") is None
