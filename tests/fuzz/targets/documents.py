"""ActivityStreams documents of other servers: what they did, said, are, and list."""

import json as plain_json
from collections.abc import Iterator
from functools import cache
from typing import Any

from fedi_artisan.federation.signatures import keys
from fedi_artisan.vocab import activity, actors, collections, fields, json, notes, places, quotes
from tests.fuzz.reading import DATA
from tests.fuzz.target import Shape, Target

_DEEPEST = 32
_WORDS = (
    *("@context", "id", "type", "actor", "object", "target", "instrument", "result", "to", "cc", "bto", "audience"),
    *("inReplyTo", "content", "contentMap", "source", "attributedTo", "url", "href", "tag", "attachment", "published"),
    *("updated", "name", "summary", "summaryMap", "sensitive", "icon", "image", "publicKey", "publicKeyPem", "owner"),
    *("inbox", "outbox", "endpoints", "sharedInbox", "preferredUsername", "alsoKnownAs", "movedTo", "featured"),
    *("followers", "orderedItems", "items", "first", "next", "partOf", "totalItems", "oneOf", "anyOf", "endTime"),
    *("quote", "quoteUrl", "quoteUri", "_misskey_quote", "_misskey_reaction", "interactionPolicy", "canQuote"),
    *("automaticApproval", "manualApproval", "quoteAuthorization", "interactingObject", "interactionTarget"),
    *("Create", "Update", "Delete", "Follow", "Accept", "Reject", "Undo", "Like", "EmojiReact", "Announce", "Block"),
    *("Flag", "Move", "Add", "Remove", "QuoteRequest", "Note", "Article", "Question", "Page", "Event", "Video"),
    *("Person", "Service", "Group", "Tombstone", "Collection", "OrderedCollectionPage", "Mention", "Hashtag", "Emoji"),
    *("Image", "Document", "Link", "PropertyValue", "QuoteAuthorization", "as:Public", "Public", "@value", "@language"),
    *("mediaType", "width", "height", "blurhash", "focalPoint", "rel", "text/html", "replies", "likes", "shares"),
    *("https://www.w3.org/ns/activitystreams#Public", "https://mastodon.example/users/bob", "en", "language"),
)


@cache
def _shapes() -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted(DATA.glob("*/*.json")) if file.parent.name != "schemas")


def _inside(*keys_of_objects: str) -> Iterator[bytes]:
    """Give the objects inside of the activities, and what stands by itself, that have one of these keys."""
    for shape in _shapes():
        document: dict[str, Any] = plain_json.loads(shape)
        for one in (document, document.get("object")):
            if isinstance(one, dict) and not one.keys().isdisjoint(keys_of_objects):
                yield plain_json.dumps(one).encode()


def read_json(data: bytes) -> None:
    """What is read is UTF-8, shallow, and can be written and read again."""
    document = json.loads(data)
    assert json.depth_of(document) <= _DEEPEST, "too deep"
    assert json.loads(json.dumps(document)) == document, "it reads otherwise when it is written again"


def read_activity(data: bytes) -> None:
    """An activity is read with all that it carries; whatever was read can be stored."""
    document = json.loads(data)
    found = activity.parse(document)
    for uri in (found.uri, found.actor_uri, *found.object_uris, *places.speakers(found), *places.things(found)):
        _assert_address(uri)
    inner = found.object.document
    if inner is not None:
        _look_through(notes.parse_note(inner, found))


def read_note(data: bytes) -> None:
    """What somebody says is read, in whatever dialect."""
    _look_through(notes.parse_note(json.loads(data)))


def _look_through(note: notes.Note) -> None:
    _assert_address(note.uri)
    _assert_address(note.page_url)
    note.visibility()
    note.visibility(note.attributed_to)
    assert isinstance(note.is_poll_vote, bool)
    for text in (note.content_html, note.summary, note.name, note.language or "", *note.hashtags):
        text.encode()


def read_actor(data: bytes) -> None:
    """Somebody is read, her keys as well."""
    document = json.loads(data)
    key = actors.parse_key(document, fields.uri(document.get("publicKey")) or "https://mastodon.example/users/bob#main")
    if key is not None:
        keys.load_public_key(key.pem)
    actor = actors.parse_actor(document)
    for uri in (actor.uri, actor.inbox_url):
        _assert_address(uri)
    for known in actor.keys:
        keys.load_public_key(known.pem)


def read_others(data: bytes) -> None:
    """Collections, policies and stamps are read."""
    document = json.loads(data)
    leaf = collections.parse_leaf(document)
    if leaf is not None:
        assert len(leaf.items) <= collections.MOST_ITEMS
        for uri in leaf.items:
            _assert_address(uri)
    quotes.quote_policy(document)
    quotes.read_stamp(document)


def _assert_address(uri: str) -> None:
    assert fields.uri(uri) == uri, "an id that is no address"


def _collections() -> Iterator[bytes]:
    yield from _inside("orderedItems", "items", "first", "interactionPolicy", "interactingObject")
    for kind in ("Collection", "OrderedCollectionPage"):
        listed = {"type": kind, "orderedItems": ["https://a.example/1", {"id": "https://a.example/2"}], "next": "x"}
        yield plain_json.dumps(listed).encode()


def _json(name: str, run: Any, seeds: Any, *, weight: float = 1.0) -> Target:
    return Target(name=name, run=run, seeds=seeds, shape=Shape.JSON, words=_WORDS, weight=weight)


TARGETS = (
    _json("json", read_json, _shapes),
    _json("activity", read_activity, _shapes, weight=2),
    _json("note", read_note, lambda: _inside("content", "contentMap"), weight=2),
    _json("actor", read_actor, lambda: _inside("preferredUsername", "publicKey")),
    _json("collection", read_others, _collections),
)
