"""How long it takes from the start of the server to its first answer, beside importing what it stands on."""

import asyncio
import statistics
import sys
import time

from bench.site import Site
from bench.size import Size
from bench.table import Aim, Row

AIM_S = 1.0
IMPORTS = "import starlette, uvicorn, aiohttp"


async def run(site: Site, size: Size) -> list[Row]:
    """Return the median of some starts, each taking turns with the bare imports; its server does not run yet."""
    starts, imports = [], []
    for _ in range(size.starts):
        imports.append(await _import())
        async with site.serving() as first_answer_s:
            starts.append(first_answer_s)
    return [
        Row(
            what="start to first answer",
            value=statistics.median(starts),
            unit="s",
            limit=statistics.median(imports),
            limit_is="s: the imports alone",
            aim=Aim(AIM_S, at_most=True),
        )
    ]


async def _import() -> float:
    """Return the seconds that Python takes to start and import what every such server needs."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", IMPORTS)
    assert await process.wait() == 0
    return time.perf_counter() - began
