"""The sample portfolio in tests: the same words and works, with small copies of the photographs so that it is cheap."""

import shutil
from pathlib import Path

import pyvips

from fedi_artisan.cli import sample
from fedi_artisan.cli.given import open_workshop
from fedi_artisan.cli.sample import Sample
from fedi_artisan.config import Config
from fedi_artisan.domain.works import Work
from fedi_artisan.resources import folder
from tests.house import furnish

SMALL_PX = 480


def shrunk(here: Path, long_side_px: int = SMALL_PX) -> Sample:
    """Return the sample with small copies of its photographs, in the folder *here*."""
    whole = folder("sample")
    shutil.copytree(whole, here, ignore=shutil.ignore_patterns("*.jpg"))
    for file in (whole / "photos").glob("*.jpg"):
        small = pyvips.Image.thumbnail(str(file), long_side_px, height=long_side_px)
        small.write_to_file(str(here / "photos" / file.name))
    return sample.read(here)


async def open_sample(config: Config, told: Sample, *, photos_each: int = 1) -> list[Work]:
    """Make the portfolio of *config*, without a server, and furnish it; return the works, the newest last.

    With one small photograph each it takes five seconds, with all photographs as they are a minute.
    """
    await furnish(config, told.username)
    async with open_workshop(config) as workshop:
        return [work async for work in sample.furnish(workshop, told, photos_each=photos_each)][::-1]
