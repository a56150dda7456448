"""Many other servers in one process: each has an address of its own, one actor, and an inbox that keeps the time."""

import asyncio
import json
import re
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Self, cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
_NOT_HERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_AS2 = "https://www.w3.org/ns/activitystreams"


@dataclass(slots=True)
class Neighbour:
    """One other server.

    Args:
        name: of its actor, which no other has: ports come back, and strangers may still look for who was there before.
        socket: bound to its own port of loopback; while it does not listen, it refuses connections as a dead host does.
        delay_s: how long it takes to answer.
        document: of its actor, as it is served.
        arrived_at: when each delivery had arrived, by `time.perf_counter`.
    """

    name: str
    socket: socket.socket
    delay_s: float = 0.0
    document: bytes = b""
    arrived_at: list[float] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    @property
    def actor_uri(self) -> str:
        """The id of its one actor."""
        return f"{self.origin}/{self.name}"

    @property
    def inbox_url(self) -> str:
        """Her inbox."""
        return f"{self.actor_uri}/inbox"

    @property
    def key_id(self) -> str:
        """The id of her key."""
        return f"{self.actor_uri}#main-key"

    def describe(self, public_pem: str) -> None:
        """Serve the document of its actor, with this key."""
        body = json.dumps(
            {
                "@context": [_AS2, "https://w3id.org/security/v1"],
                "id": self.actor_uri,
                "type": "Person",
                "preferredUsername": self.name,
                "name": self.name.title(),
                "inbox": self.inbox_url,
                "publicKey": {"id": self.key_id, "owner": self.actor_uri, "publicKeyPem": public_pem},
            }
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.document = head.encode() + body


class Street:
    """All neighbours. A class because they are opened and closed together."""

    def __init__(self, count: int) -> None:
        self.neighbours = [Neighbour(secrets.token_hex(6), _bound()) for _ in range(count)]
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Transport] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            connection.abort()
        for neighbour in self.neighbours:
            neighbour.socket.close()

    async def open(self, neighbour: Neighbour) -> None:
        """Let a neighbour answer from now on."""
        loop = asyncio.get_running_loop()
        self._servers.append(
            await loop.create_server(lambda: _Connection(neighbour, self._connections), sock=neighbour.socket)
        )


def _bound() -> socket.socket:
    """Return a socket that holds a port of loopback, without listening."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    return bound


class _Connection(asyncio.Protocol):
    """Answers requests on one connection; a class because asyncio wants one."""

    def __init__(self, neighbour: Neighbour, connections: set[asyncio.Transport]) -> None:
        self._neighbour = neighbour
        self._connections = connections
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self._transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._received, 0, end)
        if len(self._received) < end + 4 + (int(length[1]) if length else 0):
            return
        if self._received.startswith(f"POST /{self._neighbour.name}/inbox ".encode()):
            self._neighbour.arrived_at.append(time.perf_counter())
            answer = _ACCEPTED
        elif self._received.startswith(f"GET /{self._neighbour.name} ".encode()):
            answer = self._neighbour.document
        else:
            answer = _NOT_HERE
        if _LAST.search(self._received, 0, end + 2):
            answer = answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        self._received.clear()
        if self._neighbour.delay_s:
            asyncio.get_running_loop().call_later(self._neighbour.delay_s, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            if _LAST.search(answer):
                self._transport.close()
