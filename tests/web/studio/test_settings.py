"""Settings: each is changed by its form, holds at once, and refuses with a word beside the field."""

import asyncio
from base64 import b64decode

import aiohttp
import pytest

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.terms import Licence, Position, Watermark
from fedi_artisan.services import settings
from fedi_artisan.storage import artisans
from fedi_artisan.storage import settings as stored
from tests.cli.typed import Terminal
from tests.house import House
from tests.photos import PHOTOS
from tests.studio import Answer, Visitor, signed_in

SETTINGS = "/studio/settings"


async def artisan_now(house: House) -> Artisan:
    """Return her as she stands in the database."""
    async with house.db.read() as tx:
        return await artisans.get(tx, house.artisan.id)


async def saved(maria: Visitor, name: str, fields: dict[str, str]) -> Answer:
    """Send the form, which must be taken in, and return the page where one arrives."""
    answer = await maria.post(f"{SETTINGS}/{name}", fields)
    assert answer.status == 303, answer.text
    return await maria.get(answer.headers["Location"])


async def test_every_setting_is_reached_from_one_page(house: House) -> None:
    """The page leads to all settings, and each of them opens, in both languages."""
    for language in ("en", "fr"):
        async with signed_in(house, language=language) as maria:
            hub = await maria.get(SETTINGS)
            links = [str(link["href"]) for link in hub.page.select("main a")]
            assert len(links) >= 7
            for link in links:
                assert (await maria.get(link)).status == 200, link


async def test_the_studio_speaks_her_language(house: House) -> None:
    """Once chosen, the language holds whatever the browser asks; taken back, the browser decides again."""
    async with signed_in(house, language="en") as maria:
        assert 'lang="fr"' in (await saved(maria, "language", {"language": "fr"})).text
        assert "Réglages" in (await maria.get(SETTINGS)).text
        refused = await maria.post(f"{SETTINGS}/language", {"language": "tlh"})
        assert refused.status == 422
        assert "L’atelier ne parle pas cette langue." in refused.text
        assert '<html lang="en"' in (await saved(maria, "language", {"language": ""})).text


async def test_followers_wait_or_do_not(house: House) -> None:
    """Whether she answers each request herself is said once, and other servers are told."""
    async with signed_in(house) as maria:
        page = await saved(maria, "followers", {"approval": "self"})
        assert "whom you accept" in page.text
        assert (await artisan_now(house)).approves_followers
        await saved(maria, "followers", {"approval": "all"})
    assert not (await artisan_now(house)).approves_followers


async def test_commissions(house: House) -> None:
    """State and note stand on her profile; a note that is too long comes back with the reason, and changes nothing."""
    async with signed_in(house) as maria:
        await saved(maria, "commissions", {"commissions": "waiting-list", "note-en": "About three months. "})
        now = await artisan_now(house)
        assert (now.commissions, now.commissions_notes) == ("waiting-list", {"en": "About three months."})
        long = "x" * 201
        refused = await maria.post(f"{SETTINGS}/commissions", {"commissions": "closed", "note-en": long})
        assert refused.status == 422
        assert refused.page.select("#note-en")[0]["value"] == long
        assert "has 201 characters" in refused.page.select("#note-en-told")[0].text
        assert (await artisan_now(house)).commissions == "waiting-list"
        await saved(maria, "commissions", {"commissions": "", "note-en": ""})
    now = await artisan_now(house)
    assert (now.commissions, now.commissions_notes) == (None, {})


async def test_terms(house: House) -> None:
    """Licence, full size, machines and a watermark in one form; what is taken away is taken away."""
    async with signed_in(house) as maria:
        mark = {"watermark": "text", "text": "© Maria", "position": "centre", "opacity": "40", "scale": "12,5"}
        await saved(maria, "terms", {"licence": "CC-BY-NC-4.0", "full_size": "yes", **mark})
        terms = (await artisan_now(house)).terms
        assert (terms.licence, terms.full_size, terms.ai_refused) == (Licence.CC_BY_NC, True, False)
        assert terms.watermark == Watermark(text="© Maria", position=Position.CENTRE, opacity=0.4, scale=0.125)
        form = await maria.get(f"{SETTINGS}/terms")
        assert form.page.select("#scale")[0]["value"] == "12.5"
        await saved(maria, "terms", {"licence": "all-rights-reserved", "ai_refused": "yes", "watermark": "nothing"})
    terms = (await artisan_now(house)).terms
    assert (terms.licence, terms.full_size, terms.watermark) == (Licence.ALL_RIGHTS_RESERVED, False, None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"watermark": "text", "text": " "}, "Write what should stand on your photographs."),
        ({"watermark": "text", "text": "Maria", "opacity": "much"}, "Write a number of percent, such as 50."),
        ({"watermark": "text", "text": "Maria", "opacity": "0"}, "between 0.05 and 1"),
        ({"watermark": "text", "text": "Maria", "scale": "nan"}, "between 0.05 and 1"),
        ({"watermark": "text", "text": "x" * 61}, "up to 60 characters"),
        ({"watermark": "picture"}, "Choose the picture"),
    ],
)
async def test_a_watermark_that_cannot_be_is_refused(house: House, fields: dict[str, str], why: str) -> None:
    """What was filled in comes back, with the reason, and nothing is changed."""
    whole = {"licence": "CC0-1.0", "opacity": "50", "scale": "25", **fields}
    async with signed_in(house) as maria:
        answer = await maria.post(f"{SETTINGS}/terms", whole)
    assert answer.status == 422
    assert why in answer.page.select("[role=alert]")[0].text
    assert answer.page.select("[value='CC0-1.0']")[0].has_attr("checked")
    assert (await artisan_now(house)).terms.licence is Licence.ALL_RIGHTS_RESERVED


