"""How a quote is asked for, permitted, refused and taken back (FEP-044f, WIRE 4.8)."""

from dataclasses import dataclass
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.vocab.context import ACTIVITY_STREAMS, QUOTE_REQUEST_CONTEXT, STAMP_CONTEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to quote *target_uri* in *instrument_uri*, both byte for byte as its sender gave them."""

    uri: str
    actor_uri: str
    target_uri: str
    instrument_uri: str


def quote_request(asked: Asked, *, to: str, instrument: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return our request to the actor *to*; with the quoting post itself, where that is given."""
    document = {"@context": QUOTE_REQUEST_CONTEXT, **_request(asked), "to": [to]}
    if instrument is None:
        return document
    embedded = {key: value for key, value in instrument.items() if key != "@context"}
    return document | {"@context": [*instrument["@context"], QUOTE_REQUEST_CONTEXT[-1]], "instrument": embedded}


def accept_quote(artisan: Artisan, uris: Uris, asked: Asked, *, activity_uri: str, stamp_uri: str) -> dict[str, Any]:
    """Return the Accept of a request, with the permission as its result."""
    return _answer("Accept", artisan, uris, asked, activity_uri) | {"result": stamp_uri}


def reject_quote(artisan: Artisan, uris: Uris, asked: Asked, *, activity_uri: str) -> dict[str, Any]:
    """Return the Reject of a request."""
    return _answer("Reject", artisan, uris, asked, activity_uri)


def stamp(artisan: Artisan, uris: Uris, *, uid: str, instrument_uri: str, target_uri: str) -> dict[str, Any]:
    """Return a permission to quote, as it is read at its id; it holds neither of the posts."""
    return {
        "@context": STAMP_CONTEXT,
        "id": uris.quote(uid),
        "type": "QuoteAuthorization",
        "attributedTo": uris.actor(artisan.uid),
        "interactingObject": instrument_uri,
        "interactionTarget": target_uri,
    }


def revoked_stamp(uid: str, uris: Uris) -> dict[str, Any]:
    """Return what is answered, with 410, in place of a permission that was taken back."""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": uris.quote(uid),
        "type": "Tombstone",
        "formerType": "QuoteAuthorization",
    }


def delete_quote(artisan: Artisan, uris: Uris, *, activity_uri: str, uid: str, quoter_uri: str) -> dict[str, Any]:
    """Return the Delete of a permission, for who quotes and for whoever may have read it."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": STAMP_CONTEXT,
        "id": activity_uri,
        "type": "Delete",
        "actor": actor_uri,
        "to": [PUBLIC],
        "cc": [quoter_uri, f"{actor_uri}/followers"],
        "object": {"id": uris.quote(uid), "type": "QuoteAuthorization"},
    }


def quote_link(uri: str) -> dict[str, Any]:
    """Return the tag by which a post says that it quotes another, for servers that read it so (FEP-e232)."""
    return {
        "type": "Link",
        "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        "rel": "https://misskey-hub.net/ns#_misskey_quote",
        "href": uri,
        "name": f"RE: {uri}",
    }


def _request(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.uri,
        "type": "QuoteRequest",
        "actor": asked.actor_uri,
        "object": asked.target_uri,
        "instrument": asked.instrument_uri,
    }


def _answer(kind: str, artisan: Artisan, uris: Uris, asked: Asked, activity_uri: str) -> dict[str, Any]:
    return {
        "@context": QUOTE_REQUEST_CONTEXT,
        "id": activity_uri,
        "type": kind,
        "actor": uris.actor(artisan.uid),
        "to": [asked.actor_uri],
        "object": _request(asked),
    }
