"""Tries at length whatever comes from outside, in wrong forms without end, and tells what came of it.

    python -m tests.fuzz --all --minutes 30
    python -m tests.fuzz --target html --target inbox --seconds 60
    python -m tests.fuzz --target html --input artefacts/fuzz/html/0123456789abcdef.input

Each target runs in a process of its own, in little memory; nothing but this machine is asked. What is found stays in
`artefacts/fuzz/TARGET/`; put the inputs into `tests/fuzz/corpus/TARGET/`, and every test run tries them again.
"""

import argparse
import shutil
import sys
from pathlib import Path

from tests.fuzz import running
from tests.fuzz.table import NAMES
from tests.fuzz.table import target as find
from tests.fuzz.target import try_one


def main() -> None:
    """Run it from the command line; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", action="append", choices=sorted(NAMES), help="one or more")
    parser.add_argument("--all", action="store_true", help="every target")
    parser.add_argument("--seconds", type=float, default=60, help="for each target; those of the server take longer")
    parser.add_argument("--minutes", type=float, default=None, help="for all of them together")
    parser.add_argument("--seed", type=int, default=None, help="to have the same chances again")
    parser.add_argument("--artefacts", type=Path, default=Path("artefacts/fuzz"))
    parser.add_argument("--json", type=Path, default=None, help="write what came of it there as well")
    parser.add_argument("--input", type=Path, default=None, help="try this file once")
    given = parser.parse_args()
    names = [*NAMES] if given.all else given.target or parser.error("say which with --target, or --all")
    if given.input is not None:
        _once(names[0], given.input)
        return
    seed = given.seed or running.chance()
    weights = sum(find(name).weight for name in names)
    outcomes = []
    for name in names:
        seconds = given.seconds if given.minutes is None else given.minutes * 60 * find(name).weight / weights
        shutil.rmtree(given.artefacts / name, ignore_errors=True)
        outcomes += running.run(name, seconds, given.artefacts, seed)
        print("\n".join(running.table(outcomes[-2:]).splitlines()[1:-1]), flush=True)  # as it goes
    print(f"\nseed {seed}\n{running.table(outcomes)}")
    if given.json is not None:
        given.json.write_text(running.as_json(outcomes))
    sys.exit(not all(one.is_clean for one in outcomes))


def _once(name: str, file: Path) -> None:
    """Try one input, and tell what is wrong with it."""
    trial = try_one(find(name), file.read_bytes())
    print(f"{trial.took_s:.3f} s")
    if trial.finding is not None:
        print(trial.finding.what, trial.finding.place, trial.finding.told, sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
