"""Whether another server has the same idea of which of us follow its people, and what is done where it has not.

A delivery for followers alone may say which of them are here, in one number. Where the number is another than ours, the
list is asked for, when there is time. Nothing of this is on the disk: the next delivery says it again.

Source: FEP-8fcf.
"""

import asyncio
import logging
import time

from cachetools import TTLCache

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.synchronization import HEADER, Synchronization, digest_of, read_header
from fedi_artisan.domain.uris import Uris, same_origin
from fedi_artisan.errors import ArtisanError, RemoteMalformed
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.federation.signatures.verify import Claim
from fedi_artisan.services import following
from fedi_artisan.storage import actors as stored_actors
from fedi_artisan.storage.db import Database
from fedi_artisan.vocab.collections import parse_leaf

log = logging.getLogger(__name__)

MOST_PAGES = 10
MOST_WAITING = 200
ONCE_IN_S = 3600.0
_ACTORS_REMEMBERED = 10_000


class Synchronizer:
    """Looks after follows that two servers may see differently.

    A class because it remembers what waits, and whom it has asked lately.
    """

    def __init__(self, db: Database, actors: Actors, uris: Uris, clock: Clock) -> None:
        self._db = db
        self._actors = actors
        self._uris = uris
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[str, Synchronization]] = asyncio.Queue(MOST_WAITING)
        self._asked: TTLCache[str, bool] = TTLCache(_ACTORS_REMEMBERED, ONCE_IN_S, time.monotonic)

    def note(self, actor_uri: str, request: SignedRequest, claim: Claim) -> None:
        """Take note of what a verified delivery of an actor says about her followers here, if it says anything.

        What was not signed along may be somebody else's words, and counts for nothing.
        """
        value = request.headers.get(HEADER)
        if value is None or HEADER not in claim.covered or actor_uri in self._asked or self._waiting.full():
            return
        said = read_header(value)
        if said is not None and same_origin(said.url, actor_uri) and same_origin(said.collection_uri, actor_uri):
            self._waiting.put_nowait((actor_uri, said))

    async def run(self) -> None:
        """Look after what was noted, one after the other, until cancelled."""
        while True:
            actor_uri, said = await self._waiting.get()
            try:
                await self._look_after(actor_uri, said)
            except ArtisanError as error:
                log.info("which of us follow %s could not be compared: %s", actor_uri, error)
            except Exception:  # the boundary: a full disk, for example; the next delivery says it again
                log.exception("comparing which of us follow %s failed", actor_uri)

    async def _look_after(self, actor_uri: str, said: Synchronization) -> None:
        """Compare, and where there is a difference, ask for the list and have it here as it is there."""
        async with self._db.read() as tx:
            stored = await stored_actors.find(tx, actor_uri)
            ours = await following.here_of(tx, self._uris, actor_uri)
        # Only about her own followers can she say anything.
        if stored is None or stored.actor.followers_uri != said.collection_uri or digest_of(ours) == said.digest:
            return
        if actor_uri in self._asked:
            return
        self._asked[actor_uri] = True
        listed = await self._list(said.url)
        if digest_of(listed) != said.digest:
            # It has changed meanwhile, or is not whole: nobody loses a follow by that.
            log.info("the followers of %s here are other than was said", actor_uri)
            return
        async with self._actors.write() as tx:
            known = await self._actors.known(tx, actor_uri)
            if known is not None:
                changed = await following.reconcile(tx, self._uris, known, listed, self._clock())
                log.info("%d follows of %s were not the same here and there", changed, actor_uri)

    async def _list(self, url: str) -> set[str]:
        """Return the ids of ours in the collection at *url*, over no more than `MOST_PAGES` of its pages.

        Raises:
            RemoteError: it cannot be had.
        """
        listed: set[str] = set()
        page_url = url
        for _ in range(MOST_PAGES + 1):
            leaf = parse_leaf(await self._actors.fetch_part(page_url))
            if leaf is None:
                raise RemoteMalformed(f"{page_url} is no collection")
            listed.update(uri for uri in leaf.items if self._uris.is_ours(uri))
            if leaf.next_url is None:
                return listed
            if not same_origin(leaf.next_url, url):
                raise RemoteMalformed(f"{url} goes on at another server")
            page_url = leaf.next_url
        raise RemoteMalformed(f"{url} has too many pages")
