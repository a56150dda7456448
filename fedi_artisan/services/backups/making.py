"""Making a backup beside the running server: of one moment, whole or not there, and noted whatever came of it."""

import asyncio
import contextlib
import dataclasses
import errno
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.domain.backups import Keeping, Kind, Name, house_of
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.errors import ArtisanError, BadInput, DiskFull
from fedi_artisan.media.store import Stores
from fedi_artisan.media.turns import nothing_goes, only_backup
from fedi_artisan.services.backups import shelf, staging
from fedi_artisan.services.backups.layout import ABOUT, BASE_SUMS, About, Base, written_sums
from fedi_artisan.services.backups.orders import Made, Order, Watching
from fedi_artisan.services.backups.room import check_room
from fedi_artisan.services.backups.sealing import sealed
from fedi_artisan.services.backups.staging import Contents, Photograph
from fedi_artisan.services.backups.writing import Writing
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.storage import backups
from fedi_artisan.storage.backups import Fault
from fedi_artisan.storage.db import Database

_ALONE_TRIES, _ALONE_AGAIN_S = 5, 0.1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What stands before and behind each entry, and the list of all.
_ENTRY_BYTES = 1_200
# Above it, what is new since the last whole backup is worth another whole one.
_MUCH_NEW = 0.5


@dataclass(frozen=True, slots=True)
class Backups:
    """Makes backups, in a process that does nothing else meanwhile. Its parts are what every step needs.

    Args:
        config: all settings, of the configuration file *file*.
        file: itself.
        db: the database.
        stores: where photographs lie.
        clock: what time it is.
    """

    config: Config
    file: Path
    db: Database
    stores: Stores
    clock: Clock = utc_now
    watching: Watching = field(default_factory=Watching)

    async def make(self, order: Order) -> Made:
        """Make one, and note it.

        Raises:
            BadInput: another one is being made, or the file is there already.
            BadDatabase: the database is damaged.
            DiskFull: there is no room for it.
            OSError: it could not be written.
        """
        async with contextlib.AsyncExitStack() as alone:
            await self._be_alone(alone)
            if not order.gathers and order.to.exists():
                # Nothing is noted: whoever mistook a name has no broken backup.
                raise BadInput(f"{order.to} is there already; name another file, or a folder in which backups gather")
            now = self.clock().replace(microsecond=0)
            async with self.db.write() as tx:
                row = await backups.begin(
                    tx, by=order.by, place=str(order.to), sealed=order.seal is not None, now=self.clock()
                )
            try:
                made = await self._make(order, now)
            except (ArtisanError, OSError) as error:
                await self._note_failure(row, error)
                raise
            finally:
                staging.clear(self.config.backing_up_dir)
            async with self.db.write() as tx:
                await backups.end(
                    tx,
                    row,
                    place=str(made.file),
                    kind=made.about.kind,
                    size_bytes=made.size_bytes,
                    now=self.clock(),
                )
        return made

    async def _be_alone(self, alone: contextlib.AsyncExitStack) -> None:
        """See that nobody else makes a backup until *alone* ends; who only asked is through in a moment.

        Raises:
            BadInput: somebody does.
        """
        for _ in range(_ALONE_TRIES):
            with contextlib.ExitStack() as trying:
                if trying.enter_context(only_backup(self.config)):
                    alone.push(trying.pop_all())
                    return
            await asyncio.sleep(_ALONE_AGAIN_S)
        raise BadInput("a backup is being made at this moment; wait until it is done")

    async def _note_failure(self, row: int, error: ArtisanError | OSError) -> None:
        """Note why it came to nothing."""
        fault = Fault.OTHER
        if isinstance(error, DiskFull):
            fault = Fault.FULL
        elif isinstance(error, OSError):
            fault = Fault.PLACE
        async with self.db.write() as tx:
            await backups.fail(tx, row, fault, str(error), self.clock())

    async def _make(self, order: Order, now: datetime) -> Made:
        """Make one while no file of a photograph goes, and then let go what was held."""
        try:
            async with nothing_goes(self.config):
                if order.gathers:
                    # Not its parents: where a disk is not mounted, it must not be taken for one that is.
                    order.to.mkdir(mode=0o700, exist_ok=True)
                contents = await staging.gather(
                    self.config,
                    self.file,
                    self.stores,
                    small=order.small,
                    with_bucket=order.with_bucket,
                )
                made = await self._write(order, contents, now)
        finally:
            await PhotoFiles(self.config, self.db, self.stores, self.clock).collect_or_warn()
        if not order.gathers:
            return made
        gone = shelf.let_go(order.to, house_of(self.config.host), _keeping(self.config), but=made.file.name)
        return dataclasses.replace(made, gone=tuple(gone))

    async def _write(self, order: Order, contents: Contents, now: datetime) -> Made:
        """Write it, in the folder or as the file that was asked for."""
        if not order.gathers:
            return await self._write_file(order, contents, now, name=None, old=None)
        house = house_of(self.config.host)
        old = None
        if not order.stands_alone:
            old = shelf.base_for(
                order.to,
                house,
                sealed_for=order.sealed_for,
                now=now,
                within=timedelta(days=self.config.backup.whole_every_days),
            )
        if old is not None and _much_is_new(contents, old[1].photographs):
            old = None
        name = Name(house=house, at=now, base=None if old is None else old[0].at, ending=order.ending)
        return await self._write_file(order, contents, now, name=name, old=old)

    async def _write_file(
        self,
        order: Order,
        contents: Contents,
        now: datetime,
        *,
        name: Name | None,
        old: tuple[Name, shelf.Whole] | None,
    ) -> Made:
        target = order.to if name is None else order.to / str(name)
        in_old: Mapping[str, str] = {} if old is None else old[1].photographs
        new = [photo for photo in contents.photographs if photo.entry not in in_old]
        in_base = {photo.entry: in_old[photo.entry] for photo in contents.photographs if photo.entry in in_old}
        about = About(
            id=secrets.token_hex(16),
            program=__version__,
            schema=contents.schema,
            origin=self.config.origin,
            made_at=now,
            database_bytes=contents.database_bytes,
            base=None if old is None else Base(name=str(old[0]), id=old[1].id),
            small=order.small,
            left_out=contents.left_out,
            missing=len(contents.missing),
        )
        sums, size_bytes = await self._write_entries(target, order, about, contents, new=new, in_base=in_base)
        if name is not None and name.kind is Kind.WHOLE:
            photographs = {photo.entry: sums[photo.entry] for photo in new}
            whole = shelf.Whole(
                id=about.id, size_bytes=size_bytes, sealed_for=order.sealed_for, photographs=photographs
            )
            shelf.write_list(order.to, name, whole)
        return Made(
            file=target,
            about=about,
            size_bytes=size_bytes,
            photographs=len(new),
            in_base=len(in_base),
            missing=contents.missing,
            damaged=tuple(photo.name for photo in new if not _is_itself(photo, sums)),
            unnamed=contents.unnamed,
            gone=(),
        )

    async def _write_entries(
        self,
        target: Path,
        order: Order,
        about: About,
        contents: Contents,
        *,
        new: list[Photograph],
        in_base: Mapping[str, str],
    ) -> tuple[Mapping[str, str], int]:
        """Write everything into the file *target*; return the sum of each entry, and how large it is in bytes."""
        total_bytes = sum(one.size_bytes for one in contents.loose) + sum(one.size_bytes for one in new)
        around_bytes = _ENTRY_BYTES * (len(contents.loose) + len(new) + len(in_base))
        check_room(target.parent, total_bytes + around_bytes, "this backup")
        self.watching.on_total(total_bytes)
        try:
            with (
                shelf.writing(target) as file,
                sealed(file, order.seal, about.made_at) as sink,
            ):
                writing = Writing(sink, about.made_at, self.watching.on_bytes)
                writing.put(ABOUT, about.written())
                for loose in contents.loose:
                    with writing.entry(loose.entry, loose.size_bytes) as write:
                        for piece in staging.read(loose.file):
                            write(piece)
                for photo in new:
                    with writing.entry(photo.entry, photo.size_bytes) as write:
                        async with photo.store.open(photo.name) as content:
                            async for piece in content.chunks:
                                write(piece)
                if about.base is not None:
                    writing.put(BASE_SUMS, written_sums(in_base))
                writing.finish()
            size_bytes = target.stat().st_size  # noqa: ASYNC240 - nobody else waits here
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull(f"{target.parent}: the disk is full; no backup was made") from error
            raise
        return writing.sums, size_bytes


def _much_is_new(contents: Contents, in_old: Mapping[str, str]) -> bool:
    new_bytes = sum(photo.size_bytes for photo in contents.photographs if photo.entry not in in_old)
    return new_bytes > _MUCH_NEW * sum(photo.size_bytes for photo in contents.photographs)


def _is_itself(photo: Photograph, sums: Mapping[str, str]) -> bool:
    """Whether a photograph is what its name says: the sum of what was stored."""
    return sums[photo.entry].startswith(photo.name.partition(".")[0])


def _keeping(config: Config) -> Keeping:
    return Keeping(days=config.backup.keep_days, weeks=config.backup.keep_weeks, months=config.backup.keep_months)
