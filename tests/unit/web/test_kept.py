"""Kept answers in every coding, under tags and dates that tell whether somebody has them already."""

import gzip

import brotli
import pytest

from fedi_artisan.web.answers import coding
from fedi_artisan.web.answers.cache import Cache
from fedi_artisan.web.answers.coding import Coding
from tests.web import slow
from tests.web.slow import Slow

PAGE = "".join(f"<li><a href='/works/bowl-{number}'>Bowl no. {number}</a>" for number in range(200)).encode()
DECODED = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
BROWSER = "gzip, deflate, br, zstd"
NOON_S = 1_793_620_800  # 2 November 2026
NOON, ONE_LATER = "Mon, 02 Nov 2026 12:00:00 GMT", "Mon, 02 Nov 2026 12:00:01 GMT"


class Hand:
    """A clock that the test sets. A class because it is handed over and turned later."""

    def __init__(self, moment_s: float) -> None:
        self.moment_s = moment_s

    def __call__(self) -> float:
        """Return the time."""
        return self.moment_s


async def test_each_gets_the_coding_he_wants() -> None:
    """Body, length, coding and tag fit together; caches are told on what it depends; HEAD says the same."""
    app = Slow(PAGE)
    app.headers = {b"vary": b"Accept, Accept-Language"}
    front = Cache(app)
    tags = set()
    for wanted, decoded in DECODED.items():
        for _ in range(2):
            told = await slow.ask(front, accept_encoding=wanted)
            assert decoded(told.body) == PAGE
            assert told.headers.get("content-encoding", "") == wanted
            assert told.headers["content-length"] == str(len(told.body))
            assert told.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
            assert len(told.body) < len(PAGE) / 2 or not wanted
        head = await slow.ask(front, method="HEAD", accept_encoding=wanted)
        assert (head.headers, head.body) == (told.headers, b"")
        tags.add(told.headers["etag"])
    assert len(tags) == 3
    assert app.asked == 1


@pytest.mark.parametrize(
    ("body", "media_type", "gains"),
    [
        (PAGE, b"text/html; charset=utf-8", True),
        (PAGE, b"application/activity+json; charset=utf-8", True),
        (PAGE, b"application/json", True),
        (PAGE, b'application/json; profile="x"', True),
        (PAGE, b"application/atom+xml", True),
        (PAGE, b"image/svg+xml", True),
        (PAGE, b"image/png", False),
        (PAGE, b"application/pdf", False),
        (PAGE, b"application/jsonish", False),
        (PAGE[: coding.SMALLEST_BYTES - 1], b"text/html", False),
    ],
)
async def test_what_gains_nothing_stays_as_it_is(body: bytes, media_type: bytes, *, gains: bool) -> None:
    """Pictures are never coded, nor what is small; such answers have one tag."""
    app = Slow(body)
    app.headers = {b"content-type": media_type}
    front = Cache(app)
    plain = await slow.ask(front)
    told = await slow.ask(front, accept_encoding=BROWSER)
    assert ("content-encoding" in told.headers, told.headers["etag"] != plain.headers["etag"]) == (gains, gains)
    assert gains or told.body == body


@pytest.mark.parametrize("accepted", ["", "gzip", "br"])
async def test_whoever_holds_it_in_any_coding_has_it(accepted: str) -> None:
    """304 whichever of the tags comes back, weak ones too, and with the very tag that is held (RFC 9111 4.3.4)."""
    front = Cache(Slow(PAGE))
    tags = [(await slow.ask(front, accept_encoding=wanted)).headers["etag"] for wanted in DECODED]
    for tag in tags:
        for held in (tag, f"W/{tag}", f'"x", {tag}'):
            told = await slow.ask(front, accept_encoding=accepted, if_none_match=held)
            assert (told.status, told.body, told.headers["etag"]) == (304, b"", tag)
            assert not {"content-length", "content-type", "content-encoding"} & set(told.headers)
            assert told.headers["vary"] == "Accept-Encoding"
    told = await slow.ask(front, accept_encoding=accepted, if_none_match=tags[0].replace('"', '-zstd"'))
    assert told.status == 200


async def test_dates_tell_what_changed() -> None:
    """From the second after a change its date stands, and whoever holds that date has it; tags go before dates."""
    clock = Hand(NOON_S - 0.7)
    front = Cache(Slow(), now=clock)
    clock.moment_s = NOON_S + 7
    for since, status in (
        *((NOON, 304), ("Mon, 02 Nov 2026 12:00:07 GMT", 304), ("Monday, 02-Nov-26 12:00:03 GMT", 304)),
        *(("Mon, 02 Nov 2026 11:59:59 GMT", 200), ("Mon, 02 Nov 2026 12:00:08 GMT", 200)),
        *(
            ("yesterday", 200),
            ("Mon, 02 Nov 99999 12:00:00 GMT", 200),
            ("", 200),
            ("Mon, 02 Nov 2026 14:00:03 +0200", 304),
        ),
    ):
        told = await slow.ask(front, if_modified_since=since)
        assert (told.status, told.headers["last-modified"], told.headers["etag"]) == (status, NOON, '"old"'), since
    assert (await slow.ask(front, if_modified_since=NOON, if_none_match='"older"')).status == 200
    assert (await slow.ask(front, if_modified_since="yesterday", if_none_match='"old"')).status == 304


async def test_two_changes_within_a_second_have_no_date_in_common() -> None:
    """A second is long: what was shown in its middle must not count as what is shown at its end."""
    clock = Hand(NOON_S + 0.1)
    app = Slow()
    front = Cache(app, now=clock)
    front.clear()
    clock.moment_s = NOON_S + 0.5
    first = (await slow.ask(front)).headers["last-modified"]
    assert first == NOON
    clock.moment_s = NOON_S + 0.9
    app.found = b"new"
    front.clear()
    assert (await slow.ask(front, if_modified_since=first)).body == b"new"
    clock.moment_s = NOON_S + 5
    told = await slow.ask(front, if_modified_since=first)
    assert (told.status, told.body, told.headers["last-modified"]) == (200, b"new", ONE_LATER)


def test_large_bodies_take_a_quicker_level() -> None:
    """Whatever its size, nothing holds up the others for long: larger bodies are made smaller less well."""
    for one in (Coding.GZIP, Coding.BROTLI):
        small, large = (coding.encode(PAGE * times, one) for times in (9, 20))
        assert len(PAGE) * 9 < coding.LARGE_BYTES < len(PAGE) * 20
        assert len(coding.encode(PAGE * 20, one, best=True)) < len(large)
        assert len(small) < len(large)
