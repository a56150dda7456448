"""What is kept of a work that is still being written: every word as it was typed, right or wrong.

How the form is read, and how a published work reads in it, is told in forms.py.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from fedi_artisan.domain.photos import Photo
from fedi_artisan.errors import BadInput, BadPhoto

# The fields of the form, and how many characters of each are kept: more than can be published, so that whoever wrote
# too much finds all of it again when she comes back to shorten it.
_LINES = (
    *("title", "language", "materials", "techniques", "dimensions", "year", "edition", "price", "availability"),
    *("series", "tags", "licence", "full_size", "ai_refused", "watermarked", "featured", "audience"),
    *("may_reply", "may_quote", "closes"),
    *("published_on", "publish_at", "zone", "photos"),
    *("other_language", "other_title", "other_materials", "other_techniques"),
)
FIELDS: Mapping[str, int] = {
    **dict.fromkeys(("text", "other_text"), 40_000),
    **dict.fromkeys(_LINES, 2_000),
    **dict.fromkeys(("tags", "materials", "techniques", "other_materials", "other_techniques", "photos"), 12_000),
}
# The same of each photograph; in the form they stand with its uid: "alt-01jx…".
PHOTO_FIELDS: Mapping[str, int] = {
    **dict.fromkeys(("alt", "other_alt"), 20_000),
    **dict.fromkeys(("caption", "other_caption", "focus", "label"), 2_000),
}
# More than a work can show: whoever gave too many chooses among them.
MOST_GIVEN = 100
# More than anybody writes at the same time; a program that runs wild must not fill the disk.
MOST_DRAFTS = 500
_UNREADABLE = re.compile("[\0\ud800-\udfff]")


class State(StrEnum):
    """How far a draft is."""

    OPEN = "open"
    WAITING = "waiting"  # for its moment, or for its photographs; nothing more is to be done by her
    PUBLISHED = "published"  # kept for a while, so that a second press of the button leads to the work


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a draft cannot be published as it is.

    Args:
        field: the name of the field in the form; `photo-` and the uid for a photograph itself, "" for the whole.
        sentence: what is wrong or to be done, as in BadInput: pages tell it in their language.
        values: what stands in the sentence by name.
    """

    field: str
    sentence: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return str(self.error)

    @property
    def error(self) -> BadInput:
        """The same as a refusal."""
        return BadInput(self.sentence, **self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPhoto:
    """A photograph that stands in a draft.

    Args:
        photo: what is made of it; its own words are those that a published work shows now, if one does.
        name: of its file, as it was given.
        words: what was typed beside it, by PHOTO_FIELDS.
        pending: whether its pictures are still being made.
        refusal: why nothing could be made of it, or None.
    """

    photo: Photo
    name: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    pending: bool = False
    refusal: BadPhoto | None = None

    @property
    def uid(self) -> str:
        """The photograph's uid."""
        return self.photo.uid

    @property
    def shown(self) -> bool:
        """Whether there is a picture to look at."""
        return bool(self.photo.renditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A draft as it is kept.

    Args:
        work_uid: the published work that this is the revision of; None for a new work.
        copy_of: the uid of the draft beside which it stands, because it was typed in a second tab.
        fields: what was typed, by FIELDS; `photos` is told by *photos*.
        begun: of a revision, how the work read in the form when it was begun, photographs included.
        photos: in their order.
        version: rises with every change of what is typed; the form carries it.
        publish_at: when it is to be published; only while it waits.
        troubles: why it could not be published when its moment came, until something is changed.
        published_uid: the work that it became.
    """

    id: int
    uid: str
    artisan_id: int
    work_uid: str | None
    copy_of: str | None
    fields: Mapping[str, str]
    begun: Mapping[str, str]
    photos: tuple[DraftPhoto, ...]
    version: int
    state: State
    created_at: datetime
    saved_at: datetime
    publish_at: datetime | None = None
    troubles: tuple[Problem, ...] = ()
    published_uid: str | None = None

    @property
    def typed(self) -> dict[str, str]:
        """All that the form shows, by the names of its fields; those in which nothing stands may be missing."""
        said = {f"{name}-{one.uid}": text for one in self.photos for name, text in one.words.items()}
        return {**self.fields, **said, "photos": ",".join(one.uid for one in self.photos)}

    @property
    def is_pending(self) -> bool:
        """Whether one of its photographs is still being made."""
        return any(one.pending for one in self.photos)


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with the form, taken apart.

    Args:
        fields: by FIELDS, without those in which nothing stands.
        words: by uid of the photograph, then by PHOTO_FIELDS; of each photograph that the form speaks of.
        order: the uids of photographs.
    """

    fields: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    order: tuple[str, ...]


def take_apart(typed: Mapping[str, str], *, bounded: bool = True) -> Typed:
    """Return what is kept of a form; what has no place in it is left out.

    Lines end as they do here, and characters that cannot be read are marked as such.

    Args:
        typed: what stands in the form, by the names of its fields.
        bounded: whether it was typed; what a published work says may be longer.

    Raises:
        BadInput: a field has more characters than are kept.
    """
    fields: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    for name, text in typed.items():
        kind, _, uid = name.partition("-")
        if name in FIELDS:
            fields[name] = _kept(text, FIELDS[name] if bounded else len(text))
        elif uid.isalnum() and uid.isascii() and kind in PHOTO_FIELDS:
            words.setdefault(uid, {})[kind] = _kept(text, PHOTO_FIELDS[kind] if bounded else len(text))
    order = tuple(uid.strip() for uid in fields.pop("photos", "").split(",") if uid.strip())
    return Typed(
        {name: text for name, text in fields.items() if text},
        {uid: {kind: text for kind, text in said.items() if text} for uid, said in words.items()},
        order,
    )


def _kept(text: str, longest: int) -> str:
    if len(text) > longest:
        raise BadInput(
            "one of the texts has {count} characters; up to {longest} are kept", count=len(text), longest=longest
        )
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def rebased(typed: Mapping[str, str], begun: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return what is typed in a revision, upon the work as it reads *now*.

    What still reads as it did when the revision was *begun* was not typed: there it follows the work, which may have
    been sold meanwhile.
    """
    names = {*typed, *begun, *now}
    merged = {
        name: now.get(name, "") if typed.get(name, "") == begun.get(name, "") else typed.get(name, "") for name in names
    }
    return {name: text for name, text in merged.items() if text}


def problem_of(error: BadInput, name: str = "") -> Problem:
    """Return the *error* of the field *name* as a problem."""
    return Problem(name, error.sentence, error.values)
