"""Links that let an artisan in once: to choose how she comes in, and for nothing else."""

import asyncio
from pathlib import Path

import pytest

from fedi_artisan.domain.credentials import Purpose
from tests.house import House, open_house
from tests.web.studio.arriving import FROM_HERE, PASSWORD, Clock, browser, give_password, invite


async def test_the_first_link_leads_to_the_setup(house: House) -> None:
    """Whoever chooses a password by it is in, on the way to the set-up, and comes in by that password from then on."""
    link = await invite(house)
    async with browser(house) as maria, browser(house) as again:
        page = await maria.get(link)
        assert "Welcome, Atelier Maria" in page.text
        # Looking at it, as programs do on its way through the post, uses nothing up.
        assert (await maria.get(link)).status == 200
        page = await maria.post(link, page.filled("") | {"password": PASSWORD})
        assert (page.status, page.where) == (303, "/studio/setup/1")
        assert await maria.is_in()
        assert (await again.sign_in()).status == 303


async def test_a_link_lets_in_once(house: House) -> None:
    """When one of her links is used, none that was printed before opens anything: gone, with the way to another."""
    links = [await invite(house), await invite(house), await invite(house, Purpose.RESET)]
    async with browser(house) as maria, browser(house) as finder:
        assert (await maria.post(links[0], {"password": PASSWORD})).status == 303
        for link in links:
            for page in (await finder.get(link), await finder.post(link, {"password": "another word of hers"})):
                assert page.status == 410
                assert "reset-password" in page.text
        assert (await finder.get(f"{links[0]}/passkey")).status == 404
        assert not await finder.is_in()
        assert (await finder.sign_in("another word of hers")).status == 401


@pytest.mark.parametrize("purpose", Purpose)
async def test_a_link_ends(tmp_path: Path, purpose: Purpose) -> None:
    """The first link is good for a day, one after something was lost for an hour."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as maria:
        link = await invite(house, purpose)
        clock.go_on(seconds=purpose.lasts.total_seconds() - 60)
        assert (await maria.get(link)).status == 200
        clock.go_on(seconds=61)
        assert (await maria.get(link)).status == 410
        assert (await maria.post(link, {"password": PASSWORD})).status == 410


async def test_a_new_password_signs_everybody_out(house: House) -> None:
    """After a reset nobody is in who was, no device is known any more, and the former password opens nothing."""
    await give_password(house)
    async with browser(house) as thief, browser(house) as maria, browser(house) as later:
        await thief.sign_in()
        page = await maria.post(await invite(house, Purpose.RESET), {"password": "another word of hers"})
        assert (page.status, page.where) == (303, "/studio")
        assert not await thief.is_in()
        assert await house.value("SELECT count(*) FROM devices") == 1
        assert (await later.sign_in()).status == 401
        assert (await later.sign_in("another word of hers")).status == 303


async def test_what_is_no_password_uses_nothing_up(house: House) -> None:
    """The page says beside the field why it does not do, and the link is as good as before."""
    link = await invite(house)
    refusals = {
        "too short": "at least ten characters",
        "": "at least ten characters",
        "x" * 1001: "at most a thousand",
        "bell\x07 in the word": "cannot be typed",
        "Password2026": "Too many people",
        "maria 2026 maria": "Whoever knows your name",
    }
    async with browser(house) as maria:
        for password, told in refusals.items():
            page = await maria.post(link, {"password": password})
            assert page.status == 422
            assert told in page.troubles[0]
            assert page.tree.select_one("#password[aria-invalid]")
        assert (await maria.post(link, {"password": PASSWORD})).status == 303


async def test_pressing_twice_makes_one_of_it(house: House) -> None:
    """Of two browsers that use a link at the same moment, one is let in."""
    link = await invite(house)
    async with browser(house) as maria:
        pages = await asyncio.gather(*(maria.post(link, {"password": f"{PASSWORD} {number}"}) for number in range(5)))
    assert [page.status for page in pages].count(303) == 1


async def test_a_made_up_link_opens_nothing(house: House) -> None:
    """Whatever stands in the address, the page says that the link has ended, or that there is no such page."""
    await invite(house)
    async with browser(house) as stranger:
        for token in ("x", "A" * 43, "A" * 5000, "%00", "..%2f..", "é"):
            page = await stranger.get(f"/studio/welcome/{token}")
            assert page.status in {404, 410}, token
            assert "Welcome" not in page.text


async def test_no_other_site_uses_a_link(house: House) -> None:
    """A page elsewhere that has learned of a link cannot have a visitor's browser use it."""
    link = await invite(house)
    async with browser(house) as visitor:
        page = await visitor.post(link, {"password": PASSWORD}, FROM_HERE | {"Sec-Fetch-Site": "cross-site"})
        assert page.status == 403
        assert (await visitor.get(link)).status == 200


async def test_only_hashes_are_kept(house: House) -> None:
    """Whoever reads the database finds no link, no session and no password that would let him in."""
    link = await invite(house)
    async with browser(house) as maria:
        other = await invite(house)
        kept = "\n".join([line async for line in _dump(house)])
        assert link.rpartition("/")[2] not in kept
        assert (await maria.post(other, {"password": PASSWORD})).status == 303
        kept = "\n".join([line async for line in _dump(house)])
        for secret in (PASSWORD, maria.cookies["studio"], maria.cookies["studio-device"], other.rpartition("/")[2]):
            assert secret not in kept


async def _dump(house: House):  # type: ignore[no-untyped-def]  # noqa: ANN202 - of aiosqlite
    async with house.db.read() as tx:
        async for line in tx.iterdump():
            yield line
