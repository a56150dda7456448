"""How a foreign actor and its keys are read."""

from collections.abc import Mapping
from typing import Any

from fedi_artisan.domain.actors import PublicKey, RemoteActor
from fedi_artisan.domain.uris import same_origin
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.html import sanitise
from fedi_artisan.vocab.types import ACTOR_TYPES

_LONGEST_USERNAME = 128
_LONGEST_PEM = 16_384
_LONGEST_SUMMARY = 5_000
_USERNAME_SIGNS = frozenset("_.-~")


def parse_actor(document: Mapping[str, Any]) -> RemoteActor:
    """Return the actor that *document* describes.

    An inbox elsewhere than the actor is refused: our deliveries would go where the sender points (WIRE 10.2 #35).
    A shared inbox, followers collection or page elsewhere is left out instead; the actor works without them.

    Raises:
        BadActivity: the document is no actor that could be followed or delivered to.
    """
    type_name = fields.type_name(document.get("type"), ACTOR_TYPES)
    if type_name not in ACTOR_TYPES:
        raise BadActivity(f"{type_name!r} is no type of an actor")
    uri = _actor_uri(document)
    inbox_url = fields.uri(document.get("inbox"))
    if inbox_url is None or not same_origin(inbox_url, uri):
        raise BadActivity("the actor has no inbox on its own server")
    endpoints = fields.mapping(document.get("endpoints")) or {}
    username = _username(document.get("preferredUsername"))
    return RemoteActor(
        uri=uri,
        type=type_name,
        username=username,
        inbox_url=inbox_url,
        name=fields.text(document.get("name")).strip() or username,
        url=_at_home(fields.url(document.get("url")), uri),
        shared_inbox_url=_at_home(fields.uri(endpoints.get("sharedInbox")), inbox_url),
        followers_uri=_at_home(fields.uri(document.get("followers")), uri),
        icon_url=fields.url(document.get("icon")),
        also_known_as=fields.uris(document.get("alsoKnownAs"), fields.MOST_ALIASES),
        moved_to_uri=fields.uri(document.get("movedTo")),
        summary_html=sanitise(fields.text(document.get("summary"), _LONGEST_SUMMARY)),
        keys=_keys(document, uri),
    )


def parse_key(document: Mapping[str, Any], key_id: str) -> PublicKey | None:
    """Return the key *key_id* from an actor, a stub of one (GoToSocial), or a document of the key alone.

    None where the actor does not list it. A key that stands alone merely claims its owner: whoever relies on it
    fetches the owner and finds the key listed there (WIRE 2.4 step 8).

    Raises:
        BadActivity: the document is neither an actor nor this very key.
    """
    if document.get("publicKey") is not None:
        return next((key for key in _keys(document, _actor_uri(document)) if key.key_id == key_id), None)
    if document.get("publicKeyPem") is None:
        raise BadActivity("the document holds no RSA key")
    if document.get("id") != key_id:
        raise BadActivity("the document is another key than the one asked for")
    owner_uri = fields.uri(document.get("owner")) or fields.uri(document.get("controller"))
    if owner_uri is None:
        raise BadActivity("the key does not say whose it is")
    key = _key(document, owner_uri)
    if key is None:
        raise BadActivity("the key cannot be read")
    return key


def _actor_uri(document: Mapping[str, Any]) -> str:
    """Return the actor's id, or raise BadActivity."""
    uri = fields.uri(document.get("id"))
    if uri is None:
        raise BadActivity("the actor has no id that is an address")
    return uri


def _username(value: object) -> str:
    """Return the name in front of the host, or raise BadActivity: it must not be able to look like a whole handle."""
    username = fields.text(value, _LONGEST_USERNAME + 1)
    if not 0 < len(username) <= _LONGEST_USERNAME or not all(s.isalnum() or s in _USERNAME_SIGNS for s in username):
        raise BadActivity("the actor has no preferredUsername that can be part of a handle")
    return username


def _at_home(address: str | None, home: str) -> str | None:
    """Return *address* if it stands on the server of *home*, else None."""
    return address if address is not None and same_origin(address, home) else None


def _keys(document: Mapping[str, Any], actor_uri: str) -> tuple[PublicKey, ...]:
    """Return the usable keys that the actor lists as its own, one or several."""
    listed = fields.values(document.get("publicKey"), fields.MOST_KEYS)
    keys = (_key(entry, actor_uri) for entry in listed if isinstance(entry, dict))
    return tuple(key for key in keys if key is not None)


def _key(document: Mapping[str, Any], owner_uri: str) -> PublicKey | None:
    """Return the key in *document*, or None if it is unreadable or says that it belongs to somebody else."""
    key_id, pem = fields.uri(document), fields.text(document.get("publicKeyPem"), _LONGEST_PEM + 1)
    owner = document.get("owner") or document.get("controller") or owner_uri
    if key_id is None or not pem or len(pem) > _LONGEST_PEM or fields.uri(owner) != owner_uri:
        return None
    return PublicKey(key_id=key_id, owner_uri=owner_uri, pem=pem)
