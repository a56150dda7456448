"""How a form with files is read: part by part as it comes, so that no file is ever whole in memory.

Source: RFC 7578; HTML, "multipart/form-data".
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.requests import ClientDisconnect, Request

from fedi_artisan.errors import BadInput, Stalled, TooLarge, WrongMediaType
from fedi_artisan.web.bodies import Fields

FORM_WITH_FILES = "multipart/form-data"
LONGEST_FILE_NAME = 400
_LONGEST_BOUNDARY = 70  # RFC 2046 5.1.1
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a form; *file* is the name of the file in it, None where it is a text.

    *chunks* must be read before the next part is asked for; whatever is left of them is passed over then.
    """

    name: str
    file: str | None
    chunks: AsyncIterator[bytes]

    async def text(self, longest: int) -> str:
        """Return what was typed.

        Raises:
            TooLarge: it has more than *longest* bytes.
            BadInput: it is not UTF-8.
        """
        typed = bytearray()
        async for chunk in self.chunks:
            typed += chunk
            if len(typed) > longest:
                raise TooLarge("up to {most} bytes are read here", most=longest)
        try:
            return typed.decode()
        except UnicodeDecodeError:
            raise BadInput("the form cannot be read") from None


async def arriving(request: Request, idle_s: float) -> AsyncIterator[bytes]:
    """Give the body as it comes, however long that takes, as long as something comes every *idle_s* seconds.

    A photograph over a slow line takes minutes; one that has stopped coming will not come.

    Raises:
        Stalled: nothing came, or whoever sent it has gone.
    """
    chunks = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_s):
                chunk = await anext(chunks, None)
        except (TimeoutError, ClientDisconnect):
            raise Stalled("this stopped on its way here; send it again") from None
        if chunk is None:
            return
        if chunk:
            yield chunk


async def read_parts(request: Request, *, idle_s: float, most_bytes: int, most_parts: int) -> AsyncGenerator[Part]:
    """Give the parts of a form with files, in their order.

    Args:
        request: whose body is read.
        idle_s: how long nothing may come.
        most_bytes: of the whole body.
        most_parts: how many fields and files are read.

    Raises:
        WrongMediaType: it is another kind of body.
        Stalled: it did not arrive whole.
        TooLarge: there are more bytes, or more parts.
        BadInput: it is broken.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    async with aclosing(_events(arriving(request, idle_s), boundary, most_bytes)) as events:
        parts = 0
        async for event in events:
            if not isinstance(event, _Head):
                continue
            parts += 1
            if parts > most_parts:
                raise TooLarge("up to {most} fields and files are read at once", most=most_parts)
            part = event.part(_until_end(events))
            yield part
            async for _ in part.chunks:
                pass


async def read_texts(request: Request, *, idle_s: float, most_bytes: int, longest: int, most_parts: int) -> Fields:
    """Return what was typed in a form with files, in *longest* bytes at most; the files are passed over.

    Raises:
        WrongMediaType, Stalled, TooLarge, BadInput: as of `read_parts`.
    """
    fields, left_bytes = [], longest
    parts = read_parts(request, idle_s=idle_s, most_bytes=most_bytes, most_parts=most_parts)
    async with aclosing(parts):
        async for part in parts:
            if part.file is None:
                text = await part.text(left_bytes)
                left_bytes -= len(text.encode())
                fields.append((part.name, text))
    return Fields(fields)


@dataclass(slots=True)
class _Head:
    """What stands before the content of a part, as it comes."""

    lines: list[tuple[bytes, bytes]] = field(default_factory=list)
    name: bytes = b""
    value: bytes = b""

    def end_line(self) -> None:
        self.lines.append((self.name.strip().lower(), self.value.strip()))
        self.name = self.value = b""

    def part(self, chunks: AsyncIterator[bytes]) -> Part:
        """Return the part that begins so, with what is to come of it."""
        said = Message()
        # Browsers write names in the encoding of the page, and only quotes and ends of lines as %22, %0D and %0A.
        said["Content-Disposition"] = dict(self.lines).get(b"content-disposition", b"").decode("utf-8", "replace")
        file = _told(said, "content-disposition", "filename")
        return Part(
            name=_told(said, "content-disposition", "name") or "",
            file=None if file is None else _plain(file)[:LONGEST_FILE_NAME],
            chunks=chunks,
        )


class _End:
    """The content of a part has ended."""


_Event = _Head | bytes | _End


class _Gathering:
    """Takes what the parser tells while it is fed, to be given out in order; a class because the parser calls back."""

    def __init__(self) -> None:
        self.events: list[_Event] = []
        self.is_whole = False
        self._head = _Head()

    def on_part_begin(self) -> None:
        self._head = _Head()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._head.name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._head.value += data[start:end]

    def on_header_end(self) -> None:
        self._head.end_line()

    def on_headers_finished(self) -> None:
        self.events.append(self._head)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.events.append(data[start:end])

    def on_part_end(self) -> None:
        self.events.append(_End())

    def on_end(self) -> None:
        self.is_whole = True


async def _events(chunks: AsyncIterator[bytes], boundary: str, most_bytes: int) -> AsyncGenerator[_Event]:
    """Give what comes of a body, in order."""
    gathering = _Gathering()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": gathering.on_part_begin,
            "on_header_field": gathering.on_header_field,
            "on_header_value": gathering.on_header_value,
            "on_header_end": gathering.on_header_end,
            "on_headers_finished": gathering.on_headers_finished,
            "on_part_data": gathering.on_part_data,
            "on_part_end": gathering.on_part_end,
            "on_end": gathering.on_end,
        },
    )
    read_bytes = 0
    async for chunk in chunks:
        read_bytes += len(chunk)
        if read_bytes > most_bytes:
            raise TooLarge("up to {most:g} MB are read at once", most=most_bytes / 1_000_000)
        try:
            parser.write(chunk)
        except FormParserError:
            raise BadInput("the form cannot be read") from None
        told, gathering.events = gathering.events, []
        for event in told:
            yield event
    if not gathering.is_whole:
        raise BadInput("the form cannot be read")


async def _until_end(events: AsyncIterator[_Event]) -> AsyncIterator[bytes]:
    """Give the content of the part that has just begun."""
    async for event in events:
        if isinstance(event, _End):
            return
        if isinstance(event, bytes):
            yield event


def _boundary(content_type: str) -> str:
    """Return what stands between the parts of a form with files.

    Raises:
        WrongMediaType: it is none.
        BadInput: what it says cannot be read.
    """
    said = Message()
    said["Content-Type"] = content_type
    boundary = _told(said, "content-type", "boundary") or ""
    fits = 0 < len(boundary) <= _LONGEST_BOUNDARY and _BOUNDARY.fullmatch(boundary)
    if said.get_content_type() != FORM_WITH_FILES or not fits:
        raise WrongMediaType(f"send {FORM_WITH_FILES}")
    return boundary


def _told(said: Message, header: str, name: str) -> str | None:
    """Return what a header says of *name*, as text that can be kept; None where it says nothing of it.

    Raises:
        BadInput: it is written so that it cannot be read (RFC 2231 allows any encoding and any number).
    """
    try:
        found = said.get_param(name, header=header)
        return None if found is None else collapse_rfc2231_value(found).encode("utf-8", "replace").decode()
    except (ValueError, TypeError):
        # Python's own reader compares the numbers of pieces with that of a piece that has none.
        raise BadInput("the form cannot be read") from None


def _plain(name: str) -> str:
    """Return the name of a file without the folders that some browsers told, and with its quotes."""
    return re.split(r"[/\\]", name.replace("%22", '"'))[-1]
