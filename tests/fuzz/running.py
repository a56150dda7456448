"""How a target is run for long: under atheris in a process of its own, then under Hypothesis, each for its time."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.fuzz.asked import Asked
from tests.fuzz.recording import COUNTS

REGRESSIONS = Path(__file__).parent / "corpus"
_HYPOTHESIS_SHARE = 0.2
_SLACK_S = 150.0  # for starting, and for the last input
_MOST_STARTS = 5
_SHORTEST_S = 3.0


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one target under one engine; `found` holds the files of inputs with which something is wrong."""

    target: str
    engine: str
    seconds: float = 0.0
    executions: int = 0
    crashes: int = 0
    server_faults: int = 0
    slow: int = 0
    slowest_s: float = 0.0
    found: dict[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.crashes or self.server_faults or self.slow or self.found)


def run(name: str, seconds: float, artefacts: Path, seed: int) -> list[Outcome]:
    """Return what came of a target, first by atheris, then by Hypothesis."""
    share_s = max(seconds * _HYPOTHESIS_SHARE, _SHORTEST_S)
    return [
        _by_atheris(name, max(seconds - share_s, _SHORTEST_S), artefacts, seed),
        _by_hypothesis(name, share_s, artefacts, seed),
    ]


def _by_atheris(name: str, seconds: float, artefacts: Path, seed: int) -> Outcome:
    """Run atheris; where an input ended it, start it again as long as there is time."""
    outcome = Outcome(target=name, engine="atheris", seconds=seconds)
    with _room() as room:
        corpus = room / "corpus"
        corpus.mkdir()
        sow_regressions(name, corpus)
        ends_at = time.monotonic() + seconds
        for start in range(_MOST_STARTS):
            left_s = ends_at - time.monotonic()
            asked = _asked(name, left_s, seed + start, artefacts, room)
            if left_s < 1 or _run(outcome, asked, "tests.fuzz.child", "--corpus", str(corpus)):
                break
    return outcome


def _by_hypothesis(name: str, seconds: float, artefacts: Path, seed: int) -> Outcome:
    outcome = Outcome(target=name, engine="hypothesis", seconds=seconds)
    with _room() as room:
        _run(outcome, _asked(name, seconds, seed, artefacts, room), "tests.fuzz.by_hypothesis")
    return outcome


@contextlib.contextmanager
def _room() -> Iterator[Path]:
    """Give a folder in memory while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm") as room:
        yield Path(room)


def _asked(name: str, seconds: float, seed: int, artefacts: Path, room: Path) -> Asked:
    findings = artefacts / name
    findings.mkdir(parents=True, exist_ok=True)
    return Asked(name=name, seconds=round(seconds), seed=seed, findings=findings, counts=room / "counts")


def _run(outcome: Outcome, asked: Asked, module: str, *more: str) -> bool:
    """Run one process to its end, add what it counted and found, and return whether it ended well.

    What it says itself is kept beside what it finds.
    """
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(asked.counts.parent)}
    with (asked.findings / f"{module.rpartition('.')[2]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *asked.words(), *more],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            status = process.wait(asked.seconds + _SLACK_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
    _add(outcome, asked, status)
    return status == 0


def _add(outcome: Outcome, asked: Asked, status: int) -> None:
    """Add to *outcome* what a process counted and found."""
    if asked.counts.exists():
        tried, crashes, faults, slow, slowest_s = COUNTS.unpack(asked.counts.read_bytes())
        outcome.executions += tried
        outcome.crashes += crashes
        outcome.server_faults += faults
        outcome.slow += slow
        outcome.slowest_s = max(outcome.slowest_s, slowest_s)
    if status:
        outcome.crashes += 1
        outcome.found[f"its process, {outcome.engine}"] = f"ended with {status}; see its log"
    for file in sorted(asked.findings.iterdir()):
        if file.suffix == ".json":
            told = json.loads(file.read_text())
            outcome.found[file.stem] = f"{told['what']} at {told['place']}"
        elif file.suffix not in {".input", ".log"}:
            outcome.found[file.name] = "ended the process"


def sow_regressions(name: str, corpus: Path) -> None:
    """Copy what was found before among the inputs to begin with."""
    for file in sorted((REGRESSIONS / name).glob("*")):
        shutil.copyfile(file, corpus / file.name)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return it for a person to read."""
    lines = [f"{'target':<22} {'engine':<11} {'executions':>10} {'crashes':>8} {'500s':>5} {'slow':>5} {'slowest':>9}"]
    for one in outcomes:
        counts = f"{one.executions:>10,} {one.crashes:>8} {one.server_faults:>5} {one.slow:>5}"
        lines.append(f"{one.target:<22} {one.engine:<11} {counts} {one.slowest_s * 1000:>6.0f} ms")
        lines += [f"    {name}: {what}" for name, what in one.found.items()]
    total = sum(one.executions for one in outcomes)
    wrong = [sum(getattr(one, name) for one in outcomes) for name in ("crashes", "server_faults", "slow")]
    lines.append(f"{'all':<22} {'':<11} {total:>10,} {wrong[0]:>8} {wrong[1]:>5} {wrong[2]:>5}")
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Return it for programs."""
    return json.dumps([asdict(one) for one in outcomes], indent=1)


def chance() -> int:
    """Return a seed that nobody chose."""
    return random.SystemRandom().randrange(1, 2**31)
