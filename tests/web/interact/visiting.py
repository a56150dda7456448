"""A visitor with an account elsewhere, who opens our pages and sends their forms."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.house import House
from tests.neighbour import Neighbour
from tests.unit.web.markup import Page, read

FEP = "https://w3id.org/fep/3b86"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
FORM = "application/x-www-form-urlencoded"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A page with the answer it came in."""

    status: int
    headers: Mapping[str, str]
    page: Page

    @property
    def trouble(self) -> str:
        """What stands beside the field."""
        return self.page.one("p", id="trouble").text.strip()


@dataclasses.dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser on our pages."""

    session: aiohttp.ClientSession
    house: House

    async def get(self, path: str) -> Answer:
        """Open a page."""
        return await self._answer("GET", path, None, {})

    async def send(self, path: str, address: str | bytes | None = None, /, **more: Any) -> Answer:
        """Send the form of a page: a field, or a whole body; `headers` replaces what a browser says of itself."""
        headers = more.pop("headers", FROM_HERE)
        if isinstance(address, bytes):
            return await self._answer("POST", path, address, {"Content-Type": FORM} | headers)
        fields = {key: value for key, value in {"address": address, **more}.items() if value is not None}
        return await self._answer("POST", path, fields, headers)

    async def _answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        accept = {"Accept": "text/html"}
        url = self.house.config.origin + path
        async with self.session.request(
            method, url, data=body, headers=accept | dict(headers), allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, read(await answer.text()))


def account(neighbour: Neighbour, *links: Mapping[str, str]) -> str:
    """Return the handle of an account of another server, which offers these pages."""
    host = neighbour.origin.removeprefix("http://")
    at = f"{neighbour.origin}/.well-known/webfinger?resource={quote(f'acct:bob@{host}', safe='')}"
    neighbour.serve({"subject": f"acct:bob@{host}", "links": list(links)}, at=at, kind="application/jrd+json")
    return f"@bob@{host}"


def pages(neighbour: Neighbour, *names: str) -> list[dict[str, str]]:
    """Return links of FEP-3b86 to a page for each name; `{object}` is what it takes."""
    return [{"rel": f"{FEP}/{name}", "template": f"{neighbour.origin}/{name}?id={{object}}"} for name in names]
