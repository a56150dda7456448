"""What a fault is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tests.faults.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that can go wrong.

    Args:
        name: as it is asked for.
        around: has it happen while a block lasts; at the end of the block all is as it was before.
        holds_s: for how long it lasts, at least and at most.
        quiet: whether nobody writes meanwhile.
        timed, named: what the scene needs for it, see there.
    """

    name: str
    around: Callable[[Scene], AbstractAsyncContextManager[None]]
    holds_s: tuple[float, float] = (0.3, 1.0)
    quiet: bool = False
    timed: bool = False
    named: bool = False
