"""How an artisan's liking and sharing of what others posted is told, and taken back (WIRE 5.3)."""

from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.vocab.context import ACTIVITY_STREAMS


def like(artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str, author_uri: str) -> dict[str, Any]:
    """Return the Like of the post *object_uri*, for its author alone."""
    return {
        "@context": ACTIVITY_STREAMS,
        **_reaction("Like", activity_uri, uris.actor(artisan.uid), object_uri),
        "to": [author_uri],
    }


def announce(
    artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str, author_uri: str, published: str
) -> dict[str, Any]:
    """Return the Announce of the public post *object_uri*, which is named by its id alone as Pixelfed reads it."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": ACTIVITY_STREAMS,
        **_reaction("Announce", activity_uri, actor_uri, object_uri),
        "published": published,
        **_to_all(actor_uri, author_uri),
    }


def undo_reaction(
    artisan: Artisan, uris: Uris, *, activity_uri: str, kind: str, reaction_uri: str, object_uri: str, author_uri: str
) -> dict[str, Any]:
    """Return the Undo of the Like or Announce *reaction_uri*, which it embeds, for whoever was told of that."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": ACTIVITY_STREAMS,
        "id": activity_uri,
        "type": "Undo",
        "actor": actor_uri,
        "object": _reaction(kind, reaction_uri, actor_uri, object_uri),
        **(_to_all(actor_uri, author_uri) if kind == "Announce" else {"to": [author_uri]}),
    }


def _reaction(kind: str, uri: str, actor_uri: str, object_uri: str) -> dict[str, Any]:
    """Return a reaction as it is embedded."""
    return {"id": uri, "type": kind, "actor": actor_uri, "object": object_uri}


def _to_all(actor_uri: str, author_uri: str) -> dict[str, list[str]]:
    """Return for whom what everybody may know is."""
    return {"to": [PUBLIC], "cc": [f"{actor_uri}/followers", author_uri]}
