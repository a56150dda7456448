"""Rendered answers are kept, and nobody can tell but by the clock."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from fedi_artisan.domain.works import Draft
from fedi_artisan.web.answers import cache, kept
from fedi_artisan.web.answers.cache import Cache
from tests.federation import commands
from tests.house import House, until
from tests.web import slow
from tests.web.asking import ACTIVITY_JSON, Asker
from tests.web.slow import Slow

FRESH_S = 1.0
# The one may differ in each answer, the other in the first second after a change.
MOMENTS = {"Date", "Last-Modified"}


async def test_what_another_process_writes_is_shown_within_a_second(house: House, ask: Asker) -> None:
    """Page, document, outbox and NodeInfo follow a write through another connection within a second."""
    work = await house.publish(Draft(title="First"))
    uri = house.uris.work(work.uid)
    places: list[tuple[str, str]] = [
        *(("/", "text/html"), ("/@maria", "text/html"), (f"/works/{work.slug}", "text/html")),
        *((uri, ACTIVITY_JSON), (f"{house.actor_uri}/outbox?page=1", ACTIVITY_JSON)),
    ]
    for where, accept in places:
        assert b"First" in (await ask(where, ("Accept", accept))).body
    await commands.revise(house, work, title="Second")

    async def shown() -> bool:
        answers = [await ask(where, ("Accept", accept)) for where, accept in places]
        return all(b"Second" in answer.body for answer in answers)

    await until(shown, "the new title everywhere", within_s=FRESH_S)


async def test_counts_follow_what_the_server_itself_writes(house: House, ask: Asker) -> None:
    """A count that changes while the server runs is shown as soon."""
    work = await house.publish()
    likes = f"{house.uris.work(work.uid)}/likes"
    assert (await ask.document(likes))["totalItems"] == 0

    def write() -> None:
        """Write as another process would, with nothing of ours; in a thread, or the server could not let go."""
        with closing(sqlite3.connect(house.config.database, isolation_level=None)) as other:
            other.execute("UPDATE works SET likes = 7")

    await asyncio.to_thread(write)

    async def seven() -> bool:
        return bool((await ask.document(likes))["totalItems"] == 7)

    await until(seven, "the new count", within_s=FRESH_S)


async def test_kept_answers_are_the_same(house: House, ask: Asker) -> None:
    """The second answer, from the cache, equals the first in all its headers but the dates, for GET and for HEAD."""
    await house.publish()
    for where in ("/", "/?lang=fr", house.actor_uri, "/nodeinfo/2.1", "/.well-known/host-meta", "/works/nothing"):
        for accept in ("text/html", ACTIVITY_JSON):
            first, second = [await ask(where, ("Accept", accept)) for _ in range(2)]
            head = await ask(where, ("Accept", accept), method="HEAD")
            shown = [
                (answer.status, {name: value for name, value in answer.headers.items() if name not in MOMENTS})
                for answer in (first, second, head)
            ]
            assert shown[0] == shown[1] == shown[2], where
            assert (first.body, head.body) == (second.body, b"")


# --- The part itself, in front of an application that the test holds in its hands


async def test_a_change_during_rendering_is_not_kept() -> None:
    """What was read before a change and finished after it is answered, but never again."""
    app = Slow()
    front = Cache(app)
    app.may_answer.clear()
    late = asyncio.create_task(slow.ask(front))
    await app.was_asked.wait()
    app.found = b"new"
    front.clear()
    app.may_answer.set()
    assert (await late).body == b"old"
    assert (await slow.ask(front)).body == b"new"
    assert (await slow.ask(front)).body == b"new"
    assert app.asked == 2


async def test_head_and_not_modified_are_answered_from_what_is_kept() -> None:
    """Once kept, neither HEAD nor a conditional request reaches the application."""
    app = Slow()
    front = Cache(app)
    assert (await slow.ask(front)).body == b"old"
    for method, held, status, body in (
        ("HEAD", "", 200, b""),
        ("GET", 'W/"old"', 304, b""),
        ("HEAD", '"a"\n"old"', 304, b""),
        ("GET", "*", 304, b""),
        ("GET", '"older"', 200, b"old"),
        ("GET", "old", 200, b"old"),
    ):
        told = await slow.ask(front, method=method, if_none_match=held)
        assert (told.status, told.body) == (status, body), (method, held)
    assert app.asked == 1


@pytest.mark.parametrize("conditions", [{}, {"if_none_match": '"old"'}, {"if_none_match": "*"}])
async def test_a_first_head_or_condition_renders_for_everybody(conditions: dict[str, str]) -> None:
    """Where nothing is kept yet, the application is asked once for the whole, and that is kept."""
    app = Slow()
    front = Cache(app)
    told = await slow.ask(front, method="HEAD", **conditions)
    assert (told.status, told.body) == (304 if conditions else 200, b"")
    assert (await slow.ask(front)).body == b"old"
    [scope] = app.scopes
    assert (scope["method"], scope["headers"]) == ("GET", [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_only_questions_are_kept(method: str) -> None:
    """Anything but GET and HEAD reaches the application, whatever is kept."""
    app = Slow()
    front = Cache(app)
    await slow.ask(front)
    await slow.ask(front, method=method)
    assert app.asked == 2


async def test_foreign_parameters_are_gone() -> None:
    """What others add to a link neither reaches the application nor makes another page, nor does the order."""
    app = Slow()
    front = Cache(app)
    for address in (
        "/?page=2&lang=fr",
        "/?utm_source=x&lang=fr&page=2&fbclid=1",
        "/?&page=2&&lang=fr&x",
        "/?l%61ng=fr&page=2",
    ):
        assert (await slow.ask(front, address)).status == 200
    assert [scope["query_string"] for scope in app.scopes] == [b"lang=fr&page=2"]


async def test_variants_are_bounded() -> None:
    """However many queries a stranger makes up, what is kept stays below its limit; long ones are not kept at all."""
    app = Slow(b"x" * 400_000)
    front = Cache(app)
    for number in range(100):
        await slow.ask(front, f"/?q={number}", accept_encoding="br")
    assert app.asked == 100
    assert 3_000_000 < front.size_bytes <= cache.MOST_ASKED_BYTES
    await slow.ask(front, "/?q=99")
    assert app.asked == 100
    long = "/?q=" + "9" * cache.LONGEST_ADDRESS
    await slow.ask(front, long)
    await slow.ask(front, long)
    assert app.asked == 102


async def test_codings_count_as_kept() -> None:
    """What is made smaller for some takes room beside the whole, and is counted."""
    front = Cache(Slow(bytes(range(256)) * 100))
    await slow.ask(front)
    before = front.size_bytes
    told = await slow.ask(front, accept_encoding="gzip")
    assert before + len(told.body) <= front.size_bytes <= before + len(told.body) + 2 * kept.OVERHEAD_BYTES


@pytest.mark.parametrize(
    ("size_bytes", "headers"),
    [
        (kept.LARGEST_BYTES + 1, {}),
        (10, {b"cache-control": b"no-store"}),
        (10, {b"cache-control": b"private, max-age=60"}),
        (10, {b"set-cookie": b"a=b"}),
        (10, {b"content-encoding": b"gzip"}),
    ],
)
async def test_some_answers_are_not_kept(size_bytes: int, headers: dict[bytes, bytes]) -> None:
    """WIRE 10.2 #54: one huge answer pushes out no other; what is for one alone stays so; none is coded twice."""
    app = Slow(b"x" * size_bytes)
    app.headers = headers
    front = Cache(app)
    for _ in range(2):
        told = await slow.ask(front, accept_encoding="gzip")
        assert (told.status, told.body) == (200, app.found)
    assert app.asked == 2


