"""A conversation as visitors read it: each answer below what it answers."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

# Deeper answers stand no further to the side: a phone is narrow.
DEEPEST = 3


class Answer(Protocol):
    """What stands in a conversation: its id, and that of what it answers."""

    @property
    def uri(self) -> str:
        """Its id."""
        ...

    @property
    def in_reply_to(self) -> str | None:
        """The id of what it answers."""
        ...


_Answer = TypeVar("_Answer", bound=Answer)


@dataclass(frozen=True, slots=True)
class Branch(Generic[_Answer]):
    """An answer, with those to it."""

    answer: _Answer
    answers: Sequence["Branch[_Answer]"] = field(default=())


def count(conversation: Sequence[Branch[_Answer]]) -> int:
    """Return how many answers there are in a conversation."""
    return sum(1 + count(branch.answers) for branch in conversation)


def flat(conversation: Sequence[Branch[_Answer]]) -> Iterator[_Answer]:
    """Give all answers of a conversation, in the order in which they are read."""
    for branch in conversation:
        yield branch.answer
        yield from flat(branch.answers)


def branches(answers: Iterable[_Answer], parents: Mapping[str, str | None]) -> list[Branch[_Answer]]:
    """Return *answers*, each below what it answers, in the order in which they are given.

    What answers something that is not shown stands below the nearest thing above it that is. What is deeper than
    DEEPEST follows what it answers without standing below it. Those that claim to answer each other stand at the end.

    Args:
        answers: those that are shown.
        parents: what each post of the conversation answers, shown or not.
    """
    shown = {answer.uri: answer for answer in answers}
    below: dict[str | None, list[_Answer]] = {}
    for uri, answer in shown.items():
        below.setdefault(_above(uri, shown.keys(), parents), []).append(answer)
    placed: set[str] = set()

    def gather(beginnings: Iterable[_Answer], depth: int) -> list[Branch[_Answer]]:
        found: list[Branch[_Answer]] = []
        for answer in beginnings:
            if answer.uri in placed:
                continue
            placed.add(answer.uri)
            answers = gather(below.get(answer.uri, ()), depth + 1)
            found += [Branch(answer, answers)] if depth < DEEPEST else [Branch(answer), *answers]
        return found

    return [*gather(below.get(None, ()), 1), *gather(shown.values(), 1)]


def _above(uri: str, shown: Collection[str], parents: Mapping[str, str | None]) -> str | None:
    """Return the nearest shown thing that *uri* answers, however far above; None where there is none."""
    seen, place = {uri}, parents.get(uri)
    while place is not None and place not in shown:
        if place in seen:
            return None
        seen.add(place)
        place = parents.get(place)
    return place
