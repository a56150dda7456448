"""Photographs sent into a draft, one by one as a script does, or with a form."""

from pathlib import Path

import aiohttp

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.services import drafts
from tests.house import House
from tests.photos import PHOTOS

TINY = PHOTOS / "bowl-tiny.jpg"
OTHER = PHOTOS / "bowls-tiny.jpg"
SCRIPT = PHOTOS / "script.svg"


async def begun(house: House) -> KeptDraft:
    """Return a new draft."""
    async with house.db.write() as tx:
        return await drafts.begin(tx, house.artisan, utc_now())


async def names(house: House, draft: KeptDraft) -> list[str]:
    """Return the files that stand in a draft, in their order."""
    async with house.db.read() as tx:
        return [one.name for one in (await drafts.get(tx, house.artisan, draft.uid)).photos]


def left_behind(house: House) -> list[Path]:
    """Return every file that is not finished."""
    return list(house.config.incoming_dir.rglob("*"))


def originals(house: House) -> list[Path]:
    """Return every file that was kept."""
    return list(house.config.originals_dir.rglob("*.*"))


def form(*files: tuple[str, bytes], **fields: str) -> aiohttp.FormData:
    """Return a form with files, as a browser without scripts sends it."""
    data = aiohttp.FormData()
    for name, text in fields.items():
        data.add_field(name, text)
    for name, content in files:
        data.add_field("photo", content, filename=name, content_type="image/jpeg")
    return data