async def test_photographs_are_not_kept() -> None:
    """Media and static files come from the disk: they would fill what is meant for pages."""
    app = Slow()
    front = Cache(app)
    for path in ("/media/x.jpg", "/static/x.css"):
        await slow.ask(front, path)
        await slow.ask(front, path)
    assert app.asked == 4


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_not_there_is_remembered_until_something_changes(status: int) -> None:
    """A storm on a missing address is rendered once, though outside nobody may keep it; then it may be there."""
    app = Slow(b"nothing here", status)
    app.headers = {b"cache-control": b"no-store"}
    front = Cache(app)
    for conditions in ({}, {"if_none_match": "*"}):
        told = await slow.ask(front, **conditions)
        assert (told.status, told.body, told.headers["cache-control"]) == (status, b"nothing here", "no-store")
        assert "last-modified" not in told.headers
    assert app.asked == 1
    app.status = 200
    front.clear()
    assert (await slow.ask(front)).status == 200


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
async def test_other_refusals_are_not_remembered(status: int) -> None:
    """Who is refused for what he did, or for a fault of ours, may try again."""
    app = Slow(b"no", status)
    front = Cache(app)
    await slow.ask(front)
    assert (await slow.ask(front)).status == status
    assert app.asked == 2


async def test_missing_addresses_push_nothing_out() -> None:
    """A stranger who makes up addresses fills a small room of its own; the pages stay."""
    app = Slow(b"x" * 5_000)
    front = Cache(app)
    await slow.ask(front, "/works")
    app.status = 404
    for number in range(400):
        await slow.ask(front, f"/works/{number}")
    assert front.size_bytes < cache.MOST_MISSING_BYTES + 20_000
    assert (await slow.ask(front, "/works")).status == 200
    assert app.asked == 401


