"""The page of a draft: nothing that is typed is lost, and each button does one thing, once."""

import dataclasses
import json
from decimal import Decimal

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Audience, Draft, Price
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import drafts
from fedi_artisan.storage import artisans
from tests.house import House, key_pair
from tests.photos import grey
from tests.studio import signed_in
from tests.web.studio.drafting import ASKS_JSON, begun, first, kept, press, published


async def test_a_new_work_begins_empty(house: House) -> None:
    """The button leads to an empty page; pressed again before anything is typed, to the same one."""
    async with signed_in(house) as maria:
        one, two = await maria.post("/studio/drafts"), await maria.post("/studio/drafts")
        assert (one.status, one.headers["Location"]) == (303, two.headers["Location"])
        answer = await maria.get(one.headers["Location"])
    assert answer.status == 200
    assert first(answer, "input[name=title]")["value"] == ""
    assert answer.headers["Cache-Control"] == "no-store"


async def test_publishing_twice_publishes_once(house: House) -> None:
    """Both presses lead to the page that says that the work is out, and there is one work."""
    draft = await begun(house, title="Moon jar")
    async with signed_in(house) as maria:
        presses = [await press(maria, draft, "publish", price="420 EUR") for _ in range(2)]
        assert {(one.status, one.headers["Location"]) for one in presses} == {(303, f"/studio/drafts/{draft.uid}/done")}
        done = await maria.get(presses[0].headers["Location"])
        again = await maria.get(f"/studio/drafts/{draft.uid}")
    assert "It is out" in done.text
    assert "/works/moon-jar" in done.text
    assert again.headers["Location"] == presses[0].headers["Location"]
    assert [(work.draft.title, work.draft.price is not None) for work in await published(house)] == [("Moon jar", True)]


async def test_what_is_wrong_stands_beside_its_field(house: House) -> None:
    """Everything that is wrong is told at once, in her language, with what was typed; the first has the focus."""
    draft = await begun(house)
    async with signed_in(house, language="fr") as maria:
        answer = await press(maria, draft, "publish", year="soon", price="much", text="Kept.")
    assert answer.status == 422
    wrong = {field["name"]: field for field in answer.page.select("input[aria-invalid=true]")}
    assert list(wrong) == ["title", "year", "price"]
    assert wrong["year"]["value"] == "soon"
    assert [field["name"] for field in answer.page.select("[autofocus]")] == ["title"]
    # Said at the top as well, for whoever does not see the fields.
    assert "3 points sont à revoir" in answer.page.select_one(".told[role=alert]:not([hidden])").text  # type: ignore[union-attr]
    for field in wrong.values():
        told = answer.page.find(id=str(field["aria-describedby"]))
        assert told is not None
        assert told.get_text(strip=True)
    assert "Donnez-lui un nom" in answer.text
    assert first(answer, "textarea[name=text]").get_text().strip() == "Kept."
    assert await published(house) == []


@pytest.mark.parametrize(("name", "count"), [("title", 2_001), ("text", 40_001), ("alt", 20_001)])
async def test_too_much_comes_back(house: House, name: str, count: int) -> None:
    """What is longer than can be kept comes back whole, with a sentence beside it; scripts get the sentence alone."""
    photo = await grey(house)
    draft = await begun(house, photo.uid, title="Long")
    field, long = (f"alt-{photo.uid}" if name == "alt" else name), "x" * count
    async with signed_in(house) as maria:
        answer = await press(maria, draft, "save", **{field: long})
        script = await press(maria, draft, "", **{field: long}, headers=ASKS_JSON)
    assert answer.status == script.status == 422
    wrong = answer.page.select_one("[aria-invalid=true]")
    assert wrong is not None
    assert wrong["name"] == field
    assert (wrong.get("value") or wrong.get_text().strip()) == long
    assert f"{count:,}" in json.loads(script.text)["problems"][field]
    assert (await kept(house, draft.uid)).typed.get(field, "") != long


async def test_a_script_saves_by_itself(house: House) -> None:
    """It is told the version to go on with; the same again changes nothing, an older one is kept beside it."""
    draft = await begun(house, title="Saved")
    async with signed_in(house) as maria:
        first = json.loads((await press(maria, draft, "", text="One.", headers=ASKS_JSON)).text)
        again = json.loads((await press(maria, draft, "", text="One.", headers=ASKS_JSON)).text)
        stale = json.loads((await press(maria, draft, "", text="Two.", headers=ASKS_JSON)).text)
        copy = await maria.get(stale["at"])
    assert (
        first
        == again
        == {"uid": draft.uid, "version": draft.version + 1, "is_other": False, "at": f"/studio/drafts/{draft.uid}"}
    )
    assert stale["is_other"]
    assert stale["uid"] != draft.uid
    assert f"/studio/drafts/{draft.uid}" in {link["href"] for link in copy.page.select(".told a")}
    assert [(await kept(house, uid)).fields["text"] for uid in (draft.uid, stale["uid"])] == ["One.", "Two."]


