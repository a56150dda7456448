"""Pages and documents: how many a second, beside a bare Starlette that answers the same bytes."""

import asyncio
import base64
import contextlib
import json
import re
import shutil
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bench.caller import call
from bench.site import Site, first_answer, free_port
from bench.size import Size
from bench.table import Aim, Row

AIM = Aim(0.5, share=True)
RENDERED = 40
ACTIVITY_JSON = "application/activity+json"
LIMIT_IS = "/s: bare Starlette, same bytes"
_PER_S = re.compile(r"Requests/sec:\s+([\d.]+)")


async def run(site: Site, size: Size) -> list[Row]:
    """Return the rates of four addresses, ours and the bare one taking turns, and what rendering a page costs."""
    handle = f"acct:maria@{site.config.host}"
    asked = {
        "home": ("/", "text/html"),
        "work page": (urlsplit(site.pages[0]).path, "text/html"),
        "actor": (urlsplit(site.actor_uri).path, ACTIVITY_JSON),
        "WebFinger": (f"/.well-known/webfinger?resource={handle}", "application/jrd+json"),
    }
    answers = {target: await _answer(site.port, target, accept) for target, accept in asked.values()}
    rows = []
    async with bare(site.config_file.with_name("bare.json"), answers) as bare_port:
        for name, (target, accept) in asked.items():
            ours, limit = [], []
            for _ in range(size.page_turns):
                ours.append(await rate(site.port, target, {"Accept": accept}, size))
                limit.append(await rate(bare_port, target, {"Accept": accept}, size))
            what = f"{name} ({len(answers[target][1]):,} bytes)"
            value, best = statistics.median(ours), statistics.median(limit)
            rows.append(Row(what=what, value=value, unit="/s", limit=best, limit_is=LIMIT_IS, aim=AIM))
    return [*rows, Row(what="… home, rendered anew", value=await _rendering_ms(site.port), unit="ms")]


async def _answer(port: int, target: str, accept: str) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of what our server answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(target, {"Accept": accept}))
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    assert status == "HTTP/1.1 200 OK", (target, status)
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    body = await reader.readexactly(int(dict(headers)["content-length"]))
    writer.close()
    return headers, body


@contextlib.asynccontextmanager
async def bare(
    told: Path,
    answers: Mapping[str, tuple[list[tuple[str, str]], bytes]] | None = None,
    files: Mapping[str, Path] | None = None,
) -> AsyncIterator[int]:
    """Run a bare Starlette that gives these answers and files while the block lasts; give its port."""
    plain: dict[str, dict[str, object]] = {
        urlsplit(target).path: {"headers": headers, "body": base64.b64encode(body).decode()}
        for target, (headers, body) in (answers or {"/": ([], b"")}).items()
    }
    plain |= {path: {"file": str(file)} for path, file in (files or {}).items()}
    await asyncio.to_thread(told.write_text, json.dumps(plain), encoding="utf-8")
    port = free_port()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.starlette", str(port), str(told))
    try:
        await first_answer(port, began)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def rate(port: int, target: str, headers: Mapping[str, str], size: Size) -> float:
    """Return how many requests a second are answered: asked by wrk where it is installed, else by a loop of ours."""
    if shutil.which("wrk") is None:
        request = _request(target, headers)
        answers = await call(port, _repeat(request, size.page_s), connections=size.connections)
        assert set(answers.statuses) == {b"206" if "Range" in headers else b"200"}, answers.statuses
        return len(answers.took_s) / size.page_s
    said_with = (word for name, value in headers.items() for word in ("-H", f"{name}: {value}"))
    wrk = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{size.connections}", f"-d{size.page_s:.0f}s", *said_with),
        f"http://127.0.0.1:{port}{target}",
        stdout=asyncio.subprocess.PIPE,
    )
    said = (await wrk.communicate())[0].decode()
    per_s = _PER_S.search(said)
    assert per_s is not None, said
    assert "Non-2xx" not in said, said
    return float(per_s[1])


def _repeat(request: bytes, seconds: float) -> Iterator[bytes]:
    """Return the same request again and again, until the time is over."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield request


async def _rendering_ms(port: int) -> float:
    """Return the milliseconds that a page takes which nobody has seen yet: a kept answer is never reused here."""
    requests = (_request(f"/?unseen={number}", {"Accept": "text/html"}) for number in range(RENDERED))
    answers = await call(port, requests, connections=1)
    assert set(answers.statuses) == {b"200"}, answers.statuses
    return statistics.median(answers.took_s) * 1000


def _request(target: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
