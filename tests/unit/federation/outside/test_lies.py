"""What answers at our own address may be anybody, and say anything."""

import asyncio
import contextlib

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.federation.outside import finding
from fedi_artisan.federation.outside.asking import Asking, as_far_as_answered
from fedi_artisan.federation.outside.front import front as behind
from fedi_artisan.services.house.world import World
from tests.house import House
from tests.unit.federation.outside.looking import BROKEN, UNKNOWN, said


def answer(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """Return an answer, byte by byte, as no library would make it."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 " + status, *lines, length, b"Connection: close", b"", body))


LIES = {
    "endlessly deep": answer(b"[" * 400_000),
    "half a letter": answer(b'{"sha256": 1, "host": "\\ud800"}'),
    "no address": answer(b"", b"Location: http://[::1", status=b"302 Found"),
    "no address of bytes": answer(b"", b"Location: gopher://x:99999/\xff\xfe", status=b"302 Found"),
    "a number without end": answer(b"1" * 5_000),
    "another protocol": b"SSH-2.0-OpenSSH\r\n",
}


@pytest.mark.parametrize("lie", LIES)
async def test_whatever_lies_in_front_something_is_found(atelier: House, lie: str) -> None:
    """What answers may say anything: no look comes to grief by it, and what is told can be written down."""

    async def lying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(LIES[lie])
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(lying, "127.0.0.1", 0) as liar:
        port = liar.sockets[0].getsockname()[1]
        asking = Asking(parse({"origin": f"http://127.0.0.1:{port}"}), World())
        found = [
            await finding.address(asking),
            await as_far_as_answered(lambda: finding.webfinger(asking, atelier.artisan)),
            await as_far_as_answered(lambda: finding.documents(asking, atelier.artisan)),
            await as_far_as_answered(lambda: behind(asking, "x" * 40, utc_now)),
        ]
    assert all(one.verdict in {BROKEN, UNKNOWN} and said(one).encode() for one in found)
