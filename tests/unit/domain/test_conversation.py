"""Conversations: each answer below what it answers."""

from dataclasses import dataclass

import pytest

from fedi_artisan.domain.conversation import DEEPEST, Branch, branches


@dataclass(frozen=True)
class Said:
    """What stands in a conversation."""

    uri: str
    in_reply_to: str | None


def outline(found: list[Branch[Said]]) -> list[object]:
    """Return a conversation as ids in lists: an id, and after it the list of what stands below it."""
    told: list[object] = []
    for branch in found:
        told.append(branch.answer.uri)
        if branch.answers:
            told.append(outline(list(branch.answers)))
    return told


@pytest.mark.parametrize(
    ("parents", "shown", "expected"),
    [
        pytest.param({"a": "work", "b": "work"}, "ab", ["a", "b"], id="beside each other"),
        pytest.param({"a": "work", "b": "a", "c": "work", "d": "a"}, "abcd", ["a", ["b", "d"], "c"], id="below"),
        pytest.param({"a": "work", "b": "a", "c": "b"}, "ac", ["a", ["c"]], id="what is between is not shown"),
        pytest.param({"a": "elsewhere"}, "a", ["a"], id="what it answers is not known"),
        pytest.param({"b": "a", "a": "work"}, "ba", ["a", ["b"]], id="the answer has an earlier date"),
        pytest.param({"a": "b", "b": "a", "c": "work"}, "abc", ["c", "a", ["b"]], id="two that answer each other"),
        pytest.param({"a": "a"}, "a", ["a"], id="one that answers itself"),
        pytest.param({"a": "x", "x": "y", "y": "x"}, "a", ["a"], id="a circle above that is not shown"),
        pytest.param(
            {"a": "work", "b": "a", "c": "b", "d": "c", "e": "d", "f": "a"},
            "abcdef",
            ["a", ["b", ["c", "d", "e"], "f"]],
            id="no deeper than a phone is wide",
        ),
    ],
)
def test_answers_stand_below_what_they_answer(
    parents: dict[str, str | None], shown: str, expected: list[object]
) -> None:
    """Everything that is shown stands there once, below the nearest shown thing that it answers."""
    assert outline(branches([Said(uri, parents[uri]) for uri in shown], parents)) == expected


def test_an_endless_chain_is_shown_whole() -> None:
    """A hundred answers to answers are all there, and none stands deeper than three."""
    said = [Said(str(number), str(number - 1)) for number in range(100)]
    found = branches(said, {one.uri: one.in_reply_to for one in said})

    def walk(below: list[Branch[Said]], depth: int) -> list[tuple[str, int]]:
        return [place for one in below for place in ((one.answer.uri, depth), *walk(list(one.answers), depth + 1))]

    placed = walk(found, 1)
    assert [uri for uri, _ in placed] == [one.uri for one in said]
    assert max(depth for _, depth in placed) == DEEPEST