async def test_searches_and_languages_push_nothing_out() -> None:
    """Ten thousand searches and languages leave what was published, within bounds; languages in use are told apart."""
    app = Slow(b"x" * 20_000)

    async def tongues() -> list[str]:
        return ["de", "pt-BR"]

    front = Cache(app, tongues=tongues)
    await slow.ask(front, "/", accept_language="en")
    for number in range(10_000):
        await slow.ask(front, f"/works?q=moon{number}", accept_language="en")
        code = "".join(chr(97 + number // 26**place % 26) for place in range(3))
        await slow.ask(front, "/", accept_language=f"{code}, x{code[:2]}, en")
    assert front.size_bytes < cache.MOST_ASKED_BYTES + 4 * 21_000 + 10_000
    assert app.asked == 10_001
    for wanted in ("de-AT, en", "pt, en", "de, en"):
        await slow.ask(front, "/", accept_language=wanted)
    assert [dict(scope["headers"])[b"accept-language"] for scope in app.scopes[10_001:]] == [b"de, en", b"pt, en"]


async def test_the_same_page_written_otherwise_pushes_nothing_out() -> None:
    """A name in capitals and a language asked for twice are other addresses of one page, and stand with searches."""
    app = Slow(b"x" * 20_000)
    front = Cache(app)
    await slow.ask(front, "/@maria?lang=fr")
    for number in range(1_000):
        for odd in (f"/@MARIA{number}", f"/tags/{number}", f"/?lang=fr{'&lang=fr' * (number % 30)}&lang={number}"):
            await slow.ask(front, odd)
    asked = app.asked
    assert (await slow.ask(front, "/@maria?lang=fr")).status == 200
    assert app.asked == asked
    assert front.size_bytes < cache.MOST_ASKED_BYTES + 50_000


async def test_where_languages_cannot_be_read_all_are_told_apart() -> None:
    """A database that fails at this moment makes no wrong page: each language is then another page."""
    app = Slow()

    async def fails() -> list[str]:
        raise OSError("the disk is gone")

    front = Cache(app, tongues=fails)
    for wanted in ("xx, en", "yy, en", "xx, en"):
        assert (await slow.ask(front, "/", accept_language=wanted)).status == 200
    assert app.asked == 2
