"""A running server for inputs: the real application on a real socket, another server beside it, in their own thread.

Nothing outside of this machine is ever asked: names of others lead nowhere.
"""

import asyncio
import contextlib
import json
import logging
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.services import safety
from fedi_artisan.web.studio.door import cookie_name
from tests.fuzz.furnishing import PLACEHOLDERS, furnish, is_furnished
from tests.fuzz.reading import MEMORY
from tests.fuzz.target import ServerFault
from tests.house import House, open_house
from tests.inbox.sending import befriend
from tests.neighbour import Neighbour, Person, open_neighbour
from tests.studio import session_of

WITHIN_S = 20.0
_PATIENCE_S = 4.0  # the server answers, unless it waits for the rest of what was announced
_MUCH = 1_000_000
_LIMITS = dict.fromkeys(
    ("pages_per_minute", "searches_per_minute", "documents_per_minute", "messages_per_minute", "memory_bytes"), _MUCH
) | {"memory_bytes": 4_000_000_000, "connections_per_address": 1000}
_LIKE_NEW_EVERY = 30
_OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1", None, ""})

_T = TypeVar("_T")


class _Faults(logging.Handler):
    """Keeps what the server tells of its own faults."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.records.append(record)


@dataclass
class Town:
    """The server and its neighbour; `session` is the cookie of the artisan, who is signed in."""

    loop: asyncio.AbstractEventLoop
    ending: asyncio.Event
    thread: threading.Thread
    house: House
    neighbour: Neighbour
    bob: Person
    names: dict[str, str]
    session: str
    faults: _Faults = field(default_factory=_Faults)
    served: int = 0
    bobs: int = 0

    @property
    def work(self) -> str:
        """The id of a work that stands in the house."""
        return self.house.uris.work(self.names["work"])

    @property
    def address(self) -> tuple[str, int]:
        """Where the server listens."""
        return self.house.config.listen_address

    def do(self, doing: Coroutine[Any, Any, _T]) -> _T:
        """Return what *doing* returns, done in the loop of the server."""
        waiting: Future[_T] = asyncio.run_coroutine_threadsafe(doing, self.loop)
        return waiting.result(WITHIN_S + 20)

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Return the status that is answered to *request*, as it goes over the wire, and the body; 0 where none is.

        Raises:
            AssertionError: nothing comes, and the connection stays open even when nothing more is said.
        """
        with socket.create_connection(self.address, timeout=WITHIN_S) as connection, contextlib.suppress(OSError):
            connection.sendall(request)
            told = self._heard(connection)
            head, _, body = told.partition(b"\r\n\r\n")
            status = head[9:12]
            return (int(status) if head.startswith(b"HTTP/1.1 ") and status.isdigit() else 0), body
        return 0, b""

    def _heard(self, connection: socket.socket) -> bytes:
        """Return all that is said; a server that waits for more is shown after a while that nothing comes."""
        told = bytearray()
        for within_s in (_PATIENCE_S, WITHIN_S):
            connection.settimeout(within_s)
            try:
                while piece := connection.recv(1 << 16):
                    told += piece
            except TimeoutError:
                if within_s == WITHIN_S:
                    raise AssertionError("no answer, and no end") from None
                connection.shutdown(socket.SHUT_WR)
            else:
                break
        return bytes(told)

    def look(self, what: str) -> None:
        """Hold that the server had no fault of its own.

        Raises:
            ServerFault: it had.
        """
        records, self.faults.records[:] = [*self.faults.records], []
        if records:
            record = records[0]
            error = record.exc_info[1] if record.exc_info else None
            raise ServerFault(f"{what}: {record.getMessage()[:200]}") from error

    def stay_alive(self, *, at_once: bool = False) -> None:
        """Now and then hold that the server still answers, and that the artisan is at home as before."""
        self.served += 1
        if self.served % _LIKE_NEW_EVERY and not at_once:
            return
        status, _ = self.send(self.get("/"))
        assert status == 200, f"the home page answers {status}"
        status, _ = self.send(self.get("/studio"))
        if status != 200:
            self.session = self.do(session_of(self.house))
        open_now = "SELECT count(*) FROM drafts WHERE uid = ? AND state = 'open'"
        if not self.do(self.house.value(open_now, self.names.get("draft"))):
            self.begin_draft()
        if not self.do(is_furnished(self.house, self.names)):
            self.names |= self.do(furnish(self.house))

    def change_bob(self) -> None:
        """Have somebody new live where bob lived, with a key that is known: he may have changed his, moved, or gone."""
        self.bobs += 1
        self.bob = self.neighbour.person(f"bob{self.bobs}")
        self.do(_befriend(self.house, self.neighbour, self.bob))

    def get(self, path: str) -> bytes:
        """Return the artisan's request for a page."""
        cookie = f"{cookie_name(self.house.config)}={self.session}"
        return (
            f"GET {path} HTTP/1.1\r\nHost: {self.house.uris.host}\r\nAccept: text/html\r\nCookie: {cookie}\r\n"
            "Connection: close\r\n\r\n"
        ).encode()

    def begin_draft(self) -> None:
        """Have the artisan begin a draft, so that there is one whose page can be asked for."""
        body = f"token={form_token(self.session)}"
        head = self.get("/studio/drafts").removesuffix(b"\r\n").replace(b"GET", b"POST", 1)
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        self.send(head + (kind + body).encode())
        newest = self.do(self.house.value("SELECT uid FROM drafts ORDER BY id DESC LIMIT 1"))
        self.names["draft"] = newest or "none"

    def filled_in(self, data: bytes) -> bytes:
        """Return *data* with the addresses, the cookie and the token of this very server."""
        for placeholder, value in (
            (b"{host}", self.house.uris.host),
            (b"{cookie}", f"{cookie_name(self.house.config)}={self.session}"),
            (b"{token}", form_token(self.session)),
            *((f"{{{name}}}".encode(), self.names.get(name, "none")) for name in PLACEHOLDERS),
        ):
            data = data.replace(placeholder, value.encode())
        return data


