"""The page of followers: found, accepted, declined and removed, and what others are told of it."""

import json
from collections import Counter

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import artisans as artisans_service
from tests.house import House
from tests.studio import Answer, signed_in
from tests.web.studio.happening import follow

PATH = "/studio/followers"
BOB = "https://host.example/users/bob"


def names(answer: Answer, within: str) -> list[str]:
    """Return who is listed in a section."""
    return [one.get_text(strip=True) for one in answer.page.select(f"section[aria-labelledby={within}] .name")]


async def said(house: House) -> Counter[str]:
    """Return what was said to whom: "Accept bob"."""
    rows = await house.rows("SELECT body FROM activities WHERE type IN ('Accept', 'Reject')")
    bodies = [json.loads(row["body"]) for row in rows]
    return Counter(f"{body['type']} {body['to'][0].rsplit('/', 1)[1]}" for body in bodies)


async def test_followers_are_listed_and_looked_for(house: House) -> None:
    """The newest first, page by page; looking keeps what was written, and says where nobody is found."""
    await follow(house, *(f"p{number:02}" for number in range(51)), "élodie")
    async with signed_in(house) as maria:
        first = await maria.get(PATH)
        assert (len(names(first, "all")), names(first, "all")[0]) == (50, "Élodie")
        assert "52 followers" in first.text
        later = first.page.select_one("a[rel=next]")
        assert later is not None
        assert names(await maria.get(str(later["href"])), "all") == ["P01", "P00"]
        found = await maria.get(f"{PATH}?q=ELOD")
        assert names(found, "all") == ["Élodie"]
        assert found.page.select_one("#q")["value"] == "ELOD"  # type: ignore[index]
        nobody = await maria.get(f"{PATH}?q=%3Cscript%3E")
        assert names(nobody, "all") == []
        assert ("Nobody by that name." in nobody.text, "<script>" in nobody.text) == (True, False)
        assert (await maria.get(f"{PATH}?page=9")).status == 404
        assert "Chercher un nom" in (await maria.get(PATH, headers={"Accept-Language": "fr"})).text


async def test_requests_stand_first_and_are_answered(house: House) -> None:
    """Whoever is accepted follows; all are told, once; pressed twice, or too late, the page says how it stands."""
    await follow(house, "bob", "carol", waits=True)
    await follow(house, "dora")
    async with signed_in(house) as maria:
        page = await maria.get(PATH)
        assert (names(page, "waiting"), names(page, "all")) == (["Bob", "Carol"], ["Dora"])
        # They asked when she still answered herself.
        assert "these asked before" in page.text
        for who, deed in (("bob", "accept"), ("bob", "accept"), ("bob", "decline"), ("carol", "decline")):
            fields = {"actor": f"https://host.example/users/{who}", "deed": deed}
            answer = await maria.post(f"{PATH}/settle", fields)
            assert answer.status == 303
            page = await maria.get(answer.headers["Location"])
            settled = (who, deed) != ("bob", "decline") and names(page, "all") == ["Bob", "Dora"]
            assert page.page.select_one("[role=status]") is not None
            assert settled or "settled already" in page.text
        assert (names(page, "waiting"), names(page, "all")) == ([], ["Bob", "Dora"])
    assert await said(house) == {"Accept bob": 1, "Reject carol": 1}


async def test_a_follower_is_removed_and_told(house: House) -> None:
    """Removed she is told once, whatever is pressed again; the list is where it was, and says what was done."""
    await follow(house, "bob", "carol")
    async with signed_in(house) as maria:
        page = await maria.get(f"{PATH}?q=bob")
        assert "Nobody is blocked" in page.text
        for told in ("removed", "gone"):
            answer = await maria.post(f"{PATH}/settle", {"actor": BOB, "deed": "remove", "q": "bob", "page": "1"})
            assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}?q=bob&told={told}")
        page = await maria.get(answer.headers["Location"])
        assert (names(page, "all"), "1 follower" in page.text) == ([], True)
    assert await said(house) == {"Reject bob": 1}


async def test_the_page_says_who_decides(house: House) -> None:
    """Whether everybody may follow stands on the page; odd forms are answered 400 and do nothing."""
    await follow(house, "bob", waits=True)
    async with signed_in(house) as maria:
        assert "Everybody may follow you" in (await maria.get(PATH)).text
        async with house.db.write() as tx:
            await artisans_service.set_approval(tx, house.uris, house.artisan, wanted=True, now=utc_now())
        text = (await maria.get(PATH)).text
        assert ("You answer each request yourself" in text, "these asked before" in text) == (True, False)
        for fields in ({}, {"actor": BOB}, {"deed": "accept"}, {"actor": BOB, "deed": "adopt"}):
            assert (await maria.post(f"{PATH}/settle", fields)).status == 400
        assert (await maria.post(f"{PATH}/settle", {"actor": BOB, "deed": "accept", "page": "x"})).status == 404
    assert await house.value("SELECT count(*) FROM follow_requests") == 1
