"""Photographs on the web: pictures and nothing else, whole or in parts, to the end."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from fedi_artisan.media import store
from tests.bucket_service import BucketService
from tests.house import House, free_socket, open_house, until
from tests.unit.web.pictures_asked import DIGITS, FOR_EVER, put


@pytest.fixture(params=["folder", "bucket"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """Our server, with its photographs in a folder or in a bucket."""
    service: BucketService | None = request.getfixturevalue("bucket_service") if request.param == "bucket" else None
    async with open_house(tmp_path / "data", media=service.settings if service else {}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp"), ("avif", "image/avif")],
)
async def test_a_photograph_is_a_picture_and_nothing_else(
    house: House, session: aiohttp.ClientSession, ending: str, media_type: str
) -> None:
    """WIRE 10.2 #19: photographs go out with their exact type, unsniffed, sandboxed, kept for ever, for everybody.

    HEAD answers what GET answers, without the picture; who has it already is told so.
    """
    address = await put(house, DIGITS, ending)
    async with session.get(address, allow_redirects=False) as answer:
        assert answer.status == 200
        assert await answer.read() == DIGITS
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Length"] == "300"
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Accept-Ranges"] == "bytes"
        etag = answer.headers["ETag"]
        told = {name: value for name, value in answer.headers.items() if name != "date"}
    async with session.head(address) as head:
        assert head.status == 200
        assert {name: value for name, value in head.headers.items() if name != "date"} == told
        assert await head.read() == b""
    for held in (etag, f'"x", W/{etag}', "*"):
        async with session.get(address, headers={"If-None-Match": held}) as again:
            assert again.status == 304
            assert again.headers["Cache-Control"] == FOR_EVER
            assert await again.read() == b""


# What is asked for, and which bytes of 300 are given: "*" for none, nothing for all of them.
RANGES = {
    "bytes=0-0": "0-0",
    "bytes=0-299": "0-299",
    "bytes=10-19": "10-19",
    "Bytes=290-": "290-299",
    "bytes=295-999999999999999999": "295-299",
    "bytes=-5": "295-299",
    "bytes=-300": "0-299",
    "bytes=-999999": "0-299",
    "bytes=300-": "*",
    "bytes=300-400": "*",
    "bytes=-0": "*",
    **dict.fromkeys(("bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=--5", "bytes=1_0-20", "bytes 0-5"), ""),
    **dict.fromkeys(("lines=0-5", "0-5", "bytes", "bytes=+1-5", "bytes=0x1-5", "bytes= 0 - 5", ""), ""),
    **dict.fromkeys(("bytes=0-5,7-9", "bytes=0-0,-1", "bytes=0-0," * 1000, f"bytes={'9' * 5000}-"), ""),
}


async def test_a_part_may_be_asked_for(house: House, session: aiohttp.ClientSession) -> None:
    """RFC 9110 14: one range is given, or 416 where there is none; whatever else is asked for gives the whole."""
    address = await put(house, DIGITS)
    for asked_for, expected in RANGES.items():
        async with session.get(address, headers={"Range": asked_for}) as answer:
            body = await answer.read()
            assert answer.status == (416 if expected == "*" else 206 if expected else 200), asked_for
            assert answer.headers["Content-Length"] == str(len(body))
            assert answer.headers.get("Content-Range", "") == (f"bytes {expected}/300" if expected else "")
            if answer.status == 416:
                assert answer.headers["Cache-Control"] == "no-store"
            else:
                first, last = map(int, (expected or "0-299").split("-"))
                assert body == DIGITS[first : last + 1]
                assert answer.headers["Content-Type"] == "image/jpeg"
                assert answer.headers["Cache-Control"] == FOR_EVER
        async with session.head(address, headers={"Range": asked_for}) as head:
            assert (head.status, head.headers["Content-Length"]) == (200, "300")


async def test_a_part_of_another_version_is_not_given(house: House, session: aiohttp.ClientSession) -> None:
    """RFC 9110 13.1.5: a part is given only to who has the rest of this very picture; a weak tag is no proof."""
    address = await put(house, DIGITS)
    etag = f'"{address.rpartition("/")[2]}"'
    for name, value, status in (
        ("If-Range", etag, 206),
        ("If-Range", '"other"', 200),
        ("If-Range", f"W/{etag}", 200),
        ("If-Range", "Wed, 21 Oct 2015 07:28:00 GMT", 200),
        ("If-None-Match", etag, 304),
        ("If-None-Match", '"other"', 206),
    ):
        async with session.get(address, headers={"Range": "bytes=1-2", name: value}) as answer:
            assert answer.status == status, value


NO_NAMES = (
    "0" * 40 + ".jpg",
    "0" * 40,
    "..%2f..%2ffedi-artisan.sqlite3",
    "%2e%2e%2ffedi-artisan.sqlite3",
    "A" * 40 + ".jpg",
    "0" * 40 + ".heic",
    "0" * 64 + ".jpg",
    "0" * 40 + ".jpg%00",
    "%ff",
)


async def test_only_stored_names_are_served(house: House, session: aiohttp.ClientSession) -> None:
    """Names that the store did not give are 404, whatever they try to reach and however they are asked for."""
    for name in NO_NAMES:
        address = f"{house.config.origin}/media/{name}"
        for headers in ({}, {"If-None-Match": "*"}, {"Range": "bytes=0-5"}, {"Accept": "text/html"}):
            for method in ("GET", "HEAD"):
                async with session.request(method, address, headers=headers) as answer:
                    assert answer.status == 404, name
    async with session.get(f"{house.config.origin}/media/{NO_NAMES[0]}") as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_originals_are_never_served(house: House, session: aiohttp.ClientSession) -> None:
    """What was given stays with us, even where its name is known."""
    name = store.name_of("1" * 64, "jpg")
    with store.begin(house.config) as unfinished:
        unfinished.write(b"with the address of the workshop")
        await store.open_stores(house.config).originals.put(unfinished.path, name)
    for path in (f"media/{name}", f"originals/{name}", f"media/..%2foriginals%2f{name}", f"media/{name[:2]}/{name}"):
        async with session.get(f"{house.config.origin}/{path}") as answer:
            assert answer.status == 404


async def leave_early(address: str) -> None:
    """Ask for a picture, read its beginning, and hang up."""
    host, _, path = address.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
    writer.transport.abort()


def open_files() -> list[str]:
    """Return which files this process has open."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(descriptor.readlink()))
    return found


