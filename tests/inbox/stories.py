"""What several people elsewhere do one after another, drawn at random, and in which other orders it may arrive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.inbox.telling import Deed, Teller

LEAST_DEEDS, MOST_DEEDS = 6, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What several people did.

    Args:
        come: what of it arrives, in the order in which it was done.
        mixed: in another order, with copies; the first part of it by itself.
        served: what stands at its own server by the end of it.
        welcome: whose answers the artisan shows at once.
    """

    come: Sequence[Deed]
    mixed: Sequence[Deed]
    first_part: int
    served: tuple[dict[str, Any], ...]
    welcome: str


@st.composite
def stories(draw: Callable[..., Any]) -> Story:
    """Draw a story, and how it arrives: which deeds at all, in which order, in which two parts, and which twice."""
    teller = Teller(draw)
    for _ in range(draw(st.integers(LEAST_DEEDS, MOST_DEEDS))):
        teller.step()
    deeds = teller.deeds
    losable = [deed.number for deed in deeds if deed.may_be_lost]
    lost = draw(st.sets(st.sampled_from(losable), max_size=3)) if losable else set()
    come = [deed for deed in deeds if deed.number not in lost]
    mixed = _mixed(come, draw(st.permutations(range(len(come)))))
    for _ in range(draw(st.integers(0, 4)) if come else 0):
        copied = draw(st.integers(0, len(mixed) - 1))
        mixed.insert(draw(st.integers(copied + 1, len(mixed))), mixed[copied])
    return Story(
        come=come,
        mixed=mixed,
        first_part=draw(st.integers(0, len(mixed))),
        served=teller.served(),
        welcome=draw(st.sampled_from(["everybody", "known"])),
    )


def _mixed(deeds: Sequence[Deed], turns: Sequence[int]) -> list[Deed]:
    """Return *deeds* by their *turns*, but none before what must come before it."""
    waiting = [deed for _, deed in sorted(zip(turns, deeds, strict=True), key=lambda pair: pair[0])]
    mixed: list[Deed] = []
    while waiting:
        missing = {deed.number for deed in waiting}
        following = next(deed for deed in waiting if not deed.after & missing)
        waiting.remove(following)
        mixed.append(following)
    return mixed
