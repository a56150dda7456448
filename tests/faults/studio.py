"""The artisan in her studio: she writes, answers, follows, blocks, changes and withdraws, through its forms.

She notes as promised only what the server told her is done. Where it says that it cannot be done now, or dies before it
answers, she presses the same button again, as people do.
"""

import asyncio
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from bs4 import BeautifulSoup

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.works import Draft
from tests.faults.promises import Own, wrong
from tests.faults.town import PATIENCE, Town

_POSTS = "/studio/posts"
_WORKS = "/studio/works"
_MOST_WORKS = 12
_MOST_PHOTOGRAPHS = 2
_MOST_ANSWERS = 20
_ANSWER = "Come on Friday"
_TALK = re.compile(r"/studio/messages/(\d+)")
_WORK_UID = re.compile(r"/studio/works/([0-9a-z]{26})")
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What the server answered: status, where it leads, and the page."""

    status: int
    location: str
    text: str


class Studio:
    """The artisan at work, signed in. A class because she remembers what she has begun.

    Args:
        origin: of the server.
        session: over which she asks; it follows no redirects.
        cookie: name and token that show who she is.
        town: the others; what they wrote is answered, and they are followed and blocked.
        photos: files that she may show, by their names.
        chance: decides what she does next.
    """

    def __init__(
        self,
        origin: str,
        session: aiohttp.ClientSession,
        cookie: tuple[str, str],
        *,
        town: Town,
        photos: Mapping[str, bytes],
        chance: random.Random,
    ) -> None:
        self.own = Own()
        self._origin, self._session, self._town, self._chance = origin, session, town, chance
        self._token = form_token(cookie[1])
        self._headers = {"Cookie": "=".join(cookie), "Accept": "text/html", "Accept-Language": "en"}
        self._photos = list(photos.items())
        self._numbers = itertools.count(1)
        self._nuisances = [town.hosts[0].person(f"nuisance{number}") for number in range(3)]
        self._uids: dict[str, str] = {}  # of works, by their titles
        self._leaving: set[str] = set()  # titles of works that are being withdrawn, or were

    async def work(self) -> None:
        """Do this and that until it is time to stop."""
        deeds: list[Callable[[], Awaitable[None]]] = [
            *(self._say, self._say, self._answer_work, self._answer_message, self._say_otherwise, self._take_back),
            *(self._write, self._schedule, self._publish, self._publish, self._revise, self._withdraw),
            *(self._follow, self._block),
        ]
        while not self._town.stopping:
            await self._chance.choice(deeds)()
            await asyncio.sleep(self._chance.uniform(0.01, 0.08))

    # What she says

    async def _say(self) -> None:
        await self._speak(self._words("Today in the kiln"), visibility="public")

    async def _answer_work(self) -> None:
        if self._town.promises.kept:
            work = self._chance.choice(self._town.promises.kept)
            await self._speak(self._words("The glaze is ash"), visibility="public", to=work)

    async def _answer_message(self) -> None:
        """Answer the newest message that she has not answered; she finds it in its talk."""
        if len(self.own.answered) >= _MOST_ANSWERS:
            return
        page = BeautifulSoup((await self._get("/studio/messages")).text, "html.parser")
        for link in page.select("a.name[href^='/studio/messages/']"):
            talk, row = _TALK.match(str(link["href"])), link.find_parent("li")
            # The newest of a talk may be her own answer.
            if talk and row and int(talk[1]) not in self.own.answered and _ANSWER not in row.get_text():
                await self._speak(self._words(_ANSWER), visibility="direct", to=talk[1])
                self.own.answered.add(int(talk[1]))
                return

    async def _say_otherwise(self) -> None:
        text = self._standing({one: stands and not one.startswith(_ANSWER) for one, stands in self.own.posts.items()})
        if text is None:
            return
        uid, otherwise = await self._uid_of_post(text), self._words("Said better")
        if uid is not None:
            form = {"key": new_uid(utc_now()), "text": otherwise, "visibility": "public", "language": "en"}
            await self._press(f"{_POSTS}/{uid}/edit", form | {"do": "publish"})
            self.own.posts[otherwise] = self.own.posts.pop(text)

    async def _take_back(self) -> None:
        text = self._standing(self.own.posts) if len(self.own.posts) > 2 else None
        uid = None if text is None else await self._uid_of_post(text)
        if text is not None and uid is not None:
            await self._press(f"{_POSTS}/{uid}/withdraw", {})
            self.own.posts[text] = False

    async def _speak(self, text: str, *, visibility: str, to: str = "") -> None:
        form = {"key": new_uid(utc_now()), "text": text, "visibility": visibility, "language": "en", "to": to}
        await self._press(f"{_POSTS}/new", form | {"do": "publish"})
        self.own.posts[text] = True

    async def _uid_of_post(self, text: str) -> str | None:
        """Return the uid of a post of hers, as it is listed; None where that is on no first page."""
        page = BeautifulSoup((await self._get(_POSTS)).text, "html.parser")
        found = [one for one in page.select("[id^=post-]") if text in one.get_text()]
        return str(found[0]["id"]).removeprefix("post-") if found else None

    # Her works

    async def _write(self) -> None:
        """Begin a work and leave it for later."""
        if len(self.own.drafts) < 5:
            at, title = await self._begin(), self._words("Begun")
            await self._press(at, {"title": title, "version": await self._version(at), "do": "save"})
            self.own.drafts[at] = title

    async def _schedule(self) -> None:
        """Have a work go out in half a day: before that nobody may see it."""
        # By a clock that is a day ahead, half a day is over.
        if len(self.own.scheduled) < 3 and not self._town.is_stale:
            at, title = await self._begin(), self._words("For later")
            later = f"{utc_now() + timedelta(hours=12):%Y-%m-%dT%H:%M}"
            form = {"title": title, "version": await self._version(at), "publish_at": later, "do": "schedule"}
            said = await self._ask("POST", at, data={**form, "token": self._token})
            if said.status == 303:
                self.own.scheduled.add(title)

    async def _publish(self) -> None:
        if sum(self.own.titles.values()) >= _MOST_WORKS:
            return
        at, title = await self._begin(), self._words("Moon jar")
        photographed = len(self.own.photographed) < _MOST_PHOTOGRAPHS and bool(self._photos)
        if photographed:
            await self._bring(at, *self._photos.pop())
        await self._press(at, {"title": title, "version": await self._version(at), "do": "publish"})
        self.own.titles[title] = True
        if photographed:
            self.own.photographed.add(title)

    async def _revise(self) -> None:
        title = self._standing({one: stands and one not in self.own.photographed for one, stands in self._titles()})
        uid = None if title is None else await self._uid_of_work(title)
        if title is None or uid is None:
            return
        at = (await self._press(f"{_WORKS}/{uid}/edit", {})).location
        changed = self._words("Again")
        await self._press(at, {"title": changed, "version": await self._version(at), "do": "publish"})
        self.own.titles[changed] = self.own.titles.pop(title)
        self._uids[changed] = uid
        if uid in self._town.promises.works:
            self._town.promises.works[uid] = Draft(title=changed)

    async def _withdraw(self) -> None:
        kept = {self._uids.get(title) for title, _ in self._titles()} & set(self._town.promises.kept)
        free = {title: stands and self._uids.get(title) not in kept for title, stands in self._titles()}
        title = self._standing(free) if sum(free.values()) > 2 else None
        uid = None if title is None else await self._uid_of_work(title)
        if title is not None and uid is not None and uid not in self._town.promises.kept:
            self._leaving.add(title)
            await self._press(f"{_WORKS}/{uid}/withdraw", {})
            self.own.titles[title] = False

    async def _begin(self) -> str:
        return (await self._press("/studio/drafts", {})).location

    async def _version(self, at: str) -> str:
        page = BeautifulSoup((await self._get(at)).text, "html.parser")
        field = page.select_one("input[name=version]")
        return "" if field is None else str(field["value"])

    async def _bring(self, at: str, name: str, photo: bytes) -> None:
        """Bring a photograph into a draft, as the script of its page does."""
        headers = {"X-Token": self._token, "X-Name": name, "X-Key": name, "Content-Type": "image/jpeg"}
        await self._ask("POST", f"{at}/photos", data=photo, headers=headers)

    async def _uid_of_work(self, title: str) -> str | None:
        """Return the uid of a work that is out; None while it waits for its pictures."""
        if title not in self._uids:
            page = BeautifulSoup((await self._get(_WORKS)).text, "html.parser")
            for link in page.select("a[href^='/studio/works/']"):
                row = link.find_parent(["li", "tr", "article"]) or link
                uid = _WORK_UID.match(str(link["href"]))
                if uid and title in row.get_text():
                    self._uids[title] = uid[1]
                    break
        return self._uids.get(title)

    async def show_to_others(self) -> None:
        """Let others react to the works that will stay, until it is time to stop."""
        while not self._town.stopping:
            for title, stands in self._titles():
                uid = await self._uid_of_work(title) if stands else None
                # Meanwhile she may have called it otherwise, or begun to withdraw it.
                if uid is None or not self.own.titles.get(title) or title in self._leaving:
                    continue
                if uid not in self._town.promises.works and len(self._town.promises.kept) < 4:
                    self._town.promises.works[uid] = Draft(title=title)
                    self._town.promises.kept.append(uid)
            await asyncio.sleep(0.2)

    # Others

    async def _follow(self) -> None:
        free = [one for one in self._town.steady if one.uri not in self.own.followed]
        if free:
            person = self._chance.choice(free)
            await self._press("/studio/around/asked", {"uri": person.uri, "do": "follow"})
            self.own.followed.add(person.uri)

    async def _block(self) -> None:
        free = [one for one in self._nuisances if one.uri not in self.own.blocked]
        if free:
            await self._press("/studio/safety/people", {"deed": "block", "whom": free[0].uri})
            self.own.blocked.add(free[0].uri)

    # How she asks

    def _words(self, begin: str) -> str:
        """Return words that stand nowhere else."""
        return f"{begin} {next(self._numbers)}x"

    def _titles(self) -> list[tuple[str, bool]]:
        return list(self.own.titles.items())

    def _standing(self, things: Mapping[str, bool]) -> str | None:
        """Return one of those that stand."""
        standing = [name for name, stands in things.items() if stands]
        return self._chance.choice(standing) if standing else None

    async def _get(self, path: str) -> Said:
        return await self._ask("GET", path)

    async def _press(self, path: str, fields: Mapping[str, str]) -> Said:
        """Send a form until it is done: the answer leads on."""
        said = await self._ask("POST", path, data={**fields, "token": self._token})
        if said.status != 303:
            self._town.wrong.append(wrong(f"the studio answered {path} {dict(fields)} with {said.status}"))
        return said

    async def _ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **given: Any) -> Said:
        """Ask until there is an answer that will not change."""
        while True:
            try:
                async with self._session.request(
                    method,
                    f"{self._origin}{path}",
                    headers={**self._headers, **(headers or {})},
                    allow_redirects=False,
                    **given,
                ) as answer:
                    text = await answer.text()
                    self._town.note(answer.status, f"{method} {path}")
                    if answer.status < _SERVER_ERRORS and answer.status not in PATIENCE:
                        return Said(answer.status, answer.headers.get("Location", ""), text)
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)
