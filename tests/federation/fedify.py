"""How a test starts the foreign peer (peer/, a server built on Fedify) and tells it what to do."""

import asyncio
import atexit
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import aiohttp

from tests.node import installed, node

PEER = Path(__file__).parent / "peer"
STOP_TIMEOUT_S = 5.0
CALL_TIMEOUT_S = 30.0
WAIT_TIMEOUT_S = 15.0


class Mode(StrEnum):
    """How strict the peer is about HTTP signatures."""

    DEFAULT = "default"
    """Both dialects in; out, RFC 9421 first and draft-cavage after any refusal."""
    CAVAGE_ONLY = "cavage-only"
    """Draft-cavage in and out; a delivery in RFC 9421 gets 401."""
    RFC9421_ONLY = "rfc9421-only"
    """RFC 9421 in and out; a delivery in draft-cavage gets 401."""
    AUTHORIZED_FETCH = "authorized-fetch"
    """As DEFAULT, and actors, notes and collections get 401 without a good signature."""


class PeerRefused(Exception):
    """The peer could not do what it was told."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        self.status = status
        """What the other server answered to the peer's delivery; None where it was no delivery that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One activity that reached the peer in a delivery whose HTTP signature Fedify verified."""

    number: int
    """Counts from 1, in the order in which the peer processed them."""
    type: str
    """Fedify's class, as `Create`."""
    id: str | None
    actor: str
    inbox: str | None
    """The name of the actor in whose own inbox it came; None for the shared inbox."""
    dialect: Literal["cavage", "rfc9421"] | None
    """None where Fedify writes the activity's id otherwise than the sender did."""
    object_id: str | None
    object: Mapping[str, Any] | None
    """The object as Fedify read it, as compact JSON-LD; fetched by Fedify where it was only named or not credible."""
    raw: Mapping[str, Any]
    """The whole activity as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerDialect:
    """Requests by how they were signed."""

    cavage: int
    rfc9421: int
    unsigned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What passed the peer's doors since it started."""

    verified: PerDialect
    """Deliveries taken in: signature verified, answered 2xx. Repetitions of an activity are counted too."""
    refused: PerDialect
    """Deliveries that the peer answered 4xx or 5xx."""
    refusals: tuple[str, ...]
    """The reason of each refusal."""
    sent: PerDialect
    """Deliveries of the peer that were answered 2xx."""
    fetched: PerDialect
    """GETs that the peer sent."""
    withheld: int
    """Knocks that Fedify would have tried in the dialect which this mode does not speak."""
    strangers: tuple[str, ...]
    """Addresses beyond loopback that Fedify was made to ask for; none was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the peer got for an address."""

    status: int
    type: str | None
    """Fedify's class of the document, as `Note`; None unless the status is 200."""
    id: str | None
    document: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One activity that the other server answered 2xx; *object* is the note's URI where one was written."""

    id: str
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The URIs of an actor's followers, and of those who accepted its Follow."""

    followers: frozenset[str]
    following: frozenset[str]


