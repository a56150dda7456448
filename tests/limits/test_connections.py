"""At the socket: whoever is slow, says too much or comes too often is told so, and stands in nobody's way."""

import asyncio
import contextlib
import socket

import pytest

from fedi_artisan.domain.refusals import Refused
from fedi_artisan.serving.connections import LONGEST_HEAD_BYTES, MOST_HEADERS, MOST_PIPELINED
from fedi_artisan.serving.doorman import READ_BYTES
from tests.house import until
from tests.limits.talking import GET, Caller, Echo, open_door, settings

STRANGER = "127.0.0.9"


def request(*lines: bytes, target: bytes = b"/", method: bytes = b"GET") -> bytes:
    """Return a request with these further lines."""
    return b"\r\n".join((method + b" " + target + b" HTTP/1.1", b"Host: a", *lines, b"", b""))


@pytest.mark.parametrize("begun", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n\r\n"])
async def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    """Slow-loris: who has not said what is wanted in time goes; who had begun is told, 408."""
    async with open_door(settings()) as door, door.call() as caller:
        caller.say(begun)
        told = await caller.ended()
        assert told.startswith(b"HTTP/1.1 408 ") if begun else told == b""
        assert door.refusals.since_start == {Refused.SLOW: 1}
        assert (await door.ask())[0] == 200


async def test_a_head_that_trickles_in_is_not_waited_for() -> None:
    """It counts when the first byte came, not the last one: a byte every now and then buys no more time."""
    async with open_door(settings()) as door, door.call() as caller:

        async def trickle() -> None:
            for letter in request(*[b"X: " + b"x" * 60] * 50):
                caller.say(bytes([letter]))
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert (await caller.ended()).startswith(b"HTTP/1.1 408 ")
        trickling.cancel()


async def test_the_second_head_is_watched_as_the_first() -> None:
    """After an answer the next request has as long as the first, whatever it begins with."""
    async with open_door(settings()) as door, door.call() as caller:
        assert (await caller.ask())[0] == 200
        caller.say(b"\r\nGET /")
        assert (await caller.ended()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(target=b"/" + b"x" * 10_000), 414),
        (request(target=b"/?q=" + b"x" * 40_000), 414),
        (request(b"X: " + b"x" * 33_000), 431),
        (request(*[b"X: " + b"x" * 300] * 99 + [b"Y: " + b"y" * 5_000]), 431),
        (request(*[b"X: x"] * MOST_HEADERS), 431),
        (b"GET / HTTP/1.1\r\n" + b"Cookie: " + b"x" * (LONGEST_HEAD_BYTES + READ_BYTES), 431),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (request(b"Content-Length: 5", b"Content-Length: 6", method=b"POST"), 400),
        (request(b"Content-Length: 5", b"Transfer-Encoding: chunked", method=b"POST"), 400),
    ],
    ids=[
        "long line",
        "very long line",
        "large",
        "large altogether",
        "many",
        "endless",
        "TLS",
        "version",
        "two",
        "both",
    ],
)
async def test_what_is_too_much_is_told_in_words(sent: bytes, status: int) -> None:
    """The request goes no further, a line says why, and the connection ends."""
    async with open_door(settings(timeouts={"request_head_s": 5.0})) as door, door.call() as caller:
        told, words = await caller.ask(sent)
        assert (told, words.endswith(b".\n")) == (status, True)
        assert await caller.ended() == b""
        assert door.app.scopes == []
        assert sum(door.refusals.since_start.values()) == 1


async def test_much_is_read_as_long_as_it_is_not_too_much() -> None:
    """An address of 7,900 bytes and 99 headers of 31 kB altogether are read: who signs and has cookies needs some."""
    headers = [b"X: " + b"x" * 220] * (MOST_HEADERS - 2)
    async with open_door(settings()) as door:
        assert (await door.ask(request(*headers, target=b"/" + b"x" * 7_900)))[0] == 200


