"""Rendered answers are kept, and nobody can tell but by the clock."""

import asyncio
import sqlite3
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from fedi_artisan.domain.works import Draft
from fedi_artisan.web import cache
from fedi_artisan.web.cache import Cache
from tests.federation import commands
from tests.house import House, until
from tests.web.asking import ACTIVITY_JSON, Asker

FRESH_S = 1.0


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
    # Written as another process would, with nothing of ours.
    with sqlite3.connect(house.config.database, isolation_level=None) as other:
        other.execute("UPDATE works SET likes = 7")
    other.close()

    async def seven() -> bool:
        return bool((await ask.document(likes))["totalItems"] == 7)

    await until(seven, "the new count", within_s=FRESH_S)


async def test_kept_answers_are_the_same(house: House, ask: Asker) -> None:
    """The second answer, from the cache, equals the first in all its headers but the date, for GET and for HEAD."""
    await house.publish()
    for where in ("/", "/?lang=fr", house.actor_uri, "/nodeinfo/2.1", "/.well-known/host-meta", "/works/nothing"):
        for accept in ("text/html", ACTIVITY_JSON):
            first, second = [await ask(where, ("Accept", accept)) for _ in range(2)]
            head = await ask(where, ("Accept", accept), method="HEAD")
            shown = [
                (answer.status, {name: value for name, value in answer.headers.items() if name != "Date"})
                for answer in (first, second, head)
            ]
            assert shown[0] == shown[1] == shown[2], where
            assert (first.body, head.body) == (second.body, b"")


# --- The part itself, in front of an application that the test holds in its hands


class Slow:
    """An application that answers when it is told to, with what it found when it was asked.

    A class because the test looks at how often it was asked, and changes what it finds.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.was_asked = asyncio.Event()
        self.found = b"old"
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI 3 has it."""
        self.asked += 1
        self.was_asked.set()
        body = self.found
        await self.may_answer.wait()
        headers = [(b"etag", b'"%s"' % body), (b"content-length", b"%d" % len(body)), (b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def asked(
    kept: Cache, path: str = "/", query: bytes = b"", method: str = "GET", *headers: tuple[bytes, bytes]
) -> tuple[int, bytes]:
    """Return status and body of one answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
    await kept(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_a_change_during_rendering_is_not_kept() -> None:
    """What was read before a change and finished after it is answered, but never again."""
    slow = Slow()
    kept = Cache(slow)
    slow.may_answer.clear()
    late = asyncio.create_task(asked(kept))
    await slow.was_asked.wait()
    slow.found = b"new"
    kept.clear()
    slow.may_answer.set()
    assert await late == (200, b"old")
    assert await asked(kept) == (200, b"new")
    assert await asked(kept) == (200, b"new")
    assert slow.asked == 2


async def test_head_and_not_modified_are_answered_from_what_is_kept() -> None:
    """Once kept, neither HEAD nor a conditional request reaches the application."""
    slow = Slow()
    kept = Cache(slow)
    assert await asked(kept) == (200, b"old")
    assert await asked(kept, "/", b"", "HEAD") == (200, b"")
    assert await asked(kept, "/", b"", "GET", (b"if-none-match", b'W/"old"')) == (304, b"")
    assert await asked(kept, "/", b"", "HEAD", (b"if-none-match", b'"a"'), (b"if-none-match", b'"old"')) == (304, b"")
    assert await asked(kept, "/", b"", "GET", (b"if-none-match", b'"older"')) == (200, b"old")
    assert slow.asked == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_only_questions_are_kept(method: str) -> None:
    """Anything but GET and HEAD reaches the application, whatever is kept."""
    slow = Slow()
    kept = Cache(slow)
    await asked(kept)
    await asked(kept, "/", b"", method)
    assert slow.asked == 2


async def test_variants_are_bounded() -> None:
    """However many queries a stranger makes up, what is kept stays below its limit; long ones are not kept at all."""
    slow = Slow()
    slow.found = b"x" * 400_000
    kept = Cache(slow)
    for number in range(100):
        await asked(kept, "/", b"n=%d" % number)
    assert slow.asked == 100
    assert kept.size_bytes <= cache.MOST_BYTES
    await asked(kept, "/", b"n=99")
    assert slow.asked == 100
    long = b"n=" + b"9" * cache.LONGEST_QUERY
    await asked(kept, "/", long)
    await asked(kept, "/", long)
    assert slow.asked == 102


async def test_huge_answers_are_not_kept() -> None:
    """One answer cannot push out the others."""
    slow = Slow()
    slow.found = b"x" * (cache.LARGEST_ANSWER_BYTES + 1)
    kept = Cache(slow)
    await asked(kept)
    await asked(kept)
    assert slow.asked == 2


async def test_photographs_are_not_kept() -> None:
    """Media and static files come from the disk: they would fill what is meant for pages."""
    slow = Slow()
    kept = Cache(slow)
    for path in ("/media/x.jpg", "/static/x.css"):
        await asked(kept, path)
        await asked(kept, path)
    assert slow.asked == 4
