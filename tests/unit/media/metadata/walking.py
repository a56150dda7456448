"""Walking through a hostile file, and what it may take."""

import time
import tracemalloc

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import Metadata, NotLossless, read, strip
from fedi_artisan.media.refusal import PhotoRefused

AUTHORSHIP = Authorship(creator="Léa Morel", licence_url="https://creativecommons.org/licenses/by/4.0/")
MOST_S = 4.0
MOST_BYTES = 80_000_000


def walk(content: bytes, kind: Kind) -> None:
    """Read and strip *content*; only the named failures may come out."""
    assert isinstance(read(content, kind), Metadata)
    try:
        public = strip(content, kind, AUTHORSHIP, 6)
    except (PhotoRefused, NotLossless):
        return
    # What could be walked once can be walked again, and is as short as it gets.
    assert strip(public, kind, AUTHORSHIP, 6) == public


def bounded(content: bytes, kind: Kind) -> Metadata:
    """Return what *content* says; read and strip it within its time, and once more within its memory."""
    start_s = time.process_time()
    walk(content, kind)
    assert time.process_time() - start_s < MOST_S
    tracemalloc.start()
    try:
        walk(content, kind)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MOST_BYTES
    return read(content, kind)
