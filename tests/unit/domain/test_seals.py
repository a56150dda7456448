"""What a browser keeps for us for a few minutes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.seals import Seals

START = datetime(2026, 11, 25, tzinfo=UTC)
LASTS = timedelta(minutes=5)


class Told:
    """A clock that goes on when it is told to."""

    now = START

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now


def test_what_was_sealed_comes_back_whole() -> None:
    """Whatever was sealed is opened for the same purpose and holder, as long as it lasts, and never once it is over."""
    clock = Told()
    seals = Seals(clock)
    sealed = seals.seal("code", "cookie", "wörter · 7", LASTS)
    assert seals.open("code", "cookie", sealed) == "wörter · 7"
    clock.now += LASTS
    assert seals.open("code", "cookie", sealed) is None


def test_it_is_good_for_nothing_else() -> None:
    """Another purpose, another holder, no holder, another program, another letter: nothing is opened."""
    seals = Seals(Told())
    sealed = seals.seal("code", "cookie", "x", LASTS)
    assert seals.open("passkey", "cookie", sealed) is None
    assert seals.open("code", "other", sealed) is None
    assert seals.open("code", "", seals.seal("code", "", "x", LASTS)) is None
    assert Seals(Told()).open("code", "cookie", sealed) is None
    content = base64.urlsafe_b64decode(sealed)
    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        assert seals.open("code", "cookie", base64.urlsafe_b64encode(changed).decode()) is None


@pytest.mark.parametrize("sealed", ["", "x", "é", "=" * 44, "A" * 64, "A" * 100_000, "\N{NULL}"])
def test_nonsense_opens_nothing(sealed: str) -> None:
    """Whatever a stranger sends is no seal, and no failure."""
    assert Seals(Told()).open("code", "cookie", sealed) is None
    assert not Seals(Told()).spend("é" + sealed)


def test_it_is_written_in_one_way() -> None:
    """Other letters for the same bytes, as the spare bits at the end allow them, are no seal of ours."""
    seals = Seals(Told())
    sealed = next(
        one for length in range(3) if (one := seals.seal("code", "cookie", "x" * length, LASTS)).endswith("=")
    )
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bare = sealed.rstrip("=")
    other = bare[:-1] + letters[letters.index(bare[-1]) + 1] + sealed[len(bare) :]
    assert base64.urlsafe_b64decode(other) == base64.urlsafe_b64decode(sealed)
    assert seals.open("code", "cookie", sealed) is not None
    assert seals.open("code", "cookie", other) is None


def test_what_is_spent_is_spent() -> None:
    """A seal can be spent once and is opened no more; what has ended anyway is forgotten."""
    clock = Told()
    seals = Seals(clock)
    one, other = seals.seal("a", "b", "", LASTS), seals.seal("a", "b", "", LASTS)
    assert seals.spend(one)
    assert not seals.spend(one)
    assert seals.open("a", "b", one) is None
    assert seals.open("a", "b", other) == ""
    clock.now += LASTS
    assert seals.spend(seals.seal("a", "b", "", LASTS))
    assert len(seals._spent) == 1  # noqa: SLF001 - what is remembered is the rule
