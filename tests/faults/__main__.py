"""Breaks things around a server under load, then holds what it promised against what came of it.

    python -m tests.faults --fault full-disk --times 20 --seed 1
    python -m tests.faults --all

Everything is real: `fedi-artisan serve` in its own process, other servers, an artisan in her studio, visitors. The
disk, the network and the name server are the tests' own, in namespaces of their own.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.kinds import FAULTS
from tests.faults.promises import Harm
from tests.faults.run import run
from tests.faults.spaces import NoSpaces, entering, furnish

_INSIDE = "FAULTS_INSIDE"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there


def main() -> None:
    """Run it from the command line; exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), help="one or more; all share a scene")
    parser.add_argument("--all", action="store_true", help="every fault, each in a scene of its own")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="to have the same chances again")
    parser.add_argument("--json", type=Path, default=None, help="write what came of it there as well")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    if os.environ.get(_INSIDE):
        _inside(given.fault, given.times, seed, given.json)
        return
    if not given.all and not given.fault:
        parser.error("say which with --fault, or --all")
    scenes = [[name] for name in FAULTS] if given.all else [given.fault]
    outcomes = []
    for names in scenes:
        outcomes += suffer(names, times=given.times, seed=seed)
        if given.all:
            print(table(outcomes[-1:]).partition("\n")[2], file=sys.stderr, flush=True)  # as it goes
    print(f"seed {seed}")
    print(table(outcomes))
    if given.json is not None:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps({"seed": seed, "faults": outcomes}, indent=1), encoding="utf-8")
    sys.exit(any(one["broken"] for one in outcomes))


def suffer(names: Sequence[str], *, times: int, seed: int) -> list[dict[str, Any]]:
    """Have the named faults happen in one scene, in a process with namespaces of its own; return what came of each.

    Where something is broken, the folder with configuration, log and database is kept and named.
    """
    place = Path(tempfile.mkdtemp(prefix="faults-", dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None))
    told = place / "outcome.json"
    command = [*entering(), sys.executable, "-m", "tests.faults", "--times", str(times), "--seed", str(seed)]
    command += [part for name in names for part in ("--fault", name)] + ["--json", str(told)]
    ended = subprocess.run(
        command, check=False, env={**os.environ, _INSIDE: str(place)}, capture_output=True, text=True
    )
    if not told.exists():
        raise RuntimeError(f"{' '.join(names)} came to no end; see {place}:\n{ended.stdout}{ended.stderr}")
    outcomes: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
    if any(one["broken"] for one in outcomes):
        outcomes[-1]["place"] = str(place)
    else:
        shutil.rmtree(place)
    return outcomes


def table(outcomes: Sequence[dict[str, Any]]) -> str:
    """Return what came of it for a person to read: a table, then each broken promise."""
    heads = ("fault", "injected", "promised", *map(str, Harm), "longest recovery", "took")
    rows = [
        (
            one["fault"],
            *(str(one[name]) for name in ("times", "promised", *map(str, Harm))),
            f"{one['longest_recovery_s']:.1f} s",
            f"{one['took_s']:.0f} s",
        )
        for one in outcomes
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (heads, *rows)]
    for one in outcomes:
        lines += [f"{one['fault']}: {line}" for line in one["broken"]]
        lines += [f"{one['fault']}: everything is in {one['place']}"] if "place" in one else []
    return "\n".join(lines)


def _inside(names: Sequence[str], times: int, seed: int, told: Path) -> None:
    """Do it, in the namespaces, and write down what came of it."""
    furnish()
    place = Path(os.environ.pop(_INSIDE), "scene")
    place.mkdir()
    outcomes = asyncio.run(run(place, [FAULTS[name] for name in names], times=times, seed=seed))
    documents = [one.document() for one in outcomes]
    told.write_text(json.dumps(documents, default=str), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except NoSpaces as error:
        sys.exit(str(error))