async def test_headers_behind_a_body_are_not_taken_for_headers() -> None:
    """RFC 9110 6.5.1: what follows a body in pieces is dropped; without end it is refused."""
    chunked = request(b"Transfer-Encoding: chunked", method=b"POST") + b"3\r\nabc\r\n0\r\n"
    async with open_door(settings()) as door:
        assert (await door.ask(chunked + b"Signature: x\r\n\r\n"))[0] == 200
        assert b"signature" not in dict(door.app.scopes[0]["headers"])
        async with door.call() as caller:
            caller.say(chunked + b"X: x\r\n" * 200)
            told = await caller.ended()
        assert told == b"" or told.startswith(b"HTTP/1.1 ")
        assert door.refusals.since_start == {Refused.OVERSIZED: 1}


async def test_who_does_not_read_is_given_up() -> None:
    """A visitor who takes nothing of a large answer is cut off; meanwhile little of it is in memory."""
    app = Echo()
    app.body, app.pieces = b"x" * 65_536, 500
    async with open_door(settings(), app) as door:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.connect(("127.0.0.1", door.port))
            deaf.sendall(GET)

            async def given_up() -> bool:
                return bool(door.refusals.since_start.get(Refused.SLOW))

            await until(given_up, "the end of patience")


async def test_a_slow_reader_who_goes_on_is_served_to_the_end() -> None:
    """As long as something is taken, however slowly, all of it is sent."""
    app = Echo()
    app.body, app.pieces = b"x" * 65_536, 10
    async with open_door(settings(), app) as door, door.call() as caller:
        caller.say(GET)
        read = 0
        while read < 655_360:
            read += len(await caller.reader.read(32_768))
            await asyncio.sleep(0.02)
        assert door.refusals.since_start == {}


async def test_a_body_that_nobody_wants_is_not_read_for_ever() -> None:
    """Once it is answered, what is left of a body has a little time to end; then the connection does."""
    app = Echo()
    app.reads = False
    async with open_door(settings(), app) as door, door.call() as caller:
        sent = request(b"Content-Length: 1000000000", method=b"POST") + b"x" * 1_000
        assert (await caller.ask(sent))[0] == 200

        async def trickle() -> None:
            while True:
                caller.say(b"x")
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert await caller.ended() == b""
        trickling.cancel()
        assert door.refusals.since_start == {Refused.SLOW: 1}


async def test_little_of_a_body_is_read_ahead() -> None:
    """What the application has not asked for stays with its sender: memory does not grow with what is sent."""
    app = Echo()
    app.reads_late = True
    app.may_answer.clear()
    async with open_door(settings(), app) as door, door.call() as caller:
        caller.say(request(b"Content-Length: 5000000", method=b"POST") + b"x" * 5_000_000)

        async def asked() -> bool:
            return bool(app.scopes)

        await until(asked, "the question")
        for _ in range(20):
            await asyncio.sleep(0.01)
        app.may_answer.set()
        assert (await caller.hear())[1] == b"127.0.0.1 5000000"
        assert max(app.pieces_bytes) <= 2 * READ_BYTES


async def test_a_large_body_arrives_whole() -> None:
    """What is read in small pieces is whole in the end."""
    async with open_door(settings()) as door:
        sent = request(b"Content-Length: 3000001", method=b"POST") + b"x" * 3_000_001
        assert await door.ask(sent) == (200, b"127.0.0.1 3000001")


async def test_many_questions_at_once_are_too_many() -> None:
    """A few pipelined questions are answered in their order; hundreds in one breath end the connection."""
    async with open_door(settings()) as door:
        async with door.call() as caller:
            caller.say(GET * MOST_PIPELINED)
            assert [(await caller.hear())[1] for _ in range(MOST_PIPELINED)] == [b"127.0.0.1 0"] * MOST_PIPELINED
        door.app.may_answer.clear()
        async with door.call() as caller:
            caller.say(GET * 500)
            assert await caller.ended() == b""
        assert door.refusals.since_start == {Refused.OVERSIZED: 1}
        assert len(door.app.scopes) < 3 * MOST_PIPELINED
        door.app.may_answer.set()


