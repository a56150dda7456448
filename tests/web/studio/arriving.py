"""Coming in to the studio as a browser does: it keeps cookies, and sends what stands in the forms of pages."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from bs4 import BeautifulSoup, Tag
from yarl import URL

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.services import invitations
from fedi_artisan.services.passwords import Passwords
from fedi_artisan.storage import credentials
from tests.house import CHEAP, House

PASSWORD = "kiln moon jar"
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Clock:
    """A clock that goes on when it is told to."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now

    def go_on(self, **by: float) -> None:
        """Let time go by, as timedelta counts it."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Page:
    """What came of a request."""

    status: int
    headers: Any
    text: str
    tree: BeautifulSoup = field(repr=False)

    @property
    def where(self) -> str:
        """Where a redirect leads; the empty text where it is none."""
        return str(self.headers.get("Location", ""))

    @property
    def troubles(self) -> list[str]:
        """What the page complains of."""
        return [one.get_text(" ", strip=True) for one in self.tree.select(".trouble:not([hidden])")]

    def form(self, action: str) -> Tag:
        """Return the form that is sent there."""
        found = [form for form in self.tree.find_all("form") if form.get("action", "") == action]
        assert len(found) == 1, (action, self.text)
        return found[0]

    def filled(self, action: str) -> dict[str, str]:
        """Return what stands in a form, as it would be sent."""
        fields = self.form(action).select("input[name]")
        return {str(one["name"]): str(one.get("value", "")) for one in fields}


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody's browser."""

    house: House
    client: aiohttp.ClientSession

    @property
    def cookies(self) -> dict[str, str]:
        """What it keeps."""
        return {cookie.key: cookie.value for cookie in self.client.cookie_jar}

    @property
    def token(self) -> str:
        """What forms of its session carry."""
        return form_token(self.cookies["studio"])

    def take(self, **cookies: str) -> None:
        """Have it keep these cookies, in place of those it has of the same names."""
        self.client.cookie_jar.update_cookies(cookies, URL(self.house.config.origin))

    async def get(self, path: str) -> Page:
        """Open a page; redirects are not followed."""
        return await self._ask("GET", path, None, {})

    async def post(self, path: str, fields: Any = (), headers: Mapping[str, str] = FROM_HERE) -> Page:
        """Send fields."""
        return await self._ask("POST", path, fields, headers)

    async def press(self, page: Page, action: str, **filled: str) -> Page:
        """Send a form of a page with what stands in it, and what is *filled* in."""
        return await self.post(action, page.filled(action) | filled)

    async def sign_in(self, password: str = PASSWORD, **more: str) -> Page:
        """Open the sign-in page, and send it with this password."""
        page = await self.get("/studio/sign-in")
        if page.status == 303:
            return page
        return await self.press(page, "/studio/sign-in", password=password, **more)

    async def is_in(self) -> bool:
        """Whether it is let into the studio."""
        return (await self.get("/studio")).status == 200

    async def _ask(self, method: str, path: str, data: Any, headers: Mapping[str, str]) -> Page:
        url, accept = f"{self.house.config.origin}{path}", {"Accept": "text/html"}
        async with self.client.request(
            method, url, data=data, headers=accept | dict(headers), allow_redirects=False
        ) as answer:
            text = (await answer.read()).decode()
            return Page(answer.status, answer.headers, text, BeautifulSoup(text, "html.parser"))


@contextlib.asynccontextmanager
async def browser(house: House, agent: str = PHONE) -> AsyncIterator[Browser]:
    """Give somebody's fresh browser."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"User-Agent": agent}) as client:
        yield Browser(house, client)


async def give_password(house: House, password: str = PASSWORD) -> None:
    """Let the first artisan have a password."""
    kept = await Passwords(CHEAP).hash(password)
    async with house.db.write() as tx:
        await credentials.put_password(tx, house.artisan.id, kept, utc_now())


async def invite(house: House, purpose: Purpose = Purpose.SETUP, *, forgets_codes: bool = False) -> str:
    """Return the path of a link that lets the first artisan in."""
    async with house.db.write() as tx:
        token, _ = await invitations.invite(tx, house.artisan.id, purpose, utc_now(), forgets_codes=forgets_codes)
    return f"/studio/welcome/{token}"
