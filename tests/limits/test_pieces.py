"""A body that comes in pieces: what stands between them and behind them has its bounds."""

import pytest

from fedi_artisan.serving.connections import LONGEST_HEAD_BYTES
from fedi_artisan.serving.doorman import READ_BYTES
from tests.limits.talking import open_door, settings
from tests.limits.test_connections import request


@pytest.mark.parametrize("begun", [b"0\r\nX: ", b"0\r\n", b"1;", b"3\r\nabc\r\n"])
async def test_one_line_behind_a_body_or_between_its_pieces_has_an_end(begun: bytes) -> None:
    """Of a line that never ends no more is taken in than of a head: the parser would keep it, and copy it each time."""
    chunked = request(b"Transfer-Encoding: chunked", method=b"POST") + begun
    async with open_door(settings()) as door, door.call() as caller:
        caller.say(chunked + b"0" * (LONGEST_HEAD_BYTES + 2 * READ_BYTES))
        told = await caller.ended()
        assert told == b"" or told.startswith(b"HTTP/1.1 ")
        assert len(door.refusals.since_start) == 1


async def test_a_body_in_large_and_small_pieces_arrives_whole() -> None:
    """What a body is made of is not taken for what stands between its pieces, however many there are."""
    large = b"20000\r\n" + b"x" * 0x20000 + b"\r\n"
    body = (large + b"1\r\nx\r\n" * 20_000) * 2 + b"0\r\n\r\n"
    async with open_door(settings(timeouts={"request_head_s": 5.0})) as door:
        told = await door.ask(request(b"Transfer-Encoding: chunked", method=b"POST") + body)
        assert told == (200, b"127.0.0.1 302144")
