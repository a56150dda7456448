"""Whoever asks too much is told to come back, in words; whoever was there before, and the artisan, notice nothing."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.storage import refusals
from tests.house import House, open_house, until
from tests.neighbour import Neighbour
from tests.web.asking import ACTIVITY_JSON, Answer, Asker

HTML = ("Accept", "text/html")
FRENCH = ("Accept-Language", "fr")


def at(address: str) -> tuple[str, str]:
    """Return the header by which a web server in front says for whom it asks."""
    return "X-Forwarded-For", address


class Told:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now


@contextlib.asynccontextmanager
async def strict_house(
    folder: Path, *, clock: Clock = utc_now, trusted_proxies: Sequence[str] = ("127.0.0.1",), **limits: int
) -> AsyncIterator[tuple[House, Asker]]:
    """Open a house with these limits, and somebody who asks it."""
    settings: dict[str, Any] = {"limits": limits, "trusted_proxies": list(trusted_proxies)}
    async with open_house(folder, clock=clock, **settings) as house, Asker.open(house.uris.origin) as ask:
        yield house, ask


def waits_s(answer: Answer) -> int:
    """Return the seconds that somebody is asked to wait."""
    return int(answer.headers["Retry-After"])


async def test_too_many_pages_are_refused_in_both_languages(tmp_path: Path) -> None:
    """After so many pages that had to be made a visitor is asked to wait, calmly; another is not, nor a kept page."""
    async with strict_house(tmp_path, pages_per_minute=3) as (_, ask):
        assert (await ask("/", HTML, at("203.0.113.9"))).status == 200
        pages = [await ask(f"/works/{number}", HTML, FRENCH, at("203.0.113.7")) for number in range(5)]
        assert [page.status for page in pages] == [404, 404, 404, 429, 429]
        refused = pages[-1]
        assert 10 < waits_s(refused) <= 20
        assert refused.headers["Cache-Control"] == "no-store"
        assert refused.headers["Content-Language"] == "fr"
        assert "default-src 'none'" in refused.headers["Content-Security-Policy"]
        assert "Un instant, s’il vous plaît" in refused.body.decode()
        english = await ask("/works/9?lang=en", HTML, FRENCH, at("203.0.113.7"))
        assert (english.status, b"One moment, please" in english.body) == (429, True)
        # Kept, for whoever asks; anew, as a server that has just begun forgets once what it kept.
        assert [(await ask("/", HTML, at(f"203.0.113.{number}"))).status for number in (9, 7)] == [200, 200]
        assert (await ask("/works/7", HTML, at("203.0.113.8"))).status == 404


async def test_a_crawler_at_its_usual_pace_never_notices(tmp_path: Path) -> None:
    """A page every second for some minutes, none of which anybody asked for before, is no flood."""
    clock = Told()
    async with strict_house(tmp_path, clock=clock) as (_, ask):
        for number in range(150):
            clock.now += timedelta(seconds=1)
            assert (await ask(f"/works/{number}", HTML, at("203.0.113.7"))).status == 404


@pytest.mark.parametrize(
    ("addresses", "together"),
    [
        (("203.0.113.7", "203.0.113.7:4711", "::ffff:203.0.113.7"), True),
        (("2001:db8::1", "2001:db8::ffff:2", "[2001:db8::3]:443"), True),
        (("2001:db8::1", "2001:db8:0:1::1", "203.0.113.7"), False),
        (("127.0.0.1, 203.0.113.7", "198.51.100.1, 203.0.113.7", "203.0.113.7, 127.0.0.1"), True),
        (("unknown", "_hidden", "x" * 300), False),
        (("", "127.0.0.1", "::1"), False),
    ],
    ids=["one address", "one household", "several", "invented ones before", "no addresses", "the house itself"],
)
async def test_who_counts_as_one_visitor(tmp_path: Path, addresses: tuple[str, ...], together: bool) -> None:
    """An address, or a /64 of IPv6; of what a web server in front says, the last that is not one of them itself."""
    async with strict_house(tmp_path, pages_per_minute=2) as (_, ask):
        statuses = [
            (await ask(f"/works/{number}", HTML, at(address))).status for number, address in enumerate(addresses)
        ]
        assert statuses == [404, 404, 429 if together else 404]


async def test_a_word_of_strangers_about_addresses_is_not_believed(tmp_path: Path) -> None:
    """Who comes from nowhere that is trusted is counted by where he comes from, whatever headers say."""
    async with strict_house(tmp_path, pages_per_minute=2, trusted_proxies=["192.0.2.1"]) as (_, ask):
        # X-Forwarded-For is heard from nobody else either: tests/limits/test_proxies.py.
        forged = [("X-Real-IP", "203.0.113.1"), ("Forwarded", "for=203.0.113.2"), ("Client-IP", "203.0.113.3")]
        assert [(await ask(f"/works/{n}", HTML, forged[n])).status for n in range(3)] == [404, 404, 429]


async def test_searches_are_slowed_for_each_and_for_all(tmp_path: Path) -> None:
    """A flood of ever new words is slowed for each address, and for all of them together, wherever they come from."""
    async with strict_house(tmp_path, searches_per_minute=2) as (_, ask):
        one = [(await ask(f"/works?q=moon{number}", HTML, at("203.0.113.7"))).status for number in range(4)]
        assert one == [200, 200, 429, 429]
        everybody = [
            (await ask(f"/works?year={number}", HTML, at(f"203.0.{number % 200}.7"))).status
            for number in range(2000, 2045)
        ]
        assert set(everybody[:38]) <= {200, 404}
        assert everybody[-7:] == [429] * 7
        assert (await ask("/works", HTML, at("203.0.113.7"))).status == 200


async def test_a_search_is_one_however_it_is_written(tmp_path: Path) -> None:
    """Letters of a name may be written with %, and are the same name: nobody searches more often by that."""
    async with strict_house(tmp_path, searches_per_minute=2) as (_, ask):
        statuses = []
        for query in ("q=a", "%71=b", "%71=c", "lang=en&%71=d"):
            # As it is written: a client that is kind would write it as everybody does.
            address = URL(f"{ask.origin}/works?{query}", encoded=True)
            async with ask.session.get(address, headers=[HTML, at("203.0.113.7")]) as answer:
                statuses.append(answer.status)
        assert statuses == [200, 200, 429, 429]


async def test_lookups_and_documents_are_slowed(tmp_path: Path) -> None:
    """Unknown names of WebFinger, oEmbed and documents: each has its pace, and the refusal is a line of JSON."""
    async with strict_house(tmp_path, documents_per_minute=2) as (house, ask):
        host = house.uris.host
        asked = {
            "webfinger": [f"/.well-known/webfinger?resource=acct:nobody{number}@{host}" for number in range(3)],
            "oembed": [f"/oembed?url=x{number}" for number in range(3)],
            "documents": [f"/ap/works/{number}" for number in range(3)],
            "pages as documents": [f"/works/{number}" for number in range(3)],
        }
        for number, (kind, addresses) in enumerate(asked.items()):
            accept = ("Accept", ACTIVITY_JSON if "documents" in kind else "*/*")
            answers = [await ask(address, accept, at(f"203.0.113.{number}")) for address in addresses]
            assert [answer.status == 429 for answer in answers] == [False, False, True], kind
            assert answers[-1].json() == {"error": "too many requests; please come back later"}
            assert waits_s(answers[-1]) >= 1


async def test_what_is_kept_is_never_refused(tmp_path: Path) -> None:
    """The home page, asked for as often as anybody likes by one visitor, goes out as often."""
    async with strict_house(tmp_path, pages_per_minute=5) as (_, ask):
        statuses = {(await ask("/", HTML, at("203.0.113.7"))).status for _ in range(300)}
        assert statuses == {200}


async def test_searches_and_languages_push_nothing_out(tmp_path: Path) -> None:
    """Whatever words and languages a stranger makes up, the home page stays kept; ten thousand are in test_cache.py."""
    async with strict_house(tmp_path, pages_per_minute=30, searches_per_minute=100_000) as (house, ask):
        await house.publish()
        home = await ask("/", HTML, at("203.0.113.7"))
        letters = "abcdefghijklmnopqrstuvwxyz"
        codes = [first + second + third for first in letters for second in letters[:6] for third in letters[:4]]
        for code in codes[:150]:
            answer = await ask("/", HTML, at("203.0.113.7"), ("Accept-Language", f"{code}, xx-YY, en"))
            # All from what is kept: else it would be 429 after thirty.
            assert (answer.status, answer.body) == (200, home.body)
        for number in range(200):
            assert (await ask(f"/works?q=moon+{number}", HTML, at("203.0.113.7"))).status == 200
        for _ in range(40):
            assert (await ask("/", HTML, at("203.0.113.7"))).status == 200


async def test_the_language_that_is_written_is_told_apart(tmp_path: Path) -> None:
    """A language in which something is written here is no stranger's whim: her texts still come in it."""
    async with strict_house(tmp_path) as (house, ask):
        async with house.db.write() as tx:
            await tx.execute("UPDATE artisans SET language = 'de', summaries = '{\"de\": \"Töpferin\"}'")

        async def german() -> bool:
            return "Töpferin" in (await ask("/", HTML, ("Accept-Language", "de-AT, en"))).body.decode()

        await until(german, "the text in German")


