"""One errand to the authority: a child process goes, as what it needs for that would stay in memory for months."""

import asyncio
import contextlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fedi_artisan.domain.certificates import Problem
from fedi_artisan.serving.certificates.errands import Errand

_log = logging.getLogger(__name__)

_CHILD = "fedi_artisan.serving.certificates.order"
_PACKAGES = Path(__file__).parents[3]
# The child gives up by itself before.
_LONGEST_S = 300.0
# A token is chosen by the authority (RFC 8555 8.3); it becomes a part of a path at our door, so nothing else is taken.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TEXT = re.compile(r"[A-Za-z0-9_.-]{1,512}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an errand: a *problem* with what is known of it, or none; perhaps when to renew."""

    problem: Problem | None = None
    detail: str = ""
    wait_until: datetime | None = None
    suggested_at: datetime | None = None


async def go(errand: Errand, challenges: MutableMapping[str, str]) -> Outcome:
    """Return what came of the *errand*; meanwhile *challenges* holds what the plain door answers to which token."""
    # Not by asyncio's own means, as in `media/darkroom.py`: cancelled while it starts a process it waits for ever.
    process = _start()
    talking = asyncio.create_task(asyncio.to_thread(_talk, process, errand, challenges))
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await asyncio.shield(talking)
    except TimeoutError:
        return Outcome(problem=Problem.AUTHORITY, detail="it took too long")
    finally:
        process.kill()
        with contextlib.suppress(Exception):
            await talking
        challenges.clear()


def _start() -> subprocess.Popen[str]:
    """Start the child; of our environment it gets nothing."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-W", "ignore", "-m", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd="/",
        env={"PYTHONPATH": str(_PACKAGES), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
        start_new_session=True,
    )


def _talk(process: subprocess.Popen[str], errand: Errand, challenges: MutableMapping[str, str]) -> Outcome:
    """Tell the child its errand, do what it asks for, and return what came of it; call this in a thread."""
    with process, contextlib.suppress(BrokenPipeError):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the child was started without pipes")
        process.stdin.write(errand.to_line())
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line)
            if "terms" in said:
                _log.info("a new account was made there; its terms: %s", said["terms"])
            elif "show" in said:
                try:
                    show(said, challenges)
                except ValueError as error:
                    return Outcome(problem=Problem.BROKEN, detail=str(error))
                process.stdin.write("\n")
                process.stdin.flush()
            else:
                return _outcome(said)
    return Outcome(problem=Problem.BROKEN, detail=f"the process that asks ended with {process.returncode}")


def show(said: Mapping[str, str], challenges: MutableMapping[str, str]) -> None:
    """Have the plain door answer a challenge, or raise ValueError where that is not one of ACME's."""
    token, text = said["show"], said["text"]
    if not _TOKEN.fullmatch(token) or not _TEXT.fullmatch(text):
        raise ValueError(f"no challenge of ACME: {token!r}")
    challenges[token] = text


def _outcome(said: Mapping[str, str | None]) -> Outcome:
    problem = said.get("problem")
    return Outcome(
        problem=None if problem is None else Problem(problem),
        detail=said.get("detail") or "",
        wait_until=_moment(said.get("wait_until")),
        suggested_at=_moment(said.get("suggested")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