async def test_who_leaves_is_not_read_for(house: House, session: aiohttp.ClientSession) -> None:
    """A visitor who hangs up in the middle ends the reading: no file stays open, and the next visitor is served."""
    address = await put(house, os.urandom(39_000_000))
    await leave_early(address)

    async def let_go() -> bool:
        return not any(file.endswith(".jpg") for file in await asyncio.to_thread(open_files))

    await until(let_go)
    async with session.get(address) as answer:
        assert len(await answer.read()) == 39_000_000


async def test_a_bucket_is_asked_for_no_more_than_is_read(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    """A large picture is passed on as it comes: who leaves ends the line to the bucket, who is slow slows it down."""
    sent, ended = 0, asyncio.Event()

    async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        head = 'HTTP/1.1 200 OK\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nETag: "a"\r\n'
        writer.write(f"{head}Content-Length: 400000000\r\n\r\n".encode())
        try:
            while True:
                writer.write(bytes(100_000))
                await writer.drain()
                sent += 100_000
        except OSError:
            ended.set()
        writer.close()

    server = await asyncio.start_server(service, sock=free_socket())
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = {"bucket": "photos", "bucket_endpoint": endpoint, "bucket_key_id": "key", "bucket_secret": "secret"}
    async with open_house(tmp_path / "data", media=settings) as house:
        await leave_early(house.uris.media_url("0" * 40 + ".jpg"))
        async with asyncio.timeout(15):
            await ended.wait()
    assert sent < 100_000_000
    server.close()
    await server.wait_closed()


async def test_a_bucket_that_fails_is_told(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    """Where the bucket does not answer, neither the picture nor its absence is kept by anybody: 503, come again."""
    with free_socket() as nobody:
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        settings = {"bucket": "photos", "bucket_endpoint": endpoint, "bucket_key_id": "key", "bucket_secret": "secret"}
        async with open_house(tmp_path / "data", media=settings, timeouts={"bucket_s": 0.2}) as house:
            for headers in ({}, {"Range": "bytes=0-5"}, {"If-None-Match": "*"}):
                async with session.get(house.uris.media_url("0" * 40 + ".jpg"), headers=headers) as answer:
                    assert answer.status == 503
                    assert answer.headers["Retry-After"] == "60"
                    assert answer.headers["Cache-Control"] == "no-store"
                    assert endpoint not in await answer.text()


async def test_a_picture_that_breaks_off_is_not_taken_for_whole(
    session: aiohttp.ClientSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the bucket fails in the middle, the visitor's line is cut: nobody keeps half a picture for ever.

    It is no fault of ours, so that no traceback stands in the log.
    """

    async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = 'HTTP/1.1 200 OK\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nETag: "a"\r\n'
        writer.write(f"{head}Content-Length: 1000000\r\n\r\n".encode() + bytes(400_000))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(service, sock=free_socket())
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = {"bucket": "photos", "bucket_endpoint": endpoint, "bucket_key_id": "key", "bucket_secret": "secret"}
    async with open_house(tmp_path / "data", media=settings, timeouts={"bucket_s": 0.5}) as house:
        async with session.get(house.uris.media_url("0" * 40 + ".jpg")) as answer:
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
        async with session.get(house.config.origin) as page:
            assert page.status == 200
    assert "the bucket fails" in caplog.text
    assert not any(record.exc_info for record in caplog.records)
    server.close()
    await server.wait_closed()
