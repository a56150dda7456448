"""What the server tells while it runs: short lines on a terminal, one JSON object on each line everywhere else.

Our own forms for the standard library's logging: structlog costs 40 ms of every start, python-json-logger would spare
ten lines, and to neither is anything secret.
"""

import asyncio
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import IO

from fedi_artisan.config import Config
from fedi_artisan.serving.masks import Mask

_OURS = "fedi_artisan"
_LONGEST_MESSAGE = 4_000
_LONGEST_TRACE = 20_000
_MOST_LOOKED_AT = 200_000
# What every record has; all else was given with `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31;1m", "DEBUG": "\x1b[2m"}
# How systemd's journal ranks a line that begins so; it takes the mark away (sd-daemon(3)).
_RANKS = {"DEBUG": "<7>", "INFO": "<6>", "WARNING": "<4>", "ERROR": "<3>", "CRITICAL": "<2>"}


def set_up(config: Config, stream: IO[str] | None = None) -> None:
    """Have everything that is logged, by us or by a library, told as the settings want it; call it again to change.

    Libraries tell no more than warnings: on the way to their faults some would tell each statement and its values.
    """
    stream = stream or sys.stderr
    mask = Mask(config)
    human = config.log.format == "human" or (config.log.format == "auto" and stream.isatty())
    form = Lines(mask, coloured=human and _likes_colours(stream)) if human else Objects(mask, ranked=is_journal(stream))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(form)
    level = logging.getLevelNamesMapping()[config.log.level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger(_OURS).setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_is_a_failure)
    logging.captureWarnings(capture=True)
    # Where a line cannot be written, nobody is helped by a trace with all its values.
    logging.raiseExceptions = False
    sys.excepthook = _tell_of_the_end
    threading.excepthook = _tell_of_a_thread


class Objects(logging.Formatter):
    """One JSON object on a line. A class because logging wants one."""

    def __init__(self, mask: Mask, *, ranked: bool = False) -> None:
        super().__init__()
        self._mask = mask
        self._ranked = ranked

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record, self._mask),
        }
        told |= {name: value for name, value in _fields(record, self._mask).items() if name not in told}
        trace = _trace(self, record, self._mask)
        if trace:
            told["exception"] = trace
        line = json.dumps(told, ensure_ascii=False, default=str)
        rank = _RANKS.get(record.levelname, "") if self._ranked else ""
        return rank + "".join(letter if letter.isprintable() else _escaped(letter) for letter in line)


class Lines(logging.Formatter):
    """A short line for a person; what went wrong stands below it, set in. A class because logging wants one."""

    def __init__(self, mask: Mask, *, coloured: bool = False) -> None:
        super().__init__()
        self._mask = mask
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*, or several."""
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record, self._mask).items())
        said = f"{_message(record, self._mask)} {fields}".rstrip()
        line = f"{moment} {record.levelname:7} {record.name.removeprefix(f'{_OURS}.')}: {_in_a_line(said)}"
        if self._coloured and record.levelname in _COLOURS:
            line = f"{_COLOURS[record.levelname]}{line}\x1b[0m"
        below = _trace(self, record, self._mask).splitlines()
        return "\n".join([line, *(f"    {_in_a_line(one)}" for one in below)])


def _is_a_failure(record: logging.LogRecord) -> bool:
    """Whether something failed: what the end of the server breaks off is no failure, though uvicorn says it is."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _message(record: logging.LogRecord, mask: Mask) -> str:
    """Return what was said; where that cannot be put together, what it was to be made of is nobody's business."""
    try:
        said = record.getMessage()
    except Exception:  # noqa: BLE001 - the values may be anything, and telling must never fail
        said = str(record.msg)
    return _shortened(said.strip(), mask)


def _fields(record: logging.LogRecord, mask: Mask) -> Mapping[str, object]:
    """Return what was given beside the words."""
    given = {name: value for name, value in vars(record).items() if name not in _USUAL}
    return {
        name: value if isinstance(value, bool | int | float) else _shortened(str(value), mask)
        for name, value in given.items()
    }


def _trace(form: logging.Formatter, record: logging.LogRecord, mask: Mask) -> str:
    """Return the way to a failure, and the failure; empty where there was none."""
    parts = [form.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    if record.stack_info:
        parts.append(form.formatStack(record.stack_info))
    # Of what is too long the end tells most.
    return mask("\n".join(parts)[-_MOST_LOOKED_AT:])[-_LONGEST_TRACE:]


def _shortened(text: str, mask: Mask) -> str:
    """Return a text without secrets, the end of a long one left out: in this order: half a secret looks like none."""
    masked = mask(text[:_MOST_LOOKED_AT])
    return masked if len(masked) <= _LONGEST_MESSAGE else masked[:_LONGEST_MESSAGE] + "…"


def _escaped(letter: str) -> str:
    """Return a letter that cannot be seen as JSON writes it: it moves no terminal about and ends no line."""
    return json.dumps(letter, ensure_ascii=True)[1:-1] if ord(letter) > ord("\x7f") else f"\\u{ord(letter):04x}"


def _in_a_line(text: str) -> str:
    """Return *text* with all that cannot be seen, ends of lines above all, written out."""
    return "".join(_written_out(text))


def _written_out(text: str) -> Iterator[str]:
    for letter in text:
        yield letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def _likes_colours(stream: IO[str]) -> bool:
    """Whether whoever looks at *stream* wants colours (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_journal(stream: IO[str]) -> bool:
    """Whether *stream* leads into systemd's journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        state = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{state.st_dev}:{state.st_ino}"


def _tell_of_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of what nobody caught, in the same form."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(_OURS).critical("ended by a fault of its own", exc_info=(kind, error, trace))


def _tell_of_a_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        what = (given.exc_type, given.exc_value, given.exc_traceback)
        logging.getLogger(_OURS).error("a thread ended by a fault of its own", exc_info=what)
