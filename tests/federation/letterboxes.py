"""Another server that only receives: many inboxes, each behaving as a test says, and a note of every arrival.

It signs and checks with nothing of ours, so that a fault of ours cannot hide behind itself.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, web

from tests.neighbour import Person, key, signed_headers


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; status 0 hangs up without a word."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


HANG_UP = Reply(0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery as it came in: `activity` is its body, read."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    activity: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the activity."""
        return str(self.activity["id"])

    @property
    def type(self) -> str:
        """The type of the activity."""
        return str(self.activity["type"])


Behaviour = Callable[[Arrival], Awaitable[Reply]]
Door = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


async def take(arrival: Arrival) -> Reply:
    """Take whatever comes."""
    del arrival
    return Reply()


@dataclass
class Letterboxes:
    """The other server.

    Args:
        origin: where it is.
        behave: decides what is answered to a delivery; the default for all inboxes.
        inboxes: what is answered at single paths instead.
        documents: what is served by path: status and document.
        arrivals: all that came, in order.
        taken: those of them that were answered with success, in the order of the answers.
        door: asked before all else; what it gives is the answer, None lets in.
    """

    origin: str = ""
    behave: Behaviour = take
    inboxes: dict[str, Behaviour] = field(default_factory=dict)
    documents: dict[str, tuple[int, Any]] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    taken: list[Arrival] = field(default_factory=list)
    door: Door | None = None

    def person(self, name: str, *, shared: bool = True, origin: str | None = None, **extra: Any) -> Person:
        """Return a new actor of this server whose document is served; *shared* gives her the shared inbox."""
        home = origin or self.origin
        endpoints = {"endpoints": {"sharedInbox": f"{home}/inbox"} if shared else {}}
        person = Person(f"{home}/users/{name}", key(), {**endpoints, **extra})
        self.documents[urlsplit(person.uri).path] = (200, person.document())
        return person

    def at(self, path: str, *types: str) -> list[Arrival]:
        """Return what was taken at the inbox *path*, of these types where any are given."""
        return [one for one in self.taken if one.path == path and (not types or one.type in types)]

    async def send(self, person: Person, inbox_url: str, activity: Mapping[str, Any]) -> int:
        """Send a signed activity of *person*, in the one case where this server has something to say."""
        body = json.dumps(activity).encode()
        headers = signed_headers("POST", inbox_url, body, key_id=person.key_id, private=person.private)
        async with ClientSession() as session, session.post(inbox_url, data=body, headers=headers) as answer:
            return answer.status

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a delivery, or serve a document."""
        if self.door is not None and (turned_away := await self.door(request)) is not None:
            return turned_away
        if request.method != "POST":
            status, document = self.documents.get(request.path, (404, {"error": "not here"}))
            return web.Response(body=json.dumps(document), status=status, content_type="application/activity+json")
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrival = Arrival(request.path, headers, body, json.loads(body))
        self.arrivals.append(arrival)
        reply = await self.inboxes.get(request.path, self.behave)(arrival)
        if 200 <= reply.status < 300:
            self.taken.append(arrival)
        if reply.status == 0 and request.transport is not None:
            request.transport.close()
        return web.Response(status=reply.status or 500, headers=dict(reply.headers), text=reply.text)


@contextlib.asynccontextmanager
async def open_letterboxes() -> AsyncIterator[Letterboxes]:
    """Run the other server while the block lasts; nobody waits for those who still hang at its end."""
    boxes = Letterboxes()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", boxes.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        boxes.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield boxes
    finally:
        await runner.cleanup()
