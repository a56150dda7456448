"""The process in which untrusted pictures are decoded: it binds itself first, then reads stdin and answers on stdout.

Started by `prepare` as `python -m fedi_artisan.media.child PIXELS MEMORY_BYTES TIME_S`, with the upload as its stdin.
"""

import os
import resource
import signal
import sys

from fedi_artisan.media import verdict
from fedi_artisan.media.derive import derive, forbid_other_loaders
from fedi_artisan.media.kinds import HEAD_BYTES, kind_of

_STDIN = 0
_OPEN_FILES = 64


def main(most_pixels: int, memory_bytes: int, time_s: int) -> None:
    """Write the verdict on the picture in stdin, within these limits; whatever breaks them ends this process."""
    _bind(memory_bytes, time_s)
    forbid_other_loaders()
    sys.stdout.buffer.write(verdict.render(_judge(most_pixels, memory_bytes)))


def _judge(most_pixels: int, memory_bytes: int) -> verdict.Renditions | verdict.Refusal:
    """Return what can be made of the picture in stdin, or why nothing can."""
    kind = kind_of(os.pread(_STDIN, HEAD_BYTES, 0))
    if kind is None:
        return verdict.Refusal.DAMAGED
    try:
        return derive(_STDIN, kind, most_pixels=most_pixels, memory_bytes=memory_bytes)
    except verdict.PhotoRefused as error:
        return error.refusal


def _bind(memory_bytes: int, time_s: int) -> None:
    """Take away from this process what decoding a picture does not need."""
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


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
