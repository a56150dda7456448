"""Actors: user names and handles."""

import pytest

from fedi_artisan.domain.actors import PublicKey, RemoteActor, check_username, split_handle
from fedi_artisan.errors import BadInput


@pytest.mark.parametrize("username", ["m", "maria", "atelier_2", "_", "0", "x" * 30])
def test_a_user_name_is_small_and_plain(username: str) -> None:
    """Small letters, digits and underscores are what every server reads in a handle."""
    assert check_username(username) == username


@pytest.mark.parametrize(
    "username", ["", "Maria", "ma ria", "marí­a", "maria.m", "a-b", "maria\n", "x" * 31, "@maria", "a/b"]
)
def test_other_user_names_are_refused(username: str) -> None:
    """A name that some server would not find is refused before it is given to anybody."""
    with pytest.raises(BadInput):
        check_username(username)


@pytest.mark.parametrize(
    ("handle", "parts"),
    [
        ("@bob@host.example", ("bob", "host.example")),
        ("bob@host.example", ("bob", "host.example")),
        ("acct:bob@HOST.example", ("bob", "host.example")),
        (" @Bob@host.example:8443 ", ("Bob", "host.example:8443")),
    ],
)
def test_a_handle_is_user_and_host(handle: str, parts: tuple[str, str]) -> None:
    """A handle is read with and without its first @; the host is compared in small letters."""
    assert split_handle(handle) == parts


@pytest.mark.parametrize(
    "handle", ["", "@", "bob", "@bob", "@bob@", "@@host", "bob@a@b", "b ob@host", "bob@host/x", "a/b@host"]
)
def test_what_is_no_handle_is_refused(handle: str) -> None:
    """Anything else is refused with words about how to write it."""
    with pytest.raises(BadInput):
        split_handle(handle)


def test_a_key_is_found_by_its_id() -> None:
    """An actor gives the key of exactly this id, or none."""
    key = PublicKey(key_id="https://a.example/bob#main-key", owner_uri="https://a.example/bob", pem="PEM")
    bob = RemoteActor(
        uri="https://a.example/bob", type="Person", username="bob", inbox_url="https://a.example/i", keys=(key,)
    )
    assert bob.key("https://a.example/bob#main-key") is key
    assert bob.key("https://a.example/bob") is None
