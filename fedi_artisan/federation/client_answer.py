"""What another server's answer amounts to: its bytes within bounds, its kind, and the failure that its status means."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from fedi_artisan.domain.uris import same_origin
from fedi_artisan.errors import RemoteGone, RemoteMalformed, RemoteRefused, RemoteUnavailable
from fedi_artisan.vocab import alternate

if TYPE_CHECKING:
    from aiohttp import ClientResponse

LONGEST_WAIT_S = 24 * 60 * 60.0
_ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams"
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to ask for gzip and nothing else
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_PIECE_BYTES = 64 * 1024
_WORTH_ANOTHER_TRY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        status: the HTTP status.
        headers: names in lower case; repeated lines joined with ", ".
        body: decompressed.
        url: the address that answered, as it was asked for and without its fragment.
        retry_after_s: the wait that the other server asked for, at most a day.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    retry_after_s: float | None = None


def answer_of(response: "ClientResponse", body: bytes, url: str, now: datetime) -> Answer:
    """Return *response* as a value that outlives its connection."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return Answer(response.status, headers, body, url, _retry_after_s(headers.get("retry-after", ""), now))


async def read_body(response: "ClientResponse", limit: int) -> bytes:
    """Return the body, decompressed piece by piece, so that no bomb ever unfolds.

    Raises:
        RemoteMalformed: more than *limit* bytes, now or as announced; or compressed otherwise than with gzip, or badly.
    """
    if (response.content_length or 0) > limit:
        raise RemoteMalformed(f"The answer is larger than {limit} bytes.")
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise RemoteMalformed("The answer is compressed in a way that was not asked for.")
    gzip = None if encoding == "identity" else zlib.decompressobj(_GZIP)
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE_BYTES):
        body += piece if gzip is None else _inflate(gzip, piece, limit - len(body) + 1)
        if len(body) > limit:
            raise RemoteMalformed(f"The answer is larger than {limit} bytes.")
    if gzip is not None and not gzip.eof:
        raise RemoteMalformed("The answer is not compressed properly.")
    return bytes(body)


def check_status(answer: Answer) -> None:
    """Pass an answer of status 200.

    Raises:
        RemoteGone: 404 or 410.
        RemoteUnavailable: 408, 429, 5xx; with the wait that was asked for.
        RemoteRefused: any other 4xx.
        RemoteMalformed: any other status.
    """
    status = answer.status
    if status == HTTPStatus.OK:
        return
    told = f"The other server answered {status}."
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise RemoteGone(told, http_status=status)
    if status in _WORTH_ANOTHER_TRY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RemoteUnavailable(told, http_status=status, retry_after_s=answer.retry_after_s)
    if status >= HTTPStatus.BAD_REQUEST:
        raise RemoteRefused(told, http_status=status)
    raise RemoteMalformed(told)


def media_type(answer: Answer) -> str:
    """Return the kind of the body, such as "application/json"; "text/plain" where none is named."""
    return _content_type(answer).get_content_type()


def is_activity(answer: Answer) -> bool:
    """Whether the body is served as ActivityStreams; nothing else proves that its author meant it as such.

    Source: WIRE 1.5 and 10.2 #18; ActivityPub 3.2.
    """
    header = _content_type(answer)
    if header.get_content_type() == "application/ld+json":
        profile = header.get_param("profile")
        return isinstance(profile, str) and _ACTIVITY_STREAMS in profile.split()
    return header.get_content_type() == "application/activity+json"


def alternate_of(answer: Answer) -> str:
    """Return where what is on a page stands as ActivityStreams, as the page or its header says.

    Raises:
        RemoteMalformed: it is no page, names none, or one that is not of its own server.

    Source: WIRE 1.5.
    """
    if media_type(answer) not in _PAGES:
        raise RemoteMalformed("The other server answered with something that is neither ActivityPub nor a page.")
    page = answer.body.decode("utf-8", "replace")
    found = alternate.in_header(answer.headers.get("link", "")) or alternate.in_page(page)
    if found is None:
        raise RemoteMalformed("The page is that of no person and no post.")
    try:
        url = urljoin(answer.url, found)
    except ValueError:
        raise RemoteMalformed("The page names something that is not an address.") from None
    if not same_origin(url, answer.url):
        raise RemoteMalformed("The page names a document that is not of its own server.")
    return url


def _retry_after_s(asked: str, now: datetime) -> float | None:
    """Return the wait that *asked* means, given in seconds or as a date; None where it means none.

    Source: RFC 9110 10.2.3.
    """
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_S)


def _content_type(answer: Answer) -> Message:
    """Return the content type of an answer in a form that can be taken apart."""
    message = Message()
    message["Content-Type"] = answer.headers.get("content-type", "")
    return message


def _inflate(gzip: "zlib._Decompress", piece: bytes, at_most: int) -> bytes:
    """Return the next bytes, at most so many."""
    try:
        return gzip.decompress(piece, at_most)
    except zlib.error:
        raise RemoteMalformed("The answer is not compressed properly.") from None
