"""Every page of the table, asked once in every language, for the judges that read."""

from dataclasses import dataclass
from functools import cached_property

import aiohttp

from tests.browser.judges.found import Found, find
from tests.browser.pages import PageKind, in_every_language
from tests.browser.street import Street
from tests.unit.web import markup


@dataclass(frozen=True)
class Asked:
    """One page as it came."""

    kind: PageKind
    url: str
    status: int
    html: str

    @cached_property
    def found(self) -> Found:
        """What machines find in it."""
        return find(self.html, self.url)

    @cached_property
    def page(self) -> markup.Page:
        """Its elements."""
        return markup.read(self.html)


async def ask_all(street: Street) -> dict[str, Asked]:
    """Return every page of the table in every language, by its address."""
    answers = {}
    async with aiohttp.ClientSession(headers={"Accept": "text/html"}) as session:
        for url, kind in in_every_language(street).items():
            async with session.get(url) as answer:
                answers[url] = Asked(kind, url, answer.status, await answer.text())
    return answers
