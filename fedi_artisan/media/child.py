"""The process in which untrusted pictures are decoded: it binds itself first, then reads stdin and answers on stdout.

Started by `darkroom` as `python -m fedi_artisan.media.child PIXELS MEMORY_BYTES TIME_S RECIPE [MARK]`, with the upload
as its stdin and, where the watermark is a picture, its open file as MARK.
"""

import contextlib
import ctypes
import mmap
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from fedi_artisan.domain.photos import Facts, PictureType, Remark, Role
from fedi_artisan.media import frames, metadata, walls
from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.derive import Look, Made, Mark, derive, forbid_other_loaders, whole
from fedi_artisan.media.derive.avatar import avatar
from fedi_artisan.media.derive.glimpse import glimpse
from fedi_artisan.media.kinds import HEAD_BYTES, Kind, kind_of
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.refusal import PhotoRefused, Refusal

_STDIN = 0
_OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1


def main(most_pixels: int, memory_bytes: int, time_s: int, recipe: Recipe, mark: int | None) -> None:
    """Write what is made of the picture in stdin, within these limits; whatever breaks them ends this process."""
    _bind(memory_bytes, time_s)
    forbid_other_loaders()
    pipe = sys.stdout.buffer
    try:
        end: frames.Told | Refusal = _develop(pipe, recipe, mark, most_pixels=most_pixels, memory_bytes=memory_bytes)
    except PhotoRefused as error:
        end = error.refusal
    frames.send_end(pipe, end)
    pipe.flush()


def _develop(pipe: BinaryIO, recipe: Recipe, mark: int | None, *, most_pixels: int, memory_bytes: int) -> frames.Told:
    """Write the pictures of the photograph in stdin and return what is known of it.

    Raises:
        PhotoRefused: nothing can be made of it.
    """
    kind = kind_of(os.pread(_STDIN, HEAD_BYTES, 0))
    if kind is None:
        raise PhotoRefused(Refusal.DAMAGED)

    def emit(made: Made) -> None:
        announced = frames.Announced(
            role=made.role,
            type=made.type,
            width_px=made.width_px,
            height_px=made.height_px,
            size_bytes=len(made.content),
        )
        frames.send_picture(pipe, announced, made.content)

    with mmap.mmap(_STDIN, 0, access=mmap.ACCESS_READ) as content:
        if recipe.small:
            look = avatar(_STDIN, kind, most_pixels=most_pixels, memory_bytes=memory_bytes, emit=emit)
            return _told(look, Facts(), look.remarks)
        if recipe.glimpse:
            look = glimpse(_STDIN, kind, most_pixels=most_pixels, memory_bytes=memory_bytes, emit=emit)
            return _told(look, Facts(), look.remarks)
        if kind is Kind.TIFF and metadata.exif.is_raw(content):
            raise PhotoRefused(Refusal.RAW)
        found = metadata.read(content, kind)
        authorship = _authorship(found.authorship, recipe)
        xmp = metadata.xmp.render(authorship)
        drawn = _mark(recipe, mark)
        look = derive(_STDIN, kind, mark=drawn, xmp=xmp, most_pixels=most_pixels, memory_bytes=memory_bytes, emit=emit)
        remarks = set(look.remarks)
        if recipe.full_size and drawn is not None:
            remarks.add(Remark.FULL_MARKED)
        elif recipe.full_size:
            limits = (most_pixels, memory_bytes)
            made, lossless = _whole(content, kind, look, authorship, orientation=found.orientation, limits=limits)
            emit(made)
            if not lossless:
                remarks.add(Remark.REENCODED)
    return _told(look, found.facts, frozenset(remarks))


def _told(look: Look, facts: Facts, remarks: frozenset[Remark]) -> frames.Told:
    """Return what is known of a photograph that looks like this."""
    return frames.Told(
        width_px=look.width_px,
        height_px=look.height_px,
        blurhash=look.blurhash,
        tone=look.tone,
        facts=facts,
        remarks=remarks,
    )


def _whole(
    content: mmap.mmap, kind: Kind, look: Look, authorship: Authorship, *, orientation: int, limits: tuple[int, int]
) -> tuple[Made, bool]:
    """Return the whole photograph for visitors, and whether its pixels are those that were given, bit for bit.

    Raises:
        PhotoRefused: nothing can be made of it.
    """
    try:
        stripped = metadata.strip(content, kind, authorship, orientation)
    except metadata.NotLossless:
        most_pixels, memory_bytes = limits
        xmp = metadata.xmp.render(authorship)
        made = whole(_STDIN, kind, xmp=xmp, most_pixels=most_pixels, memory_bytes=memory_bytes)
        # A GIF becomes a PNG, which shows the very same pixels.
        return made, kind is Kind.GIF
    kept = PictureType(kind.value)
    return Made(role=Role.FULL, type=kept, width_px=look.width_px, height_px=look.height_px, content=stripped), True


def _authorship(said: Authorship, recipe: Recipe) -> Authorship:
    """Return what the public files say: what the file itself said, else what the artisan says of all her work.

    The licence is the work's own, where one was chosen.
    """
    return Authorship(
        creator=said.creator or recipe.creator,
        copyright=said.copyright or (f"© {recipe.creator}" if recipe.creator else ""),
        credit=said.credit,
        licence_url=recipe.licence_url or said.licence_url,
        usage=recipe.rights or said.usage,
        ai_refused=recipe.ai_refused or said.ai_refused,
    )


def _mark(recipe: Recipe, descriptor: int | None) -> Mark | None:
    """Return the watermark to draw, its picture read from the open file *descriptor*."""
    if recipe.watermark is None:
        return None
    png = b"" if descriptor is None else os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    return Mark.of(recipe.watermark, png)


def _bind(memory_bytes: int, time_s: int) -> None:
    """Take away from this process what decoding a picture does not need."""
    # Should the machine run out of memory all the same, this process goes first, and never the server.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _follow_into_death()
    for limit, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (most, most))
    # At the soft limit a signal tells what happened; at the hard one it would be a bare kill.
    resource.setrlimit(resource.RLIMIT_CPU, (time_s, time_s + 1))
    # The parent ends this process in time; should the parent be gone, this does.
    signal.alarm(time_s)
    walls.build()


def _follow_into_death() -> None:
    """Have the system end this process with its parent: nobody would read what it makes, and another may be begun."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _run(arguments: list[str]) -> None:
    """Read the arguments and begin."""
    pixels, memory_bytes, time_s, recipe, *mark = arguments
    main(int(pixels), int(memory_bytes), int(time_s), Recipe.from_json(recipe), int(mark[0]) if mark else None)


if __name__ == "__main__":
    _run(sys.argv[1:])
