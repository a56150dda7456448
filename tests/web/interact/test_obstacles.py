"""What stands in the way, and is said in words."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import aiohttp

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.intents import LONGEST_ADDRESS, Obstacle
from fedi_artisan.web.people.interact import PACE_OF_A_VISITOR, STATUS
from tests.house import open_house
from tests.neighbour import Neighbour
from tests.web.interact.visiting import FORM, FROM_HERE, SUBSCRIBE, Visitor, account, pages


def test_every_obstacle_has_its_status() -> None:
    """No obstacle is without an answer, and none is an answer as if all were well, or as if we had failed."""
    assert set(STATUS) == set(Obstacle)
    assert all(400 <= status < 600 and status != 500 for status in STATUS.values())


TROUBLES = [
    ("", 422, "write your address first"),
    ("bob", 422, "two parts"),
    ("@bob@gmail.com", 422, "e-mail"),
    ("https://instagram.com/bob", 422, "nobody outside"),
    ("@maria@{own}", 422, "at home here"),
    ("@nobody@{other}", 404, "Nobody by this name is known at {other}"),
    ("@bob@{other}", 404, "{other} has no page"),
    ("@stray@{other}", 502, "{other} points to a page that is not its own"),
    ("@bob@{closed}", 504, "{closed} does not answer"),
    ("@bob@user:1@a.example", 422, "two parts"),
    ("@bob@{other}\r\nX-Evil: 1", 422, "two parts"),
    ('"><script>alert(1)</script>', 422, "two parts"),
    ("x" * 2_000, 422, "two parts"),
]


async def test_the_form_comes_back_with_words(visitor: Visitor, neighbour: Neighbour) -> None:
    """What did not do stands in the field again, the reason beside it and tied to it, with the status that says so."""
    account(neighbour)
    host = neighbour.origin.removeprefix("http://")
    neighbour.serve(
        {"links": [{"rel": SUBSCRIBE, "template": "https://evil.example/{uri}"}]},
        at=f"{neighbour.origin}/.well-known/webfinger?resource={quote(f'acct:stray@{host}', safe='')}",
        kind="application/jrd+json",
    )
    names = {"own": visitor.house.uris.host, "other": host, "closed": "127.0.0.1:1"}
    for template, status, words in TROUBLES:
        given = template.format(**names)
        answer = await visitor.send("/follow", given)
        assert answer.status == status, given
        assert words.format(**names) in answer.trouble
        field = answer.page.one("input", id="your-address")
        assert field.attributes["value"] == given.replace("\r\n", "")[:LONGEST_ADDRESS]
        assert (field.attributes["aria-invalid"], field.attributes["aria-describedby"]) == ("true", "trouble")
        assert answer.page.one("p", id="trouble").attributes["role"] == "alert"
        assert answer.page.meta("robots").startswith("noindex")
        assert answer.page.one("title").text.startswith("Not yet")
        assert answer.headers["Cache-Control"] == "no-store"
        assert visitor.house.handle in {one.text for one in answer.page.all("span", class_="handle")}
        assert not answer.page.all("script")
        french = await visitor.send("/follow?lang=fr", given)
        assert french.trouble not in {"", answer.trouble}


SENDERS: list[tuple[dict[str, str], int]] = [
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "{own}"}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "{own}.evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Referer": "https://evil.example/{own}/"}, 403),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "https://other-name.example"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Origin": "{own}"}, 200),
    ({"Referer": "{own}/follow"}, 200),
    ({}, 200),
]


async def test_no_other_site_sends_the_form(visitor: Visitor, neighbour: Neighbour) -> None:
    """A page elsewhere cannot make its visitors' browsers ask for it: 403 in plain words, and nobody is asked."""
    bob = account(neighbour, *pages(neighbour, "Follow"))
    for headers, status in SENDERS:
        neighbour.requests.clear()
        told = {name: value.format(own=visitor.house.config.origin) for name, value in headers.items()}
        answer = await visitor.send("/follow", bob, headers=told)
        assert answer.status == status, headers
        assert len(neighbour.requests) == (1 if status == 200 else 0)
        if status != 200:
            assert "filled in on another site" in answer.trouble
            assert not answer.page.one("input", id="your-address").attributes["value"]


BROKEN_FORMS = [
    (b"address=%ff%fe", FORM, 400),
    (b"address=\xff", FORM, 400),
    (b"address=%ED%A0%80", FORM, 400),
    (b"", FORM, 400),
    (b"adress=bob", FORM, 400),
    (b"a=1&" * 11 + b"address=@bob@a.example", FORM, 400),
    (b"address=" + b"x" * 4_000, FORM, 413),
    (b"address=" + b"%C3%A9" * 5_000, FORM, 413),
    (b"address=bob", "text/plain", 415),
    (b"address=bob", "", 415),
    (
        b'--x\r\nContent-Disposition: form-data; name="address"\r\n\r\nb\r\n--x--',
        "multipart/form-data; boundary=x",
        415,
    ),
    (b"address=bob", FORM.upper() + "; charset=utf-8", 422),
    (b"address=first&address=%40bob", FORM, 422),
]


async def test_broken_forms(visitor: Visitor) -> None:
    """Strange encodings, sizes, kinds and fields are a page that says so, never a failure of ours."""
    for body, kind, status in BROKEN_FORMS:
        answer = await visitor.send("/follow", body, headers=FROM_HERE | {"Content-Type": kind})
        assert answer.status == status, body
        assert answer.page.one("h1").text


async def test_looking_asks_nobody(visitor: Visitor, neighbour: Neighbour) -> None:
    """A crawler that opens every address, with whatever it appends, never makes us ask anybody."""
    bob = account(neighbour, *pages(neighbour, "Follow"))
    work = await visitor.house.publish()
    for path in ("/follow", f"/works/{work.slug}/respond"):
        assert (await visitor.get(f"{path}?address={quote(bob)}&act=like")).status == 200
    async with visitor.session.put(f"{visitor.house.config.origin}/follow", data={"address": bob}) as answer:
        assert answer.status == 405
    assert neighbour.requests == []


async def test_too_often(tmp_path: Path, neighbour: Neighbour) -> None:
    """WIRE 10.2 #37: after some tries a visitor waits, with words and Retry-After; others and typing errors do not."""
    moment = [utc_now()]

    def clock() -> datetime:
        return moment[0]

    bob = account(neighbour, *pages(neighbour, "Follow"))
    async with open_house(tmp_path / "data", clock=clock) as house, aiohttp.ClientSession() as session:
        visitor = Visitor(session, house)
        household = FROM_HERE | {"X-Forwarded-For": "2001:db8::1"}
        for _ in range(PACE_OF_A_VISITOR.at_once):
            assert (await visitor.send("/follow", bob, headers=household)).status == 200
            assert (await visitor.send("/follow", "bob", headers=household)).status == 422
        neighbour.requests.clear()
        for neighbouring in ("2001:db8::1", "2001:db8::ffff:2"):
            refused = await visitor.send("/follow", bob, headers=FROM_HERE | {"X-Forwarded-For": neighbouring})
            assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
            assert "half a minute" in refused.trouble
        assert neighbour.requests == []
        assert (
            await visitor.send("/follow", bob, headers=FROM_HERE | {"X-Forwarded-For": "203.0.113.9"})
        ).status == 200
        moment[0] += timedelta(seconds=30)
        assert (await visitor.send("/follow", bob, headers=household)).status == 200