class FedifyPeer:
    """A running peer. Make one with `fedify()`."""

    def __init__(self, origin: str, mode: Mode, session: aiohttp.ClientSession) -> None:
        self.origin = origin
        self.mode = mode
        self._session = session

    @property
    def host(self) -> str:
        """Host and port, as in handles."""
        return self.origin.removeprefix("http://")

    async def call(self, action: str, **arguments: object) -> Any:
        """Return the answer of one action of peer/control.mjs.

        Raises:
            PeerRefused: it failed, there or at the server it concerned.
        """
        async with self._session.post(f"/control/{action}", json=arguments) as response:
            answer = await response.json()
        if response.status != 200:
            raise PeerRefused(answer["error"], answer.get("status"))
        return answer

    async def actor(
        self, name: str, *, follows: Literal["accept", "reject", "hold"] = "accept", aliases: tuple[str, ...] = ()
    ) -> "FedifyActor":
        """Make an actor; *follows* is what a Follow of it gets, *aliases* its `alsoKnownAs`."""
        answer = await self.call("actor", name=name, follows=follows, aliases=aliases)
        return FedifyActor(self, name, answer["uri"])

    async def received(self, *, after: int = 0, wait_s: float = 0.0) -> list[Received]:
        """Return what came after number *after*; where that is nothing yet, wait up to *wait_s* for it."""
        query = {"after": str(after), "wait_ms": str(int(wait_s * 1000))}
        async with self._session.get("/control/received", params=query) as response:
            return [Received(**entry) for entry in await response.json()]

    async def wait_for(
        self, kind: str, *, where: Callable[[Received], bool] = lambda _: True, timeout_s: float = WAIT_TIMEOUT_S
    ) -> Received:
        """Return the first activity of the type *kind* that satisfies *where*, waiting for it.

        Raises:
            AssertionError: none came in time; the message lists what did.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        seen: list[Received] = []
        while (left_s := deadline - loop.time()) > 0:
            news = await self.received(after=len(seen), wait_s=left_s)
            for entry in news:
                if entry.type == kind and where(entry):
                    return entry
            seen += news
        came = [f"{entry.type} {entry.id}" for entry in seen]
        raise AssertionError(f"no such {kind} within {timeout_s} s; came: {came}; doors: {await self.counters()}")

    async def counters(self) -> Counters:
        """Return what passed the peer's doors so far."""
        async with self._session.get("/control/counters") as response:
            answer = await response.json()
        return Counters(
            **{name: PerDialect(**answer[name]) for name in ("verified", "refused", "sent", "fetched")},
            refusals=tuple(answer["refusals"]),
            withheld=answer["withheld"],
            strangers=tuple(answer["strangers"]),
        )

    async def fetch(self, uri: str, *, signed: bool = True) -> Fetched:
        """Return what *uri* answers to the peer, signed by its own instance actor or not at all."""
        return Fetched(**await self.call("fetch", uri=uri, signed=signed))

    async def lookup(self, whom: str) -> Mapping[str, Any]:
        """Return the actor behind a handle or URI, as Fedify understood it, as compact JSON-LD."""
        answer: Mapping[str, Any] = await self.call("lookup", whom=whom)
        return answer

    async def traverse(self, uri: str) -> list[tuple[str, str]]:
        """Return type and URI of each item of a collection, walked by Fedify over all its pages."""
        answer = await self.call("traverse", uri=uri)
        return [(item["type"], item["id"]) for item in answer["items"]]


