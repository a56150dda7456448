"""Guessing is slow, wherever it comes from, and never makes the artisan wait at her own door."""

from pathlib import Path

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.web.studio.entrance.attempts import (
    PACE_OF_A_DEVICE,
    PACE_OF_A_NAME,
    PACE_OF_AN_ADDRESS,
    PACE_OF_CODES,
)
from tests.house import House, key_pair, open_house
from tests.web.studio.arriving import FROM_HERE, PASSWORD, Browser, Clock, Page, browser, give_password, invite

A_YEAR_S = 365 * 86_400
WRONG = "wrong horse"


def from_address(number: int) -> dict[str, str]:
    """Return what a proxy says of a visitor who comes from another address each time."""
    return FROM_HERE | {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250}"}


async def guess(stranger: Browser, number: int, password: str = WRONG) -> Page:
    """Guess once, from address *number*."""
    return await stranger.post("/studio/sign-in", {"password": password}, from_address(number))


async def test_one_address_waits_and_then_may_again(tmp_path: Path) -> None:
    """After ten guesses an address waits, the answer says how long, and what is right lets in again after that."""
    clock = Clock()
    async with open_house(tmp_path / "data", clock=clock) as house, browser(house) as stranger:
        await give_password(house)
        assert [(await guess(stranger, 1)).status for _ in range(PACE_OF_AN_ADDRESS.at_once)] == [401] * 10
        page = await guess(stranger, 1, PASSWORD)
        assert page.status == 429
        assert 0 < int(page.headers["Retry-After"]) <= PACE_OF_AN_ADDRESS.every_s
        assert "In one minute you can try again." in page.text
        # Somebody else is not made to wait for that.
        assert (await guess(stranger, 2)).status == 401
        clock.go_on(seconds=PACE_OF_AN_ADDRESS.every_s)
        assert (await guess(stranger, 1, PASSWORD)).status == 303


async def test_guesses_from_everywhere_do_not_lock_her_out(house: House) -> None:
    """A thousand addresses get as many guesses as a few; meanwhile she comes in where she did before, and by a link."""
    await give_password(house)
    async with browser(house) as maria, browser(house) as stranger, browser(house) as elsewhere:
        await maria.sign_in()
        statuses = [(await guess(stranger, number)).status for number in range(PACE_OF_A_NAME.at_once + 20)]
        assert statuses.count(401) <= PACE_OF_A_NAME.at_once
        assert statuses[-5:] == [429] * 5
        await maria.post("/studio/sign-out", {"token": maria.token})
        # She mistypes, and still may try at once.
        assert (await maria.sign_in("kiln mon jar")).status == 401
        assert (await maria.sign_in()).status == 303
        # On a new device she waits as strangers do, but not with a link.
        assert (await elsewhere.sign_in()).status == 429
        page = await elsewhere.get(await invite(house))
        assert page.status == 200


async def test_the_cookie_of_a_device_lets_nobody_in(house: House) -> None:
    """Whoever has stolen it may guess at her pace, and no faster; made up, it is worth nothing."""
    await give_password(house)
    async with browser(house) as maria, browser(house) as thief, browser(house) as liar:
        await maria.sign_in()
        thief.take(**{"studio-device": maria.cookies["studio-device"]})
        statuses = [(await guess(thief, number)).status for number in range(PACE_OF_A_DEVICE.at_once + 2)]
        assert statuses == [401] * PACE_OF_A_DEVICE.at_once + [429] * 2
        statuses = []
        for number in range(PACE_OF_AN_ADDRESS.at_once + 2):
            liar.take(**{"studio-device": f"{number:043}"})
            statuses.append((await guess(liar, 7)).status)
        assert statuses[-2:] == [429] * 2


async def test_the_longest_names_are_counted_as_well(house: House) -> None:
    """Whatever a stranger calls himself, he is answered, and his address is counted."""
    await give_password(house)
    async with browser(house) as stranger:
        for number in range(PACE_OF_AN_ADDRESS.at_once):
            fields = {"username": "é" * 9_000 + str(number), "password": "x" * 30_000}
            assert (await stranger.post("/studio/sign-in", fields)).status == 401
        assert (await stranger.post("/studio/sign-in", {"password": "x"})).status == 429


async def test_ever_new_names_are_one_name(house: House) -> None:
    """Under made-up names strangers guess no more often than under one: each guess costs what a real one does."""
    async with house.db.write() as tx:
        await artisans_service.create(tx, username="jean", name="Jean", language="fr", key=key_pair(), now=utc_now())
    await give_password(house)
    async with browser(house) as stranger, browser(house) as maria:
        statuses = [
            (
                await stranger.post(
                    "/studio/sign-in", {"username": f"nobody{number}", "password": WRONG}, from_address(number)
                )
            ).status
            for number in range(PACE_OF_A_NAME.at_once + 5)
        ]
        assert statuses == [401] * PACE_OF_A_NAME.at_once + [429] * 5
        # Who gives a name that there is waits for none of them.
        fields = {"username": "Maria", "password": PASSWORD}
        assert (await maria.post("/studio/sign-in", fields, from_address(999))).status == 303


def test_all_the_world_together_guesses_no_password_and_no_code() -> None:
    """In a year fewer than a million guesses about a name are made, and fewer codes than make one right one likely."""
    assert A_YEAR_S / PACE_OF_A_NAME.every_s < 1_000_000
    assert A_YEAR_S / PACE_OF_CODES.every_s * 3 / 1_000_000 < 1.1
