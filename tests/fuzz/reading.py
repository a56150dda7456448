"""How targets take their bytes apart."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.types import Message

DATA = Path(__file__).parents[1] / "data"
# Where files are made; a process that libFuzzer ends tidies nothing up, so its parent names a folder, and removes it.
MEMORY = os.environ.get("TMPDIR", "/dev/shm")  # noqa: S108 - folders of our own are made there

_T = TypeVar("_T")


def text_of(data: bytes) -> str:
    """Return *data* as a text, with halves of characters where they stand in it."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def head_and_body(data: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers in *data*, a line each, as a server gives them on, and what stands behind an empty line."""
    head, _, body = data.partition(b"\n\n")
    headers: dict[str, str] = {}
    for line in head.split(b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            lower, plain = name.strip().lower(), value.strip(" \t")
            headers[lower] = f"{headers[lower]}, {plain}" if lower in headers else plain
    return headers, body


def request_of(headers: Mapping[str, str], body: bytes = b"", *, query: bytes = b"", pieces: int = 1) -> Request:
    """Return a request with these headers whose body comes in so many pieces."""
    size = len(body) // pieces + 1
    coming = iter([body[at : at + size] for at in range(0, len(body), size)])

    async def receive() -> Message:
        piece = next(coming, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    written = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()
    ]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": query, "headers": written}
    return Request(scope, receive)


async def all_of(chunks: AsyncIterator[bytes]) -> int:
    """Read *chunks* to their end and return how many bytes they were."""
    return sum([len(chunk) async for chunk in chunks])


def waited(doing: Coroutine[Any, Any, _T]) -> _T:
    """Return what *doing* returns; one loop serves all."""
    return _loop().run_until_complete(doing)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()
