"""Headers of requests: what is wanted, in which language, for whom; cookies, and where somebody comes from."""

from fedi_artisan.config import parse
from fedi_artisan.language import LANGUAGES
from fedi_artisan.serving.masks import Mask
from fedi_artisan.web import negotiate, tries
from fedi_artisan.web.answers import coding, kept, parameters
from fedi_artisan.web.media import _RANGE, _span
from fedi_artisan.web.visitors.proxies import Proxies, written_both_ways
from tests.fuzz.reading import head_and_body, request_of, text_of
from tests.fuzz.target import Shape, Target

_WORDS = (
    *(
        "text/html",
        "application/activity+json",
        "application/ld+json",
        "*/*",
        "text/*",
        ";q=0.5",
        ";q=1.000",
        ";q=0",
        "q=",
    ),
    *("en", "fr-CA", "de;q=0.9", "*", "zh-Hant-TW", "x-klingon", "gzip", "br", "identity", "x-gzip", "deflate"),
    *('W/"', '"', "bytes=0-", "bytes=-1", "bytes=5-4", "bytes=0-1,2-3", "127.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0"),
    *(
        "[::1]:80",
        "unknown",
        "for=",
        "proto=https",
        "by=_hidden",
        "session=",
        "; Path=/",
        "__Host-",
        "Mon, 23 Nov 2026",
    ),
)
_ASKED = (
    "accept: text/html,application/xml;q=0.9,*/*;q=0.8\naccept-language: fr-FR,fr;q=0.9\naccept-encoding: gzip, br",
    'accept: application/ld+json; profile="https://www.w3.org/ns/activitystreams"\ncookie: studio=abc; other="x; y"',
)
_VALUES = (
    "fr-FR,fr;q=0.9,en;q=0.8,*;q=0.5",
    "gzip, deflate, br;q=1.0",
    '"abc", W/"def"',
    "bytes=0-499",
    "203.0.113.7, ::1",
)
_QUERY = "lang=fr&q=bol+bleu&series=moon&utm_source=x&page=2&resource=acct%3Alea%40atelier.example"
_OURS = Proxies(["10.0.0.0/8", "::1", "fd00::/8"])
_PROXIES = Proxies(written_both_ways(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]))
_MASK = Mask(parse({"origin": "https://atelier.example"}))
_SIZE_BYTES = 1000
_SECRET = "kJ8-_" * 8 + "abc"


def read_request(data: bytes) -> None:
    """What a request asks for is one of what there is."""
    headers, _ = head_and_body(data)
    request = request_of(headers, query=b"lang=fr")
    negotiate.wants_document(request)
    assert negotiate.spoken(request).interface == "fr"
    assert negotiate.language_of_excuse(request) in LANGUAGES
    negotiate.coding(request)
    assert all(isinstance(value, str) for value in request.cookies.values())


def read_values(data: bytes) -> None:
    """Each list in a header is read, whatever stands in it."""
    text = text_of(data)
    negotiate.prefers_document(text)
    assert negotiate.preferred_language(text) in LANGUAGES
    assert negotiate.preferred_coding(text) in coding.Coding
    assert len(negotiate.liked(text)) <= 3
    assert len(tries.visitor_of(text)) <= 64
    assert isinstance(text in _OURS, bool)
    assert isinstance(text in _PROXIES, bool)
    asked = _RANGE.fullmatch(text)
    if asked is not None:
        start, end = _span(asked, _SIZE_BYTES)
        assert start >= 0
        assert end <= _SIZE_BYTES


def read_query(data: bytes) -> None:
    """What is left of a query is what is read here, and is left when it is looked at again."""
    left = parameters.read_of(data)
    assert parameters.read_of(left) == left, "something goes the second time"
    assert len(left) <= len(data)
    kept.Asked  # noqa: B018 - its fields are read from headers in the cache, tried with the running server


def mask(data: bytes) -> None:
    """No cookie and no address of a visitor is left in a log, whatever stands around them."""
    text = text_of(data)
    told = _MASK(f"{text} token={_SECRET} 203.0.113.77 {text}")
    assert _SECRET not in told, "a cookie in the log"
    assert "203.0.113.77" not in told or "203.0.113.77" in text, "an address in the log"


def _texts(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


TARGETS = (
    Target(name="headers", run=read_request, seeds=lambda: _texts(*_ASKED), shape=Shape.LINES, words=_WORDS),
    Target(name="header-values", run=read_values, seeds=lambda: _texts(*_VALUES), shape=Shape.TEXT, words=_WORDS),
    Target(name="query", run=read_query, seeds=lambda: _texts(_QUERY), shape=Shape.QUERY, words=_WORDS, weight=0.5),
    Target(
        name="log-mask", run=mask, seeds=lambda: _texts(*_ASKED, *_VALUES), shape=Shape.TEXT, words=_WORDS, weight=0.5
    ),
)
