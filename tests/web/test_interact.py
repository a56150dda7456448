"""Following, liking, boosting and answering from an account elsewhere, as a visitor's browser does it."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.intents import LONGEST_ADDRESS, Obstacle
from fedi_artisan.domain.works import Draft, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.web.people.interact import PACE_OF_A_VISITOR, STATUS
from tests.house import House, key_pair, open_house, until
from tests.neighbour import Neighbour
from tests.unit.web.markup import Page, read

FEP = "https://w3id.org/fep/3b86"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
FORM = "application/x-www-form-urlencoded"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A page with the answer it came in."""

    status: int
    headers: Mapping[str, str]
    page: Page

    @property
    def trouble(self) -> str:
        """What stands beside the field."""
        return self.page.one("p", id="trouble").text.strip()


@dataclasses.dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser on our pages."""

    session: aiohttp.ClientSession
    house: House

    async def get(self, path: str) -> Answer:
        """Open a page."""
        return await self._answer("GET", path, None, {})

    async def send(self, path: str, address: str | bytes | None = None, /, **more: Any) -> Answer:
        """Send the form of a page: a field, or a whole body; `headers` replaces what a browser says of itself."""
        headers = more.pop("headers", FROM_HERE)
        if isinstance(address, bytes):
            return await self._answer("POST", path, address, {"Content-Type": FORM} | headers)
        fields = {key: value for key, value in {"address": address, **more}.items() if value is not None}
        return await self._answer("POST", path, fields, headers)

    async def _answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        accept = {"Accept": "text/html"}
        url = self.house.config.origin + path
        async with self.session.request(
            method, url, data=body, headers=accept | dict(headers), allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, read(await answer.text()))


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor of our server."""
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, house)


def account(neighbour: Neighbour, *links: Mapping[str, str]) -> str:
    """Return the handle of an account of another server, which offers these pages."""
    host = neighbour.origin.removeprefix("http://")
    at = f"{neighbour.origin}/.well-known/webfinger?resource={quote(f'acct:bob@{host}', safe='')}"
    neighbour.serve({"subject": f"acct:bob@{host}", "links": list(links)}, at=at, kind="application/jrd+json")
    return f"@bob@{host}"


def pages(neighbour: Neighbour, *names: str) -> list[dict[str, str]]:
    """Return links of FEP-3b86 to a page for each name; `{object}` is what it takes."""
    return [{"rel": f"{FEP}/{name}", "template": f"{neighbour.origin}/{name}?id={{object}}"} for name in names]


# The page


async def test_the_page_explains_and_asks(visitor: Visitor) -> None:
    """PRODUCT 10, 25: an account, the feed and no account at all stand side by side; nothing closes the door."""
    answer = await visitor.get("/follow")
    page, house = answer.page, visitor.house
    assert answer.status == 200
    assert page.one("h1").text == "Follow Atelier Maria"
    form, field = page.one("form"), page.one("input")
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/follow")
    assert (field.attributes["name"], field.attributes.get("value")) == ("address", "")
    assert page.one("label", **{"for": field.attributes["id"]}).text
    assert "The feed of this workshop" in [link.text for link in page.all("a", href="/feed.atom")]
    assert [one.text for one in page.all("span", class_="handle")] == [house.handle]
    assert "Nobody follows Atelier Maria yet" in page.one("p", class_="many").text
    assert page.one("link", rel="canonical").attributes["href"] == f"{house.config.origin}/follow"
    assert page.one("link", type="application/activity+json").attributes["href"] == house.actor_uri
    assert "noindex" not in page.meta("robots")
    assert "ETag" in answer.headers
    profile = await visitor.get("/@maria/follow")
    assert profile.page == page


async def _says(visitor: Visitor, address: str, words: str) -> bool:
    """Whether a page tells how many follow in these *words*: what was kept is forgotten a moment after the change."""
    return (await visitor.get(address)).page.one("p", class_="many").text == words


async def test_followers_are_counted_not_named(visitor: Visitor) -> None:
    """How many follow is told as each language writes numbers; who they are is on no page."""
    house = visitor.house
    for many, english, french in (
        (1, "1 person follows Atelier Maria.", "1 personne suit Atelier Maria."),
        (1280, "1,280 people follow Atelier Maria.", "1\N{NARROW NO-BREAK SPACE}280 personnes suivent Atelier Maria."),
    ):
        async with house.db.write() as tx:
            await tx.execute(
                """
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                INSERT OR IGNORE INTO actors (uri, host, type, username, name, inbox_url, also_known_as, fetched_at)
                SELECT 'https://a.example/' || n, 'a.example', 'Person', 'name' || n, 'Bob', '', '[]', 0 FROM numbers
                """,
                (many,),
            )
            await tx.execute(
                """
                INSERT OR IGNORE INTO followers (artisan_id, actor_id, follow_uri, followed_at)
                SELECT ?, id, uri, 0 FROM actors
                """,
                (house.artisan.id,),
            )
        for language, words in (("en", english), ("fr", french)):
            address = f"/follow?lang={language}"
            await until(partial(_says, visitor, address, words), words)
            assert "name1" not in str((await visitor.get(address)).page)