async def test_one_server_may_send_so_many_messages(tmp_path: Path, neighbour: Neighbour) -> None:
    """Beyond that it is told 429 and sends again; another server is heard meanwhile, and the count is told."""
    async with strict_house(tmp_path, messages_per_minute=3) as (house, _):
        bob = neighbour.person("bob")
        statuses = []
        for number in range(5):
            follow = {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{bob.uri}/follows/{number}",
                "type": "Follow",
                "actor": bob.uri,
                "object": house.actor_uri,
            }
            statuses.append((await neighbour.send(bob, house.uris.shared_inbox, follow))[0])
        assert statuses == [202, 202, 202, 429, 429]


async def test_the_inbox_has_a_pace_for_each_address(tmp_path: Path) -> None:
    """Before anything is read of a message: whoever sends too many from one address is told so, signed or not."""
    async with strict_house(tmp_path, messages_per_minute=3) as (_, ask):
        kind = ("Content-Type", ACTIVITY_JSON)
        answers = [await ask("/ap/inbox", kind, at("203.0.113.7"), method="POST") for _ in range(5)]
        assert [answer.status for answer in answers] == [400, 400, 400, 429, 429]
        assert 10 < waits_s(answers[-1]) <= 20
        assert (await ask("/ap/inbox", kind, at("203.0.113.8"), method="POST")).status == 400


