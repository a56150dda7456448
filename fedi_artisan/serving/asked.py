"""What is asked of a running server by signals: to stop, or to go on with the settings as they stand now."""

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

log = logging.getLogger(__name__)

# A service manager waits longer; a person does not.
LONGEST_END_S = 9.0
# When all is closed, only threads are left that wait for somebody else, for the name of a server for example.
LONGEST_REST_S = 0.5
_TIME_TO_TELL_S = 0.2


class Asked:
    """Hears signals: SIGTERM and Ctrl-C end the server in order, asked twice at once; SIGHUP has it read its settings.

    A class because what was asked stays asked. Whoever closes the terminal in which the server runs sends SIGHUP, too,
    and means its end.

    Args:
        in_time: whether the server is all there is to this process, which may then leave when the end takes too long,
            or when it is asked twice.
    """

    def __init__(self, *, in_time: bool = False) -> None:
        self._in_time = in_time
        self.stop = False
        self.again = False
        self._deadline: threading.Timer | None = None
        self._heard = False

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Hear signals while the block lasts; within another such block this is nothing new."""
        if self._heard or threading.current_thread() is not threading.main_thread():
            yield
            return
        self._heard = True
        on_hang_up = self._on_again if self._in_time and not _on_a_terminal() else self._on_stop
        deeds = {signal.SIGTERM: self._on_stop, signal.SIGINT: self._on_stop, signal.SIGHUP: on_hang_up}
        former = {number: signal.signal(number, deed) for number, deed in deeds.items()}
        try:
            yield
        finally:
            for number, deed in former.items():
                signal.signal(number, deed)
            self._heard = False

    def hurry(self, seconds: float, *, code: int = 0, quietly: bool = False) -> None:
        """Leave in so many seconds, whatever is still under way; a later call counts instead of this one."""
        self.take_time()
        if not self._in_time:
            return
        self._deadline = threading.Timer(seconds, _leave, [code, quietly])
        self._deadline.daemon = True
        self._deadline.start()

    def take_time(self) -> None:
        """Do not leave any more."""
        if self._deadline is not None:
            self._deadline.cancel()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.stop and not self._in_time:
            raise KeyboardInterrupt
        if self.stop:
            # What was answered is on the disk, and what is under way is done again at the next start.
            os._exit(0)
        self.stop = True
        self.hurry(LONGEST_END_S)

    def _on_again(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.again = True


def _on_a_terminal() -> bool:
    """Whether a person started this server and looks at it."""
    try:
        return os.isatty(sys.stdin.fileno()) and os.isatty(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _leave(code: int, quietly: bool) -> None:
    """End the process from a thread of its own, whatever all others wait for."""
    if quietly:
        os._exit(code)
    # Telling waits for its turn as well: whoever has it may be the one who hangs.
    words = "not everything came to its end in time; what was under way is done again at the next start"
    telling = threading.Thread(target=log.warning, args=(words,), daemon=True)
    telling.start()
    telling.join(_TIME_TO_TELL_S)
    os._exit(code)
