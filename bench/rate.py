"""How often a second one request is answered, by ours and by a bare Starlette in turns."""

import asyncio
import base64
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.caller import Answers, call
from bench.site import first_answer, hold_port
from bench.size import Size
from bench.table import Aim, Row


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is repeated."""

    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""

    @property
    def raw(self) -> bytes:
        """The request as it is sent."""
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}"] if self.body else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


class Given(NamedTuple):
    """An answer as our server gave it, to be given by another one."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Rate(NamedTuple):
    per_s: float
    p99_ms: float


async def ask(port: int, request: Request) -> Given:
    """Return one answer."""
    answers = await call(port, iter([request.raw]), bodiless=request.method == "HEAD")
    status, *lines = answers.head.decode("latin-1").split("\r\n")
    return Given(int(status.split()[1]), dict(line.split(": ", 1) for line in lines), answers.body)


@contextlib.asynccontextmanager
async def bare(
    told: Path, answers: Mapping[str, Given] | None = None, files: Mapping[str, Path] | None = None
) -> AsyncIterator[int]:
    """Run a bare Starlette that gives these answers and files, by path, while the block lasts; give its port."""
    plain: dict[str, dict[str, object]] = {
        path: {"status": one.status, "headers": one.headers, "body": base64.b64encode(one.body).decode()}
        for path, one in {"/": Given(200, {}, b""), **(answers or {})}.items()
    }
    plain |= {path: {"file": str(file)} for path, file in (files or {}).items()}
    await asyncio.to_thread(told.write_text, json.dumps(plain), encoding="utf-8")
    held = hold_port()
    port = held.getsockname()[1]
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.starlette", str(port), str(told))
    try:
        await first_answer(port, began)
        yield port
    finally:
        process.terminate()
        await process.wait()
        held.close()


async def beside(
    what: str, ours: tuple[int, Request], limit: tuple[int, Request], size: Size, *, limit_is: str, aim: Aim
) -> list[Row]:
    """Return the rate of *ours* (port and request) and its 99th percentile, each beside that of *limit*, in turns."""
    rates: tuple[list[_Rate], list[_Rate]] = [], []
    for _ in range(size.page_turns):
        for found, (port, request) in zip(rates, (ours, limit), strict=True):
            found.append(await _rate(port, request, size))
    (per_s, p99_ms), (best_per_s, best_p99_ms) = (
        _Rate(*(statistics.median(values) for values in zip(*found, strict=True))) for found in rates
    )
    return [
        Row(what=what, value=per_s, unit="/s", limit=best_per_s, limit_is=f"/s: {limit_is}", aim=aim),
        Row(what="… 99th percentile", value=p99_ms, unit="ms", limit=best_p99_ms, limit_is="ms"),
    ]


async def _rate(port: int, request: Request, size: Size) -> _Rate:
    """Return how often a second it is answered, and after how many milliseconds all but the slowest hundredth."""
    answers = await call(
        port, _repeat(request.raw, size.page_s), connections=size.connections, bodiless=request.method == "HEAD"
    )
    assert len(answers.statuses) == 1, answers.statuses
    return _Rate(len(answers.took_s) / size.page_s, p99_ms(answers))


def p99_ms(answers: Answers) -> float:
    """Return the milliseconds in which all but the slowest hundredth were answered."""
    return sorted(answers.took_s)[int(len(answers.took_s) * 0.99)] * 1000


def _repeat(request: bytes, seconds: float) -> Iterator[bytes]:
    """Return the same request again and again, until the time is over."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield request
