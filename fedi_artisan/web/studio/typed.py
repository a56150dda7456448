"""What stands in a form of the studio: what is kept or what she typed, what is wrong with it, what changed meanwhile.

A form carries the `version` of what it was filled with. Who sends it from a window in which something older stands is
shown what changed, field by field, and what she typed; nothing is written over unseen, and nothing is lost.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from fedi_artisan.errors import ArtisanError, BadInput, NoRoom
from fedi_artisan.web.bodies import Fields

VERSION = "version"
SHOWN = "shown"
# What is wrong with no single field.
WHOLE = ""
KEY = "key"
_KEY = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


class Faults:
    """Gathers what is wrong with a form, so that all of it is told at once; a class because it is gathered bit by bit.

    `found` has the first fault of each field.
    """

    def __init__(self) -> None:
        self.found: dict[str, ArtisanError] = {}

    @contextlib.contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Note what is wrong within the block as a fault of the field *name*."""
        try:
            yield
        except BadInput as error:
            self.note(name, error)

    @contextlib.contextmanager
    def storing(self) -> Iterator[None]:
        """Note that what is written within the block could not be, where the disk is full."""
        try:
            yield
        except NoRoom as error:
            self.note(WHOLE, error)

    def note(self, name: str, error: ArtisanError) -> None:
        """Note a fault of the field *name*."""
        self.found.setdefault(name, error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form as it is shown.

    Args:
        values: what stands in it, by the names of its fields.
        problems: what is wrong, by field.
        meanwhile: what was saved in another window since this form was opened, by field.
        version: of what is kept.
        shown: the second language that the form was filled with.
        key: the uid of what is made of it, where it is of something new: sent twice, it makes one thing.
    """

    values: Mapping[str, str]
    problems: Mapping[str, ArtisanError] = field(default_factory=dict)
    meanwhile: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    shown: str = ""
    key: str = ""

    @property
    def status(self) -> int:
        """With what status the page with this form is answered."""
        if WHOLE in self.problems:
            return self.problems[WHOLE].status
        if self.problems:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return HTTPStatus.CONFLICT if self.meanwhile else HTTPStatus.OK


def kept(values: Mapping[str, str]) -> Typed:
    """Return a form in which stands what is kept."""
    return Typed(values=values, version=version_of(values), shown=values.get("other_language", ""))


def given_back(values: Mapping[str, str], sent: Fields, faults: Faults) -> Typed:
    """Return the form that was *sent*, as it was, with its faults."""
    return Typed(
        values=values,
        problems=faults.found,
        version=sent.get(VERSION, ""),
        shown=sent.get(SHOWN, ""),
        key=key_of(sent) or "",
    )


def key_of(fields: Fields) -> str | None:
    """Return the uid that the form of something new carries; None where it is none."""
    key = fields.get(KEY, "")
    return key if _KEY.fullmatch(key) else None


def typed_in(fields: Fields, names: Iterable[str]) -> dict[str, str]:
    """Return what was typed in the fields of these names, with lines that end as they do here."""
    return {name: fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip() for name in names}


def judged(values: Mapping[str, str], kept_values: Mapping[str, str], sent: Fields, faults: Faults) -> Typed:
    """Return the form that was *sent*: with its faults, or with what was saved meanwhile where its version is old.

    What reads the same already was saved by a first press of the same button: that is no conflict.
    """
    now = version_of(kept_values)
    changed = {name: text for name, text in kept_values.items() if values.get(name, "") != text}
    if faults.found or sent.get(VERSION, "") == now or not changed:
        return given_back(values, sent, faults)
    return Typed(values=values, problems=faults.found, meanwhile=changed, version=now, shown=sent.get(SHOWN, ""))


def second_language(values: Mapping[str, str], sent: Fields, written: Callable[[str], Mapping[str, str]]) -> str:
    """Return the second language that the form was filled with.

    Where all that it says in its second language is kept just so already, by a first press of the same button, it is
    that one.

    Args:
        values: what was typed.
        sent: the form.
        written: returns how what is kept reads with a given second language.
    """
    other = values["other_language"]
    there = written(other)
    is_kept = all(values[name] == text for name, text in there.items() if name.startswith("other_"))
    return other if is_kept else sent.get(SHOWN, "")


def version_of(values: Mapping[str, str]) -> str:
    """Return a few letters that are others as soon as one of *values* is another; empty ones count for nothing."""
    said = json.dumps(sorted((name, text) for name, text in values.items() if text))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
