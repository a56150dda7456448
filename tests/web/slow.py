"""An application that the test holds in its hands, and one request to whatever stands in front of it."""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATIENCE_S = 20.0


class Slow:
    """An application that answers when it is told to, with what it found when it was asked.

    A class because the test looks at what it was asked, and changes what it finds.
    """

    def __init__(self, found: bytes = b"old", status: int = 200) -> None:
        self.scopes: list[Scope] = []
        self.was_asked = asyncio.Event()
        self.found = found
        self.status = status
        self.headers: dict[bytes, bytes] = {}
        self.fails = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self.scopes)

    async def have_asked(self, many: int) -> None:
        """Return when it was asked so often; TimeoutError where it never is."""
        async with asyncio.timeout(_PATIENCE_S):
            while self.asked < many:
                self.was_asked.clear()
                await self.was_asked.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI 3 has it; its tag is what it found, its type HTML."""
        self.scopes.append(scope)
        self.was_asked.set()
        body, fails = self.found, self.fails
        await self.may_answer.wait()
        if fails:
            raise RuntimeError("the kiln is cold")
        headers = {b"etag": b'"%s"' % body[:20], b"content-length": b"%d" % len(body), b"content-type": b"text/html"}
        headers |= self.headers
        await send({"type": "http.response.start", "status": self.status, "headers": [*headers.items()]})
        await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    status: int
    body: bytes
    headers: dict[str, str]


async def ask(app: ASGIApp, address: str = "/", *, method: str = "GET", **headers: str) -> Told:
    """Return the answer to one request; *headers* are named as in Python, and several values of one are its lines."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    path, _, query = address.partition("?")
    lines = [(name.replace("_", "-").encode(), line.encode()) for name in headers for line in headers[name].split("\n")]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": lines}
    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Told(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]), told)
