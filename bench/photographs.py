"""A photograph from a camera: until all its pictures are shown, alone and as one of a work, and in how much memory."""

import asyncio
import resource
import statistics
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench import watch
from bench.site import PROGRAM, Site, until
from bench.size import Size
from bench.table import Aim, Row
from fedi_artisan.cli.given import chosen_artisan, open_workshop

MEGABYTE = 1_000_000
MEGAPIXEL = 1_000_000
AIM_S = Aim(4.0, at_most=True)
CHILD_MB = Aim(250.0, at_most=True)
GROWN_MB = Aim(5.0, at_most=True)
CHILD = "fedi_artisan.media.child"
BARE = """
import sys, pyvips
image = pyvips.Image.new_from_file(sys.argv[1], access="sequential")
image.resize(2560 / max(2560, image.width)).jpegsave(sys.argv[2], Q=84)
"""
LIMIT_IS = "s: libvips alone, to one JPEG of 2,560 px"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What one photograph took."""

    took_s: float
    cpu_s: float
    child_bytes: int


async def run(site: Site, size: Size) -> list[Row]:
    """Return what single photographs cost, which the running server makes, and those of one work, made by the command.

    The clock of a single one starts when it is given, and stops when all its pictures are stored and recorded. The most
    that the server ever was is forgotten at the start: what stands in the table about that was read before.
    """
    folder = site.config_file.parent / "camera"
    alone, bare_s, bare_cpu_s = [], [], []
    watch.forget_peak(site.running)
    before_bytes = watch.resident_bytes(site.running)
    for number in range(size.photos):
        file = await _take(folder, number, size)
        limit_s, limit_cpu_s = await _bare(file)
        bare_s.append(limit_s)
        bare_cpu_s.append(limit_cpu_s)
        alone.append(await _give(site, file, size))
        # From here on it is an old photograph: the same file given again would cost nothing.
        file.unlink()
    # The same widths are more than twice as many pixels where it is higher than wide.
    upright = await _give(site, await _take(folder, size.photos, size, upright=True), size)
    grown_bytes = watch.peak_bytes(site.running) - before_bytes
    limit = statistics.median(bare_s)
    took_s, each_s = await _publish(site, folder, size)
    many = f"{size.photo_px[0] * size.photo_px[1] / MEGAPIXEL:.3g} megapixels"
    return [
        Row(
            what=f"a JPEG of {many}, until all is shown",
            value=statistics.median(one.took_s for one in alone),
            unit="s",
            limit=limit,
            limit_is=LIMIT_IS,
            aim=AIM_S,
        ),
        Row(
            what="… processor time, of the server and the child",
            value=statistics.median(one.cpu_s for one in alone),
            unit="s",
            limit=statistics.median(bare_cpu_s),
            limit_is=LIMIT_IS,
        ),
        Row(
            what="… memory of the child, the most",
            value=max(one.child_bytes for one in alone) / MEGABYTE,
            unit="MB",
            aim=CHILD_MB,
        ),
        Row(what="… one that stands upright", value=upright.took_s, unit="s", aim=AIM_S),
        Row(what="… processor time for that one", value=upright.cpu_s, unit="s"),
        Row(
            what="… memory of the child for that one, the most",
            value=upright.child_bytes / MEGABYTE,
            unit="MB",
            aim=CHILD_MB,
        ),
        Row(
            what="… the server grew meanwhile by",
            value=grown_bytes / MEGABYTE,
            unit="MB",
            aim=GROWN_MB,
        ),
        Row(
            what=f"a work of {size.work_photos} such, by `publish`, each",
            value=each_s,
            unit="s",
            limit=limit,
            limit_is=LIMIT_IS,
            aim=AIM_S,
        ),
        Row(what="… until its page shows it", value=took_s, unit="s"),
    ]


async def _give(site: Site, file: Path, size: Size) -> _Cost:
    """Give a photograph beside the running server, and return what it cost until the server had made everything."""
    pid, seen = site.running, [0]

    def made() -> bool:
        seen.extend(watch.peak_bytes(one) for one in watch.family(pid) if CHILD in watch.program(one))
        return site.count("SELECT count(*) FROM photo_jobs") == 0

    async with open_workshop(site.config) as workshop:
        async with workshop.db.read() as tx:
            artisan = await chosen_artisan(tx, None)
        cpu_s = _all_cpu_s(pid)
        began = time.perf_counter()
        await workshop.intake.give(artisan, file)
        await until(made, within_s=size.patience_s)
        took_s = time.perf_counter() - began
    assert site.count("SELECT count(*) FROM photos WHERE refusal IS NOT NULL OR recipe = ''") == 0
    return _Cost(
        took_s=took_s,
        cpu_s=_all_cpu_s(pid) - cpu_s,
        child_bytes=max(seen),
    )


async def _publish(site: Site, folder: Path, size: Size) -> tuple[float, float]:
    """Publish a work by the command; return the seconds until its page shows it, and those of each photograph."""
    files = [await _take(folder, size.photos + 1 + number, size) for number in range(size.work_photos)]
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "--config", site.config_file, "publish", "--title", "Bowls and books"),
        *(word for file in files for word in ("--photo", file, "--alt", "Bowls and books.")),
        stdout=asyncio.subprocess.PIPE,
    )
    said = (await process.communicate())[0].decode()
    ended = time.perf_counter()
    assert process.returncode == 0, said
    (url,) = (line.removeprefix("URL: ") for line in said.splitlines() if line.startswith("URL: "))
    page = await asyncio.to_thread(_page, url)
    shown = time.perf_counter()
    assert page.count("<figure") == size.work_photos, page.count("<figure")
    return shown - began, (ended - began) / size.work_photos


def _page(url: str) -> str:
    """Return the page at *url*."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server's
        return str(answer.read().decode())


async def _take(folder: Path, number: int, size: Size, *, upright: bool = False) -> Path:
    """Return a photograph that is not there yet, made in a process that ends with it: this one stays small."""
    file = folder / f"{number}.jpg"
    sides_px = reversed(size.photo_px) if upright else size.photo_px
    taking = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.camera", str(file), str(number), *map(str, sides_px)
    )
    assert await taking.wait() == 0
    return file


async def _bare(file: Path) -> tuple[float, float]:
    """Return the seconds, and those of processor time, in which libvips decodes a photograph and makes one of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE, str(file), str(file.with_name("bare.jpg"))
    )
    assert await process.wait() == 0
    took_s = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _all_cpu_s(pid: int) -> float:
    """Return the seconds of processor time of a process and of its children that have ended."""
    return watch.cpu_s(pid) + watch.children_cpu_s(pid)
