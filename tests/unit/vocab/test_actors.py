"""Actors are read as far as they can be trusted, and keys only as their owner's."""

from typing import Any

import pytest

from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab.actors import parse_actor, parse_key

BOB = "https://mastodon.example/users/bob"
KEY: dict[str, Any] = {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "-----BEGIN PUBLIC KEY-----"}
ACTOR: dict[str, Any] = {
    "id": BOB,
    "type": "Person",
    "preferredUsername": "bob",
    "inbox": f"{BOB}/inbox",
    "publicKey": KEY,
}


def test_a_bare_actor_is_enough() -> None:
    """Id, type, user name and inbox make an actor; the user name stands in for a missing name."""
    actor = parse_actor(ACTOR | {"name": None, "summary": None, "icon": None, "endpoints": None, "url": None})
    assert (actor.uri, actor.username, actor.name, actor.inbox_url) == (BOB, "bob", "bob", f"{BOB}/inbox")
    assert (actor.url, actor.icon_url, actor.shared_inbox_url, actor.moved_to_uri) == (None, None, None, None)
    assert [key.key_id for key in actor.keys] == [KEY["id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "bob"},
        {"type": "Note"},
        {"type": None},
        {"inbox": None},
        {"inbox": 5},
        {"preferredUsername": None},
        {"preferredUsername": ""},
        {"preferredUsername": "bob@victim.example"},
        {"preferredUsername": "bob smith"},
        {"preferredUsername": "bob\u202e"},
        {"preferredUsername": "b" * 129},
    ],
    ids=str,
)
def test_no_actor(changes: dict[str, Any]) -> None:
    """What could not be named or delivered to is refused."""
    with pytest.raises(BadActivity):
        parse_actor(ACTOR | changes)


@pytest.mark.parametrize(
    "inbox",
    [
        "https://victim.example/inbox",
        "http://mastodon.example/users/bob/inbox",
        "https://mastodon.example:8443/inbox",
        "https://127.0.0.1/inbox",
        "https://mastodon.example.evil.example/inbox",
        "https://mastodon.example@10.0.0.1/inbox",
    ],
)
def test_inboxes_elsewhere_are_refused(inbox: str) -> None:
    """WIRE 10.2 #35: an inbox must be of its actor's own origin; a shared inbox elsewhere is left out."""
    with pytest.raises(BadActivity):
        parse_actor(ACTOR | {"inbox": inbox})
    assert parse_actor(ACTOR | {"endpoints": {"sharedInbox": inbox}}).shared_inbox_url is None


@pytest.mark.parametrize("one", ["https://MASTODON.example/inbox", "https://mastodon.example:443/inbox"])
def test_the_same_origin_in_other_letters(one: str) -> None:
    """WIRE 10.2 #26: upper case and the usual port are the same origin."""
    assert parse_actor(ACTOR | {"inbox": one}).inbox_url == one


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://mastodon.example/@bob", "https://mastodon.example/@bob"),
        (["https://mastodon.example/@bob"], "https://mastodon.example/@bob"),
        ({"type": "Link", "href": "https://mastodon.example/@bob"}, "https://mastodon.example/@bob"),
        (
            [
                {"type": "Link", "mediaType": "application/json", "href": "https://mastodon.example/json"},
                {"type": "Link", "mediaType": "text/html", "href": "https://mastodon.example/@bob"},
            ],
            "https://mastodon.example/@bob",
        ),
        ("https://elsewhere.example/@bob", None),
        ("javascript:alert(1)", None),
    ],
    ids=str,
)
def test_pages(url: object, read: str | None) -> None:
    """WIRE 10.2 #48: a page is http(s) and of the actor's own server, in whatever form it is named."""
    assert parse_actor(ACTOR | {"url": url}).url == read


