"""Going round the house: looking at everything at once, with patience for what takes long."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Check, Finding, Look, Verdict, said

log = logging.getLogger(__name__)

LOOK_WITHIN_S = 6.0
# How long a page waits for what is being looked at; what is not there by then it shows as it was.
PATIENCE_S = 3.0
# What was found is good enough to be told in passing for so long.
OLD_AFTER = timedelta(minutes=10)


def nobody(check: Check) -> None:
    """Tell nobody."""
    del check


@dataclass(frozen=True, slots=True)
class Round:
    """What was found, in the order of the looks; what is *missing* yet, and *at* which moment the oldest was found."""

    checks: tuple[Check, ...]
    missing: tuple[Look, ...]
    at: datetime


async def go_round(
    looks: Sequence[Look], told: Callable[[Check], None] = nobody, within_s: float = LOOK_WITHIN_S
) -> tuple[Check, ...]:
    """Return what is found, in the order of *looks*; all are looked at at the same time.

    Args:
        looks: what is looked at.
        told: is told of each as soon as it is known.
        within_s: how long each may take, whatever hangs.
    """

    async def look(one: Look) -> Check:
        check = await _look(one, within_s)
        told(check)
        return check

    return tuple(await asyncio.gather(*map(look, looks)))


async def _look(look: Look, within_s: float = LOOK_WITHIN_S) -> Check:
    """Return what is found; a look that fails is a finding as well, and keeps nobody from the others."""
    try:
        async with asyncio.timeout(within_s):
            found = await look.find()
    except TimeoutError:
        found = Finding(Verdict.UNKNOWN, (said("This took too long to look at."),))
    except Exception as error:  # a boundary: whatever is broken here, the rest of the house is still told of
        log.exception("%s could not be looked at", look.name)
        found = Finding(Verdict.BROKEN, (said("This could not be looked at: {why}", why=str(error)),))
    return Check(
        name=look.name,
        title=look.title,
        verdict=found.verdict,
        facts=found.facts,
        advice=found.advice,
        command=found.command,
        group=look.group,
    )


class Rounds:
    """Goes round the house when somebody wants to know; a class because it remembers what was found.

    Args:
        looks: returns what is looked at; asked when somebody first wants to know.
        clock: what time it is.
    """

    def __init__(self, looks: Callable[[], Sequence[Look]], clock: Clock) -> None:
        self._ask_for_looks = looks
        self._looks: Sequence[Look] = ()
        self._clock = clock
        self._found: dict[str, tuple[Check, datetime]] = {}
        self._going: asyncio.Task[None] | None = None

    async def look(self, patience_s: float = PATIENCE_S) -> Round:
        """Go round, and return what is found within *patience_s*; what takes longer is as it was before."""
        self._looks = self._looks or self._ask_for_looks()
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        await asyncio.wait([self._going], timeout=patience_s)
        found = [self._found[look.name] for look in self._looks if look.name in self._found]
        missing = tuple(look for look in self._looks if look.name not in self._found)
        return Round(tuple(check for check, _ in found), missing, min((at for _, at in found), default=self._clock()))

    async def glance(self) -> tuple[Check, ...]:
        """Return what is known at this moment; where that is old, somebody goes round meanwhile for the next time."""
        latest = max((at for _, at in self._found.values()), default=None)
        if latest is None or abs(self._clock() - latest) > OLD_AFTER:
            await self.look(patience_s=0)
        return tuple(check for check, _ in self._found.values())

    async def stop(self) -> None:
        """End what is still being looked at."""
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)

    async def _go(self) -> None:
        await asyncio.gather(*map(self._note, self._looks))

    async def _note(self, look: Look) -> None:
        """Look, and remember what was found as soon as it is known."""
        check = await _look(look)
        self._found[look.name] = (check, self._clock())