@dataclass(frozen=True, slots=True)
class FedifyActor:
    """One actor of a peer. What it does is delivered before the method returns.

    Each method raises PeerRefused where the other server refused the delivery or could not be read.
    """

    peer: FedifyPeer
    name: str
    uri: str

    @property
    def handle(self) -> str:
        """The address of this actor as people write it: `@name@host:port`."""
        return f"@{self.name}@{self.peer.host}"

    async def _do(self, action: str, **arguments: object) -> Sent:
        answer = await self.peer.call(action, **{"as": self.name, **arguments})
        return Sent(id=answer["id"], object=answer.get("object"))

    async def follow(self, whom: str) -> Sent:
        """Find *whom* (a handle, through WebFinger, or a URI) and ask to follow."""
        return await self._do("follow", whom=whom)

    async def undo(self, sent: Sent) -> Sent:
        """Take back a Follow, Like, Announce or Block."""
        return await self._do("undo", activity=sent.id)

    async def publish(self, content: str, *, quotable: bool = False) -> Sent:
        """Write a public note and deliver it to the followers' shared inboxes; *quotable*, everybody may quote it."""
        return await self._do("publish", content=content, quotable=quotable)

    async def quote(self, uri: str, content: str) -> Sent:
        """Write a note that quotes an object, and ask its author whether that may be."""
        return await self._do("quote", object=uri, content=content)

    async def permit(self, request: str, note: str, *, instrument: str, to: str) -> Sent:
        """Permit the request (its id) of the actor *to* to quote an own note; `object` is the permission."""
        return await self._do("permit", request=request, note=note, instrument=instrument, to=to)

    async def revoke(self, stamp: str, *, to: str) -> Sent:
        """Take a permission back, and tell the actor *to*."""
        return await self._do("revoke", stamp=stamp, to=to)

    async def reply(self, to: str, content: str) -> Sent:
        """Answer the object *to* with a public note, delivered to its author."""
        return await self._do("reply", to=to, content=content)

    async def edit(self, note: str, content: str, *, to: str | None = None) -> Sent:
        """Change an own note; tell the actor *to*, or the followers."""
        return await self._do("edit-note", note=note, content=content, to=to)

    async def delete_note(self, note: str, *, to: str | None = None) -> Sent:
        """Delete an own note; tell the actor *to*, or the followers."""
        return await self._do("delete-note", note=note, to=to)

    async def like(self, uri: str) -> Sent:
        """Like an object; tell its author."""
        return await self._do("like", object=uri)

    async def announce(self, uri: str) -> Sent:
        """Announce an object; tell its author."""
        return await self._do("announce", object=uri)

    async def update(self, summary: str, *, to: str) -> Sent:
        """Change this actor's own summary; tell the actor *to*."""
        return await self._do("update-actor", summary=summary, to=to)

    async def delete(self, *, to: str) -> Sent:
        """Delete this actor, which answers 410 from then on; tell the actor *to*."""
        return await self._do("delete-actor", to=to)

    async def block(self, whom: str) -> Sent:
        """Block an actor, and tell it."""
        return await self._do("block", whom=whom)

    async def move(self, target: str, *, to: str) -> Sent:
        """Say that this actor is now *target* (a URI; it must list this one in `aliases`); tell the actor *to*."""
        return await self._do("move", target=target, to=to)

    async def whisper(self, content: str) -> Sent:
        """Say something to followers alone, and which of them are at each server (FEP-8fcf)."""
        return await self._do("whisper", content=content)

    async def lose_follower(self, uri: str) -> None:
        """Forget that somebody follows this actor, as after a lost Undo or an old backup."""
        await self.peer.call("lose-follower", **{"as": self.name, "uri": uri})

    async def relations(self) -> Relations:
        """Return who follows this actor and whom it follows, as the peer sees it."""
        answer = await self.peer.call("relations", name=self.name)
        return Relations(followers=frozenset(answer["followers"]), following=frozenset(answer["following"]))


class _Keeper:
    """The process that has all peers: started when the first is wanted, ended with the tests.

    A class because it is kept, and belongs to no loop: each test has one of its own.
    """

    def __init__(self) -> None:
        installed(PEER, "@fedify")
        # Standard error is shared, so that pytest shows Fedify's complaints beside the failed test.
        self._process = subprocess.Popen(
            [node(), str(PEER / "peer.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self._stop)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peer ended before it answered; its reason is on standard error")
        self.origin: str = json.loads(line)["origin"]

    def _stop(self) -> None:
        """End all peers: they leave when the standard input closes, and are killed when they do not."""
        try:
            self._process.communicate(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@cache
def _keeper() -> _Keeper:
    """Return the one process that has all peers."""
    return _Keeper()


@asynccontextmanager
async def fedify(mode: Mode = Mode.DEFAULT) -> AsyncIterator[FedifyPeer]:
    """Open a peer on a free port of loopback, without any memory, and close it at the end.

    Raises:
        NotInstalled: Node or its packages are missing. A test that needs the peer fails then; it is never skipped.
    """
    keeper = await asyncio.to_thread(_keeper)
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        async with session.post(f"{keeper.origin}/open", json={"mode": mode}) as answer:
            assert answer.status == 200, await answer.text()
            origin: str = (await answer.json())["origin"]
        try:
            async with aiohttp.ClientSession(origin, timeout=timeout) as at_it:
                yield FedifyPeer(origin, mode, at_it)
        finally:
            async with session.post(f"{keeper.origin}/close", json={"origin": origin}) as answer:
                assert answer.status == 200, await answer.text()