async def test_every_page_of_hers_asks_where_you_are(visitor: Visitor) -> None:
    """Home and works end with the form and the address; the header leads to the page; the chosen language stays."""
    work = await visitor.house.publish()
    for path in ("/?lang=fr", f"/works/{work.slug}?lang=fr"):
        page = (await visitor.get(path)).page
        assert page.one("form", method="post").attributes["action"] == "/follow?lang=fr"
        assert page.one("input", id="your-address")
        assert page.one("a", class_="follow").attributes["href"] == "/follow?lang=fr"
        assert visitor.house.handle in page.one("section", id="follow").text
    assert page.one("a", href=f"/works/{work.slug}/respond?lang=fr").attributes["rel"] == "nofollow"


async def test_one_of_several_is_chosen(visitor: Visitor, neighbour: Neighbour) -> None:
    """With several artisans `/follow` lets one be chosen, and each has her own page; a form must say whom."""
    house = visitor.house
    async with house.db.write() as tx:
        other = await artisans_service.create(
            tx, username="ines", name="Inès", language="fr", key=key_pair(), now=utc_now()
        )
    assert (await visitor.get("/?several")).page.one("a", href="/follow")
    choice = await visitor.get("/follow")
    assert {link.attributes["href"] for link in choice.page.all("a") if "/follow" in link.attributes["href"]} == {
        "/@maria/follow",
        "/@ines/follow",
    }
    page = (await visitor.get("/@ines/follow")).page
    assert page.one("form").attributes["action"] == "/@ines/follow"
    assert page.all("a", href="/@ines/feed.atom")
    bob = account(neighbour, *pages(neighbour, "Follow"))
    going = await visitor.send("/@ines/follow", bob)
    assert quote(house.uris.actor(other.uid), safe="") in going.page.one("a", class_="go").attributes["href"]
    assert (await visitor.send("/follow", bob)).status == 404
    assert (await visitor.get("/@nobody/follow")).status == 404


# The way


async def test_the_way_to_ones_own_place(visitor: Visitor, neighbour: Neighbour) -> None:
    """WIRE 9: the host is shown first, a plain link leads on, nothing goes by itself and nothing is kept."""
    bob = account(neighbour, {"rel": SUBSCRIBE, "template": f"{neighbour.origin}/authorize_interaction?uri={{uri}}"})
    host = neighbour.origin.removeprefix("http://")
    for given in (bob, bob[1:], f"  {bob}\N{ZERO WIDTH SPACE}\n", f"http://{host}/@bob"):
        answer = await visitor.send("/follow", given)
        assert answer.status == 200
        assert "Location" not in answer.headers
        assert "Refresh" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
        assert answer.page.one("h1").text.split() == ["You", "are", "going", "to", host]
        link = answer.page.one("a", class_="go")
        assert link.attributes["href"] == (
            f"{neighbour.origin}/authorize_interaction?uri={quote(visitor.house.actor_uri, safe='')}"
        )
        assert set(link.attributes["rel"].split()) >= {"nofollow", "noopener"}
        assert link.attributes["referrerpolicy"] == "no-referrer"
        assert answer.page.meta("robots") == "noindex"
        assert not answer.page.all("link", rel="canonical")
        assert not answer.page.all("meta", **{"http-equiv": "refresh"})


async def test_each_deed_has_its_page(visitor: Visitor, neighbour: Neighbour) -> None:
    """FEP-3b86: liking, boosting and answering a work lead to the page made for it, with the id of the work."""
    work = await visitor.house.publish(Draft(title="Jarre", language="fr", others={"en": Wording(title="Jar")}))
    create = {"rel": f"{FEP}/Create", "template": f"{neighbour.origin}/Create?id={{inReplyTo}}&text={{content}}"}
    bob = account(neighbour, *pages(neighbour, "Like", "Announce", "Object"), create)
    path = f"/works/{work.slug}/respond"
    for act, goal in (("like", "/Like"), ("boost", "/Announce"), ("reply", "/Create")):
        page = (await visitor.get(f"{path}?act={act}&lang=en")).page
        chosen = [one.attributes["value"] for one in page.all("input", type="radio") if "checked" in one.attributes]
        assert chosen == [act]
        assert page.meta("robots").startswith("noindex")
        assert visitor.house.uris.work_url(work.slug) in {one.text for one in page.all("span", class_="handle")}
        going = await visitor.send(f"{path}?lang=en", bob, act=act)
        link = urlsplit(going.page.one("a", class_="go").attributes["href"])
        assert link.path == goal
        assert parse_qs(link.query) == {"id": [visitor.house.uris.work(work.uid)]}
        assert "“Jar”" in going.page.one("p", class_="said").text


async def test_a_work_that_cannot_be_answered(visitor: Visitor) -> None:
    """Works that never were are 404, withdrawn ones 410; so are deeds that nobody knows, as a page."""
    house = visitor.house
    work = await house.publish()
    assert (await visitor.get(f"/works/{work.slug}/respond?act=sing")).status == 404
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example", act="sing")).status == 400
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example", act="follow")).status == 400
    for method in (visitor.get, visitor.send):
        assert (await method("/works/nothing/respond")).status == 404
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, work, utc_now())
    assert (await visitor.get(f"/works/{work.slug}/respond")).status == 410
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example")).status == 410


# What stands in the way


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
