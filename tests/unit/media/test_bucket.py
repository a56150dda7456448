"""A bucket that fails: every failure of the service is one of ours, told in words, and comes within its time."""

import asyncio
import contextlib
import itertools
import json
import logging
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import Config, parse
from fedi_artisan.errors import ArtisanError, NotFound, StoreUnavailable
from fedi_artisan.media import store
from tests.bucket_service import BucketService
from tests.house import free_socket

CHECKOUT = Path(__file__).parents[3]
NAME = "ab" + "0" * 38 + ".jpg"
PATIENCE_S = 0.4
_OK = b'HTTP/1.1 200 OK\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nETag: "a"\r\nContent-Length: 1000\r\n\r\n'

# What a service in trouble says, and whether it then keeps the line open.
TROUBLES = {
    "an error": (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
    "busy": (b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
    "a refusal": (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
    "somewhere else": (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", False),
    "nonsense": (b"hello\r\n\r\n", False),
    "no size": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", False),
    "nothing, and goes": (b"", False),
    "nothing, and stays": (b"", True),
}


def config_for(endpoint: str, tmp_path: Path, **media: object) -> Config:
    """Return settings with photographs in a bucket of the service at *endpoint*, and little patience."""
    settings = {"bucket": "photos", "bucket_endpoint": endpoint, "bucket_key_id": "key", "bucket_secret": "secret"}
    timeouts = {"bucket_s": PATIENCE_S, "connect_s": PATIENCE_S}
    origin = "https://atelier.example"
    return parse({"origin": origin, "data_dir": str(tmp_path), "media": settings | media, "timeouts": timeouts})


@contextlib.asynccontextmanager
async def saying(words: bytes, *, stays: bool) -> AsyncIterator[str]:
    """Run a service that says *words* to whoever asks; give its address."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(words)
            await writer.drain()
            if stays:
                await over.wait()
        writer.close()

    server = await asyncio.start_server(answer, sock=free_socket())
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()
        await server.wait_closed()


def deeds(config: Config, tmp_path: Path) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return everything that can be done with a store, by name."""
    place = store.open_stores(config).public

    async def put() -> None:
        with store.begin(config) as unfinished:
            unfinished.write(b"picture")
            try:
                await place.put(unfinished.path, NAME)
            except ArtisanError:
                assert unfinished.path.exists()
                raise

    async def read() -> None:
        async with place.open(NAME) as content:
            async for _ in content.chunks:
                pass

    async def read_list() -> None:
        async for _ in place.list():
            pass

    return {
        "put": put,
        "size": lambda: place.size(NAME),
        "fetch": lambda: place.fetch(NAME, tmp_path / "copy"),
        "open": read,
        "remove": lambda: place.remove([NAME]),
        "list": read_list,
    }


async def assert_unavailable(doing: Callable[[], Awaitable[Any]], tmp_path: Path) -> None:
    """Check that something fails as it should, in its time."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable) as failure:
        await doing()
    assert time.monotonic() - began < 10 * PATIENCE_S
    assert failure.value.retry
    assert failure.value.status == 503
    assert "secret" not in str(failure.value)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("trouble", "deed"),
    [
        (trouble, deed)
        for trouble, deed in itertools.product(TROUBLES, ("put", "size", "fetch", "open", "remove", "list"))
        if (trouble, deed) != ("no size", "remove")  # an answer to that has no size to tell
    ],
)
async def test_a_service_in_trouble_is_told_as_such(trouble: str, deed: str, tmp_path: Path) -> None:
    """Whatever a service answers instead of what was asked, or does not answer, is StoreUnavailable, soon."""
    words, stays = TROUBLES[trouble]
    async with saying(words, stays=stays) as endpoint:
        await assert_unavailable(deeds(config_for(endpoint, tmp_path), tmp_path)[deed], tmp_path)


@pytest.mark.parametrize("deed", ["put", "size", "fetch", "open", "remove", "list"])
async def test_a_service_that_is_not_there_is_told_as_such(deed: str, tmp_path: Path) -> None:
    """Where nobody listens at all it is the same failure."""
    with contextlib.closing(free_socket()) as nobody:
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        await assert_unavailable(deeds(config_for(endpoint, tmp_path), tmp_path)[deed], tmp_path)


@pytest.mark.parametrize("stays", [False, True], ids=["goes", "stays"])
@pytest.mark.parametrize("deed", ["fetch", "open"])
async def test_a_picture_that_breaks_off_is_told_as_such(deed: str, stays: bool, tmp_path: Path) -> None:
    """A picture that is cut, or goes no further, is no picture."""
    async with saying(_OK + b"the beginning", stays=stays) as endpoint:
        await assert_unavailable(deeds(config_for(endpoint, tmp_path), tmp_path)[deed], tmp_path)


@pytest.mark.parametrize("deed", ["put", "size", "fetch", "open", "remove", "list"])
async def test_a_wrong_key_is_told_as_such(
    deed: str, bucket_service: BucketService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A real service that does not know the key gives nothing; its reason stands in the log, without the secret."""
    config = config_for(bucket_service.endpoint, tmp_path, bucket_secret="a-wrong-secret")
    config = replace(config, timeouts=parse({"origin": config.origin}).timeouts)
    with caplog.at_level(logging.WARNING), pytest.raises(StoreUnavailable):
        await deeds(config, tmp_path)[deed]()
    assert "the bucket fails" in caplog.text
    assert "a-wrong-secret" not in caplog.text


@pytest.mark.parametrize(("deed", "failure"), [("put", StoreUnavailable), ("open", NotFound), ("size", NotFound)])
async def test_a_missing_bucket_takes_nothing(
    deed: str, failure: type[ArtisanError], bucket_service: BucketService, tmp_path: Path
) -> None:
    """A bucket that does not exist is not taken for one that keeps things."""
    settings = bucket_service.settings | {"bucket": "elsewhere"}
    config = parse({"origin": "https://atelier.example", "data_dir": str(tmp_path), "media": settings})
    with pytest.raises(failure):
        await deeds(config, tmp_path)[deed]()


async def test_variables_meant_for_other_programs_are_not_read(bucket_service: BucketService, tmp_path: Path) -> None:
    """Keys and addresses that stand in the environment for other programs do not lead us elsewhere."""
    script = """
import asyncio, json, sys
from fedi_artisan.config import parse
from fedi_artisan.media import store
async def main():
    config = parse(json.load(sys.stdin))
    stores = store.open_stores(config)
    with store.begin(config) as unfinished:
        unfinished.write(b"picture")
        await stores.public.put(unfinished.path, sys.argv[1])
    print(await stores.public.size(sys.argv[1]))
asyncio.run(main())
"""
    settings = {"origin": "https://atelier.example", "data_dir": str(tmp_path), "media": bucket_service.settings}
    foreign = {
        **{f"AWS_{name}": "foreign" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION")},
        **{f"AWS_{name}": "http://127.0.0.1:1" for name in ("ENDPOINT", "ENDPOINT_URL", "ENDPOINT_URL_S3")},
        **{f"AWS_{name}": "true" for name in ("SKIP_SIGNATURE", "VIRTUAL_HOSTED_STYLE_REQUEST")},
        "AWS_BUCKET": "foreign",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, NAME), cwd=CHECKOUT, env={**os.environ, **foreign}, stdin=PIPE, stdout=PIPE
    )
    said, _ = await process.communicate(json.dumps(settings).encode())
    assert said == b"7\n"
