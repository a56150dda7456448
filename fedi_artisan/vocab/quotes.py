"""What a foreign post quotes, by whose leave, and who may quote it (FEP-044f and its elders)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.tags import quote_link

_KEYS = ("quote", "quoteUrl", "quoteUri", "quoteURL", "_misskey_quote")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePolicy:
    """Who may quote: those in `automatic` at once, those in `manual` if the author agrees; actors or collections."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A permission to quote: by whom, in which post, and which post of hers; ids as they are written there."""

    uri: str
    attributed_to: str
    interacting_object: str
    interaction_target: str


def read_stamp(document: Mapping[str, Any]) -> Stamp:
    """Return the permission in *document*, which was read at its own id.

    Raises:
        BadActivity: it is something else, or names the posts otherwise than by their ids: nobody is to be shown a post
            that came inside of another document (WIRE 10.2 #25).
    """
    keys = ("id", "attributedTo", "interactingObject", "interactionTarget")
    found = [document.get(key) for key in keys]
    ids = [uri for uri in found if isinstance(uri, str)]
    if document.get("type") != "QuoteAuthorization" or len(ids) != len(keys):
        raise BadActivity("this is no permission to quote")
    return Stamp(uri=ids[0], attributed_to=ids[1], interacting_object=ids[2], interaction_target=ids[3])


def quote_uri(document: Mapping[str, Any], tags: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the id of what is quoted, in whichever dialect it is said; None where nothing else is quoted."""
    told = (fields.uri(document.get(key)) for key in _KEYS)
    found = next((uri for uri in told if uri is not None), None) or quote_link(tags)
    return found if found != document.get("id") else None


def quote_policy(document: Mapping[str, Any]) -> QuotePolicy | None:
    """Return who may quote; None where nothing is said, which means that nobody may without asking."""
    policy = fields.mapping(document.get("interactionPolicy")) or {}
    rule = fields.mapping(policy.get("canQuote"))
    if rule is None:
        return None
    return QuotePolicy(
        automatic=fields.audience(rule.get("automaticApproval") or rule.get("always")),
        manual=fields.audience(rule.get("manualApproval") or rule.get("approvalRequired")),
    )
