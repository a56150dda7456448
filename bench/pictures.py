"""Pictures and parts of them: how many a second, beside a bare Starlette that gives the same file."""

import statistics

from bench.pages import bare, rate
from bench.site import Site
from bench.size import Size
from bench.table import Aim, Row

AIM = Aim(0.5, share=True)
WIDTH_PX = 1280
PART_BYTES = 16_384
LIMIT_IS = "/s: bare Starlette, same file"


async def run(site: Site, size: Size) -> list[Row]:
    """Return the rates of the largest AVIF of WIDTH_PX, whole and in part, ours and the bare one taking turns."""
    name, size_bytes, width_px = site.ask(
        "SELECT file, size_bytes, width_px FROM renditions WHERE role = 'view' AND type = 'avif' AND width_px <= ? "
        "ORDER BY width_px DESC, size_bytes DESC",
        WIDTH_PX,
    )
    path = f"/media/{name}"
    (file,) = site.config.media_dir.rglob(str(name))
    asked: dict[str, dict[str, str]] = {
        f"a picture, {width_px:,} px as AVIF ({size_bytes:,} bytes)": {},
        f"… the first {PART_BYTES:,} bytes of it": {"Range": f"bytes=0-{PART_BYTES - 1}"},
    }
    rows = []
    async with bare(site.config_file.with_name("files.json"), files={path: file}) as bare_port:
        for what, headers in asked.items():
            ours, limit = [], []
            for _ in range(size.page_turns):
                ours.append(await rate(site.port, path, headers, size))
                limit.append(await rate(bare_port, path, headers, size))
            value, best = statistics.median(ours), statistics.median(limit)
            rows.append(Row(what=what, value=value, unit="/s", limit=best, limit_is=LIMIT_IS, aim=AIM))
    return rows
