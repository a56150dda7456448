"""What is to be sent, on its way: many hosts side by side, few at a time for each; no slow one holds up the rest."""

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.deliveries import Delivery, DeliveryState, Outcome, Verdict, due_again
from fedi_artisan.domain.synchronization import HEADER, Synchronization, digest_of
from fedi_artisan.domain.tally import Tally
from fedi_artisan.domain.uris import Uris, same_origin
from fedi_artisan.errors import ArtisanError, DiskFull, OutOfOrder, RemoteGone
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.deliver import Courier, deliver
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.lanes import Lanes
from fedi_artisan.federation.signatures.keys import load_private_key
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.services import neighbours
from fedi_artisan.storage import actors as stored_actors
from fedi_artisan.storage import artisans, deliveries, followers, shown
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.deliveries import Settled

log = logging.getLogger(__name__)

SIGNERS = 2
SETTLE_AT_ONCE = 100
SETTLE_WITHIN_S = 0.2
FINISH_WITHIN_S = 0.5
AFTER_THE_DISK_S = 2.0
# A look goes over all that waits, however few of it can start.
LOOK_AHEAD = 256


class Outbound:
    """Sends what waits.

    A class because of what is under way: which deliveries, to which hosts, and which of them are slow.
    """

    def __init__(
        self,
        config: Config,
        db: Database,
        client: Client,
        *,
        actors: Actors,
        hosts: Hosts,
        uris: Uris,
        clock: Clock,
        tally: Tally | None = None,
    ) -> None:
        self._rules = config.delivery
        self._keys_secret = config.keys.secret
        self._db = db
        self._actors = actors
        self._hosts = hosts
        self._uris = uris
        self._clock = clock
        # The threads end with the pool.
        signers = ThreadPoolExecutor(SIGNERS, "sign")
        self._courier = Courier(client, hosts, signers, clock, config.timeouts.total_s)
        self._spread = random.Random()  # noqa: S311 - only to keep retries out of step
        self._keys: dict[int | None, SigningKey] = {}
        self._keys_as_of = -1
        self._parsed_keys: dict[int | None, tuple[str, SigningKey]] = {}
        self._ready: deque[Delivery] = deque()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._hosts_under_way: Counter[str] = Counter()
        self._outcomes: list[Outcome] = []
        # What could not be written down: sent it was, and must not be sent again, even if all is begun anew meanwhile.
        self._unrecorded: list[Outcome] = []
        self._settle_by = 0.0
        self._gone: list[str] = []
        self._looked_at = clock()
        self.changed = asyncio.Event()
        self._tally = tally or Tally()
        self._lanes = Lanes(config.delivery, self.changed.set)

    async def run(self) -> None:
        """Send whatever is due, until cancelled; after a failure it may be called again."""
        try:
            while True:
                self.changed.clear()
                if self._hosts.unsaved or self._until_settling() == 0:
                    await self._settle()
                if not self._ready and self._lanes.room():
                    await self._refill()
                self._start()
                await self._wait()
        finally:
            await self._stop()

    def _busy_hosts(self) -> set[str]:
        """Return the hosts that are as busy with us as they may be."""
        return {host for host, count in self._hosts_under_way.items() if count >= self._rules.per_host}

    async def _refill(self) -> None:
        """Read the next due deliveries."""
        self._looked_at = self._clock()
        async with self._db.read() as tx:
            due = await deliveries.list_due(
                tx,
                self._looked_at,
                under_way=self._under_way,
                busy_hosts=self._busy_hosts(),
                per_host=self._rules.per_host,
                limit=LOOK_AHEAD,
            )
            shown_now = await shown.version(tx)
        if shown_now != self._keys_as_of:
            # A delivery that tells of a new key is signed with it, also before anybody has said to look anew.
            self._keys, self._keys_as_of = {}, shown_now
        self._ready.extend(due)

    def _start(self) -> None:
        """Start what is ready, as far as there is room."""
        while self._ready and self._lanes.room() > 0:
            delivery = self._ready.popleft()
            # Whatever is passed over here is found again at the next look.
            if self._hosts_under_way[delivery.host] < self._rules.per_host:
                self._hosts_under_way[delivery.host] += 1
                self._under_way[delivery.id] = asyncio.create_task(self._deliver(delivery, self._lanes.enter()))

    async def _deliver(self, delivery: Delivery, leave: Callable[[], None]) -> None:
        """Send one and keep what came of it."""
        try:
            key = await self._key(None if delivery.by_house else delivery.artisan_id)
            # Another one to the same host goes over the same connection; a new one costs it several journeys.
            alone = self._hosts_under_way[delivery.host] == 1
            said = await self._said_of_followers(delivery)
            outcome = await deliver(self._courier, delivery, key, said=said, hang_up=alone)
            if outcome.verdict is Verdict.GONE:
                await self._look_after(delivery.inbox_url)
        except (DiskFull, OutOfOrder) as error:
            outcome = Outcome(delivery=delivery, verdict=Verdict.RETRY, answer=str(error), reached=None)
        except Exception:  # the boundary: one failing delivery must not stop the others
            log.exception("delivery %d to %s failed here", delivery.id, delivery.inbox_url)
            outcome = Outcome(delivery=delivery, verdict=Verdict.RETRY, answer="failed on this side", reached=None)
        finally:
            self._hosts_under_way[delivery.host] -= 1
            if not self._hosts_under_way[delivery.host]:
                del self._hosts_under_way[delivery.host]
            leave()
        if not self._outcomes:
            self._settle_by = asyncio.get_running_loop().time() + SETTLE_WITHIN_S
        self._outcomes.append(outcome)

    async def _key(self, artisan_id: int | None) -> SigningKey:
        """Return the key that signs for an artisan; None is the server itself."""
        # Keys that are forgotten while one is being read must stay so.
        keys = self._keys
        if artisan_id not in keys:
            async with self._db.read() as tx:
                pem = (await artisans.get_key(tx, artisan_id)).private_pem
                artisan = None if artisan_id is None else await artisans.get(tx, artisan_id)
            held = self._parsed_keys.get(artisan_id)
            # Parsing a key takes longer than fifty signatures, and the very same one is mostly found again.
            if held is None or held[0] != pem:
                actor_uri = self._uris.instance_actor if artisan is None else self._uris.actor(artisan.uid)
                key_id = self._uris.key(actor_uri)
                held = self._parsed_keys[artisan_id] = pem, SigningKey(key_id, load_private_key(pem, self._keys_secret))
            keys[artisan_id] = held[1]
        return keys[artisan_id]

    async def _said_of_followers(self, delivery: Delivery) -> Mapping[str, str]:
        """Return the header that says which followers are at the other server, where only followers are meant."""
        if not delivery.for_followers:
            return {}
        async with self._db.read() as tx:
            artisan = await artisans.get(tx, delivery.artisan_id)
            there = await followers.list_of_host(tx, artisan.id, delivery.host)
        said = Synchronization(
            collection_uri=self._uris.followers(artisan.uid),
            url=self._uris.followers_at(artisan.uid),
            digest=digest_of(uri for uri in there if same_origin(uri, delivery.inbox_url)),
        )
        return {HEADER: said.header()}

    def forget_keys(self) -> None:
        """Look at the keys anew: another process may have changed them."""
        self._keys = {}

    async def _look_after(self, inbox_url: str) -> None:
        """Find out who is really gone behind an inbox that says it is (WIRE 5.8)."""
        async with self._db.read() as tx:
            uris = await stored_actors.list_by_inbox(tx, inbox_url)
        for uri in uris:
            try:
                await self._actors.fetch(uri)
            except RemoteGone:
                self._gone.append(uri)
            except ArtisanError as error:
                log.info("%s is gone, but not surely %s: %s", inbox_url, uri, error)

    async def _settle(self, *, patient: bool = True) -> None:
        """Record how the finished deliveries ended, and what was learned of hosts, all in one transaction.

        While the disk takes nothing, a *patient* one tries again, and nothing else is sent meanwhile: whatever is not
        written down would be sent once more.
        """
        for outcome in self._outcomes:
            self._note_host(outcome)
        outcomes, self._outcomes = [*self._unrecorded, *self._outcomes], []
        self._unrecorded = outcomes
        gone = tuple(self._gone)
        while True:
            try:
                settled = await self._record(outcomes, gone)
                break
            except (DiskFull, OutOfOrder) as error:
                self._hosts.undo_flush()
                log.warning("what came of %d deliveries cannot be written down: %s", len(outcomes), error)
                if not patient:
                    raise
                await asyncio.sleep(AFTER_THE_DISK_S)
            except Exception:
                # Not for the disk's sake: kept in mind it would hold up all others for ever.
                self._unrecorded = []
                raise
        self._unrecorded = []
        del self._gone[: len(gone)]
        for one in settled:
            self._tally.deliveries["postponed" if one.state is DeliveryState.WAITING else str(one.state)] += 1
        for outcome in outcomes:
            del self._under_way[outcome.delivery.id]

    async def _record(self, outcomes: Sequence[Outcome], gone: Sequence[str]) -> Sequence[Settled]:
        """Write down how deliveries ended, and return that."""
        async with self._db.write() as tx:
            # Not before it is our turn to write: the clock may have been set meanwhile.
            now = self._clock()
            settled = [self._settled(outcome, now) for outcome in outcomes]
            # First what holds for all that waits, then what came of each one: it may have been asked to wait.
            await self._hosts.flush(tx)
            for inbox_url in {one.delivery.inbox_url for one in outcomes if one.verdict is Verdict.GONE}:
                await neighbours.drop_shared_inbox(tx, inbox_url, now)
            for uri in gone:
                await neighbours.drop_follower(tx, uri)
                self._actors.forget(uri)
            await deliveries.settle(tx, settled, now)
        return settled

    def _until_settling(self) -> float | None:
        """Return the seconds until what is finished must be recorded, or None where nothing is.

        While more is ready than there is room for, many are recorded together.
        """
        if self._unrecorded:
            return 0
        if not self._outcomes:
            return None
        if not self._ready or len(self._outcomes) >= SETTLE_AT_ONCE:
            return 0
        return max(0.0, self._settle_by - asyncio.get_running_loop().time())

    def _note_host(self, outcome: Outcome) -> None:
        """Note how the host of a delivery behaves."""
        if outcome.reached:
            self._hosts.answered(outcome.delivery.host)
        elif outcome.reached is False:
            self._hosts.failed(outcome.delivery.host)

    def _settled(self, outcome: Outcome, now: datetime) -> Settled:
        """Return what to record of a delivery."""
        delivery = outcome.delivery
        if outcome.verdict is Verdict.DELIVERED:
            return Settled(delivery.id, DeliveryState.DELIVERED, None, outcome.answer)
        if outcome.verdict is Verdict.RETRY:
            due_at = due_again(outcome, now=now, tries=self._rules.tries, spread=self._spread)
            state = DeliveryState.GIVEN_UP if due_at is None else DeliveryState.WAITING
            return Settled(delivery.id, state, due_at, outcome.answer)
        return Settled(delivery.id, DeliveryState.REFUSED, None, outcome.answer)

    async def _wait(self) -> None:
        """Return when something has ended, something new was said, or the next delivery is due."""
        timeout = self._until_settling()
        if timeout is None and not self._ready and self._lanes.room():
            timeout = await self._until_next_due()
        try:
            async with asyncio.timeout(timeout):
                await self.changed.wait()
        except TimeoutError:
            return

    async def _until_next_due(self) -> float | None:
        """Return the seconds until the next delivery is due, or None when nothing waits for a moment to come.

        What is due already, yet was passed over, becomes possible when something ends: that wakes us anyway.
        """
        async with self._db.read() as tx:
            due_at = await deliveries.next_due(tx, after=self._looked_at)
        return None if due_at is None else max(0.0, (due_at - self._clock()).total_seconds())

    async def _stop(self) -> None:
        """End what is under way and record what is known; all else is still waiting in the database.

        What cannot be recorded is kept in mind.

        What is broken off is sent again later, and most of it would have been answered in a moment: that is waited for.
        """
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=FINISH_WITHIN_S)
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        try:
            if self._outcomes or self._unrecorded:
                await self._settle(patient=False)
        finally:
            self._ready.clear()
            kept = {outcome.delivery.id for outcome in self._unrecorded}
            for delivery_id in self._under_way.keys() - kept:
                del self._under_way[delivery_id]
            self._outcomes.clear()
