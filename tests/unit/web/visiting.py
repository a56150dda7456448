"""Somebody with a browser, who opens pages of ours."""

import aiohttp

from tests.house import House
from tests.unit.web.markup import Page, read


class Visitor:
    """Somebody with a browser. A class because the connection and the server's address go together."""

    def __init__(self, session: aiohttp.ClientSession, house: House) -> None:
        self._session = session
        self.house = house

    async def get(self, path: str, status: int = 200, **headers: str) -> tuple[Page, aiohttp.ClientResponse]:
        """Return the page at *path*, which must come with *status*, and the answer it came with."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(
            self.house.config.origin + path, headers={"Accept": "text/html"} | named, allow_redirects=False
        ) as answer:
            assert answer.status == status, await answer.text()
            assert answer.content_type == "text/html"
            return read(await answer.text()), answer
