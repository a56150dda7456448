"""A visitor who looks at everything while it breaks: pages, feeds, documents and pictures."""

import asyncio
import random
import re
from collections import Counter

import aiohttp

from tests.faults.promises import wrong
from tests.faults.town import Town

_MORE = re.compile(r'(?:href|src)="(/(?:works|media|journal)[^"]*)"')
_FIXED = ("/", "/feed.atom", "/works", "/journal", "/nodeinfo/2.1", "/sitemap.xml", "/nothing-here", "/studio")
_MOST_KNOWN = 200


class Visitor:
    """Somebody who looks. A class because of the addresses that she has seen, and how they were answered."""

    def __init__(self, origin: str, session: aiohttp.ClientSession, town: Town, chance: random.Random) -> None:
        self._origin, self._session, self._town, self._chance = origin, session, town, chance
        self._known = list(_FIXED)
        self.answers: Counter[int] = Counter()

    async def look(self) -> None:
        """Look at one page after the other until it is time to stop."""
        while not self._town.stopping:
            await self.open(self._chance.choice(self._known))
            await asyncio.sleep(self._chance.uniform(0, 0.03))

    async def open(self, path: str) -> int:
        """Open one page and return the status; 0 where nobody answered."""
        language = self._chance.choice(("en", "fr"))
        try:
            async with self._session.get(f"{self._origin}{path}", headers={"Accept-Language": language}) as answer:
                text = await answer.text(errors="replace")
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            self.answers[0] += 1
            return 0
        self.answers[status] += 1
        if status == 500 or "Traceback" in text:
            self._town.wrong.append(wrong(f"GET {path} was answered {status}"))
        if len(self._known) < _MOST_KNOWN and text.startswith("<!"):
            self._known += [one for one in set(_MORE.findall(text)) if one not in self._known]
        return status