async def test_a_clock_that_jumps_locks_nobody_out(tmp_path: Path) -> None:
    """A day back or forward: whoever behaved is let in at once, whoever did not within a minute."""
    clock = Told()
    async with strict_house(tmp_path, clock=clock, pages_per_minute=3) as (_, ask):
        for day in (-1, 1):
            for number in range(5):
                await ask(f"/works/{number}{day}", HTML, at("203.0.113.7"))
            clock.now += timedelta(days=day)
            assert (await ask(f"/works/x{day}", HTML, at("203.0.113.8"))).status == 404
            await ask(f"/works/z{day}", HTML, at("203.0.113.7"))
            clock.now += timedelta(minutes=1)
            assert (await ask(f"/works/y{day}", HTML, at("203.0.113.7"))).status == 404


async def test_what_was_refused_is_written_down_and_told(tmp_path: Path) -> None:
    """Numbers by kind for an hour and since the start, no addresses; the artisan reads of it in plain words."""
    async with strict_house(tmp_path, pages_per_minute=1) as (house, ask):
        for number in range(3):
            await ask(f"/works/{number}", HTML, at("192.168.7.7"))
        counts = Refusals(lambda: datetime.now(UTC))
        for kind, address in ((Refused.SEARCHES, "10.0.0.7"), (Refused.SEARCHES, "203.0.113.7"), (Refused.BUSY, "")):
            counts.count(kind, address)
        await counts.write_down(house.db)
        await counts.write_down(house.db)
        assert counts.since_start == {Refused.SEARCHES: 2, Refused.BUSY: 1}
        rows = await house.rows("SELECT kind, count, nearby FROM refusals ORDER BY kind")
        assert [tuple(row) for row in rows] == [("busy", 1, 0), ("searches", 2, 1)]
        async with house.db.read() as tx:
            assert list(await refusals.since(tx, datetime.now(UTC) - timedelta(hours=1))) == ["searches", "busy"]
    # When it ends, the house writes down its own.
    async with open_house(tmp_path) as house:
        assert await house.value("SELECT count FROM refusals WHERE kind = 'pages'") == 2
