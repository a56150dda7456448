"""How a photograph, or the picture of a watermark, is taken in: looked at, weighed against the quota, kept."""

import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.terms import Watermark
from fedi_artisan.errors import BadPhoto, NoRoom
from fedi_artisan.media import darkroom
from fedi_artisan.media.incoming import Upload, begin, receive_file, told_when_full
from fedi_artisan.media.kinds import GIVE_INSTEAD, Kind, describe, kind_of
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.store import Stores
from fedi_artisan.media.stored import name_of
from fedi_artisan.media.texts import clean
from fedi_artisan.media.turns import Shelf, turn
from fedi_artisan.services import photos as photos_service
from fedi_artisan.services import settings
from fedi_artisan.storage import photo_files
from fedi_artisan.storage.db import Database

_LONGEST_NAME = 120
# The smallest GIF there is, one white dot, on which a watermark can be tried.
_TRIAL = b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


@dataclass(frozen=True, slots=True)
class PhotoIntake:
    """Takes in what is given. Its parts are what every step needs."""

    config: Config
    db: Database
    stores: Stores
    clock: Clock = utc_now

    async def give(self, artisan: Artisan, path: Path, *, beside: Collection[str] = ()) -> str:
        """Take in the local file *path* as a photograph of the artisan and return its uid; its pictures are to be made.

        The same file given again is the same photograph, unless it is given *beside* that one.

        Raises:
            BadPhoto: it is no photograph that could be read, and what it is instead.
            TooLarge: it has too many bytes.
            NoRoom: the photographs here take as much room as they may.
        """
        with await receive_file(await settings.current(self.db, self.config), path) as upload:
            return await self.give_upload(artisan, upload, path.name, beside=beside)

    async def give_upload(
        self, artisan: Artisan, upload: Upload, name: str, *, beside: Collection[str] = (), key: str | None = None
    ) -> str:
        """Keep a received file as a photograph of the artisan and return its uid; its pictures are to be made.

        What is given again with a *key* that was given before is the photograph of then, whatever has come of it.

        Raises:
            BadPhoto: it is no photograph that could be read, and what it is instead.
            NoRoom: the photographs here take as much room as they may, or the disk is full.
        """
        name = clean(name, _LONGEST_NAME)
        kind = kind_of(upload.head)
        if kind is None:
            raise BadPhoto(GIVE_INSTEAD, of=name, kind=describe(upload.head))
        original = name_of(upload.sha256, kind.value)
        async with turn(self.config, Shelf.ORIGINALS):
            async with self.db.read() as tx:
                taken_bytes = await photo_files.total_bytes(tx)
                most_bytes = (await settings.as_set(tx, self.config)).media.quota_bytes
            if taken_bytes + upload.size_bytes > most_bytes:
                raise NoRoom(
                    "there is no room left: photographs may take {most_mb} MB here. Withdraw what nobody needs to see, "
                    "or give photographs more room.",
                    of=name,
                    most_mb=round(most_bytes / 1e6),
                )
            with told_when_full():
                await self.stores.originals.put(upload.file, original)
            async with self.db.write() as tx:
                return await photos_service.give(
                    tx,
                    artisan,
                    name=name,
                    original=original,
                    original_bytes=upload.size_bytes,
                    now=self.clock(),
                    beside=beside,
                    key=key,
                )

    @contextlib.asynccontextmanager
    async def keep_mark(self, path: Path) -> AsyncIterator[str]:
        """Keep the PNG *path* as the picture of a watermark, and give its name; say within the block what bears it.

        Raises:
            BadPhoto: it is no PNG, or could not be drawn over a photograph.
            TooLarge: it has too many bytes.
        """
        with await receive_file(await settings.current(self.db, self.config), path) as upload:
            async with self.keep_mark_upload(upload, path.name) as name:
                yield name

    @contextlib.asynccontextmanager
    async def keep_mark_upload(self, upload: Upload, file_name: str) -> AsyncIterator[str]:
        """Keep a received PNG as the picture of a watermark; as `keep_mark`."""
        if kind_of(upload.head) is not Kind.PNG:
            raise BadPhoto("a watermark is a PNG picture, best with a transparent ground.", of=file_name)
        name = name_of(upload.sha256, Kind.PNG.value)
        async with turn(self.config, Shelf.PICTURES):
            try:
                marked = Recipe(watermark=Watermark(image=name))
                await darkroom.check(self.config, upload.file, marked, mark=upload.file)
            except BadPhoto as error:
                raise BadPhoto(error.sentence, of=file_name, **error.values) from error
        async with turn(self.config, Shelf.ORIGINALS):
            await self.stores.originals.put(upload.file, name)
            yield name

    async def check_text(self, watermark: Watermark) -> None:
        """Find out whether a watermark that is a text can be drawn.

        Raises:
            BadPhoto: it cannot, and what to give instead.
        """
        with begin(self.config) as trial:
            trial.write(_TRIAL)
            async with turn(self.config, Shelf.PICTURES):
                await darkroom.check(self.config, trial.path, Recipe(watermark=watermark))

    async def room(self) -> tuple[int, int]:
        """Return how many bytes photographs take here, as far as their sizes are known, and how many they may take."""
        async with self.db.read() as tx:
            return await photo_files.total_bytes(tx), (await settings.as_set(tx, self.config)).media.quota_bytes
