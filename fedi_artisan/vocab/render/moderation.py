"""How others are kept out, let in again, and reported (WIRE 5.6)."""

from collections.abc import Sequence
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.vocab.context import ACTIVITY_STREAMS


def block(artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Block by which *artisan* parts from the actor *object_uri*; it goes to her server alone."""
    return {
        "@context": ACTIVITY_STREAMS,
        **_block(activity_uri, uris.actor(artisan.uid), object_uri),
        "to": [object_uri],
    }


def undo_block(artisan: Artisan, uris: Uris, *, activity_uri: str, block_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Undo of the Block *block_uri*, whole."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": ACTIVITY_STREAMS,
        "id": activity_uri,
        "type": "Undo",
        "actor": actor_uri,
        "to": [object_uri],
        "object": _block(block_uri, actor_uri, object_uri),
    }


def flag(uris: Uris, *, activity_uri: str, object_uri: str, post_uris: Sequence[str], words: str) -> dict[str, Any]:
    """Return the Flag that reports the actor *object_uri*, and what she said, to those who keep her server.

    It is said by this server, so that its people are not named.
    """
    return {
        "@context": ACTIVITY_STREAMS,
        "id": activity_uri,
        "type": "Flag",
        "actor": uris.instance_actor,
        "to": [object_uri],
        "object": [object_uri, *post_uris],
        "content": words,
    }


def _block(uri: str, actor_uri: str, object_uri: str) -> dict[str, Any]:
    """Return a Block as it is embedded."""
    return {"id": uri, "type": "Block", "actor": actor_uri, "object": object_uri}