async def test_a_stale_tab_publishes_nothing(house: House) -> None:
    """Publish, pressed in a tab that does not know of a change, leads to the copy instead, with nothing published."""
    draft = await begun(house, title="Two tabs")
    async with signed_in(house) as maria:
        await press(maria, draft, "save", text="In one.")
        answer = await press(maria, draft, "publish", text="In the other.")
    assert answer.headers["Location"] != f"/studio/drafts/{draft.uid}/done"
    assert await published(house) == []


async def test_buttons_beside_photographs_forget_nothing(house: House) -> None:
    """Each photograph goes up, down or out, and each press keeps all words, even those beside the others."""
    uids = [(await grey(house, shade=shade)).uid for shade in (1, 2, 3)]
    draft = await begun(house, *uids, title="Three")
    words = {f"alt-{uid}": f"Words {number}" for number, uid in enumerate(uids)}
    async with signed_in(house) as maria:
        answer = await press(maria, draft, f"down-{uids[0]}", **words)
        assert answer.headers["Location"].endswith(f"#photo-{uids[0]}")
        draft = await kept(house, draft.uid)
        assert [one.uid for one in draft.photos] == [uids[1], uids[0], uids[2]]
        await press(maria, draft, f"up-{uids[2]}")
        draft = await kept(house, draft.uid)
        await press(maria, draft, f"remove-{uids[0]}", title="Two")
        await press(maria, draft, f"remove-{uids[0]}", title="Two")  # a second press finds it gone already
        draft = await kept(house, draft.uid)
    assert [(one.uid, one.words["alt"]) for one in draft.photos] == [(uids[1], "Words 1"), (uids[2], "Words 2")]
    assert draft.fields["title"] == "Two"


async def test_a_tap_tells_what_matters(house: House) -> None:
    """Where the picture was tapped is where its focus is; a key pressed on it says nothing."""
    uid = (await grey(house, width_px=90, height_px=60)).uid
    draft = await begun(house, uid, title="Focus")
    async with signed_in(house) as maria:
        await press(maria, draft, "", **{f"point-{uid}.x": "0", f"point-{uid}.y": "0"})
        assert "focus" not in (await kept(house, draft.uid)).photos[0].words
        await press(maria, await kept(house, draft.uid), "", **{f"point-{uid}.x": "84", f"point-{uid}.y": "56"})
        page = await maria.get(f"/studio/drafts/{draft.uid}")
    assert (await kept(house, draft.uid)).photos[0].words["focus"] == "0.5,-0.5"
    assert page.page.select_one(".spot.x8.y8:not([hidden])") is not None


async def test_her_own_words_are_proposed(house: House) -> None:
    """Tags of hers are buttons, the year in which the photographs were taken as well; withdrawn works propose none."""
    await house.publish(Draft(title="Before", tags=("Porcelain",), series="Moons", materials=("stoneware",)))
    photo = await grey(house)
    async with house.db.write() as tx:
        facts = json.dumps({"taken_at": "2025-06-14T09:30:00"})
        await tx.execute("UPDATE photos SET facts = ? WHERE uid = ?", (facts, photo.uid))
    draft = await begun(house, photo.uid, title="Now", tags="moon,")
    async with signed_in(house) as maria:
        page = (await maria.get(f"/studio/drafts/{draft.uid}")).page
        assert [one["value"] for one in page.select("button.add")] == ["year-2025", "tag-Porcelain"]
        assert [one["value"] for one in page.select("#series-known option")] == ["Moons"]
        await press(maria, draft, "tag-Porcelain")
        await press(maria, await kept(house, draft.uid), "year-2025")
    fields = (await kept(house, draft.uid)).fields
    assert (fields["tags"], fields["year"]) == ("moon, Porcelain", "2025")


async def test_a_draft_is_thrown_away_when_asked_twice(house: House) -> None:
    """The first page only asks; then it is gone, and its address leads nowhere."""
    draft = await begun(house, title="Not this")
    async with signed_in(house) as maria:
        asked = await maria.get(f"/studio/drafts/{draft.uid}/discard")
        assert (asked.status, "Not this" in asked.text) == (200, True)
        assert (await maria.get(f"/studio/drafts/{draft.uid}")).status == 200
        # Pressed twice, as by a double click, it is gone as well.
        pressed = [await maria.post(f"/studio/drafts/{draft.uid}/discard") for _ in range(2)]
        assert [(one.status, one.headers["Location"]) for one in pressed] == [(303, "/studio/works")] * 2
        assert (await maria.get(f"/studio/drafts/{draft.uid}")).status == 404
        assert (await maria.get(f"/studio/drafts/{draft.uid}/discard")).status == 404


async def test_others_drafts_are_not_there(house: House) -> None:
    """Every page and button of another artisan's draft answers as if there were none, and changes nothing."""
    draft = await begun(house, title="Hers")
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now()
        )
    async with signed_in(house, jean) as other:
        for below in ("", "/preview", "/timeline", "/done", "/discard"):
            assert (await other.get(f"/studio/drafts/{draft.uid}{below}")).status == 404, below
        for do in ("save", "publish", "schedule"):
            assert (await press(other, draft, do, title="Mine")).status == 404, do
        assert (await other.post(f"/studio/drafts/{draft.uid}/discard")).status == 303  # as if it were gone
    assert await kept(house, draft.uid) == draft