@pytest.mark.parametrize(
    "icon",
    [
        "https://cdn.example/bob.jpg",
        {"type": "Image", "url": "https://cdn.example/bob.jpg"},
        [{"type": "Image", "url": "https://cdn.example/bob.jpg"}],
        {"type": "Image", "url": [{"type": "Link", "href": "https://cdn.example/bob.jpg"}]},
        [None, {"type": "Image", "url": {"type": "Link", "href": "https://cdn.example/bob.jpg"}}],
    ],
    ids=str,
)
def test_icons(icon: object) -> None:
    """A portrait is found as text, object or array (WIRE 3.2)."""
    assert parse_actor(ACTOR | {"icon": icon}).icon_url == "https://cdn.example/bob.jpg"


def test_texts_and_lists_are_cut() -> None:
    """WIRE 10.2 #42: names end at 2,048 characters, aliases at 256, keys at 10."""
    actor = parse_actor(
        ACTOR
        | {
            "name": "b" * 100_000,
            "alsoKnownAs": [f"https://a.example/{number}" for number in range(1000)],
            "publicKey": [{**KEY, "id": f"{BOB}#{number}"} for number in range(50)],
        }
    )
    assert (len(actor.name), len(actor.also_known_as), len(actor.keys)) == (2048, 256, 10)


def test_moves_and_aliases() -> None:
    """Where an actor went, and what else it is called, as one text or several (WIRE 8)."""
    actor = parse_actor(ACTOR | {"movedTo": "https://new.example/bob", "alsoKnownAs": "https://old.example/bob"})
    assert (actor.moved_to_uri, actor.also_known_as) == ("https://new.example/bob", ("https://old.example/bob",))


@pytest.mark.parametrize(
    "key",
    [
        {**KEY, "owner": "https://victim.example/users/eve"},
        {**KEY, "owner": 5},
        {**KEY, "id": "nonsense"},
        {**KEY, "publicKeyPem": None},
        {**KEY, "publicKeyPem": "x" * 20_000},
        "https://mastodon.example/users/bob/key",
        5,
    ],
    ids=str,
)
def test_unusable_keys_are_left_out(key: object) -> None:
    """A key of another owner, without PEM, or of absurd length is not the actor's; the actor is read all the same."""
    assert parse_actor(ACTOR | {"publicKey": key}).keys == ()


def test_a_key_without_an_owner_is_its_actors() -> None:
    """Inside the actor a key need not say whose it is; `controller` says it as well as `owner`."""
    bare = {"id": KEY["id"], "publicKeyPem": KEY["publicKeyPem"]}
    for key in (bare, bare | {"controller": BOB}):
        assert [found.owner_uri for found in parse_actor(ACTOR | {"publicKey": key}).keys] == [BOB]


def test_a_key_that_stands_alone() -> None:
    """A key document gives its key and the owner whom it claims."""
    for who in ("owner", "controller"):
        document = {"id": KEY["id"], "type": "CryptographicKey", who: BOB, "publicKeyPem": KEY["publicKeyPem"]}
        key = parse_key(document, KEY["id"])
        assert key is not None
        assert (key.key_id, key.owner_uri) == (KEY["id"], BOB)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": BOB, "type": "Person"},
        {"id": "https://mastodon.example/other-key", "owner": BOB, "publicKeyPem": "x"},
        {"id": f"{BOB}#main-key", "publicKeyPem": "x"},
        {"id": f"{BOB}#main-key", "owner": "bob", "publicKeyPem": "x"},
        {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": 7},
        {"publicKey": KEY},
    ],
    ids=str,
)
def test_no_key(document: dict[str, Any]) -> None:
    """WIRE 10.2 #4: a document of another key, or of none, is refused."""
    with pytest.raises(BadActivity):
        parse_key(document, f"{BOB}#main-key")


def test_a_key_the_actor_does_not_list() -> None:
    """WIRE 10.2 #2: an actor that lists other keys says that this one is not hers."""
    assert parse_key(ACTOR, f"{BOB}#other-key") is None
    assert parse_key(ACTOR | {"publicKey": {**KEY, "owner": "https://victim.example/1"}}, KEY["id"]) is None
