"""What Pixelfed expects of a document."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tests.conformance.documents import (
    Document,
    actor_in,
    addresses,
    attachments_in,
    depth,
    embedded,
    kind,
    moment,
    note_in,
    origin,
)


def pixelfed_depth(document: Document) -> Iterator[str]:
    """More than eight levels decode to nothing (WIRE 4.6)."""
    if depth(document) > 8:
        yield f"{depth(document)} levels"


def pixelfed_to_on_object(document: Document) -> Iterator[str]:
    """The note itself says whom it is for (WIRE 11)."""
    note = note_in(document)
    if note is not None and not (isinstance(note.get("to"), list) and note["to"]):
        yield f"to: {note.get('to')!r}"


def pixelfed_author(document: Document) -> Iterator[str]:
    """The author is one id as text, the same as the actor (WIRE 4.5)."""
    note = note_in(document)
    if note is None:
        return
    if not isinstance(note.get("attributedTo"), str):
        yield f"attributedTo: {note.get('attributedTo')!r}"
    if "actor" in document and note.get("attributedTo") != document["actor"]:
        yield "the author is not the actor"


def pixelfed_attachments(document: Document) -> Iterator[str]:
    """One attachment that is no sound picture drops the whole post (WIRE 4.3)."""
    note = note_in(document)
    if note is not None and not isinstance(note.get("attachment"), list):
        yield f"attachment: {note.get('attachment')!r}"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or attachment.get("type") not in {"Image", "Document"}:
            yield f"no picture: {attachment!r}"
            continue
        if attachment.get("mediaType") not in {"image/jpeg", "image/png", "image/gif"}:
            yield f"mediaType: {attachment.get('mediaType')!r}"
        if not isinstance(attachment.get("name", ""), str):
            yield f"name: {attachment.get('name')!r}"
        for side in ("width", "height"):
            length = attachment.get(side, 1)
            if not isinstance(length, int) or not 1 <= length <= 5000:
                yield f"{side}: {length!r}"
        if not 6 <= len(str(attachment.get("blurhash", "000000"))) < 50:
            yield f"blurhash: {attachment.get('blurhash')!r}"


def pixelfed_published(document: Document) -> Iterator[str]:
    """Publication is neither 20 years ago nor a day ahead; Create says it too (WIRE 4.5, 5.1)."""
    note = note_in(document)
    if note is None:
        return
    if kind(document) == "Create" and moment(document.get("published")) is None:
        yield f"published of the Create: {document.get('published')!r}"
    published, now = moment(note.get("published")), datetime.now(UTC)
    if published is not None and not now - timedelta(days=20 * 365) < published < now + timedelta(days=1):
        yield f"published: {note.get('published')!r}"


def pixelfed_accept(document: Document) -> Iterator[str]:
    """Accept and Reject carry the whole Follow, of which the actor is the object (WIRE 5.2), or QuoteRequest (4.8)."""
    if kind(document) not in {"Accept", "Reject"}:
        return
    follow = document.get("object")
    if not isinstance(follow, Mapping) or not all(
        isinstance(follow.get(key), str) for key in ("id", "type", "actor", "object")
    ):
        yield f"object: {follow!r}"
    elif follow["type"] == "QuoteRequest":
        if origin(follow["object"]) != origin(document.get("actor")) or not isinstance(follow.get("instrument"), str):
            yield "the QuoteRequest is not about a post of this actor"
    elif follow["type"] != "Follow" or follow["object"] != document.get("actor"):
        yield "the Follow is not of this actor"


def pixelfed_undo(document: Document) -> Iterator[str]:
    """Undo carries the activity, by the same actor (WIRE 5.2)."""
    if kind(document) != "Undo":
        return
    undone = document.get("object")
    if not isinstance(undone, Mapping) or not all(undone.get(key) for key in ("id", "type", "actor", "object")):
        yield f"object: {undone!r}"
    elif undone["actor"] != document.get("actor"):
        yield "undoes what somebody else did"


def pixelfed_follow(document: Document) -> Iterator[str]:
    """Follow names its object by id (WIRE 5.2)."""
    if kind(document) == "Follow" and origin(document.get("object")) is None:
        yield f"object: {document.get('object')!r}"


def pixelfed_delete(document: Document) -> Iterator[str]:
    """Delete of a note carries a Tombstone (WIRE 5.5); of a permission to quote, the permission (4.8)."""
    if kind(document) != "Delete" or document.get("object") == document.get("actor"):
        return
    if embedded(document) is document or kind(embedded(document)) not in {"Tombstone", "QuoteAuthorization"}:
        yield f"object: {document.get('object')!r}"


def pixelfed_actor(document: Document) -> Iterator[str]:
    """An actor says whether it approves followers; it has one key, and one address as text (WIRE 3.2, 2.4)."""
    actor = actor_in(document)
    if actor is None:
        return
    if not isinstance(actor.get("manuallyApprovesFollowers"), bool):
        yield f"manuallyApprovesFollowers: {actor.get('manuallyApprovesFollowers')!r}"
    if not isinstance(actor.get("url"), str):
        yield f"url: {actor.get('url')!r}"
    key = actor.get("publicKey")
    if not isinstance(key, Mapping) or not all(key.get(name) for name in ("id", "owner", "publicKeyPem")):
        yield f"publicKey: {key!r}"


def pixelfed_update_person(document: Document) -> Iterator[str]:
    """Update of an actor carries a whole Person, all on one host, its texts not empty (WIRE 3.2)."""
    actor = actor_in(document)
    if kind(document) != "Update" or actor is None:
        return
    if kind(actor) != "Person" or actor.get("id") != document.get("actor"):
        yield "not the actor's own Person"
    needed = ("url", "summary", "preferredUsername", "name", "inbox", "outbox", "followers", "following", "publicKey")
    yield from (f"{key} is missing or empty" for key in needed if not actor.get(key))
    key = actor.get("publicKey")
    places = [actor.get(name) for name in ("url", "inbox", "outbox", "following", "followers")]
    places += [key.get("id")] if isinstance(key, Mapping) else []
    places += [(actor.get("endpoints") or {}).get("sharedInbox", actor.get("id"))]
    if {origin(place) for place in places} != {origin(actor.get("id"))}:
        yield f"more than one host: {places}"
    icon = actor.get("icon")
    if icon is not None and icon.get("mediaType") not in {"image/jpeg", "image/png", "image/jpg"}:
        yield f"icon: {icon!r}"


def pixelfed_public_addresses(document: Document) -> Iterator[str]:
    """Every address is https, on a host with a dot and without a port (WIRE 4.3, 11)."""
    for name, address in addresses(document):
        parts = urlsplit(str(address))
        if parts.scheme != "https" or "." not in (parts.hostname or "") or parts.port is not None:
            yield f"{name}: {address!r}"
