"""A draft as others will see it: in their timeline, and on the page of the work."""

import json

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.storage import photos
from fedi_artisan.vocab import html, render
from tests.house import House
from tests.photos import grey
from tests.studio import signed_in
from tests.web.studio.drafting import ASKS_JSON, begun, first, kept, press, published


async def test_the_timeline_shows_what_will_travel(house: House) -> None:
    """What is shown as a timeline has the very words of the note that goes out; what cannot be read is left out."""
    photo = await grey(house)
    typed = {
        "title": "Jar <b>&</b>",
        "text": "Thrown in **two**.",
        "price": "420 EUR",
        "materials": "stoneware",
        "tags": "jar",
    }
    draft = await begun(house, photo.uid, **typed)
    async with signed_in(house) as maria:
        before = await maria.get(f"/studio/drafts/{draft.uid}/timeline")
        wrong = await press(maria, draft, "", price="much", headers=ASKS_JSON)
        assert wrong.status == 200
        partly = await maria.get(f"/studio/drafts/{draft.uid}/timeline")
        await press(maria, await kept(house, draft.uid), "publish", price="420 EUR")
    (work,) = await published(house)
    note = render.note(work, house.artisan, house.uris)
    content = before.page.select_one("[data-part=timeline] .content")
    assert content is not None
    assert html.plain_text(content.decode_contents()) == html.plain_text(note["content"])
    assert "Thrown in" in partly.text
    assert "much" not in first(partly, "[data-part=timeline]").get_text()


async def test_the_preview_is_the_page_of_the_work(house: House) -> None:
    """In both languages, with empty frames for what is yet to be made, and nobody else sees it."""
    made, uid = await grey(house), new_uid(utc_now())
    async with house.db.write() as tx:
        await photos.insert(
            tx, uid=uid, artisan_id=house.artisan.id, name="jar.jpg", original="x.jpg", original_bytes=1, now=utc_now()
        )
        await tx.execute("UPDATE photo_jobs SET due_at = due_at + 1e10")
    typed = {"title": "Moon jar", "other_language": "fr", "other_title": "Jarre de lune", "series": "New ones"}
    draft = await begun(house, made.uid, uid, **typed)
    async with signed_in(house) as maria:
        english = await maria.get(f"/studio/drafts/{draft.uid}/preview")
        french = await maria.get(f"/studio/drafts/{draft.uid}/preview?lang=fr")
        done = await press(maria, draft, "publish")
        waiting = await maria.get(done.headers["Location"])
        asked = await maria.get(done.headers["Location"], headers=ASKS_JSON)
    assert [first(answer, "h1").get_text() for answer in (english, french)] == ["Moon jar", "Jarre de lune"]
    assert (len(english.page.select("main img")), len(english.page.select("main .bare"))) == (1, 1)
    assert (english.headers["X-Robots-Tag"], english.headers["Cache-Control"]) == ("noindex", "no-store")
    # Pressed too early it waits, and browsers without scripts look again.
    assert "still being made" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    assert json.loads(asked.text)["state"] == "waiting"


async def test_nothing_readable_has_no_preview(house: House) -> None:
    """A draft of which nothing can be read yet has a preview all the same: a work without a name."""
    draft = await begun(house, year="soon", audience="nobody", other_text="Sans titre")
    async with signed_in(house) as maria:
        answer = await maria.get(f"/studio/drafts/{draft.uid}/preview")
    assert (answer.status, first(answer, "h1").get_text()) == (200, "Untitled")
