"""The whole run: one server, one load after another, one table."""

import asyncio
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import uvloop

from bench import delivery, inbox, pages, paint, phone, photographs, pictures, publishing, start, viral, year
from bench.site import furnish
from bench.size import FULL, QUICK, Size
from bench.table import Aim, Row, render

MEGABYTE = 1_000_000
IDLE_MB = 80.0
MOST_MB = 150.0
SETTLE_S = 1.0


async def measure(size: Size, folder: Path) -> list[Row]:
    """Return all rows: each load works on the same running server, one after another."""
    async with asyncio.timeout(size.total_s):
        return await _measure(size, folder)


async def _measure(size: Size, folder: Path) -> list[Row]:
    site = await furnish(folder / "site")
    click.echo("start …", err=True)
    rows = await start.run(site, size)
    async with site.serving():
        await asyncio.sleep(SETTLE_S)
        memory = [("idle", site.memory())]
        for name, run in (
            ("pages", pages.run),
            ("publishing", publishing.run),
            ("photographs", photographs.run),
            ("pictures", pictures.run),
            ("delivery", delivery.run),
            ("inbox", inbox.run),
            ("viral", viral.run),
        ):
            click.echo(f"{name} …", err=True)
            rows += await run(site, size)
            memory.append((f"after {name}", site.memory()))
        click.echo("paint …", err=True)
        rows += await paint.run(site, size)
    click.echo("year …", err=True)
    rows += await year.run(size, folder / "year")
    click.echo("phone …", err=True)
    rows += await phone.run(size, folder / "phone")
    return rows + _memory_rows(memory)


def _memory_rows(memory: list[tuple[str, tuple[int, int]]]) -> list[Row]:
    """Return what was resident at each moment, and the most there ever was."""
    aims = {"idle": Aim(IDLE_MB, at_most=True)}
    rows = [
        Row(what=f"memory, {moment}", value=resident / MEGABYTE, unit="MB", aim=aims.get(moment))
        for moment, (resident, _) in memory
    ]
    peak = max(peak for _, (_, peak) in memory) / MEGABYTE
    return [*rows, Row(what="memory, the most ever", value=peak, unit="MB", aim=Aim(MOST_MB, at_most=True))]


def machine() -> str:
    """Return one line about where and when this ran."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{now}; {_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}; load {load} at start"


def _processor() -> str:
    """Return the name of the processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@click.command()
@click.option("--quick", is_flag=True, help="Only see whether everything runs; the figures mean little.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures to this file as well.")
def main(*, quick: bool, file: Path | None) -> None:
    """Measure what the server costs and print it beside its limits."""
    about = machine()
    with tempfile.TemporaryDirectory(prefix="fedi-artisan-bench-") as folder:
        rows = uvloop.run(measure(QUICK if quick else FULL, Path(folder)))
    click.echo(about)
    click.echo(render(rows))
    if file is not None:
        figures = {"about": about, "quick": quick, "rows": [row.figures() for row in rows]}
        file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