async def test_a_change_that_changes_nothing_tells_nobody(house: House) -> None:
    """Saved as it was, a revision leaves the work as it is; what was told to followers cannot be untold."""
    work = await house.publish(Draft(title="As it is", audience=Audience.FOLLOWERS))
    async with house.db.write() as tx:
        draft = await drafts.revise_work(tx, house.artisan, work, utc_now())
    async with signed_in(house) as maria:
        page = (await maria.get(f"/studio/drafts/{draft.uid}")).page
        barred = {one["value"] for one in page.select("[name=audience][disabled]")}
        assert barred == {one.value for one in Audience if not Audience.FOLLOWERS.can_become(one)}
        answer = await press(maria, draft, "publish")
        assert answer.headers["Location"].endswith("/done")
    assert [one.edits for one in await published(house)] == [0]


async def test_no_focus_closes_a_draft(house: House) -> None:
    """Whatever stands where a photograph's focus is written, the page of its draft opens."""
    uid = (await grey(house)).uid
    draft = await begun(house, uid)
    async with signed_in(house) as maria:
        for focus in ("inf,-inf", "nan,nan", "1e400,0", "9,-9", "²", ",", "0.2,0.3"):
            draft = await kept(house, draft.uid)
            assert (await press(maria, draft, "save", **{"photos": uid, f"focus-{uid}": focus})).status == 303, focus
            assert (await maria.get(f"/studio/drafts/{draft.uid}")).status == 200, focus


async def test_a_name_full_of_signs_breaks_nothing(house: House) -> None:
    """Whatever is typed stands in the page as words."""
    sly = '"><script>alert(1)</script>{{ 7 * 7 }}'
    async with house.db.write() as tx:
        artisan = dataclasses.replace(house.artisan, name=sly)
        await artisans.update(tx, artisan)
    draft = await begun(house, title=sly, text=sly, tags=sly, series=sly, focus=sly)
    async with signed_in(house) as maria:
        for below in ("", "/preview", "/timeline", "/discard"):
            answer = await maria.get(f"/studio/drafts/{draft.uid}{below}")
            assert answer.status == 200, below
            assert "<script>alert" not in answer.text, below


async def test_a_price_needs_no_currency_twice(house: House) -> None:
    """An amount alone is in the currency of her newest work with a price, and beside the field stands what that is."""
    first_one, draft = await begun(house, title="Moon jar"), await begun(house, title="Bowl")
    async with signed_in(house) as maria:
        # In English nobody knows which currency is meant, as long as she has never said it.
        assert (await press(maria, first_one, "publish", price="420")).status == 422
        await press(maria, await kept(house, first_one.uid), "publish", price="420 CHF")
        await press(maria, draft, "save", price="140")
        shown = await maria.get(f"/studio/drafts/{draft.uid}")
        assert first(shown, "[data-part=price]").get_text(strip=True) == "That is 140\N{NO-BREAK SPACE}CHF."
        assert first(shown, "input[name=price]")["value"] == "140"
        await press(maria, await kept(house, draft.uid), "publish", price="140")
    assert {work.draft.title: work.draft.price for work in await published(house)}["Bowl"] == Price(Decimal(140), "CHF")


async def test_what_is_typed_in_a_draft_that_is_gone_is_kept(house: House) -> None:
    """Thrown away in one window, written on in the other: all words and photographs stand in another draft, once."""
    photo = await grey(house)
    draft = await begun(house, photo.uid, title="Moon jar")
    async with signed_in(house) as maria:
        await maria.post(f"/studio/drafts/{draft.uid}/discard")
        typed = {"title": "Bowl", "photos": photo.uid, f"alt-{photo.uid}": "A bowl."}
        presses = [await press(maria, draft, "publish", **typed) for _ in range(2)]
        assert [one.status for one in presses] == [303, 303]
        (where,) = {one.headers["Location"] for one in presses}
        shown = await maria.get(where)
        assert "is not here any more" in shown.text
        assert first(shown, f"[name='alt-{photo.uid}']").get_text().strip() == "A bowl."
        # Nothing was typed here, so nothing is kept.
        assert (await press(maria, draft, "publish", title="")).status == 404
    assert await published(house) == []


async def test_a_draft_that_waits_tells_its_hour(house: House) -> None:
    """Where her works are listed stands when one goes out by itself, in her own time."""
    draft = await begun(house, title="Moon jar", publish_at="2099-06-14T09:30", zone="Europe/Paris")
    async with signed_in(house) as maria:
        await press(maria, draft, "schedule", title="Moon jar", publish_at="2099-06-14T09:30", zone="Europe/Paris")
        told = (await maria.get("/studio/works")).page.select_one(".rows small")
    assert told is not None
    assert " ".join(told.text.split()) == "Will be published on 14 June 2099 at 09:30"
