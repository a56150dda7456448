"""The door of the inbox: what is taken in, and the table of what is done about it afterwards."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import Uris, host_of, same_origin
from fedi_artisan.errors import BadSignature, Forbidden, TooManyRequests
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.event import Handler
from fedi_artisan.federation.handlers import (
    accept,
    announce,
    block,
    create,
    delete,
    follow,
    like,
    move,
    reject,
    undo,
    update,
)
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.signatures import verify
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.storage import inbox
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.inbox import Arrival
from fedi_artisan.vocab import activity as activities
from fedi_artisan.vocab import json
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.types import ActivityType

HANDLERS: Mapping[ActivityType, Handler] = {
    ActivityType.ACCEPT: accept.handle,
    ActivityType.ANNOUNCE: announce.handle,
    ActivityType.BLOCK: block.handle,
    ActivityType.CREATE: create.handle,
    ActivityType.DELETE: delete.handle,
    ActivityType.EMOJI_REACT: like.handle,
    ActivityType.FOLLOW: follow.handle,
    ActivityType.LIKE: like.handle,
    ActivityType.MOVE: move.handle,
    ActivityType.REJECT: reject.handle,
    ActivityType.UNDO: undo.handle,
    ActivityType.UPDATE: update.handle,
}

_ABOUT_US = frozenset(
    {
        ActivityType.FOLLOW,
        ActivityType.BLOCK,
        ActivityType.LIKE,
        ActivityType.EMOJI_REACT,
        ActivityType.ANNOUNCE,
    }
)
_CARRIES_ITS_OBJECT = frozenset({ActivityType.CREATE, ActivityType.UPDATE})
_MOST_IGNORED_TYPES = 200
_ODD_TYPE = "(odd)"
# Asking others takes long and costs them something: few of what waits may need it, and few of those from one host.
MOST_ASKING = 500
MOST_ASKING_OF_A_HOST = 50


class Inbox:
    """Takes in signed activities, and promises by returning that they are on the disk.

    A class because arrivals of the same moment share one transaction: many promises for the price of one.
    """

    def __init__(
        self, db: Database, actors: Actors, hosts: Hosts, uris: Uris, *, clock: Clock, most_waiting: int
    ) -> None:
        self._db = db
        self._actors = actors
        self._hosts = hosts
        self._uris = uris
        self._clock = clock
        self._most_waiting = most_waiting
        self._arrivals: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None
        self._asking: Counter[str] = Counter()
        self.arrived = asyncio.Event()
        self.waiting = 0
        self.ignored: Counter[str] = Counter()

    async def receive(self, request: SignedRequest) -> None:
        """Take in one delivery; when this returns, it is stored, or known already, or of no concern here.

        Raises:
            BadJson, BadActivity: it cannot be read.
            BadSignature: it is not signed by its actor.
            Forbidden: it speaks of what is not its actor's.
            TooManyRequests: more is waiting than can be kept.
            RemoteUnavailable: the server that holds the key does not answer.
        """
        activity = activities.parse(json.loads(request.body))
        if not await self._concerns_us(activity):
            return
        asks = must_ask(activity)
        self._check_room(activity.actor_uri, asks=asks)
        signed_at = await self._authenticate(request, activity)
        await self._store(
            Arrival(
                actor_uri=activity.actor_uri,
                activity_uri=activity.uri,
                body=request.body,
                asks=asks,
                signed_at=signed_at,
            )
        )

    def note_asking(self, actor_uris: Iterable[str]) -> None:
        """Note whose activities wait for another server's word."""
        self._asking = Counter(map(host_of, actor_uris))

    def _check_room(self, actor_uri: str, *, asks: bool) -> None:
        """Refuse, before any work is done for it, what could not be kept anyway.

        Raises:
            TooManyRequests: more is waiting than can be kept.
        """
        full = self.waiting >= self._most_waiting
        if asks:
            full |= self._asking[host_of(actor_uri)] >= MOST_ASKING_OF_A_HOST or self._asking.total() >= MOST_ASKING
        if full:
            raise TooManyRequests("too much is waiting here; please come back later")

    async def _concerns_us(self, activity: Activity) -> bool:
        """Whether anything here could come of it; decided without asking anybody and before any costly step."""
        if activity.type is None:
            self._ignore(activity.type_name)
            return False
        if activity.type in _ABOUT_US:
            return activity.object.uri is not None and self._uris.is_ours(activity.object.uri)
        if activity.type is ActivityType.CREATE:
            return self._is_for_us(activity)
        # All others change what an actor did before: of an unknown one nothing is known that could change. So the
        # flood of farewells from a server that closes accounts costs one look each (WIRE 5.5).
        return await self._actors.is_known(activity.actor_uri)

    def _is_for_us(self, activity: Activity) -> bool:
        """Whether a Create answers something here, or is addressed to somebody here."""
        document = activity.object.document or {}
        told = (*activity.to, *activity.cc, document.get("inReplyTo"))
        return any(isinstance(uri, str) and self._uris.is_ours(uri) for uri in told)

    def _ignore(self, type_name: str) -> None:
        """Count a type that nothing is done about; nobody has signed it yet, so the name may be anything."""
        name = type_name if type_name.isascii() and type_name.isidentifier() else _ODD_TYPE
        if name not in self.ignored and len(self.ignored) >= _MOST_IGNORED_TYPES:
            name = _ODD_TYPE
        self.ignored[name] += 1

    async def _authenticate(self, request: SignedRequest, activity: Activity) -> datetime:
        """Make sure that the activity is its actor's own (WIRE 2.4, steps 3 to 10); return when it was signed."""
        claim = verify.read(request, now=self._clock(), plain_http=self._uris.origin.startswith("http://"))
        signer_uri = await self._actors.verify(claim)
        self._hosts.answered(host_of(signer_uri))
        if activity.actor_uri != signer_uri:
            raise BadSignature(f"signed by {signer_uri}, not by {activity.actor_uri}")
        if not same_origin(activity.uri, activity.actor_uri):
            raise Forbidden(f"the id {activity.uri} is not of the server of {activity.actor_uri}")
        if activity.type in _CARRIES_ITS_OBJECT and not same_origin(activity.object.uri or "", activity.actor_uri):
            # Nobody speaks for another server, and asking that server would make us knock where the sender points.
            raise Forbidden(f"the object {activity.object.uri} is not of the server of {activity.actor_uri}")
        return datetime.fromtimestamp(claim.created_s, UTC)

    async def _store(self, arrival: Arrival) -> None:
        """Return once *arrival* is on the disk, together with all others of the same moment."""
        stored = asyncio.get_running_loop().create_future()
        self._arrivals.append((arrival, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_arrivals())
        await stored

    async def _store_arrivals(self) -> None:
        """Store what has arrived, and what arrives meanwhile, one transaction after another."""
        try:
            while self._arrivals:
                batch, self._arrivals = self._arrivals, []
                await self._store_batch(batch)
        finally:
            self._storing = None

    async def _store_batch(self, batch: list[tuple[Arrival, asyncio.Future[None]]]) -> None:
        """Store some arrivals in one transaction and tell those who wait for it."""
        try:
            async with self._db.write() as tx:
                await inbox.insert(tx, [arrival for arrival, _ in batch], self._clock())
        except BaseException as error:
            for _, stored in batch:
                if not stored.done():
                    stored.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        # Copies are counted along until the queue looks next, which is at once.
        self.waiting += len(batch)
        self._asking.update(host_of(arrival.actor_uri) for arrival, _ in batch if arrival.asks)
        for _, stored in batch:
            if not stored.done():
                stored.set_result(None)
        self.arrived.set()


def must_ask(activity: Activity) -> bool:
    """Whether another server must be asked before the activity can take effect."""
    if activity.type is ActivityType.MOVE:
        return True
    return activity.type in _CARRIES_ITS_OBJECT and activity.object.document is None