async def test_a_picture_stands_over_photographs(house: House) -> None:
    """A PNG is kept as her watermark, where the former one stood; what is none is refused, and so is a foreign form."""
    drawn = b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
    )
    async with signed_in(house) as maria:

        async def send(content: bytes, token: str = maria.token, name: str = "stamp.png") -> Answer:
            form = aiohttp.FormData({"token": token})
            form.add_field("mark", content, filename=name, content_type="image/png")
            return await maria.send(f"{SETTINGS}/terms/mark", form)

        refused = await send(b"GIF89a")
        assert (refused.status, "A watermark is a PNG" in refused.text) == (422, True)
        assert "Choose a picture first" in (await send(b"", name="")).text
        assert (await send(drawn, token="0" * 64)).status == 403
        assert (await artisan_now(house)).terms.watermark is None
        assert (await send(drawn)).status == 303
        await saved(maria, "terms", {"watermark": "picture", "position": "top-left", "opacity": "30", "scale": "20"})
    mark = (await artisan_now(house)).terms.watermark
    assert mark is not None
    assert (mark.image is not None, mark.text, mark.position, mark.opacity) == (True, "", Position.TOP_LEFT, 0.3)


# --- The room for photographs


async def test_room_is_given_and_holds_at_once(house: House, beside: Terminal) -> None:
    """What is set in the studio holds for this server and for commands beside it, and what the file says is told."""
    async with signed_in(house) as maria:
        await saved(maria, "room", {"quota": "0,5", "photo": "7.5"})
        async with house.db.read() as tx:
            now = await settings.as_set(tx, house.config)
        assert (now.media.quota_bytes, now.limits.photo_bytes) == (500_000_000, 7_500_000)
        assert "of 0.50 GB" in (await asyncio.to_thread(beside.say, "media", "usage")).out
        page = await maria.get(f"{SETTINGS}/room")
        assert "The configuration file says 10\N{NO-BREAK SPACE}GB." in page.text
        assert page.page.select("#photo")[0]["value"] == "7.5"
        # As in the file again: nothing is set any more.
        await saved(maria, "room", {"quota": "10", "photo": "40"})
    assert await house.value("SELECT count(*) FROM settings") == 0


async def test_photographs_are_refused_by_what_is_set(house: House, beside: Terminal) -> None:
    """Too large a photograph, and one for which there is no room, are refused by what the studio says."""
    bowl = PHOTOS / "bowl-tiny.jpg"
    size_bytes = bowl.stat().st_size
    for name, value, why in (
        (settings.LARGEST_PHOTO, size_bytes - 1, "larger than"),
        (settings.QUOTA, size_bytes - 1, "no room left"),
    ):
        async with house.db.write() as tx:
            await stored.put(tx, settings.LARGEST_PHOTO, None)
            await stored.put(tx, name, value)
        done = await asyncio.to_thread(
            beside.say, "publish", "--title", "Bowl", "--photo", str(bowl), "--alt", "A bowl"
        )
        assert (done.code, why in done.err) == (1, True), done.err


@pytest.mark.parametrize(
    ("quota", "photo", "wrong"),
    [
        ("much", "40", {"quota": "Write a number"}),
        ("0.01", "40", {"quota": "too little"}),
        ("999999999", "40", {"quota": "not so much room on the disk"}),
        ("-1", "", {"quota": "Write a number", "photo": "Write a number"}),
        ("10", "2", {"photo": "from 5 to 500"}),
        ("NaN", "1e30", {"quota": "Write a number", "photo": "Write a number"}),
    ],
)
async def test_impossible_room_is_refused(house: House, quota: str, photo: str, wrong: dict[str, str]) -> None:
    """The reason stands beside each field that is wrong, what was typed stays, and neither is set."""
    async with signed_in(house) as maria:
        answer = await maria.post(f"{SETTINGS}/room", {"quota": quota, "photo": photo})
    assert answer.status == 422
    for name, why in wrong.items():
        assert why in answer.page.select(f"#{name}-told")[0].text
        assert answer.page.select(f"#{name}")[0]["aria-invalid"] == "true"
    assert [answer.page.select(f"#{name}")[0]["value"] for name in ("quota", "photo")] == [quota, photo]
    assert await house.value("SELECT count(*) FROM settings") == 0


async def test_what_stands_in_the_file_is_told_without_secrets(house: House) -> None:
    """The page names what only the file can say, with what it says, and never a key."""
    async with signed_in(house) as maria:
        answer = await maria.get(f"{SETTINGS}/file")
    assert house.config.origin in answer.text
    assert "secret" not in answer.text
    assert not answer.page.select("main form")


async def test_uploads_obey_what_is_set(house: House) -> None:
    """The editor takes a photograph in by what the studio says, not by what the file says."""
    bowl = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    async with house.db.write() as tx:
        await stored.put(tx, settings.LARGEST_PHOTO, len(bowl) - 1)
    async with signed_in(house) as maria:
        draft = (await maria.post("/studio/drafts")).headers["Location"]
        headers = {"X-Token": maria.token, "Content-Type": "image/jpeg", "X-Name": "bowl.jpg"}
        refused = await maria.send(f"{draft}/photos", bowl, headers=headers)
        assert refused.status == 413
        async with house.db.write() as tx:
            await stored.put(tx, settings.LARGEST_PHOTO, None)
        assert (await maria.send(f"{draft}/photos", bowl, headers=headers)).status == 201
