"""What a phone shares where no worker of ours runs yet, and what it needs to know to install the studio."""

import aiohttp
import pytest

from fedi_artisan.services import drafts
from tests.house import House
from tests.studio import signed_in
from tests.web.asking import Asker
from tests.web.studio.sending import OTHER, SCRIPT, TINY, form, left_behind, originals

SHARE = "/studio/share"


async def test_what_is_shared_becomes_a_draft(house: House) -> None:
    """Photographs, title and words stand in a new draft, to whose page the phone is led; no token is needed."""
    shared = form(
        ("a.jpg", TINY.read_bytes()), ("b.jpg", OTHER.read_bytes()), title="Moon  jar\n", url="https://x.example"
    )
    async with signed_in(house) as maria:
        answer = await maria.send(SHARE, shared, headers={"Sec-Fetch-Site": "none"})
    async with house.db.read() as tx:
        [draft] = await drafts.list_open(tx, house.artisan)
    assert (answer.status, answer.headers["Location"]) == (303, f"/studio/drafts/{draft.uid}")
    assert [one.name for one in draft.photos] == ["a.jpg", "b.jpg"]
    assert (draft.fields["title"], draft.fields["text"]) == ("Moon jar", "https://x.example")


async def test_shared_with_one_that_is_no_photograph(house: House) -> None:
    """The others are in a draft, and the page says why this one is not."""
    shared = form(("a.jpg", TINY.read_bytes()), ("b.jpg", SCRIPT.read_bytes()))
    async with signed_in(house) as maria:
        answer = await maria.send(SHARE, shared, headers={})
    assert answer.status == 422
    assert "b.jpg" in answer.text
    async with house.db.read() as tx:
        [draft] = await drafts.list_open(tx, house.artisan)
    assert [one.name for one in draft.photos] == ["a.jpg"]


async def test_the_bytes_of_strangers_are_not_kept(house: House) -> None:
    """Who is not signed in reads so, and where to sign in; nothing stays here."""
    async with aiohttp.ClientSession() as stranger:
        shared = form(("a.jpg", TINY.read_bytes()))
        async with stranger.post(f"{house.config.origin}{SHARE}", data=shared) as answer:
            assert answer.status == 401
            assert "/studio/sign-in?next=/studio" in await answer.text()
    assert left_behind(house) == originals(house) == []
    assert await house.value("SELECT count(*) FROM drafts") == 0


@pytest.mark.parametrize("sender", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_no_other_site_shares_in_her_name(house: House, sender: dict[str, str]) -> None:
    """A form of another site is refused, whatever cookie its visitor's browser sends along."""
    async with signed_in(house) as maria:
        answer = await maria.send(SHARE, form(("a.jpg", TINY.read_bytes())), headers=sender)
    assert answer.status == 403
    assert await house.value("SELECT count(*) FROM drafts") == 0


async def test_a_draft_is_begun_once(house: House) -> None:
    """The script that asks twice, because the first answer was lost, is told of the same draft."""
    async with signed_in(house) as maria:
        told = [await maria.post(f"{SHARE}/begin", {"title": "Moon jar"}) for _ in range(2)]
    assert told[0].status == 201
    assert told[0].text == told[1].text


async def test_the_studio_is_named_in_the_language_of_the_phone(house: House, ask: Asker) -> None:
    """The manifest names the artisan and speaks French or English; no cache shows one to readers of the other."""
    for language, words in (("fr", "Nouvelle œuvre"), ("en", "New work")):
        answer = await ask("/studio/manifest.webmanifest", ("Accept-Language", language))
        assert answer.media_type == "application/manifest+json"
        assert answer.headers["Vary"] == "Accept-Language"
        told = answer.json()
        assert told["name"] == house.artisan.name
        assert told["lang"] == language
        assert told["shortcuts"][0]["name"] == words
        assert told["share_target"]["action"] == SHARE
