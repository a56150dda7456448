"""Driving Debian's headless Chromium through its own debugging protocol, and nothing else."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_MISSING = "Chromium is not installed, so no page can be looked at: `apt-get install chromium`"
_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_TIMEOUT_S = 30.0


@dataclass(slots=True)
class Visit:
    """What a browser met on one page.

    *requests* are all addresses it asked; *complaints* all errors, warnings and refusals it noted; *received_bytes*
    what came over the network, headers included, by its kind (Document, Stylesheet, Image …).
    """

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    received_bytes: dict[str, int] = field(default_factory=dict)


class Tab:
    """One tab. A class because answers come back by number on the one socket that all its commands share."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._visit = Visit()
        self._loaded = False
        self._awaited: dict[str, str] = {}  # the kind of what was asked and has not come

    async def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send one command and return its result; what happens meanwhile is noted."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._next()
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    async def open(
        self, url: str, *, width_px: int, height_px: int = 900, dots: int = 1, dark: bool = False, wholly: bool = True
    ) -> Visit:
        """Open *url* in a window of this size, read it to its end, and return what was met.

        With several *dots* for each pixel the window is that of a phone. Not *wholly*, only its beginning is looked at.
        """
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width_px,
            height=height_px,
            deviceScaleFactor=dots,
            mobile=dots > 1,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
        self._visit, self._loaded = Visit(), False
        answer = await self.send("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        while not self._loaded:
            await self._next()
        if wholly:
            # Pictures further down load when they come into sight; all of them are wanted.
            await self.evaluate(
                "Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))"
            )
        return self._visit

    async def settle(self) -> None:
        """Return when all that was asked has come."""
        while self._awaited:
            await self._next()

    async def evaluate(self, expression: str) -> Any:
        """Return what *expression* gives in the page, as JSON."""
        answer = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def _next(self) -> dict[str, Any]:
        """Return the next message, noting what it tells of the visit."""
        message: dict[str, Any] = await self._socket.receive_json(timeout=_TIMEOUT_S)
        parameters = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self._visit.requests.append(parameters["request"]["url"])
                self._awaited[parameters["requestId"]] = parameters["type"]
            case "Network.loadingFinished":
                received, kind = self._visit.received_bytes, self._awaited.pop(parameters["requestId"], "Other")
                received[kind] = received.get(kind, 0) + int(parameters["encodedDataLength"])
            case "Network.loadingFailed":
                self._awaited.pop(parameters["requestId"], None)
                self._visit.complaints.append(f"not loaded: {parameters['errorText']}")
            case "Log.entryAdded":
                self._visit.complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self._visit.complaints.append(str(parameters))
            case "Page.loadEventFired":
                self._loaded = True
        return message


@contextlib.asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Tab]:
    """Give one tab of a fresh Chromium that keeps its files in *profile*."""
    program = shutil.which("chromium")
    assert program is not None, _MISSING
    process = await asyncio.create_subprocess_exec(
        program,
        *_SWITCHES,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        port = await asyncio.wait_for(_port(process), _TIMEOUT_S)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                tabs = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with session.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await tab.send(f"{domain}.enable")
                yield tab
                await tab.send("Browser.close")
        # Whoever stops reading its words may stop Chromium from ending.
        await asyncio.wait_for(process.communicate(), _TIMEOUT_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _port(process: asyncio.subprocess.Process) -> int:
    """Return the port on which a starting Chromium says that it listens."""
    assert process.stderr is not None
    said = []
    async for line in process.stderr:
        said.append(line.decode(errors="replace"))
        if "DevTools listening on ws://" in said[-1]:
            return int(said[-1].split("/")[2].rpartition(":")[2])
    raise AssertionError(f"Chromium ended before it listened: {''.join(said)}")