@cache
def town() -> Town:
    """Return the town, which is built when somebody asks for it first."""
    built: Future[Town] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_live(built, thread)), daemon=True, name="town")
    thread.start()
    return built.result(60)


def close() -> None:
    """Have the town end, if there is one."""
    if town.cache_info().currsize:
        standing = town()
        town.cache_clear()
        standing.loop.call_soon_threadsafe(standing.ending.set)
        standing.thread.join(WITHIN_S)


async def _live(built: "Future[Town]", thread: threading.Thread) -> None:
    """Build the town, and let it live until it is closed."""
    room, ending = Path(tempfile.mkdtemp(prefix="fuzz-", dir=MEMORY)), asyncio.Event()
    try:
        with _nowhere_else():
            async with _standing(room / "data") as (house, neighbour, bob, names):
                session = await session_of(house)
                made = Town(asyncio.get_running_loop(), ending, thread, house, neighbour, bob, names, session)
                logging.getLogger().addHandler(made.faults)
                built.set_result(made)
                await ending.wait()
                logging.getLogger().removeHandler(made.faults)
    except BaseException as error:
        if built.done():
            raise
        built.set_exception(error)
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.asynccontextmanager
async def _standing(data_dir: Path) -> AsyncIterator[tuple[House, Neighbour, Person, dict[str, str]]]:
    async with open_house(data_dir, limits=_LIMITS) as house, open_neighbour() as neighbour:
        names = dict(await furnish(house))
        async with house.db.write() as tx:
            much = {"requests": _MUCH, "followers": _MUCH, "new_people": _MUCH}
            await safety.set_limits(tx, house.artisan, much, utc_now())
        bob = neighbour.person("bob")
        await _befriend(house, neighbour, bob)
        yield house, neighbour, bob, names


async def _befriend(house: House, neighbour: Neighbour, bob: Person) -> None:
    """Have bob ask to follow the artisan; she may have closed her door by a form."""
    with contextlib.suppress(AssertionError):
        await befriend(house, neighbour, bob)


@contextlib.contextmanager
def _nowhere_else() -> Iterator[None]:
    """Let no name lead anywhere but to this machine while the block lasts."""
    asked = socket.getaddrinfo

    def answered(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode("latin-1") if isinstance(host, bytes) else host
        if name not in _OF_THIS_MACHINE:
            raise socket.gaierror(socket.EAI_NONAME, "no such name in this town")
        return asked(host, *rest, **more)

    socket.getaddrinfo = answered
    try:
        yield
    finally:
        socket.getaddrinfo = asked


def numbered(document: bytes, number: int, origin: str) -> bytes:
    """Return an activity under an id that was never used, if it has one of *origin*: else it would be a copy.

    Of every second one the object is a new one as well.
    """
    try:
        activity = json.loads(document)
        inside = activity["object"] if number % 2 and isinstance(activity.get("object"), dict) else {}
        for uri in (activity.get("id"), inside.get("id")):
            if isinstance(uri, str) and uri.startswith(origin):
                document = document.replace(f'"{uri}"'.encode(), f'"{uri}?{number}"'.encode())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return document
