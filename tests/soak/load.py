"""The load of a busy day: visitors, other servers, works that go out to a thousand inboxes, and the artisan herself."""

import asyncio
import itertools
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench import inbox as signing
from bench import site as sites
from bench.neighbours import Neighbour, Street
from bench.site import Site
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import actors, artisans, followers, works
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.json import loads

_LANGUAGES = ("en", "fr", "fr-FR,fr;q=0.9,en;q=0.5", "de", "")
_CODINGS = ("gzip, deflate, br", "br", "gzip", "identity")
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    "Mozilla/5.0 (iPhone) Safari/605",
    "http.rb (Mastodon/4.4.0)",
)
_STUDIO = ("/studio", "/studio/works", "/studio/happened", "/studio/posts", "/studio/figures", "/studio/around")
_DOCUMENT = "application/activity+json"
_STAY = 6  # works of which the oldest are withdrawn when more were published


@dataclass
class Came:
    """What came of it, since it was last looked at: how long pages took, in seconds, and all answers by status."""

    took_s: deque[float] = field(default_factory=lambda: deque(maxlen=20_000))
    answers: Counter[str] = field(default_factory=Counter)


class Day:
    """Everybody who comes. A class because they know what is there by now.

    Args:
        site: our server, which runs.
        street: other servers, all of which follow.
        session: over which visitors and the artisan ask.
        studio: headers that show that it is the artisan.
        chance: decides what anybody does.
    """

    def __init__(
        self,
        site: Site,
        street: Street,
        session: aiohttp.ClientSession,
        *,
        studio: dict[str, str],
        chance: random.Random,
    ) -> None:
        self.came = Came()
        self._site, self._street, self._session, self._studio, self._chance = site, street, session, studio, chance
        self._keys = dict(
            zip((one.actor_uri for one in street.neighbours), itertools.cycle(signing.make_keys()), strict=False)
        )
        self._origin = site.config.origin
        self._pictures: list[str] = []
        self._liked: list[tuple[Neighbour, dict[str, object]]] = []
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        """Have all other servers answer, and all of them follow."""
        for neighbour in self._street.neighbours:
            pem = self._keys[neighbour.actor_uri].public_key()
            neighbour.describe(pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
            await self._street.open(neighbour)
        async with self._site.writing() as tx:
            artisan = (await artisans.list_all(tx))[0]
            for neighbour in self._street.neighbours:
                actor = parse_actor(loads(neighbour.document.partition(b"\r\n\r\n")[2]))
                actor_id = await actors.put(tx, actor, utc_now())
                await followers.put(tx, artisan.id, actor_id, f"{actor.uri}#follow", utc_now())
        self._pictures = [f"/media/{name}" for name in self._all_pictures()]

    def _all_pictures(self) -> Iterator[str]:
        """Give the names of the public pictures."""
        for place in self._site.config.media_dir.glob("??/*"):
            yield place.name

    async def live(self, seconds: float) -> None:
        """Have everybody come for so long."""
        async with asyncio.TaskGroup() as group:
            for every_s, deed in (
                (1 / 10, self._visit),
                (1 / 5, self._send),
                (60, self._publish),
                (5, self._look_into_studio),
            ):
                group.create_task(_regularly(every_s, deed, until_s=time.monotonic() + seconds))

    async def _visit(self) -> None:
        """Open one page, document or picture, as somebody does."""
        chance = self._chance
        pages = ["/", "/works", "/journal", "/feed.atom", "/sitemap.xml", "/nothing-here", *self._site.pages]
        kind = chance.random()
        path = chance.choice(self._pictures) if kind < 0.25 else chance.choice(pages).removeprefix(self._origin)
        headers = {
            "Accept": _DOCUMENT if kind > 0.93 else "text/html,*/*;q=0.8",
            "Accept-Language": chance.choice(_LANGUAGES),
            "Accept-Encoding": chance.choice(_CODINGS),
            "User-Agent": chance.choice(_AGENTS),
            # As the web server in front says: not all are the same visitor.
            "X-Forwarded-For": f"198.51.{chance.randrange(100)}.{chance.randrange(250)}",
        }
        began = time.perf_counter()
        await self._ask("page", "GET", path, headers)
        self.came.took_s.append(time.perf_counter() - began)

    async def _look_into_studio(self) -> None:
        """Open a page of the studio."""
        await self._ask("studio", "GET", self._chance.choice(_STUDIO), self._studio)

    async def _send(self) -> None:
        """Like, take it back, or answer, each time as somebody else."""
        neighbour, work = self._chance.choice(self._street.neighbours), self._chance.choice(self._site.works)
        if len(self._liked) > 200:
            neighbour, like = self._liked.pop(0)
            activity = signing.activity(neighbour, "Undo", f"undos/{next(self._numbers)}", like)
        elif self._chance.random() < 0.8:
            activity = signing.activity(neighbour, "Like", f"likes/{next(self._numbers)}", work)
            self._liked.append((neighbour, activity))
        else:
            activity = signing.reply(neighbour, self._site, work, next(self._numbers))
        head, _, body = signing.signed(self._site, activity, self._keys).partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
        headers = {name: value for name, value in lines if name != "content-length"}
        await self._ask("inbox", "POST", "/ap/inbox", headers, body)

    async def _publish(self) -> None:
        """Publish a work to all followers, and withdraw the oldest of those that were published here."""
        await sites.publish(self._site, len(self._site.works))
        self.came.answers["work published"] += 1
        if len(self._site.works) <= sites.WORKS + _STAY:
            return
        uri, _ = self._site.works.pop(sites.WORKS), self._site.pages.pop(sites.WORKS)
        async with self._site.writing() as tx:
            work = await works.get(tx, uri.rsplit("/", 1)[1])
            await works_service.withdraw(tx, Uris(self._origin), work, utc_now())

    async def _ask(self, who: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> None:
        """Ask once and note the status."""
        url = f"{self._origin}{path}"
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, allow_redirects=False, auto_decompress=False
            ) as answer:
                await answer.read()
                self.came.answers[f"{who} {answer.status}"] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            self.came.answers[f"{who} {type(error).__name__}"] += 1


async def _regularly(every_s: float, deed: Callable[[], Awaitable[None]], *, until_s: float) -> None:
    """Do something at its pace, whatever the last one still waits for."""
    due_s, under_way = time.monotonic(), set[asyncio.Task[None]]()
    while due_s < until_s:
        task = asyncio.ensure_future(deed())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        due_s += every_s
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
    await asyncio.gather(*under_way)
