"""Walking through a hostile file, and what it may take."""

import time
import tracemalloc
from typing import NamedTuple

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import Metadata, NotLossless, read, strip
from fedi_artisan.media.refusal import PhotoRefused

AUTHORSHIP = Authorship(creator="Léa Morel", licence_url="https://creativecommons.org/licenses/by/4.0/")
MOST_S = 4.0
MOST_BYTES = 80_000_000


class Walked(NamedTuple):
    """What came of a walk: what the file says, and whether it could be stripped."""

    told: Metadata
    stripped: bool


def walk(content: bytes, kind: Kind) -> Walked:
    """Read and strip *content*; only the named failures may come out."""
    told = read(content, kind)
    assert isinstance(told, Metadata)
    try:
        public = strip(content, kind, AUTHORSHIP, 6)
    except (PhotoRefused, NotLossless):
        return Walked(told, stripped=False)
    # What could be walked once can be walked again, and is as short as it gets.
    assert strip(public, kind, AUTHORSHIP, 6) == public
    return Walked(told, stripped=True)


def bounded(content: bytes, kind: Kind) -> Walked:
    """Read and strip *content* within its time, and once more within its memory; return what came of it."""
    start_s = time.process_time()
    walk(content, kind)
    assert time.process_time() - start_s < MOST_S
    tracemalloc.start()
    try:
        walked = walk(content, kind)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MOST_BYTES
    return walked
