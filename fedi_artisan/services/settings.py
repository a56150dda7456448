"""Settings that are changed in the studio: they hold in the place of what the configuration file says, at once.

Only what cannot lock anybody out: how much room photographs may take, and how large one may be.
"""

import dataclasses
import shutil
from dataclasses import dataclass

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.errors import BadInput
from fedi_artisan.language import LANGUAGES
from fedi_artisan.storage import artisans, photo_files, settings
from fedi_artisan.storage.db import Database, Tx

QUOTA = "media.quota_bytes"
LARGEST_PHOTO = "limits.photo_bytes"
SMALLEST_QUOTA_BYTES = 100_000_000
# Below it, what telephones make would be refused; above it, nobody waits for an upload to end.
PHOTO_BYTES = (5_000_000, 500_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much room photographs take and may take, in bytes.

    Args:
        taken_bytes: they take.
        quota_bytes: they may take; *quota_in_file_bytes* by the configuration file.
        photo_bytes: one of them may have; *photo_in_file_bytes* by the configuration file.
        free_bytes: are free on the disk; None where photographs lie elsewhere.
    """

    taken_bytes: int
    quota_bytes: int
    quota_in_file_bytes: int
    photo_bytes: int
    photo_in_file_bytes: int
    free_bytes: int | None

    @property
    def most_quota_bytes(self) -> int | None:
        """As much as they could take before the disk is full."""
        return None if self.free_bytes is None else self.taken_bytes + self.free_bytes


async def as_set(tx: Tx, config: Config) -> Config:
    """Return the settings of the file *config*, with what was set in the studio in their place."""
    chosen = await settings.read_all(tx)
    return dataclasses.replace(
        config,
        media=dataclasses.replace(config.media, quota_bytes=chosen.get(QUOTA, config.media.quota_bytes)),
        limits=dataclasses.replace(config.limits, photo_bytes=chosen.get(LARGEST_PHOTO, config.limits.photo_bytes)),
    )


async def current(db: Database, config: Config) -> Config:
    """Return the settings as they are at this moment; see `as_set`."""
    async with db.read() as tx:
        return await as_set(tx, config)


async def room(tx: Tx, config: Config) -> Room:
    """Return how much room photographs take and may take."""
    now = await as_set(tx, config)
    here = config.media.bucket is None or config.media.originals_bucket is None
    return Room(
        taken_bytes=await photo_files.total_bytes(tx),
        quota_bytes=now.media.quota_bytes,
        quota_in_file_bytes=config.media.quota_bytes,
        photo_bytes=now.limits.photo_bytes,
        photo_in_file_bytes=config.limits.photo_bytes,
        free_bytes=shutil.disk_usage(config.data_dir).free if here else None,
    )


async def set_room(tx: Tx, config: Config, quota_bytes: int, photo_bytes: int) -> None:
    """Have photographs take so much room at most, and one of them so much; what the file says is set no more.

    Raises:
        BadInput: either cannot be; see `check_quota` and `check_largest_photo`.
    """
    there = await room(tx, config)
    check_quota(there, quota_bytes)
    check_largest_photo(there, photo_bytes)
    await settings.put(tx, QUOTA, None if quota_bytes == config.media.quota_bytes else quota_bytes)
    await settings.put(tx, LARGEST_PHOTO, None if photo_bytes == config.limits.photo_bytes else photo_bytes)


def check_quota(there: Room, quota_bytes: int) -> None:
    """Refuse a quota that cannot be; the one that is now may stay, whatever the file says.

    Raises:
        BadInput: there is not so much room, or it is next to nothing.
    """
    if quota_bytes == there.quota_bytes:
        return
    if quota_bytes < SMALLEST_QUOTA_BYTES:
        raise BadInput("This is too little for photographs. Give them a tenth of a gigabyte at least.")
    if there.most_quota_bytes is not None and quota_bytes > there.most_quota_bytes:
        raise BadInput("There is not so much room on the disk.")


def check_largest_photo(there: Room, photo_bytes: int) -> None:
    """Refuse a size that cannot be; the one that is now may stay.

    Raises:
        BadInput: ordinary photographs are larger, or it is more than could be sent.
    """
    least, most = PHOTO_BYTES
    if photo_bytes != there.photo_bytes and not least <= photo_bytes <= most:
        raise BadInput("A photograph may be allowed to have from 5 to 500 megabytes.")


async def set_studio_language(tx: Tx, artisan: Artisan, language: str | None) -> None:
    """Have the studio speak *language* to her; None is as her browser asks.

    Raises:
        BadInput: it speaks no such language.
    """
    if language is not None and language not in LANGUAGES:
        raise BadInput("The studio does not speak this language.")
    current_one = await artisans.get(tx, artisan.id)
    await artisans.update(tx, dataclasses.replace(current_one, studio_language=language))
