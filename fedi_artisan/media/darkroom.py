"""How the pictures of one photograph are made: its turn, its child process, its limits, and its place in the store."""

import asyncio
import contextlib
import hashlib
import logging
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from fedi_artisan.config import Config
from fedi_artisan.domain.photos import AVATAR_PX, GLIMPSE_PX, POST_BYTES, PictureType, Rendition, Role
from fedi_artisan.errors import BadPhoto, PhotoInterrupted
from fedi_artisan.media import frames
from fedi_artisan.media.incoming import begin
from fedi_artisan.media.kinds import HEAD_BYTES, kind_of
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from fedi_artisan.media.stored import Store, name_of
from fedi_artisan.media.threads import to_its_end
from fedi_artisan.media.unfinished import Unfinished

_log = logging.getLogger(__name__)

_CHILD = "fedi_artisan.media.child"
_COMPLAINT_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 18
_GIVEN_BACK_BYTES = 1 << 20
_PACKAGES = Path(__file__).parents[2]
# A whole photograph that had to be encoded anew may be larger than its upload: HEIC is smaller than any JPEG.
_FULL_TIMES_UPLOAD = 4
_PIXEL_BYTES = 3
_AROUND_BYTES = 100_000
# Of a stranger's portrait less is borne than of the artisan's own photographs.
_PORTRAIT_PIXELS = 16_000_000
_PORTRAIT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Developed:
    """A photograph of which all pictures are in the store."""

    told: frames.Told
    renditions: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is asked of one child."""

    config: Config
    original: Path
    recipe: Recipe
    mark: Path | None = None
    on_picture: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    """One picture that came out of the child, on the disk but not yet in the store."""

    announced: frames.Announced
    file: Path
    name: str


async def develop(
    config: Config,
    store: Store,
    original: Path,
    recipe: Recipe,
    *,
    mark: Path | None = None,
    on_picture: Callable[[], None] = lambda: None,
) -> Developed:
    """Make the pictures of the file *original* and put them into *store*; either all are there or an error is raised.

    Args:
        config: the limits.
        store: where the pictures go.
        original: a local file.
        recipe: what to make.
        mark: the PNG of a watermark that is a picture.
        on_picture: called for each picture that is made.

    Raises:
        BadPhoto: nothing can be made of it; the text says why and what to do.

    Source: WIRE 4.3 (what other servers take), 10.2 row 52.
    """
    with contextlib.ExitStack() as kept:
        try:
            order = _Order(config=config, original=original, recipe=recipe, mark=mark, on_picture=on_picture)
            told, prints = await _expose(order, kept)
        except PhotoRefused as error:
            raise _bad_photo(error.refusal, config) from error
        for one in prints:
            await store.put(one.file, one.name)
    renditions = tuple(
        Rendition(
            role=one.announced.role,
            type=one.announced.type,
            width_px=one.announced.width_px,
            height_px=one.announced.height_px,
            size_bytes=one.announced.size_bytes,
            file=one.name,
        )
        for one in prints
    )
    return Developed(told=told, renditions=renditions)


async def shrink(config: Config, store: Store, original: Path) -> Rendition:
    """Make one small picture of somebody else's portrait, the file *original*, put it into *store* and return it.

    Raises:
        BadPhoto: nothing can be made of it.
    """
    limits = replace(config.limits, photo_pixels=min(config.limits.photo_pixels, _PORTRAIT_PIXELS))
    timeouts = replace(config.timeouts, photo_s=min(config.timeouts.photo_s, _PORTRAIT_S))
    developed = await develop(replace(config, limits=limits, timeouts=timeouts), store, original, Recipe(small=True))
    return developed.renditions[0]


async def glimpse(config: Config, store: Store, original: Path) -> Rendition:
    """Make one picture for a phone of somebody else's photograph, the file *original*, and put it into *store*.

    Raises:
        BadPhoto: nothing can be made of it.
    """
    timeouts = replace(config.timeouts, photo_s=min(config.timeouts.photo_s, _PORTRAIT_S))
    developed = await develop(replace(config, timeouts=timeouts), store, original, Recipe(glimpse=True))
    return developed.renditions[0]


async def check(config: Config, original: Path, recipe: Recipe, *, mark: Path | None = None) -> None:
    """Find out whether pictures could be made of the file *original* by *recipe*, and store nothing.

    Raises:
        BadPhoto: they could not; the text says why and what to do.
    """
    with contextlib.ExitStack() as kept:
        try:
            await _expose(_Order(config=config, original=original, recipe=recipe, mark=mark), kept)
        except PhotoRefused as error:
            raise _bad_photo(error.refusal, config) from error


async def _expose(order: _Order, kept: contextlib.ExitStack) -> tuple[frames.Told, list[_Print]]:
    """Return what a child process makes of the original; *kept* holds its pictures until they are stored.

    Raises:
        PhotoRefused: the child refused it, took too long, or came to grief.
        PhotoInterrupted: somebody else killed the child.
    """
    process = _start(order)
    listening = asyncio.ensure_future(to_its_end(_listen, process, order, kept))
    try:
        async with asyncio.timeout(order.config.timeouts.photo_s):
            told, prints, complaint, status = await asyncio.shield(listening)
    except TimeoutError as error:
        raise PhotoRefused(Refusal.TIME) from error
    finally:
        _end(process)
        # The thread may be about to begin another file: that must be among what is *kept* before it is let go.
        with contextlib.suppress(Exception):
            await listening
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise PhotoRefused(Refusal.TIME)
    if status == -signal.SIGKILL:
        # Not by us, who would not be here then: where memory runs out, the system ends the child before all else.
        raise PhotoInterrupted("there was too little memory here to look at this picture. Give it again in a while.")
    if status != 0:
        _log.warning("the photo child ended with %d: %r", status, complaint[-1000:])
        raise PhotoRefused(Refusal.MEMORY)
    if told is None:
        raise PhotoRefused(Refusal.DAMAGED)
    return told, prints


def _start(order: _Order) -> subprocess.Popen[bytes]:
    """Start the child that reads the original; of our environment it gets nothing.

    Not by asyncio's own means: cancelled while it starts a process, as when the server stops, asyncio waits for ever
    (seen with Python 3.11). Here nothing is awaited between the start and the `finally` that ends the child.
    """
    # The child's own limits are a little wider than ours, so that it is we who say what happened.
    config = order.config
    limits = (config.limits.photo_pixels, config.limits.photo_memory_bytes, math.ceil(config.timeouts.photo_s) + 1)
    environment = {
        "PYTHONPATH": str(_PACKAGES),
        "LANG": "C.UTF-8",
        # glibc sets address space aside for each thread's heap, which would count against the memory limit.
        "MALLOC_ARENA_MAX": "2",
        # Left to itself, glibc soon keeps even the largest buffers to itself when an encoder lets go of them.
        "MALLOC_MMAP_THRESHOLD_": str(_GIVEN_BACK_BYTES),
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_CONCURRENCY": "1",
    }
    with contextlib.ExitStack() as opened:
        photo = opened.enter_context(order.original.open("rb"))
        passed = [] if order.mark is None else [opened.enter_context(order.mark.open("rb")).fileno()]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module, numbers, and a recipe of our own
            [
                *(sys.executable, "-P", "-W", "ignore", "-m", _CHILD),
                *(*map(str, limits), order.recipe.to_json(), *map(str, passed)),
            ],
            stdin=photo,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=passed,
            cwd="/",
            env=environment,
            start_new_session=True,
        )


def _listen(
    process: subprocess.Popen[bytes], order: _Order, kept: contextlib.ExitStack
) -> tuple[frames.Told | None, list[_Print], bytes, int]:
    """Return what the child tells, its pictures, what it complains of, and its status; call this in a thread.

    No more is read than is agreed. None in place of what it tells means that it said something else, and is gone.
    """
    told: frames.Told | None = None
    prints: list[_Print] = []
    most_bytes = _FULL_TIMES_UPLOAD * order.config.limits.photo_bytes
    pipe = process.stdout
    try:
        while pipe is not None and len(prints) <= frames.MOST_PICTURES:
            frame = frames.receive(pipe)
            if isinstance(frame, frames.Told):
                _check_whole(prints, order.recipe)
                told = frame
                break
            unfinished = kept.enter_context(begin(order.config))
            prints.append(_develop_print(pipe, frame, unfinished, most_bytes))
            order.on_picture()
    except frames.Ended:
        pass
    except ValueError as error:
        # Nothing more of it is wanted, least of all that we wait until it has said it.
        _log.warning("the photo child is not believed: %s", error)
        process.kill()
        process.wait()
        return None, [], b"", 0
    complaint = process.stderr.read(_COMPLAINT_BYTES) if process.stderr else b""
    return told, prints, complaint, process.wait()


def _develop_print(pipe: IO[bytes], announced: frames.Announced, unfinished: Unfinished, most_bytes: int) -> _Print:
    """Write one picture from the pipe to the disk, or raise ValueError where it is not what was announced."""
    if announced.role is not Role.FULL:
        # Even pure noise is smaller than its bare pixels.
        most_bytes = _PIXEL_BYTES * announced.width_px * announced.height_px + _AROUND_BYTES
    if announced.size_bytes > most_bytes:
        raise ValueError("the photo child made too large a picture")
    digest, head = hashlib.sha256(), b""
    for chunk in _chunks(pipe, announced.size_bytes):
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
        unfinished.write(chunk)
    kind = kind_of(head)
    if kind is None or kind.value != announced.type.value:
        raise ValueError("the photo child made something else than a picture")
    return _Print(announced=announced, file=unfinished.path, name=name_of(digest.hexdigest(), announced.type.value))


def _chunks(pipe: IO[bytes], count: int) -> Iterator[bytes]:
    """Give the next *count* bytes in pieces, or raise ValueError where the pipe ends before."""
    while count:
        chunk = pipe.read(min(count, _CHUNK_BYTES))
        if not chunk:
            raise frames.Ended("the photo child stopped in the middle of a picture")
        count -= len(chunk)
        yield chunk


def _check_whole(prints: list[_Print], recipe: Recipe) -> None:
    """Raise ValueError unless there is what every photograph must have: one POST small enough, one card, and views.

    Of somebody else's there must be a single picture, which is small indeed.
    """
    if recipe.small or recipe.glimpse:
        sides_px = [(one.announced.width_px, one.announced.height_px) for one in prints]
        if len(sides_px) != 1 or max(sides_px[0]) > (AVATAR_PX if recipe.small else GLIMPSE_PX):
            raise ValueError("the photo child made something else than one small picture")
        return
    roles = [one.announced.role for one in prints]
    kinds = {(one.announced.role, one.announced.type, one.announced.width_px) for one in prints}
    if len(kinds) != len(prints) or any(
        one.announced.type is not PictureType.JPEG for one in prints if one.announced.role in {Role.POST, Role.CARD}
    ):
        raise ValueError("the photo child made a picture twice, or one of the wrong type")
    posts = [one.announced for one in prints if one.announced.role is Role.POST]
    if roles.count(Role.CARD) != 1 or Role.VIEW not in roles or len(posts) != 1 or posts[0].size_bytes >= POST_BYTES:
        raise ValueError("the photo child left something out")


def _end(process: subprocess.Popen[bytes]) -> None:
    """See that the child, and whatever it may have started, is gone."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # The pipes end with the child, so the thread that listens is done and they can be closed.
    with process:
        pass


def _bad_photo(refusal: Refusal, config: Config) -> BadPhoto:
    """Return what is wrong with a photograph and what to do about it, in words for the artisan."""
    match refusal:
        case Refusal.PIXELS:
            most = config.limits.photo_pixels / 1_000_000
            return BadPhoto("this picture has more than {most:g} megapixels. Save it again with fewer.", most=most)
        case Refusal.LETTERS:
            return BadPhoto("the watermark has letters that cannot be drawn here. Give it as a picture instead.")
        case Refusal.RAW:
            return BadPhoto("this is a camera's raw file. Develop it on your computer, and give it as JPEG or TIFF.")
        case Refusal.DAMAGED:
            return BadPhoto("this picture is cut off or damaged. Open it on your computer, and save or copy it again.")
        case Refusal.TIME:
            return BadPhoto(
                "this picture took too long to read. Save it again as an ordinary JPEG, or make it smaller."
            )
        case Refusal.MEMORY:
            return BadPhoto(
                "this picture needs more memory than there is here. Save it again as an ordinary JPEG, or smaller."
            )
