"""What Mastodon expects of a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.conformance.documents import (
    AS2,
    BASE83,
    COLLECTIONS,
    PUBLIC,
    Document,
    actor_in,
    attachments_in,
    embedded,
    kind,
    moment,
    note_in,
    origin,
)
from tests.conformance.everybody import elements_of


def mastodon_context(document: Document) -> Iterator[str]:
    """The context is, or has as an element, the literal address of ActivityStreams (WIRE 3.2)."""
    context = document.get("@context")
    if context != AS2 and not (isinstance(context, list) and AS2 in context):
        yield f"@context: {context!r}"


def mastodon_one_host(document: Document) -> Iterator[str]:
    """Ids of the activity, its actor and what it carries share their host (WIRE 5.3)."""
    carried = kind(document) in {"Create", "Update", "Delete"}
    uris = [document.get("id"), *([document.get("actor")] if "actor" in document else [])]
    uris += [embedded(document).get("id")] if carried else []
    note = note_in(document)
    uris += [note.get("attributedTo"), note.get("id")] if note is not None else []
    if len({origin(uri) for uri in uris}) > 1:
        yield f"more than one host: {uris}"


def mastodon_note(document: Document) -> Iterator[str]:
    """What is created or updated is a Note (or an actor): all else becomes a link (WIRE 4.1)."""
    if kind(document) in {"Create", "Update"} and note_in(document) is None and actor_in(document) is None:
        yield f"the object is a {embedded(document).get('type')!r}"


def mastodon_published(document: Document) -> Iterator[str]:
    """A note says when it was published, in RFC 3339, UTC (WIRE 4.5)."""
    note = note_in(document)
    if note is not None and moment(note.get("published")) is None:
        yield f"published: {note.get('published')!r}"


def mastodon_updated(document: Document) -> Iterator[str]:
    """An edit is later than publication, or it is ignored (WIRE 5.4)."""
    note = note_in(document)
    if note is None or kind(document) != "Update":
        return
    published, updated = moment(note.get("published")), moment(note.get("updated"))
    if published is None or updated is None or updated <= published:
        yield f"updated: {note.get('updated')!r}"


def mastodon_public(document: Document) -> Iterator[str]:
    """The public is addressed by its full name, and whoever else is by her id (WIRE 5.1)."""
    note = note_in(document)
    if note is not None:
        yield from (f"to or cc: {one!r}" for one in readers(note) if origin(one) is None)


def mastodon_mentions(document: Document) -> Iterator[str]:
    """Who is mentioned is named by her whole handle and addressed, or it is no news to her (WIRE 4.4, 5.1).

    And whoever is addressed where there are no others is mentioned, or the note is "limited" and no message.
    """
    note = note_in(document)
    if note is None or not isinstance(note.get("tag"), list):
        return
    mentions = [tag for tag in note["tag"] if tag.get("type") == "Mention"]
    yield from (f"name: {tag!r}" for tag in mentions if not re.fullmatch(r"@[^@]+@[^@]+", str(tag.get("name"))))
    named, told = {tag.get("href") for tag in mentions}, set(readers(note))
    if named - told:
        yield f"not addressed: {named - told}"
    if PUBLIC not in told and f"{note.get('attributedTo')}/followers" not in told and told - named:
        yield f"not mentioned: {told - named}"


def readers(note: Document) -> list[Any]:
    """Return for whom a note is."""
    return [*(note.get("to") or []), *(note.get("cc") or [])]


def mastodon_hashtags(document: Document) -> Iterator[str]:
    """Every hashtag in the text stands in `tag`, with its sign (WIRE 4.2, 4.4)."""
    note = note_in(document)
    if note is None:
        return
    tags = note.get("tag")
    if not isinstance(tags, list):
        yield f"tag: {tags!r}"
        return
    if not all(str(tag.get("name")).startswith("#") for tag in tags if tag.get("type") == "Hashtag"):
        yield "a hashtag has no #"
    missing = set(elements_of(str(note.get("content"))).hashtags) - {tag.get("href") for tag in tags}
    if missing:
        yield f"not in tag: {sorted(missing)}"


def mastodon_pin(document: Document) -> Iterator[str]:
    """What is shown first is named by its id, in the collection of its own actor (WIRE 5.6)."""
    if kind(document) in {"Add", "Remove"}:
        if document.get("target") != f"{document.get('actor')}/featured":
            yield f"target: {document.get('target')!r}"
        if origin(document.get("object")) != origin(document.get("actor")):
            yield f"object: {document.get('object')!r}"


def mastodon_blurhash(document: Document) -> Iterator[str]:
    """A blurhash has at most five components each way, in its alphabet (WIRE 4.3)."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or "blurhash" not in attachment:
            continue
        blurhash = str(attachment["blurhash"])
        if not blurhash or set(blurhash) - BASE83:
            yield f"blurhash: {blurhash!r}"
            continue
        size = alphabet.index(blurhash[0])
        if size % 9 + 1 > 5 or size // 9 + 1 > 5:
            yield f"blurhash has too many components: {blurhash!r}"


def mastodon_actor(document: Document) -> Iterator[str]:
    """An actor has an inbox and a user name of the usual letters; its fields stand in an array (WIRE 1.1, 3.2)."""
    actor = actor_in(document)
    if actor is None:
        return
    if origin(actor.get("inbox")) is None:
        yield f"inbox: {actor.get('inbox')!r}"
    if not re.fullmatch(r"[A-Za-z0-9_]+([.-]+[A-Za-z0-9_]+)*", str(actor.get("preferredUsername") or "")):
        yield f"preferredUsername: {actor.get('preferredUsername')!r}"
    if not isinstance(actor.get("attachment", []), list):
        yield "attachment is no array"
    if origin(actor.get("url")) != origin(actor.get("id")):
        yield f"url on another host: {actor.get('url')!r}"


def mastodon_pages(document: Document) -> Iterator[str]:
    """The pages of a collection are on its own host (WIRE 6)."""
    if kind(document) in COLLECTIONS:
        for key in ("first", "next", "prev", "partOf"):
            if key in document and origin(document[key]) != origin(document.get("id")):
                yield f"{key}: {document[key]!r}"
