"""Has faults happen to a scene, one kind after the other, and judges after each what is left."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.judgement import broken_promises
from tests.faults.kinds.fault import Fault
from tests.faults.own_judgement import broken_to_her, note_owed, shown_though_gone
from tests.faults.promises import Broken, Harm, doubled
from tests.faults.scene import Scene

_WARM_UP_S = 0.6
_BEFORE_S = (0.05, 0.4)


@dataclass(kw_only=True)
class Outcome:
    """What came of one kind of fault.

    Args:
        fault: its name.
        times: how often it was injected.
        promised: how much was promised to others and to the artisan, when it was judged.
        longest_recovery_s: from its end until the server did all again that it should.
        took_s: altogether.
        answers: how often each status was answered.
        broken: every promise that was not kept.
    """

    fault: str
    times: int = 0
    promised: int = 0
    longest_recovery_s: float = 0.0
    took_s: float = 0.0
    answers: dict[int, int] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    def count(self, harm: Harm) -> int:
        """Return how many promises were broken in one way."""
        return sum(one.harm is harm for one in self.broken)

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        figures = asdict(self) | {str(harm): self.count(harm) for harm in Harm}
        return figures | {"broken": [str(one) for one in self.broken]}


async def run(place: Path, faults: Sequence[Fault], *, times: int, seed: int) -> list[Outcome]:
    """Have each of *faults* happen so many *times* in the empty folder *place*; return what came of each."""
    timed, named = (any(getattr(one, name) for one in faults) for name in ("timed", "named"))
    async with Scene.open(place, seed, timed=timed, named=named) as scene:
        # What it needs is there before it is needed.
        async with scene.busy():
            await asyncio.sleep(_WARM_UP_S)
        outcomes = [await _suffer(scene, fault, times) for fault in faults]
        if any(one.broken for one in outcomes):
            # The disk goes with the scene.
            shutil.copytree(scene.config.data_dir, place / "data", dirs_exist_ok=True)
        return outcomes


async def _suffer(scene: Scene, fault: Fault, times: int) -> Outcome:
    """Have one kind of fault happen, and judge."""
    outcome, begun = Outcome(fault=fault.name), time.monotonic()
    scene.town.promises.answers.clear()
    try:
        if fault.quiet:
            await _inject(scene, fault, times, outcome)
        else:
            async with scene.busy():
                await _inject(scene, fault, times, outcome)
    except* (TimeoutError, AssertionError):
        outcome.broken.append(Broken(Harm.WRONG, "the server did not recover"))
    await scene.stands_still()
    async with scene.door() as db:
        outcome.broken += await note_owed(db, scene.town)
        outcome.broken += await broken_promises(db, scene.town)
        outcome.broken += await broken_to_her(db, scene.config, scene.studio.own)
        outcome.broken += await shown_though_gone(scene.session, db, scene.config.origin)
    outcome.broken += scene.take_wrong()
    outcome.broken += _said_too_often(scene, most=outcome.times + 2)
    outcome.promised = len(scene.town.promises.accepted) + scene.studio.own.count()
    outcome.answers = dict(sorted((scene.town.promises.answers + scene.visitor.answers).items()))
    scene.visitor.answers.clear()
    outcome.took_s = time.monotonic() - begun
    return outcome


def _said_too_often(scene: Scene, *, most: int) -> list[Broken]:
    """Return what others were sent more often than it can be once for each time that our memory of it was lost."""
    came = Counter((one.id, scene.town.inbox_of(host, one)) for host in scene.town.hosts for one in host.taken)
    scene.sent_before, before = came, scene.sent_before
    return [
        doubled(f"{inbox} was sent {uri} {count} times")
        for (uri, inbox), count in (came - before).items()
        if count > most
    ]


async def _inject(scene: Scene, fault: Fault, times: int, outcome: Outcome) -> None:
    """Have it happen so many times, with some time between."""
    for _ in range(times):
        await asyncio.sleep(scene.chance.uniform(*_BEFORE_S))
        async with fault.around(scene):
            await asyncio.sleep(scene.chance.uniform(*fault.holds_s))
        outcome.times += 1
        outcome.longest_recovery_s = max(outcome.longest_recovery_s, await scene.recovers())