async def _hold(caller: Caller) -> None:
    """Be answered once, so that it is certain that the connection stands."""
    assert (await caller.ask())[0] == 200


async def test_too_many_connections_of_one_address_are_refused() -> None:
    """Each stranger has so many; another one comes in, and so does she when one of hers has ended."""
    async with open_door(settings(limits={"connections_per_address": 2}, timeouts={"request_head_s": 5.0})) as door:
        async with door.call(STRANGER) as first, door.call(STRANGER) as second:
            await _hold(first)
            await _hold(second)
            async with door.call(STRANGER) as third:
                head, words = await third.hear()
                assert head.startswith(b"http/1.1 503 ")
                assert 5 <= int(head.partition(b"retry-after: ")[2].split(b"\r\n")[0]) <= 30
                assert words.startswith(b"Too many")
            assert (await door.ask(address="127.0.0.10"))[0] == 200

        async def again() -> bool:
            return (await door.ask(address=STRANGER))[0] == 200

        await until(again, "room for her")
        assert door.refusals.since_start[Refused.CONNECTIONS_OF_ONE] >= 1


async def test_who_stands_in_front_may_have_any_number() -> None:
    """A web server that is named in trusted_proxies brings all visitors over its own connections."""
    async with open_door(settings(limits={"connections_per_address": 2})) as door:
        for _ in range(5):
            async with door.call() as one, door.call() as two, door.call() as three:
                for caller in (one, two, three):
                    await _hold(caller)
        assert door.refusals.since_start == {}


async def test_too_many_connections_altogether_are_refused() -> None:
    """Whoever comes when the house is full is told to come back, 503; nobody inside notices."""
    async with open_door(settings(limits={"connections": 3}, timeouts={"request_head_s": 5.0})) as door:
        async with door.call() as one, door.call() as two, door.call() as three:
            for caller in (one, two, three):
                caller.say(b"GET / HT")
            await asyncio.sleep(0.05)
            for _ in range(20):
                assert (await door.ask())[0] == 503
            for caller in (one, two, three):
                assert (await caller.ask(b"TP/1.1\r\nHost: a\r\n\r\n"))[0] == 200
        assert door.refusals.since_start == {Refused.CONNECTIONS: 20}


async def test_strangers_do_not_shut_out_who_stands_in_front() -> None:
    """Whoever comes past a web server in front gets nine tenths of the connections; its visitors have the rest."""
    async with contextlib.AsyncExitStack() as held:
        door = await held.enter_async_context(
            open_door(settings(limits={"connections": 10}, timeouts={"request_head_s": 5.0}))
        )
        for number in range(9):
            await _hold(await held.enter_async_context(door.call(f"127.0.1.{number}")))
        assert (await door.ask(address=STRANGER))[0] == 503
        assert (await door.ask())[0] == 200


async def test_when_it_is_full_whoever_asks_nothing_goes_first() -> None:
    """Connections on which nothing is asked any more make room for those who come."""
    async with open_door(settings(limits={"connections": 3})) as door:
        async with door.call() as one, door.call() as two, door.call() as three:
            for caller in (one, two, three):
                await _hold(caller)
            for caller in (one, two, three):
                assert await caller.ended() == b""
        assert (await door.ask())[0] == 200


async def test_requests_on_one_connection_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many requests a stranger's connection ends with its answer, which says so."""
    monkeypatch.setattr("fedi_artisan.serving.connections.MOST_REQUESTS", 3)
    async with open_door(settings()) as door, door.call(STRANGER) as caller:
        for closes in (False, False, True):
            caller.say(GET)
            head, _ = await caller.hear()
            assert (b"connection: close" in head) is closes
        assert await caller.ended() == b""


async def test_an_upgrade_is_answered_as_if_it_had_not_been_asked_for() -> None:
    """Only HTTP/1.1 is spoken here; who asks for more gets the page, and nothing is complained about."""
    async with open_door(settings()) as door:
        assert (await door.ask(request(b"Connection: Upgrade", b"Upgrade: websocket")))[0] == 200
