"""What is found when somebody goes round the house: each check as a value, in sentences that every language can say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How it stands: as it should be, worth a look, broken, or not to be known from here."""

    OK = "ok"
    LOOK = "look"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Group(StrEnum):
    """Where in the house something stands."""

    MACHINE = "machine"
    ADDRESS = "address"
    WORK = "work"


class Size(NamedTuple):
    """So many bytes."""

    size_bytes: int


# Each is written as the language of the reader writes it: a number, a size, a day, how long, or words as they are.
Value = int | Size | date | timedelta | str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in English, with gaps like {this}, and what stands in them.

    Args:
        text: it; where something is counted, as it is for one.
        several: as it is for several; empty where nothing is counted. Then there is a gap {count}.
        values: what stands in the gaps.
    """

    text: str
    several: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


def said(sentence: str, **values: Value) -> Sentence:
    """Return a sentence with what stands in its gaps; by this name translators find it."""
    return Sentence(sentence, "", values)


def said_many(one: str, several: str, count: int, **values: Value) -> Sentence:
    """Return a sentence about so many things: as it is for one, or for several; by this name translators find it."""
    return Sentence(one, several, {"count": count, **values})


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody who looked has found: how it stands, what is so, and what to do about it.

    Args:
        verdict: how it stands.
        facts: what is so.
        advice: the next step, where there is anything to do.
        command: what to type or to write for it, letter by letter; empty where there is no such thing.
    """

    verdict: Verdict
    facts: tuple[Sentence, ...]
    advice: Sentence | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Something to look at: its name, which never changes, what people call it, how one looks, and where it stands."""

    name: str
    title: Sentence
    find: Callable[[], Awaitable[Finding]]
    group: Group = Group.WORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that was looked at, and what was found."""

    name: str
    title: Sentence
    verdict: Verdict
    facts: tuple[Sentence, ...]
    advice: Sentence | None = None
    command: str = ""
    group: Group = Group.WORK


def worst(checks: tuple[Check, ...]) -> Verdict:
    """Return how the whole house stands: as the worst in it; what cannot be known from here is no fault."""
    found = {check.verdict for check in checks}
    return next((verdict for verdict in (Verdict.BROKEN, Verdict.LOOK) if verdict in found), Verdict.OK)
