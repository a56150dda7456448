"""Pictures and parts of them: how many a second, beside a bare Starlette that gives the same file."""

from bench.rate import Request, bare, beside
from bench.site import Site
from bench.size import Size
from bench.table import Aim, Row

AIM = Aim(0.5, share=True)
WIDTH_PX = 1280
PART_BYTES = 16_384
LIMIT_IS = "bare Starlette, same file"


async def run(site: Site, size: Size) -> list[Row]:
    """Return the rates of the largest AVIF of WIDTH_PX, whole and in part, ours and the bare one taking turns."""
    name, size_bytes, width_px = site.ask(
        "SELECT file, size_bytes, width_px FROM renditions WHERE role = 'view' AND type = 'avif' AND width_px <= ? "
        "ORDER BY width_px DESC, size_bytes DESC",
        WIDTH_PX,
    )
    path = f"/media/{name}"
    (file,) = site.config.media_dir.rglob(str(name))
    asked = {
        f"a picture, {width_px:,} px as AVIF ({size_bytes:,} bytes)": Request(path),
        f"… the first {PART_BYTES:,} bytes of it": Request(path, {"Range": f"bytes=0-{PART_BYTES - 1}"}),
    }
    rows = []
    async with bare(site.config_file.with_name("files.json"), files={path: file}) as bare_port:
        for what, request in asked.items():
            rows += await beside(what, (site.port, request), (bare_port, request), size, limit_is=LIMIT_IS, aim=AIM)
    return rows
