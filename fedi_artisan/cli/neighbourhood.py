"""The neighbours of the sample portfolio: each has a server of her own on this machine, and does what people do."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fedi_artisan.app import Parts, open_parts
from fedi_artisan.cli import sample
from fedi_artisan.cli.given import chosen_artisan, open_workshop
from fedi_artisan.cli.sample import Sample
from fedi_artisan.cli.server import make
from fedi_artisan.cli.welcome import lines_for_newcomers
from fedi_artisan.config import DEFAULT_FILE, Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Mention, Post, PostDraft, Visibility
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.federation.looking import Found, Looking
from fedi_artisan.services import following as following_service
from fedi_artisan.services import people as people_service
from fedi_artisan.services import reacting, speaking
from fedi_artisan.services.commands import command
from fedi_artisan.storage import following
from fedi_artisan.storage.db import Tx

log = logging.getLogger(__name__)

_AGAIN_AFTER_S = 0.3
_MEETS_WITHIN_S = 30.0

_Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody has her portfolio, and what is told of her."""

    told: Sample
    config: Config

    @property
    def handle(self) -> str:
        """By which others find her."""
        return f"@{self.told.username}@{self.config.host}"


class Shelf:
    """The works of somebody, by their English titles, as they come out. A class because others wait for them."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._is_full = False
        self._changed = asyncio.Event()

    def put(self, work: Work) -> None:
        """Add a work that is out."""
        self._works[work.draft.others["en"].title if "en" in work.draft.others else work.draft.title] = work
        self._wake()

    def fill(self) -> None:
        """Let nobody wait any more: all that come are there."""
        self._is_full = True
        self._wake()

    async def find(self, title: str) -> Work | None:
        """Return the work as soon as it is out; None where no such work comes."""
        while title not in self._works and not self._is_full:
            await self._changed.wait()
        return self._works.get(title)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@contextlib.asynccontextmanager
async def open_homes(folder: Path, told: list[Sample], ports: list[int]) -> AsyncIterator[list[Home]]:
    """Make a portfolio below *folder* for each of those who are told of, serve it on its port, and end it again."""
    async with contextlib.AsyncExitStack() as opened:
        homes = []
        for one, port in zip(told, ports, strict=True):
            file = folder / one.username / DEFAULT_FILE
            settings = {
                "origin": f"http://127.0.0.1:{port}",
                "data_dir": "data",
                "listen": f"127.0.0.1:{port}",
                "allow_private_networks": True,
            }
            config = await asyncio.to_thread(
                make, file, settings, username=one.username, name=one.name, language=one.language
            )
            homes.append(Home(one, config))
            await opened.enter_async_context(command(file, "serve"))
        yield homes


async def live(homes: list[Home], host: Home, works: Shelf, *, breath_s: float = 1.0) -> None:
    """Have the neighbours move in, follow the *host*, and like, share, answer and write.

    Args:
        homes: theirs; the works of each are published, the newest one when there is somebody to see it arrive.
        host: whose neighbours they are.
        works: of the host; each deed waits for its own, and those that do not come are passed over.
        breath_s: how long each waits before each deed, so that one can watch them come in.
    """
    await asyncio.gather(*(_live(home, host, works, breath_s) for home in homes))


async def _live(home: Home, host: Home, works: Shelf, breath_s: float) -> None:
    try:
        await _move_in(home, host, works, breath_s)
    except Exception:  # the boundary: the portfolio is there to look at, whatever becomes of its neighbours
        log.exception("%s could not do what is told of her", home.told.name)


async def _move_in(home: Home, host: Home, works: Shelf, breath_s: float) -> None:
    """Publish what one neighbour has, and do what is told of her."""
    told = home.told.told
    async with open_workshop(home.config) as workshop, _person(home) as neighbour:
        publishing = sample.furnish(workshop, home.told, newest_now=True)
        await anext(publishing)
        click.echo(f"A neighbour with a server of her own: {home.told.name}, {home.config.origin}/")
        for line in await lines_for_newcomers(home.config):
            click.echo(f"  {line}")
        await neighbour.follow(host.handle)
        if told["followed_back"]:
            async with _person(host) as back:
                await back.follow(home.handle)
                await back.is_accepted(neighbour.parts.uris.actor(neighbour.artisan.uid))
        for deed in told["deeds"]:
            await asyncio.sleep(breath_s)
            await neighbour.do(deed, host, works)
        async for _ in publishing:
            pass
        if told["says"]:
            await neighbour.say(PostDraft(text=told["says"], language=home.told.language))


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody with a portfolio of her own, who does what her studio would let her do."""

    parts: Parts
    looking: Looking
    artisan: Artisan

    async def follow(self, handle: str) -> None:
        """Ask to follow somebody."""
        found = await self._find(handle)
        async with self.parts.actors.write() as tx:
            known = await self.looking.remember(tx, found)
            await following_service.request_once(tx, self.parts.uris, self.artisan, known.id, now=utc_now())

    async def is_accepted(self, actor_uri: str) -> None:
        """Return when whom she asked to follow lets her."""
        async with asyncio.timeout(_MEETS_WITHIN_S):
            while True:
                async with self.parts.db.read() as tx:
                    asked = await following.find(tx, self.artisan.id, actor_uri)
                if asked is not None and asked.state == "accepted":
                    return
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def do(self, deed: _Told, host: Home, works: Shelf) -> None:
        """Do one thing that is told of her, as soon as the work is out that it is about; where none is, nothing."""
        if deed["do"] == "write":
            actor = (await self._find(host.handle)).actor
            named = Mention(uri=actor.uri, handle=host.handle, url=actor.url or actor.uri)
            text = f"{host.handle} {deed['text']}"
            await self.say(PostDraft(text=text, visibility=Visibility.DIRECT, mentions=(named,), language="fr"))
        elif work := await works.find(deed["work"]):
            uris = Uris(host.config.origin)
            await _DEEDS[deed["do"]](self, await self._find(uris.work_url(work.slug)), deed)

    async def like(self, found: Found, deed: _Told) -> None:
        """Like a work."""
        del deed
        async with self.parts.actors.write() as tx:
            await reacting.like(tx, self.parts.uris, self.artisan, await self._keep(tx, found), utc_now())

    async def share(self, found: Found, deed: _Told) -> None:
        """Share a work."""
        del deed
        async with self.parts.actors.write() as tx:
            await reacting.announce(tx, self.parts.uris, self.artisan, await self._keep(tx, found), utc_now())

    async def answer(self, found: Found, deed: _Told) -> None:
        """Answer a work."""
        async with self.parts.actors.write() as tx:
            await self._keep(tx, found)
        await self.say(PostDraft(text=deed["text"], in_reply_to=found.uri, language=self.artisan.language))

    async def say(self, draft: PostDraft) -> None:
        """Say something."""
        async with self.parts.db.write() as tx:
            await speaking.publish(tx, self.parts.uris, self.artisan, draft, utc_now())

    async def _find(self, what: str) -> Found:
        """Return who or what has this handle or address; whoever is only just starting is asked again."""
        async with asyncio.timeout(_MEETS_WITHIN_S):
            while not isinstance(found := await self.looking.find(what), Found):  # noqa: ASYNC110 - another server
                await asyncio.sleep(_AGAIN_AFTER_S)
        return found

    async def _keep(self, tx: Tx, found: Found) -> Post:
        assert found.note is not None  # noqa: S101 - looked for by the address of a work
        known = await self.looking.remember(tx, found)
        return await people_service.remember_post(tx, self.parts.uris, found.note, known, utc_now())


_DEEDS: Mapping[str, Callable[[_Person, Found, _Told], Awaitable[None]]] = {
    "like": _Person.like,
    "share": _Person.share,
    "answer": _Person.answer,
}


@contextlib.asynccontextmanager
async def _person(home: Home) -> AsyncIterator[_Person]:
    """Give somebody who can do things beside her running server."""
    async with open_parts(home.config) as parts:
        looking = Looking(home.config, parts.db, parts.uris, parts.actors, parts.webfinger)
        async with parts.db.read() as tx:
            artisan = await chosen_artisan(tx, None)
        yield _Person(parts, looking, artisan)
