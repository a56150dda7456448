"""A work gone viral: thousands of strangers at once, whose keys must be asked for, while visitors open its page."""

import asyncio
import contextlib
import itertools
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench import watch
from bench.inbox import PUBLIC, activity, effects, like, make_keys, reply, send, signed, until_processed
from bench.neighbours import Neighbour, Street
from bench.site import Site
from bench.size import Size
from bench.table import Aim, Row

MEGABYTE = 1_000_000
MOST_MB = 150.0
MOST_PAGE_MS = 50.0
EACH = 10  # activities of each stranger


async def run(site: Site, size: Size) -> list[Row]:
    """Return what the burst costs, and what visitors notice of it.

    Nobody of the strangers is known: with the first activity of each our server reads her document and key. All
    requests are signed before the clock starts, which stops when the database shows every effect.
    """
    async with Street(size.strangers) as street:
        keys = dict(zip((one.actor_uri for one in street.neighbours), itertools.cycle(make_keys()), strict=False))
        for neighbour in street.neighbours:
            public_key = keys[neighbour.actor_uri].public_key()
            neighbour.describe(public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
            await street.open(neighbour)
        requests = [signed(site, one, keys) for one in _burst(street.neighbours, site)]
        before = effects(site)
        watch.forget_peak(site.running)
        took: list[float] = []
        async with _onlooker(site, took):
            began = time.perf_counter()
            await send(site, size, requests)
            await until_processed(site, size)
            took_s = time.perf_counter() - began
    peak = watch.peak_bytes(site.running) / MEGABYTE
    gained = {name: count - before[name] for name, count in effects(site).items()}
    assert gained["followers"] == size.strangers, gained
    assert gained["replies"] == size.strangers, gained
    percentiles = [value * 1000 for value in statistics.quantiles(took, n=100)]
    done = len(requests)
    return [
        Row(
            what=f"a work gone viral: {done:,} activities of {size.strangers:,} strangers",
            value=done / took_s,
            unit="/s",
        ),
        Row(what="… until all had taken effect", value=took_s, unit="s"),
        Row(
            what="… its page meanwhile, 99th percentile",
            value=percentiles[98],
            unit="ms",
            aim=Aim(MOST_PAGE_MS, at_most=True),
        ),
        Row(what="… its page meanwhile, median", value=percentiles[49], unit="ms"),
        Row(what="… memory of the server meanwhile, the most", value=peak, unit="MB", aim=Aim(MOST_MB, at_most=True)),
    ]


def _burst(strangers: list[Neighbour], site: Site) -> Iterator[dict[str, object]]:
    """Return what the strangers do, taking turns: a Follow, an Announce, a reply, and Likes of all the works."""
    work = site.works[0]
    for stranger in strangers:
        yield like(stranger, work)
    for stranger in strangers:
        yield activity(stranger, "Announce", "announces/0", work) | {"to": [PUBLIC]}
    for stranger in strangers:
        yield reply(stranger, site, work, 0)
    for stranger in strangers:
        yield activity(stranger, "Follow", "follow", site.actor_uri)
    for other in site.works[1 : EACH - 3]:
        for stranger in strangers:
            yield like(stranger, other)


@contextlib.asynccontextmanager
async def _onlooker(site: Site, took: list[float]) -> AsyncIterator[None]:
    """Have somebody open the page of the work while the block lasts; how long each answer took goes into *took*."""
    path = urlsplit(site.pages[0]).path
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.onlooker", str(site.port), path, stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
    finally:
        # With something to say, if only nothing: else Python 3.11 leaves its standard input open.
        told, _ = await process.communicate(b"")
    assert process.returncode == 0
    took += json.loads(told)
