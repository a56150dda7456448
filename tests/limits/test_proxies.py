"""Who asks, where web servers stand in front: only those that are named are believed, and only in what they saw."""

import pytest

from fedi_artisan.web.visitors.proxies import Proxies, written_both_ways
from tests.limits.talking import open_door, settings

FORWARDED = "X-Forwarded-For: "


def request(*lines: str) -> bytes:
    """Return a request with these headers."""
    return "\r\n".join(("GET / HTTP/1.1", "Host: a", *lines, "", "")).encode("latin-1")


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([], "127.0.0.1"),
        ([FORWARDED + "203.0.113.7"], "203.0.113.7"),
        # What a visitor says of herself stands before what the web server saw.
        ([FORWARDED + "10.9.9.9, 203.0.113.7"], "203.0.113.7"),
        ([FORWARDED + "127.0.0.1, 203.0.113.7"], "203.0.113.7"),
        ([FORWARDED + "127.0.0.1", FORWARDED + "203.0.113.7"], "203.0.113.7"),
        ([FORWARDED + "203.0.113.7", "x-forwarded-for: 198.51.100.9"], "198.51.100.9"),
        # Several web servers, one behind the other.
        ([FORWARDED + "203.0.113.7, 192.0.2.10, 127.0.0.1"], "203.0.113.7"),
        ([FORWARDED + "203.0.113.7, 2001:db8:1::5"], "203.0.113.7"),
        ([FORWARDED + "203.0.113.7, 198.51.100.1, 192.0.2.10"], "198.51.100.1"),
        # With ports, and addresses of both kinds.
        ([FORWARDED + "203.0.113.7:4711"], "203.0.113.7"),
        ([FORWARDED + "2001:db8::7"], "2001:db8::7"),
        ([FORWARDED + "[2001:db8::7]:443"], "2001:db8::7"),
        ([FORWARDED + "::ffff:127.0.0.1"], "::ffff:127.0.0.1"),
        # Nothing that could be used.
        ([FORWARDED + ""], "127.0.0.1"),
        ([FORWARDED + "unknown"], "unknown"),
        ([FORWARDED + "203.0.113.7, unknown"], "unknown"),
        ([FORWARDED + "203.0.113.7,"], "127.0.0.1"),
        ([FORWARDED + "\xff\xfe"], "\xff\xfe"),
        ([FORWARDED + "127.0.0.1, ::1"], "127.0.0.1"),
        # What nobody here believes, whoever says it.
        (["Forwarded: for=203.0.113.7"], "127.0.0.1"),
        (["X-Real-IP: 203.0.113.7", "True-Client-IP: 203.0.113.8", "CF-Connecting-IP: 203.0.113.9"], "127.0.0.1"),
    ],
)
async def test_the_last_address_that_is_none_of_ours_counts(lines: list[str], seen: str) -> None:
    """From a web server that is named: the last address in X-Forwarded-For that is not of another one of them."""
    trusted = ["127.0.0.1", "::1", "192.0.2.0/24", "2001:db8:1::/48"]
    async with open_door(settings(trusted_proxies=trusted)) as door:
        status, body = await door.ask(request(*lines))
        assert (status, body.decode().rpartition(" ")[0]) == (200, seen)


@pytest.mark.parametrize("trusted", [[], ["192.0.2.1"], ["::1"]])
async def test_strangers_are_not_believed(trusted: list[str]) -> None:
    """From anybody else the header is a word like any other."""
    async with open_door(settings(trusted_proxies=trusted)) as door:
        assert await door.ask(request(FORWARDED + "203.0.113.7")) == (200, b"127.0.0.1 0")


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("192.0.2.9", True),
        ("192.0.3.9", False),
        ("::ffff:192.0.2.9", True),
        ("::ffff:192.0.3.9", False),
        ("2001:db8::1", True),
        ("2001:db8::2", False),
        ("", False),
        ("unknown", False),
        ("1" * 10_000, False),
        ("192.0.2.9 ", False),
    ],
)
def test_whoever_stands_in_front_is_known_in_both_writings(address: str, is_one: bool) -> None:
    """An IPv4 address looks otherwise on a socket that listens for both kinds, and is the same."""
    trusted = ("192.0.2.0/24", "2001:db8::1")
    assert (address in Proxies(trusted)) is is_one
    assert written_both_ways(trusted) == ["192.0.2.0/24", "2001:db8::1/128", "::ffff:192.0.2.0/120"]
