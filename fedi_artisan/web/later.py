"""A part of the table of URLs that is read when somebody first goes there."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property

from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send


class Later(BaseRoute):
    """All that lies below one path, loaded when it is first asked for. A class because Starlette tells routes so.

    Args:
        path: below which all of it lies, and nothing else.
        read: returns its routes; whatever they need is loaded there.
    """

    def __init__(self, path: str, read: Callable[[], Sequence[Route]]) -> None:
        self._path = path
        self._read = read

    @cached_property
    def routes(self) -> Sequence[Route]:
        """The routes, in their order."""
        return self._read()

    @cached_property
    def _router(self) -> Router:
        return Router(self.routes, redirect_slashes=False)

    def holds(self, path: str) -> bool:
        """Whether an address lies here."""
        return path == self._path or path.startswith(f"{self._path}/")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is to be answered here, be it that nothing is there."""
        return Match.FULL if scope["type"] == "http" and self.holds(scope["path"]) else Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; before the first time in a thread, as loading takes as long as many answers."""
        if "_router" not in self.__dict__:
            await asyncio.to_thread(lambda: self._router)
        await self._router(scope, receive, send)
