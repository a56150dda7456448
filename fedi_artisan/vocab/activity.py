"""How a foreign activity is read; behind this nobody touches a raw document."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.types import ActivityType

_LONGEST_EMOJI = 64
_TYPES = frozenset(str(kind) for kind in ActivityType)
_WRAPPERS = frozenset({ActivityType.UNDO, ActivityType.ACCEPT, ActivityType.REJECT})
_REACTIONS = frozenset({ActivityType.LIKE, ActivityType.EMOJI_REACT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something pointed at: by its id alone, or embedded as a whole *document*; all None when nothing usable came."""

    uri: str | None = None
    type: str | None = None
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerActivity:
    """The activity embedded in an Undo, Accept or Reject, as its sender tells it: anything may be missing."""

    uri: str | None
    type: ActivityType | None
    type_name: str
    actor_uri: str | None
    object: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity. `type` is None for what is not acted upon; `type_name` is what the sender called it.

    `content` is the emoji of a reaction. Nothing here is verified yet: who sent it, and whose ids these are.
    """

    uri: str
    type: ActivityType | None
    type_name: str
    actor_uri: str
    object: Reference
    target: Reference | None = None
    inner: InnerActivity | None = None
    content: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published_at: datetime | None = None


def parse(document: Mapping[str, Any]) -> Activity:
    """Return the activity in *document*, tolerant of every form that WIRE 11 lists.

    Of several objects the first is taken; a Flag with many is of a type that is not acted upon.

    Raises:
        BadActivity: it has no usable id, type or actor, or lacks the object that its type needs.
    """
    type_name = fields.type_name(document.get("type"), _TYPES)
    if not type_name:
        raise BadActivity("the activity has no type")
    uri = fields.uri(document.get("id"))
    if uri is None:
        raise BadActivity("the activity has no id that is an address")
    actor_uri = fields.uri(document.get("actor"))
    if actor_uri is None:
        raise BadActivity("the activity has no actor that is an address")
    kind = ActivityType(type_name) if type_name in _TYPES else None
    target = document.get("target")
    activity = Activity(
        uri=uri,
        type=kind,
        type_name=type_name,
        actor_uri=actor_uri,
        object=_reference(document.get("object")),
        target=None if target is None else _reference(target),
        inner=_inner(document.get("object"), kind, actor_uri) if kind in _WRAPPERS else None,
        content=_emoji(document) if kind in _REACTIONS else None,
        to=fields.audience(document.get("to")),
        cc=fields.audience(document.get("cc")),
        published_at=fields.moment(document.get("published")),
    )
    _check_object(activity)
    return activity


def _check_object(activity: Activity) -> None:
    """Refuse an activity that does not say what it acts upon."""
    if activity.type is None or activity.object.uri is not None or activity.inner is not None:
        return
    raise BadActivity(f"the {activity.type_name} has no object with an id that is an address")


def _reference(value: object) -> Reference:
    """Return what *value* points at, the first of several."""
    document = fields.mapping(value)
    if document is None:
        return Reference(uri=fields.uri(value))
    return Reference(uri=fields.uri(document), type=fields.type_name(document.get("type")) or None, document=document)


def _inner(value: object, outer: ActivityType | None, outer_actor_uri: str) -> InnerActivity | None:
    """Return the embedded activity, or None where only its id came.

    One that does not say who did it is the doing of whoever takes it back (WIRE 10.2 #23).
    """
    document = fields.mapping(value)
    if document is None:
        return None
    type_name = fields.type_name(document.get("type"), _TYPES)
    actor_uri = fields.uri(document.get("actor"))
    if document.get("actor") is None and outer is ActivityType.UNDO:
        actor_uri = outer_actor_uri
    return InnerActivity(
        uri=fields.uri(document),
        type=ActivityType(type_name) if type_name in _TYPES else None,
        type_name=type_name,
        actor_uri=actor_uri,
        object=_reference(document.get("object")),
    )


def _emoji(document: Mapping[str, Any]) -> str | None:
    """Return the emoji of a reaction, or None where there is none (WIRE 5.3)."""
    for key in ("content", "_misskey_reaction"):
        emoji = fields.text(document.get(key), _LONGEST_EMOJI + 1).strip()
        if emoji and len(emoji) <= _LONGEST_EMOJI and not any(unicodedata.category(sign) == "Cc" for sign in emoji):
            return emoji
    return None
