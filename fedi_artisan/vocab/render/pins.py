"""How it is told what an artisan shows first, and what not any more (WIRE 5.6, 6)."""

from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.vocab.context import ACTIVITY_STREAMS


def add_pin(artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Add that puts *object_uri* first."""
    return _pin("Add", artisan, uris, activity_uri, object_uri)


def remove_pin(artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Remove that puts *object_uri* back among all others."""
    return _pin("Remove", artisan, uris, activity_uri, object_uri)


def _pin(kind: str, artisan: Artisan, uris: Uris, activity_uri: str, object_uri: str) -> dict[str, Any]:
    """Return an activity about the collection; Mastodon compares its address letter by letter."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": ACTIVITY_STREAMS,
        "id": activity_uri,
        "type": kind,
        "actor": actor_uri,
        "to": [PUBLIC],
        "cc": [f"{actor_uri}/followers"],
        "object": object_uri,
        "target": f"{actor_uri}/featured",
    }
