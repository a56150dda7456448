"""Where photographs lie: public pictures and private originals, each in a folder of this machine or in a bucket.

`media/ab/abcd….jpg` is what the world may see, `originals/….jpg` what the artisan gave.
"""

from dataclasses import dataclass

from fedi_artisan.config import Config
from fedi_artisan.errors import BadConfig
from fedi_artisan.media.folder import Folder
from fedi_artisan.media.incoming import Upload, begin, receive_file, receive_stream, sweep
from fedi_artisan.media.stored import ORIGINAL_NAMES, PUBLIC_NAMES, Content, Store, Stored, name_of

__all__ = [
    "Content",
    "Store",
    "Stored",
    "Stores",
    "Upload",
    "Usage",
    "begin",
    "name_of",
    "open_stores",
    "receive_file",
    "receive_stream",
    "sweep",
    "usage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The two places of photographs: *public* for the world to see, *originals* never served."""

    public: Store
    originals: Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many files there are, and how much room they take."""

    public_files: int
    public_bytes: int
    originals_files: int
    originals_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.public_bytes + self.originals_bytes


def open_stores(config: Config) -> Stores:
    """Return where photographs lie by the settings; nothing is asked or made yet.

    Raises:
        BadConfig: a bucket is wanted, and the library for it is not installed.
    """
    media = config.media
    return Stores(
        public=_bucket(config, media.bucket, "media") if media.bucket else _public(config),
        originals=_bucket(config, media.originals_bucket, "originals")
        if media.originals_bucket
        else _originals(config),
    )


async def usage(stores: Stores) -> Usage:
    """Return how much there is; every file is counted anew."""
    public_files, public_bytes = await _count(stores.public)
    originals_files, originals_bytes = await _count(stores.originals)
    return Usage(
        public_files=public_files,
        public_bytes=public_bytes,
        originals_files=originals_files,
        originals_bytes=originals_bytes,
    )


async def _count(store: Store) -> tuple[int, int]:
    """Return how many files a store has, and their size in bytes."""
    files, size_bytes = 0, 0
    async for stored in store.list():
        files += 1
        size_bytes += stored.size_bytes
    return files, size_bytes


def _public(config: Config) -> Folder:
    """Return the folder of what the world may see."""
    return Folder(root=config.media_dir, names=PUBLIC_NAMES, mode=0o644, spread=True)


def _originals(config: Config) -> Folder:
    """Return the folder of what the artisan gave."""
    return Folder(root=config.originals_dir, names=ORIGINAL_NAMES, mode=0o600, spread=False)


def _bucket(config: Config, bucket: str, folder: str) -> Store:
    """Return what lies below *folder* in a bucket."""
    try:
        # Here alone: most servers have no bucket, and need no library for one.
        from fedi_artisan.media.bucket import Bucket  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise BadConfig(
            "media.bucket: keeping photographs in a bucket needs one more package: pip install 'fedi-artisan[s3]'"
        ) from error
    return Bucket(
        config,
        bucket=bucket,
        folder=folder,
        names=PUBLIC_NAMES if folder == "media" else ORIGINAL_NAMES,
    )
