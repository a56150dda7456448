"""In which form things are told, and that nobody can make lines of his own."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fedi_artisan.config import parse
from fedi_artisan.serving import logs
from fedi_artisan.serving.masks import Mask
from tests.telling import telling

FORGED = 'fine\n{"level": "error"}\r\x1b[2J\x9b31m\u2028\u202ebad'


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What is told while the test lasts; afterwards everything is told as before."""
    with telling() as stream:
        yield stream


def set_up(stream: io.StringIO, **log: object) -> None:
    """Have everything told into *stream*, as these settings want it."""
    logs.set_up(parse({"origin": "https://atelier.example", "log": log}), stream)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was told, as a program reads it."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_program_reads_one_object_on_each_line(told: io.StringIO) -> None:
    """Time in UTC, level, where, what, and fields of their own kinds; a failure stands in a field, whole."""
    set_up(told)
    logging.getLogger("fedi_artisan.photos").info("%d made", 3, extra={"ms": 1.5, "of": "jar"})
    logging.getLogger("fedi_artisan").error("it failed", exc_info=ValueError("broken"))
    first, second = lines(told)
    assert first["time"].endswith("Z")
    assert {**first, "time": ""} == {
        "time": "",
        "level": "info",
        "logger": "fedi_artisan.photos",
        "message": "3 made",
        "ms": 1.5,
        "of": "jar",
    }
    assert second["exception"] == "ValueError: broken"


@pytest.mark.parametrize("form", ["json", "human"])
def test_nobody_forges_a_line(told: io.StringIO, form: str) -> None:
    """Ends of lines and what moves a terminal about are written out, in words, fields and failures alike."""
    set_up(told, format=form)
    given = {"name_of_it": FORGED}
    logging.getLogger("fedi_artisan").error("said: %s", FORGED, extra=given, exc_info=ValueError(FORGED))
    text = told.getvalue()
    assert all(letter.isprintable() for letter in text.replace("\n", ""))
    assert text.count("fine") == 3
    if form == "json":
        assert [line["level"] for line in lines(told)] == ["error"]
    else:
        # Only the first line begins at the edge, where lines of ours begin.
        assert [line for line in text.splitlines()[1:] if not line.startswith("    ")] == []


def test_libraries_tell_no_more_than_warnings(told: io.StringIO) -> None:
    """Some would tell each statement with its values; ours tell as much as is wanted."""
    set_up(told, level="debug")
    logging.getLogger("aiosqlite").debug("executing INSERT …")
    logging.getLogger("aiosqlite").info("x")
    logging.getLogger("asyncio").warning("slow")
    logging.getLogger("fedi_artisan").debug("a detail")
    assert [line["message"] for line in lines(told)] == ["slow", "a detail"]


@pytest.mark.parametrize(("level", "heard"), [("info", 3), ("warning", 2), ("error", 1)])
def test_how_much_is_told_is_a_setting(told: io.StringIO, level: str, heard: int) -> None:
    """What is less grave than the setting is not told."""
    set_up(told, level=level)
    for grave in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("fedi_artisan.x").log(grave, "words")
    assert len(lines(told)) == heard


def test_telling_never_fails(told: io.StringIO) -> None:
    """Words that do not fit their values, odd values and half letters are told as well as can be, without a trace."""
    set_up(told)
    log = logging.getLogger("fedi_artisan")
    log.warning("%d %s", "one")  # noqa: PLE1206 - the very mistake
    log.warning("%s", "\ud800")
    log.warning("x" * 1_000_000)
    log.warning("fields", extra={"level": "forged", "time": "never"})
    found = lines(told)
    assert [line["level"] for line in found] == ["warning"] * 4
    assert found[0]["message"] == "%d %s"
    assert len(told.getvalue()) < 6_000
    assert found[3]["time"] != "never"


def test_what_nobody_caught_is_told_in_the_same_form(told: io.StringIO) -> None:
    """A thread that dies of a fault leaves a line like any other, not a trace of its own."""
    set_up(told)

    def fail() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("at the end"), None)
    thread_told, end_told = lines(told)
    assert thread_told["exception"].endswith("ValueError: in a thread")
    assert end_told["exception"].endswith("ValueError: at the end")


def test_on_a_terminal_a_line_is_short(told: io.StringIO) -> None:
    """Time of day, level, where and what; no colours where nobody looks, and none where they are not liked."""
    set_up(told, format="human")
    logging.getLogger("fedi_artisan.services.photo_queue").warning("no room", extra={"bytes": 7})
    [line] = told.getvalue().splitlines()
    assert line[8:] == " WARNING services.photo_queue: no room bytes=7"


def test_the_journal_learns_how_grave_a_line_is(told: io.StringIO) -> None:
    """Lines for systemd's journal begin with the mark that it takes away, so that it can be asked for errors alone."""
    form = logs.Objects(Mask(parse({"origin": "https://atelier.example"})), ranked=True)
    record = logging.makeLogRecord({"levelname": "ERROR", "name": "x", "msg": "words"})
    assert form.format(record).startswith('<3>{"time"')
