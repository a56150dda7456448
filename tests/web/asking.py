"""A stranger who asks our server: one request, one whole answer, no redirect followed."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy

ACTIVITY_JSON = "application/activity+json"
Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    url: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0]

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Asker:
    """A stranger; paths are of *origin*, whole addresses are taken as they are."""

    session: aiohttp.ClientSession
    origin: str

    async def __call__(self, where: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
        """Return the answer to one request; a header may be given several times."""
        url = where if where.startswith("http") else f"{self.origin}{where}"
        async with self.session.request(method, url, headers=headers, allow_redirects=False) as answer:
            return Answer(url, answer.status, answer.headers, await answer.read())

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, origin: str) -> AsyncIterator["Asker"]:
        """Give somebody who asks the server at *origin*."""
        # Without defaults of its own, so that a request has the headers that the test gives it and no others.
        async with aiohttp.ClientSession(skip_auto_headers={"Accept", "User-Agent"}) as session:
            yield cls(session, origin)

    async def document(self, where: str) -> Any:
        """Return the ActivityStreams document there, which must be one."""
        answer = await self(where, ("Accept", ACTIVITY_JSON))
        assert (answer.status, answer.media_type) == (200, ACTIVITY_JSON), answer
        return answer.json()
