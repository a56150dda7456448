"""What is logged, caught while a test lasts."""

import contextlib
import io
import logging
import sys
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def telling() -> Iterator[io.StringIO]:
    """Give something into which everything can be told while the block lasts; afterwards it is told as before."""
    root, ours = logging.getLogger(), logging.getLogger("fedi_artisan")
    handlers, levels, hooks = root.handlers[:], (root.level, ours.level), (sys.excepthook, threading.excepthook)
    raises = logging.raiseExceptions
    try:
        yield io.StringIO()
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        sys.excepthook, threading.excepthook = hooks
        logging.raiseExceptions = raises
