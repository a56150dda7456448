"""Photographs in a bucket of any service that speaks S3; the only file that knows obstore."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from fedi_artisan.config import Config
from fedi_artisan.domain.photos import PictureType
from fedi_artisan.errors import ArtisanError, NotFound, StoreUnavailable
from fedi_artisan.media.stored import CHUNK_BYTES, Content, Stored, check
from fedi_artisan.media.threads import to_its_end

if TYPE_CHECKING:  # obstore has these names for type checkers alone
    from obstore import BytesStream, GetOptions
    from obstore.store import S3Credential

_log = logging.getLogger(__name__)

# A larger file travels in such parts, so that only two of them are ever in memory.
_PART_BYTES = 5 << 20
_PARTS = 2
_TRIES_AGAIN = 2
_LISTED = 1000
_LONGEST_S = 3600
_MEDIA_TYPES = {kind.value: kind.media_type for kind in PictureType}


class Bucket:
    """A store below *folder* in a bucket.

    A class because the connections to the service are kept open.
    """

    def __init__(self, config: Config, *, bucket: str, folder: str, names: re.Pattern[str]) -> None:
        media, timeouts = config.media, config.timeouts
        self._names, self._folder = names, folder
        self._patience_s = timeouts.bucket_s
        self._keeping = "public, max-age=31536000, immutable" if folder == "media" else "private, no-store"
        self._store = S3Store(
            bucket,
            # What is left out here would be looked for in variables that are meant for other programs.
            aws_endpoint_url_s3=media.bucket_endpoint or f"https://s3.{media.bucket_region}.amazonaws.com",
            region=media.bucket_region or "us-east-1",
            credential_provider=_Credentials(media.bucket_key_id or "", media.bucket_secret or ""),
            skip_signature=False,
            virtual_hosted_style_request=False,
            # Not every service removes many at once, or knows the newest checksums.
            disable_bulk_delete=True,
            client_options={
                "allow_http": (media.bucket_endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=timeouts.connect_s),
                # Each step is bounded. The whole is not: how long a picture takes is up to the visitor's line.
                "read_timeout": timedelta(seconds=timeouts.bucket_s),
                "timeout": timedelta(seconds=_LONGEST_S),
            },
            retry_config={
                "max_retries": _TRIES_AGAIN,
                "retry_timeout": timedelta(seconds=timeouts.bucket_s),
                "backoff": {"max_backoff": timedelta(seconds=1)},
            },
        )

    async def put(self, file: Path, name: str) -> None:
        """Bring *file* into the bucket and remove it here."""
        key = self._key(name)
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        with self._telling(missing=StoreUnavailable):
            await obstore.put_async(
                self._store,
                key,
                file,
                attributes={"Content-Type": media_type, "Cache-Control": self._keeping},
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS,
            )
        await to_its_end(file.unlink, missing_ok=True)

    async def path(self, name: str) -> Path | None:
        """Return None: nothing of it lies on this machine."""
        self._key(name)
        return None

    async def size(self, name: str) -> int:
        """Return the size of *name* in bytes."""
        key = self._key(name)
        with self._telling():
            async with asyncio.timeout(self._patience_s):
                return (await obstore.head_async(self._store, key))["size"]

    async def fetch(self, name: str, to: Path) -> None:
        """Copy *name* into the file *to*."""
        async with self.open(name) as content:
            with _removed_on_failure(to) as copy:
                async for chunk in content.chunks:
                    await to_its_end(copy.write, chunk)

    @contextlib.asynccontextmanager
    async def open(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[Content]:
        """Give what *name* holds from *start* to *end*."""
        key = self._key(name)
        with self._telling():
            async with asyncio.timeout(self._patience_s):
                result = await obstore.get_async(self._store, key, options=_range(start, end))
        async with contextlib.aclosing(self._chunks(result.stream(min_chunk_size=CHUNK_BYTES))) as chunks:
            yield Content(size_bytes=result.meta["size"], chunks=chunks)

    async def remove(self, names: Collection[str]) -> int:
        """Remove *names* and return how many these are."""
        keys = [self._key(name) for name in names]
        with self._telling():
            if keys:
                await obstore.delete_async(self._store, keys)
        return len(keys)

    async def list(self) -> AsyncIterator[Stored]:
        """Yield every file below the folder."""
        with self._telling():
            async for found in obstore.list(self._store, f"{self._folder}/", chunk_size=_LISTED):
                for meta in found:
                    name = meta["path"].removeprefix(f"{self._folder}/")
                    if self._names.fullmatch(name):
                        yield Stored(
                            name=name, size_bytes=meta["size"], stored_at=meta["last_modified"].astimezone(UTC)
                        )

    def _key(self, name: str) -> str:
        """Return the key of *name* in the bucket."""
        return f"{self._folder}/{check(name, self._names)}"

    async def _chunks(self, stream: "BytesStream") -> AsyncGenerator[bytes]:
        """Yield what comes from the service, at its pace and the reader's."""
        with self._telling():
            try:
                async for chunk in stream:
                    yield bytes(chunk)
            finally:
                # A failure remembers this frame with all that is in it, often until the collector comes by; the line
                # to the service shall end now.
                del stream

    @contextlib.contextmanager
    def _telling(self, missing: type[ArtisanError] = NotFound) -> Iterator[None]:
        """Turn every failure of the service into one of ours; *missing* is raised where it says that there is nothing.

        Raises:
            NotFound: there is no such picture.
            StoreUnavailable: it does not answer, or not as it should.
        """
        try:
            yield
        except FileNotFoundError as error:
            if missing is NotFound:
                raise NotFound("There is no such picture.") from None
            raise self._unavailable(error) from error
        except (BaseError, TimeoutError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        """Return our words for a failure of the service; its own stand in the log."""
        _log.warning("the bucket fails: %s", (str(error) or type(error).__name__).partition("\n")[0][:500])
        return StoreUnavailable(
            "The bucket in which photographs are kept does not answer, or does not let us in. Try again later."
        )


@dataclass(frozen=True, slots=True)
class _Credentials:
    """Tells obstore the key of the bucket, which never expires."""

    key_id: str
    secret: str = field(repr=False)

    def __call__(self) -> "S3Credential":
        return {"access_key_id": self.key_id, "secret_access_key": self.secret, "expires_at": None}


def _range(start: int, end: int | None) -> "GetOptions":
    """Return how obstore is asked for the bytes from *start* to *end*."""
    if end is not None:
        return {"range": (start, end)}
    return {"range": {"offset": start}} if start else {}


@contextlib.contextmanager
def _removed_on_failure(path: Path) -> Iterator[BinaryIO]:
    """Give the new file *path*, open for writing; it stays only without a failure."""
    try:
        with path.open("wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
