"""Being signed in to the studio, for tests: as a program, and as a browser."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from bs4 import BeautifulSoup
from playwright.async_api import BrowserContext

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.services import sessions
from fedi_artisan.web.studio.door import cookie_name
from tests.house import House


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: status, headers, and the body as text and as a tree."""

    status: int
    headers: Any
    text: str
    page: BeautifulSoup = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in; `token` is what her forms carry."""

    house: House
    client: aiohttp.ClientSession
    token: str

    async def get(self, path: str, **given: Any) -> Answer:
        """Open a page; redirects are not followed."""
        return await self._ask("GET", path, **given)

    async def post(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]] = (), **given: Any) -> Answer:
        """Send a form with these fields, and the token of her session; redirects are not followed."""
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        if not any(name == "token" for name, _ in pairs):
            pairs.append(("token", self.token))
        return await self._ask("POST", path, data=pairs, **given)

    async def send(self, path: str, body: Any, **given: Any) -> Answer:
        """Send any body, as a script or a form with files does; nothing is added to it."""
        return await self._ask("POST", path, data=body, **given)

    async def _ask(self, method: str, path: str, **given: Any) -> Answer:
        url = f"{self.house.config.origin}{path}"
        async with self.client.request(method, url, allow_redirects=False, **given) as answer:
            text = (await answer.read()).decode("utf-8", "replace")
            return Answer(answer.status, answer.headers, text, BeautifulSoup(text, "html.parser"))


async def session_of(house: House, artisan: Artisan | None = None, *, device: str = "Firefox, Linux") -> str:
    """Return the token of a new session of the artisan, by default of the first one."""
    async with house.db.write() as tx:
        return await sessions.open_session(tx, (artisan or house.artisan).id, device, utc_now())


@contextlib.asynccontextmanager
async def signed_in(house: House, artisan: Artisan | None = None, *, language: str = "en") -> AsyncIterator[Visitor]:
    """Give somebody who is signed in while the block lasts."""
    token = await session_of(house, artisan)
    headers = {"Accept-Language": language, "Cookie": f"{cookie_name(house.config)}={token}", "Accept": "text/html"}
    async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield Visitor(house, client, form_token(token))


async def sign_in_browser(context: BrowserContext, house: House, artisan: Artisan | None = None) -> str:
    """Sign the windows of *context* in, and return what forms carry from now on."""
    token = await session_of(house, artisan)
    cookie = {"name": cookie_name(house.config), "value": token, "url": house.config.origin, "httpOnly": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of Playwright's
    return form_token(token)
