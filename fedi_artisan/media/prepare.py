"""How one uploaded photograph is taken in: its turn, its child process, its limits, and its place in the store."""

import asyncio
import contextlib
import fcntl
import logging
import math
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.errors import BadPhoto
from fedi_artisan.media import store, verdict
from fedi_artisan.media.kinds import Kind, describe, kind_of
from fedi_artisan.media.verdict import PhotoRefused, Refusal, Renditions

_log = logging.getLogger(__name__)

_CHILD = "fedi_artisan.media.child"
_LOOK_AGAIN_S = 0.05
_COMPLAINT_BYTES = 1 << 16
_PACKAGES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPhoto:
    """A photograph ready to be shown.

    *file* and *thumbnail* are names in the store (`store.path_of`): JPEG, sRGB, upright, without metadata; the long
    side is at most 2560 px and less than 2 MB for *file*, at most 640 px for *thumbnail*. *original* names the
    untouched upload among the originals, which are never served. *blurhash* has 4 × 3 components, or 3 × 4 when the
    picture stands.
    """

    file: str
    width_px: int
    height_px: int
    thumbnail: str
    thumbnail_width_px: int
    thumbnail_height_px: int
    blurhash: str
    original: str


async def prepare(path: Path, config: Config) -> PreparedPhoto:
    """Take in the photograph *path* (JPEG, PNG or WebP) and return what was made of it, all of it on the disk.

    One photograph at a time is decoded for a data folder, whichever processes share it: the others wait here.

    Raises:
        BadPhoto: it cannot be used; the text begins with the file's name and says what to do.
        TooLarge: it has more than `limits.photo_bytes`.

    Source: WIRE 4.3 (what other servers take), 10.2 row 52.
    """
    async with _turn(config):
        await asyncio.to_thread(store.sweep, config)
        upload = await asyncio.to_thread(store.receive, config, path)
        try:
            kind = kind_of(upload.head)
            if kind is None:
                raise BadPhoto(f"{path.name}: this is {describe(upload.head)}. Give a photograph as JPEG, PNG or WebP.")
            try:
                renditions = await _decode(upload.file, config)
            except PhotoRefused as error:
                raise BadPhoto(f"{path.name}: {_sentence(error.refusal, config)}") from error
            return await asyncio.to_thread(_keep, config, upload, kind, renditions)
        finally:
            store.discard(upload)


@contextlib.asynccontextmanager
async def _turn(config: Config) -> AsyncIterator[None]:
    """Wait until nobody else prepares a photograph for this data folder; the system ends the turn of a killed one."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    lock = os.open(config.data_dir / "photo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # A blocking wait would hold a thread, and could not be cancelled.
        while not _locked(lock):  # noqa: ASYNC110 - other processes take their turn too; no event spans them
            await asyncio.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    """Whether the open file *lock* could be taken for us alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _decode(upload: Path, config: Config) -> Renditions:
    """Return what a child process makes of the file *upload*.

    Raises:
        PhotoRefused: the child refused it, took too long, or came to grief.
    """
    process = _start(upload, config)
    try:
        async with asyncio.timeout(config.timeouts.photo_s):
            said, complaint, status = await asyncio.to_thread(_listen, process)
    except TimeoutError as error:
        raise PhotoRefused(Refusal.TIME) from error
    finally:
        _end(process)
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise PhotoRefused(Refusal.TIME)
    if status != 0:
        _log.warning("the photo child ended with %d: %r", status, complaint[-1000:])
        raise PhotoRefused(Refusal.MEMORY)
    try:
        return verdict.parse(said)
    except ValueError as error:
        raise PhotoRefused(Refusal.DAMAGED) from error


def _start(upload: Path, config: Config) -> subprocess.Popen[bytes]:
    """Start the child that reads the file *upload*; of our environment it gets nothing.

    Not by asyncio's own means: cancelled while it starts a process, as when the server stops, asyncio waits for ever
    (seen with Python 3.11). Here nothing is awaited between the start and the `finally` that ends the child.
    """
    # The child's own limits are a little wider than ours, so that it is we who say what happened.
    limits = (config.limits.photo_pixels, config.limits.photo_memory_bytes, math.ceil(config.timeouts.photo_s) + 1)
    environment = {
        "PYTHONPATH": str(_PACKAGES),
        "LANG": "C.UTF-8",
        # glibc sets address space aside for each thread's heap, which would count against the memory limit.
        "MALLOC_ARENA_MAX": "2",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_CONCURRENCY": "1",
    }
    with upload.open("rb") as photo:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module, and three numbers
            [sys.executable, "-P", "-W", "ignore", "-m", _CHILD, *map(str, limits)],
            stdin=photo,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,
        )


def _listen(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes, int]:
    """Return what the child says, what it complains of, and its status at the end; call this in a thread.

    No more is read than is agreed: a child that says more cannot go on, and is left to its time.
    """
    said = process.stdout.read(verdict.VERDICT_BYTES) if process.stdout else b""
    complaint = process.stderr.read(_COMPLAINT_BYTES) if process.stderr else b""
    return said, complaint, process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    """See that the child, and whatever it may have started, is gone."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # The pipes end with the child, so the thread that listens is done and they can be closed.
    with process:
        pass


def _sentence(refusal: Refusal, config: Config) -> str:
    """Return what is wrong with a photograph and what to do about it, in words for the artisan."""
    match refusal:
        case Refusal.PIXELS:
            most = config.limits.photo_pixels / 1_000_000
            return f"this picture has more than {most:g} megapixels. Save it again with fewer."
        case Refusal.DAMAGED:
            return "this picture is cut off or damaged. Open it on your computer, and save or copy it again."
        case Refusal.TIME:
            return "this picture took too long to read. Save it again as an ordinary JPEG, or make it smaller."
        case Refusal.MEMORY:
            return (
                "this picture needs more memory than this server gives. Save it again as an ordinary JPEG, or smaller."
            )


def _keep(config: Config, upload: store.Upload, kind: Kind, renditions: Renditions) -> PreparedPhoto:
    """Put all of it into the store."""
    picture, thumbnail = renditions.picture, renditions.thumbnail
    return PreparedPhoto(
        original=store.keep(config, upload, kind.value),
        file=store.put(config, picture.jpeg),
        width_px=picture.width_px,
        height_px=picture.height_px,
        thumbnail=store.put(config, thumbnail.jpeg),
        thumbnail_width_px=thumbnail.width_px,
        thumbnail_height_px=thumbnail.height_px,
        blurhash=renditions.blurhash,
    )
