"""How whatever people type or paste to find somebody is read."""

import pytest

from fedi_artisan.domain.sought import Account, Address, Missing, read_sought

BOB = Account("bob", "place.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@bob@place.example", BOB),
        (" bob@PLACE.example ", BOB),
        ("acct:bob@place.example", BOB),
        ("web+ap:acct:bob@place.example", BOB),
        ("“@bob@place.example”,", BOB),
        ("\u200b@bob\uff20place.example", BOB),
        ("@bob@place.example:8443", Account("bob", "place.example:8443")),
        # The page of a guest, as Mastodon shows people of other places.
        ("https://elsewhere.example/@bob@place.example", BOB),
        ("https://place.example/@bob", Address("https://place.example/@bob")),
        ("place.example/@bob", Address("https://place.example/@bob")),
        ("http://place.example/@bob/1?x=1#a", Address("https://place.example/@bob/1?x=1#a")),
        # FEP-07d7: the scheme may be missing, and what is to be done is no part of the address.
        ("web+ap://place.example/@bob", Address("https://place.example/@bob")),
        ("web+ap:place.example/@bob", Address("https://place.example/@bob")),
        ("WEB+AP:https://place.example/1?a=b&intent=Like", Address("https://place.example/1?a=b", "like")),
        ("web+activitypub:https://place.example/1", Address("https://place.example/1")),
        ("", Missing.EMPTY),
        (" \u200b ", Missing.EMPTY),
        ("bob", Missing.UNREADABLE),
        ("@bob", Missing.UNREADABLE),
        ("bob lives at place.example/x", Missing.UNREADABLE),
        ("web+ap:", Missing.UNREADABLE),
        ("ftp://place.example/x", Missing.UNREADABLE),
        ("javascript:alert(1)", Missing.UNREADABLE),
        ("https://place.example/" + "x" * 2100, Missing.UNREADABLE),
        ("bob@gmail.com", Missing.MAIL),
        ("https://www.instagram.com/bob", Missing.CLOSED),
    ],
)
def test_what_is_typed_names_an_account_or_an_address(text: str, expected: object) -> None:
    """Handles in every dress, addresses with and without their scheme, links of FEP-07d7; all else is told apart."""
    assert read_sought(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://good.example@evil.example/@bob",
        "https://bob:secret@place.example/",
        "web+ap://user@place.example/@bob",
        "https://place.example\\@evil.example/",
        "https://place.example/\x07x",
        "https://[::1%25lo]/",
    ],
)
def test_an_address_that_pretends_is_none(text: str) -> None:
    """WIRE 10.2 #26: user names in front of the host, signs that cannot be seen, and the like."""
    assert read_sought(text) is Missing.UNREADABLE


def test_one_spelling_of_a_host() -> None:
    """WIRE 10.2 #26: a host is read in the letters of DNS, so that no foreign letter passes for another."""
    assert read_sought("@bob@PLACE.Example.") == BOB
    assert read_sought("@bob@pl\u0430ce.example") == Account("bob", "xn--plce-63d.example")
