"""The door of the inbox: what is taken in, and the table of what is done about it afterwards."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.tally import Tally
from fedi_artisan.domain.uris import Uris, host_of, same_origin
from fedi_artisan.errors import ArtisanError, BadSignature, Forbidden, TooManyRequests
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.event import Handler
from fedi_artisan.federation.followed import Followed
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.handlers import (
    accept,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    like,
    move,
    quote_request,
    reject,
    undo,
    update,
)
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.relevance import PASSED_ON, Relevance
from fedi_artisan.federation.resolving import must_ask
from fedi_artisan.federation.signatures import verify
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.federation.signatures.verify import Claim
from fedi_artisan.federation.synchronizing import Synchronizer
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
    ActivityType.FLAG: flag.handle,
    ActivityType.FOLLOW: follow.handle,
    ActivityType.LIKE: like.handle,
    ActivityType.MOVE: move.handle,
    ActivityType.QUOTE_REQUEST: quote_request.handle,
    ActivityType.REJECT: reject.handle,
    ActivityType.UNDO: undo.handle,
    ActivityType.UPDATE: update.handle,
}

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
        self,
        db: Database,
        actors: Actors,
        hosts: Hosts,
        uris: Uris,
        *,
        guard: Guard,
        clock: Clock,
        most_waiting: int,
        tally: Tally | None = None,
    ) -> None:
        self._db = db
        self._actors = actors
        self._hosts = hosts
        self._uris = uris
        self._guard = guard
        self._clock = clock
        self._most_waiting = most_waiting
        self._tally = tally or Tally()
        self.followed = Followed(db)
        self._relevance = Relevance(db, actors, self.followed, uris)
        self._arrivals: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None
        self._asking: Counter[str] = Counter()
        self.arrived = asyncio.Event()
        self.synchronizer = Synchronizer(db, actors, uris, clock)
        self.waiting = 0
        self.ignored: Counter[str] = Counter()

    async def receive(self, request: SignedRequest) -> None:
        """Take in one delivery; when this returns, it is stored, or known already, or of no concern here.

        Raises:
            BadJson, BadActivity: it cannot be read.
            BadSignature: it is not signed by its actor.
            Forbidden: it speaks of what is not its actor's, or comes from a server with which nothing is exchanged.
            TooManyRequests: more is waiting than can be kept, or has come from one server or address.
            RemoteUnavailable: the server that holds the key does not answer.
        """
        try:
            taken = await self._take(request)
        except ArtisanError as error:
            self._tally.arrivals[type(error).__name__] += 1
            raise
        self._tally.arrivals["Accepted" if taken else "Ignored"] += 1

    async def _take(self, request: SignedRequest) -> bool:
        """Take in one delivery as `receive` does; return whether it was of any concern here."""
        document = json.loads(request.body)
        activity = activities.parse(document)
        self._guard.admit(activity)
        if not await self._concerns_us(activity):
            return False
        asks = must_ask(activity, self._uris)
        self._check_room(activity.actor_uri, asks=asks)
        claim, signer_uri = await self._authenticate(request)
        if signer_uri == activity.actor_uri:
            _check_own(activity)
        else:
            _check_passed_on(document, activity, signer_uri)
            if not await self._relevance.is_of_interest(activity):
                return False
            asks = True
            self._check_room(signer_uri, asks=asks)
        await self._store(
            Arrival(
                actor_uri=signer_uri,
                activity_uri=activity.uri,
                body=request.body,
                asks=asks,
                signed_at=datetime.fromtimestamp(claim.created_s, UTC),
                ends=activity.type is ActivityType.DELETE,
            )
        )
        self.synchronizer.note(signer_uri, request, claim)
        return True

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
        if activity.type not in HANDLERS:
            self._ignore(activity.type_name)
            return False
        return await self._relevance.concerns_us(activity)

    def _ignore(self, type_name: str) -> None:
        """Count a type that nothing is done about; nobody has signed it yet, so the name may be anything."""
        name = type_name if type_name.isascii() and type_name.isidentifier() else _ODD_TYPE
        if name not in self.ignored and len(self.ignored) >= _MOST_IGNORED_TYPES:
            name = _ODD_TYPE
        self.ignored[name] += 1

    async def _authenticate(self, request: SignedRequest) -> tuple[Claim, str]:
        """Return the signature of the request, and whose it is (WIRE 2.4, steps 3 to 9)."""
        claim = verify.read(request, now=self._clock(), plain_http=self._uris.origin.startswith("http://"))
        self._guard.admit_key(claim.key_id)
        signer_uri = await self._actors.verify(claim, request.sender)
        self._hosts.answered(host_of(signer_uri))
        self._guard.admit_message(signer_uri)
        return claim, signer_uri

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


def _check_own(activity: Activity) -> None:
    """Refuse what an actor cannot do, though she signed it (WIRE 2.4, step 10).

    Raises:
        Forbidden: it speaks of what is not hers.
    """
    if not same_origin(activity.uri, activity.actor_uri):
        raise Forbidden(f"the id {activity.uri} is not of the server of {activity.actor_uri}")
    if activity.type in _CARRIES_ITS_OBJECT and not same_origin(activity.object.uri or "", activity.actor_uri):
        # Nobody speaks for another server, and asking that server would make us knock where the sender points.
        raise Forbidden(f"the object {activity.object.uri} is not of the server of {activity.actor_uri}")


def _check_passed_on(document: Mapping[str, object], activity: Activity, signer_uri: str) -> None:
    """Refuse what one actor sends in the name of another, unless it claims to be words passed on: with a proof inside.

    Whether that proof is good is not looked at: the other's own server is asked instead (WIRE 2.6).

    Raises:
        BadSignature: it makes no such claim.
    """
    proven = any(isinstance(document.get(key), dict | list) for key in ("signature", "proof"))
    if not proven or activity.type not in PASSED_ON:
        raise BadSignature(f"signed by {signer_uri}, not by {activity.actor_uri}")
