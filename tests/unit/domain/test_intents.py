"""How people write the address of their account, and what is no such address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi_artisan.domain.intents import LONGEST_ADDRESS, Home, Obstacle, read_address
from fedi_artisan.domain.uris import host_of

OWN = "atelier.example"
BOB = Home("bob", "place.example")


@pytest.mark.parametrize(
    "text",
    [
        "@bob@place.example",
        "bob@place.example",
        "  @bob@place.example\r\n",
        "acct:bob@place.example",
        "@bob@PLACE.example.",
        "@bob@place.example/",
        "@bob@place.example:443",
        "\u2066@bob@\u200bplace.example\u2069\ufeff",
        "“@bob@place.example”,",
        "\uff20bob\uff20place.example",
        "https://place.example/@bob",
        "https://place.example/@bob/",
        "http://place.example/@bob?tab=media#top",
        "place.example/@bob",
        "https://place.example/users/bob",
        "https://place.example/bob",
        "https://elsewhere.example/@bob@place.example",
    ],
)
def test_an_address_is_read_as_people_write_it(text: str) -> None:
    """With or without the first @, as a link to the profile, with whatever copying brought along."""
    assert read_address(text, OWN) == BOB


@pytest.mark.parametrize(
    ("text", "obstacle"),
    [
        ("", Obstacle.EMPTY),
        (" \u200b\n ", Obstacle.EMPTY),
        ("bob", Obstacle.UNREADABLE),
        ("@bob", Obstacle.UNREADABLE),
        ("@bob@", Obstacle.UNREADABLE),
        ("@@place.example", Obstacle.UNREADABLE),
        ("@bob@place.example\r\nX-Evil: yes", Obstacle.UNREADABLE),
        ("@bob\r\nHost: evil.example@place.example", Obstacle.UNREADABLE),
        ("@bob\0@place.example", Obstacle.UNREADABLE),
        ("@bob@user:secret@place.example", Obstacle.UNREADABLE),
        ("@bob@place.example?x=1", Obstacle.UNREADABLE),
        ("@bob@place.example:99999", Obstacle.UNREADABLE),
        ("@bob@place example", Obstacle.UNREADABLE),
        ("@bob@pla<b>ce.example", Obstacle.UNREADABLE),
        ("@../admin@place.example", Obstacle.UNREADABLE),
        ("javascript:alert(1)//@bob", Obstacle.UNREADABLE),
        ("ftp://place.example/@bob", Obstacle.UNREADABLE),
        ("https://place.example/", Obstacle.UNREADABLE),
        ("https://user@place.example/@bob", Obstacle.UNREADABLE),
        ("@bob@" + "x" * LONGEST_ADDRESS, Obstacle.UNREADABLE),
        ("bob@gmail.com", Obstacle.MAIL),
        ("bob@Laposte.NET", Obstacle.MAIL),
        ("https://www.instagram.com/bob/", Obstacle.CLOSED),
        ("@maria@atelier.example", Obstacle.OURS),
        ("https://ATELIER.example/@maria", Obstacle.OURS),
    ],
)
def test_what_is_no_address_says_why(text: str, obstacle: Obstacle) -> None:
    """WIRE 10.2 #37: control characters, user names, odd ports and overlong texts are no address; nobody is asked."""
    assert read_address(text, OWN) is obstacle


def test_a_foreign_letter_is_seen() -> None:
    """WIRE 10.2 #26: a host with letters that look like others is known and shown as DNS has it."""
    assert read_address("@bob@pl\u0430ce.example", OWN) == Home("bob", "xn--plce-63d.example")


@given(st.text(max_size=400))
def test_any_text_is_an_address_or_none(text: str) -> None:
    """Whatever is typed gives a name without anything that splits an address, and a host in its one form."""
    home = read_address(text, OWN)
    if isinstance(home, Home):
        assert home.host == host_of(f"https://{home.host}/")
        assert home.host.isascii()
        assert home.username.isprintable()
        assert not set(home.username) & set("@/:?# ")
