"""How following is asked for, granted, refused and ended (WIRE 5.2); each embeds the whole Follow."""

from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.vocab.context import ACTIVITY_STREAMS


def follow(artisan: Artisan, uris: Uris, *, activity_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Follow by which *artisan* asks to follow the actor *object_uri*."""
    return {
        "@context": ACTIVITY_STREAMS,
        **_follow(activity_uri, uris.actor(artisan.uid), object_uri),
        "to": [object_uri],
    }


def undo_follow(artisan: Artisan, uris: Uris, *, activity_uri: str, follow_uri: str, object_uri: str) -> dict[str, Any]:
    """Return the Undo of the Follow *follow_uri*, which *artisan* had sent to the actor *object_uri*."""
    actor_uri = uris.actor(artisan.uid)
    return _about("Undo", activity_uri, actor_uri, to=object_uri, inner=_follow(follow_uri, actor_uri, object_uri))


def accept_follow(
    artisan: Artisan, uris: Uris, *, activity_uri: str, follow_uri: str, follower_uri: str
) -> dict[str, Any]:
    """Return the Accept of the Follow *follow_uri* that came from the actor *follower_uri*."""
    actor_uri = uris.actor(artisan.uid)
    return _about(
        "Accept", activity_uri, actor_uri, to=follower_uri, inner=_follow(follow_uri, follower_uri, actor_uri)
    )


def reject_follow(
    artisan: Artisan, uris: Uris, *, activity_uri: str, follow_uri: str, follower_uri: str
) -> dict[str, Any]:
    """Return the Reject of the Follow *follow_uri*: a refusal, or the end of an accepted one."""
    actor_uri = uris.actor(artisan.uid)
    return _about(
        "Reject", activity_uri, actor_uri, to=follower_uri, inner=_follow(follow_uri, follower_uri, actor_uri)
    )


def _follow(uri: str, actor_uri: str, object_uri: str) -> dict[str, Any]:
    """Return a Follow as it is embedded."""
    return {"id": uri, "type": "Follow", "actor": actor_uri, "object": object_uri}


def _about(kind: str, uri: str, actor_uri: str, *, to: str, inner: dict[str, Any]) -> dict[str, Any]:
    """Return an activity about another, for the one actor whom it concerns."""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": uri,
        "type": kind,
        "actor": actor_uri,
        "to": [to],
        "object": inner,
    }
