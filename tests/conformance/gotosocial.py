"""What GoToSocial expects of a document."""

from collections.abc import Iterator, Mapping

from tests.conformance.documents import Document, actor_in, attachments_in, moment, note_in


def gotosocial_no_name(document: Document) -> Iterator[str]:
    """A note with a name is shown behind a content warning, and a warning is not there without need (WIRE 4.2)."""
    note = note_in(document)
    if note is not None and ("name" in note or (note.get("summary") and note.get("sensitive") is not True)):
        yield "name or summary"


def gotosocial_content_map(document: Document) -> Iterator[str]:
    """The language is known only if the first text of the map is the content, sign for sign (WIRE 4.2)."""
    note = note_in(document)
    if note is not None:
        languages = note.get("contentMap")
        if not isinstance(languages, Mapping) or next(iter(languages.values()), None) != note.get("content"):
            yield f"contentMap: {languages!r}"


def gotosocial_updated(document: Document) -> Iterator[str]:
    """A note updated before it was published is refused (WIRE 5.4)."""
    note = note_in(document)
    if note is None or "updated" not in note:
        return
    published, updated = moment(note.get("published")), moment(note["updated"])
    if published is None or updated is None or updated < published:
        yield f"updated: {note['updated']!r}"


def gotosocial_key_owner(document: Document) -> Iterator[str]:
    """The key belongs to the very actor that lists it (WIRE 14)."""
    actor = actor_in(document)
    if actor is not None:
        key = actor.get("publicKey")
        if not isinstance(key, Mapping) or key.get("owner") != actor.get("id"):
            yield f"publicKey: {key!r}"


def gotosocial_focal_point(document: Document) -> Iterator[str]:
    """The focal point is two numbers with a point, each from -1 to 1 (WIRE 4.3)."""
    for attachment in attachments_in(document):
        point = attachment.get("focalPoint", [0.0, 0.0]) if isinstance(attachment, Mapping) else []
        if len(point) != 2 or not all(isinstance(place, float) and -1 <= place <= 1 for place in point):
            yield f"focalPoint: {point!r}"


def gotosocial_policy(document: Document) -> Iterator[str]:
    """A policy that is declared is one that is kept: only canQuote, and for somebody (WIRE 4.5)."""
    note = note_in(document)
    if note is None or "interactionPolicy" not in note:
        return
    policy = note["interactionPolicy"]
    if set(policy) != {"canQuote"} or not policy["canQuote"].get("automaticApproval"):
        yield f"interactionPolicy: {policy!r}"
