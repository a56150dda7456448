"""One whole answer as it is kept, and what of it goes out to whom: in which coding, with or without its body."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Message

from fedi_artisan.web.answers import coding
from fedi_artisan.web.answers.coding import Coding

LARGEST_BYTES = 500_000
OVERHEAD_BYTES = 1_000
LONGEST_DATE = 40
MISSING = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

_FOR_ONE_ALONE = re.compile(rb"no-store|private", re.IGNORECASE)
# What is said anew in each answer.
_DEPENDING = frozenset({b"content-length", b"etag", b"last-modified", b"vary"})
_NOT_MODIFIED_DROPS = frozenset({b"content-length", b"content-type", b"content-encoding"})

Headers = Sequence[tuple[bytes, bytes]]


class Asked(NamedTuple):
    """What a request says about the form of its answer.

    Args:
        coding: that it likes best.
        held: its If-None-Match.
        since: its If-Modified-Since.
        head: whether it wants the headers alone.
    """

    coding: Coding
    held: str
    since: str
    head: bool


class _Coded(NamedTuple):
    """The body in one coding, with its headers, and the fewer ones of a 304; the tag is empty where there is none."""

    headers: Headers
    short_headers: Headers
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; codings are made when somebody first wants them.

    Args:
        status: 200, 404 or 410.
        headers: those that are the same in every coding.
        etag: of the body itself; empty where there is none.
        body: of a GET.
        modified_s: from which second on it is certain that nothing else was shown (seconds since 1970).
    """

    status: int
    headers: Headers
    etag: str
    body: bytes
    modified_s: int
    coded: dict[Coding, _Coded] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, about."""
        bodies = {id(one.body): len(one.body) for one in self.coded.values()} | {id(self.body): len(self.body)}
        return sum(bodies.values()) + OVERHEAD_BYTES * (1 + len(self.coded))

    def messages(self, asked: Asked, now_s: int) -> tuple[Message, Message]:
        """Return what is sent to somebody who asks at the second *now_s*: the whole, its headers, or 304."""
        chosen = self.coded.get(asked.coding) or self._encode(asked.coding)
        if self.status != HTTPStatus.OK:
            return _messages(self.status, chosen.headers, b"" if asked.head else chosen.body)
        # A moment that is still to come cannot be sent; the second before it says nothing, as there was more in it.
        modified = (b"last-modified", http_date(min(self.modified_s, now_s)))
        if asked.held or asked.since:
            etag = self._held(asked, chosen, now_s)
            if etag:
                headers = [*chosen.short_headers, (b"etag", etag.encode("latin-1")), modified]
                return _messages(HTTPStatus.NOT_MODIFIED, headers, b"")
        return _messages(self.status, [*chosen.headers, modified], b"" if asked.head else chosen.body)

    def _held(self, asked: Asked, chosen: _Coded, now_s: int) -> str:
        """Return the tag under which the client has this very thing already; empty where it has not.

        It is told the tag that it has, though it may get another one today: by it, it finds what it kept. Tags are
        compared weakly, and where there are tags a date counts for nothing.

        Source: RFC 9110 13.1.2, 13.1.3, 13.2.2; RFC 9111 4.3.4.
        """
        if asked.held:
            if chosen.etag in asked.held or asked.held.strip() == "*":
                return chosen.etag
            return next((tag for tag in coding.tags(self.etag) if tag in asked.held), "")
        since_s = _seconds(asked.since)
        return chosen.etag if since_s is not None and self.modified_s <= since_s <= now_s else ""

    def _encode(self, wanted: Coding) -> _Coded:
        """Make one coding and remember it; where that gains nothing it is the body as it is."""
        kind = next((value for name, value in self.headers if name == b"content-type"), b"")
        body = coding.encode(self.body, wanted) if coding.can_shrink(kind, self.body) else self.body
        becomes = wanted if len(body) < len(self.body) else Coding.IDENTITY
        body = self.body if becomes is Coding.IDENTITY else body
        etag = coding.tag_in(becomes, self.etag) if self.etag else ""
        headers = [*self.headers, (b"content-length", b"%d" % len(body))]
        if becomes is not Coding.IDENTITY:
            headers.append((b"content-encoding", becomes.encode()))
        short_headers = [header for header in headers if header[0] not in _NOT_MODIFIED_DROPS]
        if etag:
            headers.append((b"etag", etag.encode("latin-1")))
        self.coded[wanted] = _Coded(headers, short_headers, etag, body)
        return self.coded[wanted]


def answer_of(start: Message, body: Message, modified_s: int) -> Answer | None:
    """Return what an application said in these two messages, if it is whole and may be told to others as well.

    That is: a 200 with a tag, or a page or document that is not here; nobody must have called it private.
    """
    headers: Mapping[bytes, bytes] = dict(start["headers"])
    content: bytes = body.get("body", b"")
    whole = not body.get("more_body") and headers.get(b"content-length") == b"%d" % len(content)
    if not whole or len(content) > LARGEST_BYTES or b"set-cookie" in headers or b"content-encoding" in headers:
        return None
    found = start["status"] == HTTPStatus.OK and b"etag" in headers
    kept = headers.get(b"cache-control", b"")
    if start["status"] in MISSING and b"private" in kept:
        return None
    if start["status"] not in MISSING and (not found or _FOR_ONE_ALONE.search(kept)):
        return None
    varying = b", ".join(filter(None, (headers.get(b"vary"), b"Accept-Encoding")))
    common = [header for header in start["headers"] if header[0] not in _DEPENDING]
    etag = headers.get(b"etag", b"").decode("latin-1")
    return Answer(start["status"], [*common, (b"vary", varying)], etag, content, modified_s)


def _messages(status: int, headers: Headers, body: bytes) -> tuple[Message, Message]:
    return (
        {"type": "http.response.start", "status": int(status), "headers": headers},
        {"type": "http.response.body", "body": body},
    )


@lru_cache(maxsize=8)
def http_date(moment_s: int) -> bytes:
    """Return a moment as headers have it."""
    return formatdate(moment_s, usegmt=True).encode("ascii")


@lru_cache(maxsize=256)
def _seconds(date: str) -> int | None:
    """Return the moment that a header names; None where it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
