"""How a foreign activity is read; behind this nobody touches a raw document."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields, json
from fedi_artisan.vocab.types import ActivityType

MOST_OBJECTS = 100
LONGEST_REPORT = 5000
_LONGEST_EMOJI = 64
_TYPES = frozenset(str(kind) for kind in ActivityType)
_WRAPPERS = frozenset({ActivityType.UNDO, ActivityType.ACCEPT, ActivityType.REJECT})
_REACTIONS = frozenset({ActivityType.LIKE, ActivityType.EMOJI_REACT})
# Mastodon gives these no id of their own, and puts in what has none either, a hashtag for example.
_PINNINGS = frozenset({ActivityType.ADD, ActivityType.REMOVE})
_ELSEWHERE = re.compile(r":([^:@\s]+)@[^:\s]*:")  # Misskey says where an emoji is from


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something pointed at: by its id alone, or embedded as a whole *document*; all None when nothing usable came."""

    uri: str | None = None
    type: str | None = None
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerActivity:
    """The activity embedded in an Undo, Accept, Reject or Announce, as its sender tells it: anything may be missing."""

    uri: str | None
    type: ActivityType | None
    type_name: str
    actor_uri: str | None
    object: Reference
    instrument: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity. `type` is None for what is not acted upon; `type_name` is what the sender called it.

    Nothing here is verified yet: who sent it, and whose ids these are.

    Args:
        object: the first, where there are several; `object_uris` are the ids of up to 100 (a Flag is about many).
        inner: what is undone, answered, or passed on by a group (Announce of an activity, FEP-1b12).
        content: the emoji of a reaction; what a Flag says, which is text to be escaped.
        instrument: what a QuoteRequest wants to quote with.
        result: what an Accept gives: the authorisation of a quote.
    """

    uri: str
    type: ActivityType | None
    type_name: str
    actor_uri: str
    object: Reference
    object_uris: tuple[str, ...] = ()
    target: Reference | None = None
    instrument: Reference | None = None
    result: Reference | None = None
    inner: InnerActivity | None = None
    content: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published_at: datetime | None = None


def parse(document: Mapping[str, Any]) -> Activity:
    """Return the activity in *document*, tolerant of every form that WIRE 11 lists.

    Raises:
        BadActivity: it has no usable id, type or actor, or lacks the object (or instrument) that its type needs.
    """
    type_name = fields.type_name(document.get("type"), _TYPES)
    if not type_name:
        raise BadActivity("the activity has no type")
    actor_uri = fields.uri(document.get("actor"))
    if actor_uri is None:
        raise BadActivity("the activity has no actor that is an address")
    kind = ActivityType(type_name) if type_name in _TYPES else None
    uri = _uri(document, kind, actor_uri)
    if uri is None:
        raise BadActivity("the activity has no id that is an address")
    activity = Activity(
        uri=uri,
        type=kind,
        type_name=type_name,
        actor_uri=actor_uri,
        object=_reference(document.get("object")),
        object_uris=fields.uris(document.get("object"), MOST_OBJECTS),
        target=_reference_or_none(document.get("target")),
        instrument=_reference_or_none(document.get("instrument")),
        result=_reference_or_none(document.get("result")),
        inner=_inner(document.get("object"), kind, actor_uri),
        content=_content(document, kind),
        to=fields.audience(document.get("to")),
        cc=fields.audience(document.get("cc")),
        published_at=fields.moment(document.get("published")),
    )
    _check_object(activity)
    return activity


def _uri(document: Mapping[str, Any], kind: ActivityType | None, actor_uri: str) -> str | None:
    """Return the id, for an Add or Remove without one an id made of all it says; None where there is none."""
    if document.get("id") is None and kind in _PINNINGS:
        return f"{actor_uri}#{kind.lower()}-{hashlib.sha256(json.dumps(document)).hexdigest()}"
    return fields.uri(document.get("id"))


def _check_object(activity: Activity) -> None:
    """Refuse an activity that does not say what it acts upon, or with what."""
    instrument = activity.instrument or Reference()
    if activity.type is ActivityType.QUOTE_REQUEST and instrument.uri is None:
        raise BadActivity("the QuoteRequest has no instrument with an id that is an address")
    if activity.type is None or activity.type in _PINNINGS or activity.object.uri is not None:
        return
    if activity.type is ActivityType.FLAG and activity.object_uris:
        return
    if activity.type in _WRAPPERS and activity.inner is not None:
        return
    raise BadActivity(f"the {activity.type_name} has no object with an id that is an address")


def _reference(value: object) -> Reference:
    """Return what *value* points at, the first of several."""
    document = fields.mapping(value)
    if document is None:
        return Reference(uri=fields.uri(value))
    return Reference(uri=fields.uri(document), type=fields.type_name(document.get("type")) or None, document=document)


def _reference_or_none(value: object) -> Reference | None:
    """Return what *value* points at; None where nothing was given."""
    return None if value is None else _reference(value)


def _inner(value: object, outer: ActivityType | None, outer_actor_uri: str) -> InnerActivity | None:
    """Return the activity embedded in one that can carry another; None where only its id came, or no activity.

    One that does not say who did it is the doing of whoever takes it back (WIRE 10.2 #23).
    """
    document = fields.mapping(value)
    if document is None or (outer not in _WRAPPERS and outer is not ActivityType.ANNOUNCE):
        return None
    type_name = fields.type_name(document.get("type"), _TYPES)
    if outer is ActivityType.ANNOUNCE and type_name not in _TYPES and document.get("actor") is None:
        return None
    actor_uri = fields.uri(document.get("actor"))
    if document.get("actor") is None and outer is ActivityType.UNDO:
        actor_uri = outer_actor_uri
    return InnerActivity(
        uri=fields.uri(document),
        type=ActivityType(type_name) if type_name in _TYPES else None,
        type_name=type_name,
        actor_uri=actor_uri,
        object=_reference(document.get("object")),
        instrument=_reference_or_none(document.get("instrument")),
    )


def _content(document: Mapping[str, Any], kind: ActivityType | None) -> str | None:
    """Return what is said with an activity that says something."""
    if kind in _REACTIONS:
        return _emoji(document)
    if kind is ActivityType.FLAG:
        # Lemmy gives its reason as a summary.
        said = fields.said(document, "content", LONGEST_REPORT) or fields.said(document, "summary", LONGEST_REPORT)
        return said.strip() or None
    return None


def _emoji(document: Mapping[str, Any]) -> str | None:
    """Return the emoji of a reaction, or None where there is none (WIRE 5.3)."""
    for key in ("content", "_misskey_reaction"):
        emoji = _ELSEWHERE.sub(r":\1:", fields.text(document.get(key), 4 * _LONGEST_EMOJI).strip())
        if emoji and len(emoji) <= _LONGEST_EMOJI and not any(unicodedata.category(sign) == "Cc" for sign in emoji):
            return emoji
    return None
