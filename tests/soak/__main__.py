"""The load of a busy day on one server for half an hour, and whether anything grows by it.

    python -m tests.soak --minutes 30 --json artefacts/soak.json

Ten page views a second, five signed activities a second from a thousand other servers, a work each minute to as many
inboxes, and the artisan in her studio. Exit code 1 where memory, files, connections, threads or tasks grow.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import aiohttp

from bench import site as sites
from bench.neighbours import Street
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import sessions
from fedi_artisan.storage import artisans
from fedi_artisan.web.studio.door import cookie_name
from tests.house import free_socket
from tests.soak.load import Day
from tests.soak.sampling import EVERY_S, Sample, growths, sample, table

_INBOXES = 1_000
_LONGEST_MINUTES = 24 * 60


async def run(folder: Path, *, seconds: float, seed: int) -> tuple[list[Sample], dict[str, int]]:
    """Return how the server stood, every few seconds, and how often each answer was given."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    site = await sites.furnish(folder / "site")
    with free_socket() as probe:
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    with site.config_file.open("a", encoding="utf-8") as settings:
        settings.write(f'[metrics]\nlisten = "{listen}"\n')
    async with site.writing() as tx:
        token = await sessions.open_session(tx, (await artisans.list_all(tx))[0].id, "Firefox, Linux", utc_now())
    studio = {"Cookie": f"{cookie_name(site.config)}={token}", "Accept": "text/html"}
    # Visitors come with their own browsers: no connection waits for the next.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with (
        asyncio.timeout(seconds + 300),
        site.serving(),
        Street(_INBOXES) as street,
        aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as session,
    ):
        day = Day(site, street, session, studio=studio, chance=chance)
        await day.open()
        began, samples = time.monotonic(), list[Sample]()
        living = asyncio.create_task(day.live(seconds))
        while not living.done():
            await asyncio.wait([living], timeout=EVERY_S)
            metrics = f"http://{listen}/metrics"
            samples.append(await sample(day, site.running, site.config.database, metrics, began))
            _tell(samples[-1], seconds)
        await living
    return samples, dict(day.came.answers)


def _tell(seen: Sample, seconds: float) -> None:
    """Say how far it is, in one line that is written over."""
    memory, p99_ms = seen.memory_bytes / 1e6, seen.p99_s * 1000
    line = (
        f"{seen.at_s:6.0f} of {seconds:.0f} s: {memory:.1f} MB, {seen.files} files, {seen.tasks} tasks, {p99_ms:.0f} ms"
    )
    print(line, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, help="write all samples there as well")
    given = parser.parse_args()
    if not 0 < given.minutes <= _LONGEST_MINUTES:
        parser.error(f"--minutes must be between 0 and {_LONGEST_MINUTES}")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        samples, answers = asyncio.run(run(Path(folder), seconds=60 * given.minutes, seed=given.seed))
    found = growths(samples)
    print(f"{given.minutes:g} minutes: {', '.join(f'{count:,} × {name}' for name, count in sorted(answers.items()))}")
    print(table(found))
    # Whoever is put off or told of a fault was not served on a busy day.
    unserved = {name: count for name, count in answers.items() if name.split()[-1] in {"429", "500", "502", "503"}}
    unserved |= {name: count for name, count in answers.items() if name.endswith("Error")}
    if unserved:
        print(f"not served: {unserved}")
    if given.json is not None:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "answers": answers,
            "growth": [asdict(one) for one in found],
            "samples": [asdict(one) for one in samples],
        }
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.exit(bool(unserved) or any(one.grows for one in found))


if __name__ == "__main__":
    main()
