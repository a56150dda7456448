"""Kills the server and the commands that handle photographs, time and again, then looks whether anything is broken.

    python -m tests.faults.photo_kill --kills 200 --seed 1

Everything is real: `fedi-artisan serve`, the commands beside it, their children, and another server that follows.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.photo_report import Report
from tests.faults.photo_scene import Scene


async def run(place: Path, *, kills: int, seed: int) -> Report:
    """Kill at least *kills* times in the empty folder *place*, or until something breaks; return what came of it."""
    begun = time.monotonic()
    async with Scene.open(place, seed) as scene:
        await scene.begin()
        watching = asyncio.create_task(scene.watch_orphans())
        try:
            while scene.report.kills < kills and not scene.report.broken:
                await scene.live_and_die()
            await scene.end()
        finally:
            watching.cancel()
        scene.report.took_s = time.monotonic() - begun
        return scene.report


def main() -> None:
    """Run it from the command line; exit code 1 where something is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="to have the same chances again")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    place = Path(tempfile.mkdtemp(prefix="photo-kill-"))
    report = asyncio.run(run(place, kills=given.kills, seed=seed))
    print(report)
    if report.broken:
        print(f"the server's data and log are in {place}")
        sys.exit(1)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
