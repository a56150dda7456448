"""Where all stands that an activity names: who speaks, what she speaks of, and the pictures in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from fedi_artisan.vocab import fields
from fedi_artisan.vocab.activity import Activity

_MOST_PICTURES = 64


def speakers(activity: Activity) -> Iterator[str]:
    """Give the ids of the activity and of its actor."""
    yield activity.actor_uri
    yield activity.uri


def things(activity: Activity) -> Iterator[str]:
    """Give the addresses of what an activity is about, of its author, and of the pictures in it."""
    for reference in (activity.object, activity.target):
        if reference is not None and reference.uri is not None:
            yield reference.uri
        if reference is not None and reference.document is not None:
            yield from _in_document(reference.document)


def _in_document(document: Mapping[str, Any]) -> Iterator[str]:
    """Give the addresses that a document names."""
    for author in fields.values(document.get("attributedTo"), fields.MOST_TAGS):
        found = fields.uri(author)
        if found is not None:
            yield found
    for name in ("attachment", "icon", "image"):
        for picture in fields.values(document.get(name), _MOST_PICTURES):
            found = fields.url(picture)
            if found is not None:
                yield found
