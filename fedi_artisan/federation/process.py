"""What arrived takes effect: each activity wholly or not at all, in the order of its actor."""

import asyncio
import dataclasses
import logging
from datetime import timedelta

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import ArtisanError, Forbidden
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.event import Event
from fedi_artisan.federation.inbox import HANDLERS, Inbox
from fedi_artisan.storage import inbox
from fedi_artisan.storage.db import Database, Tx, savepoint
from fedi_artisan.storage.inbox import InboxRow
from fedi_artisan.vocab import activity as activities
from fedi_artisan.vocab import json
from fedi_artisan.vocab.activity import Activity, Reference
from fedi_artisan.vocab.types import ActivityType

log = logging.getLogger(__name__)

BATCH = 200
TRIES = 8
ASKING_AT_ONCE = 8
DEADLINE_OF_ASKING_S = 90.0


class Processor:
    """Works through the inbox.

    A class because it remembers whose activities are being looked into, so that the order of an actor is kept.
    """

    def __init__(self, db: Database, door: Inbox, actors: Actors, uris: Uris, clock: Clock) -> None:
        self._db = db
        self._door = door
        self._actors = actors
        self._uris = uris
        self._clock = clock
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def process_due(self) -> bool:
        """Let everything that is due, up to one batch, take effect; return whether there was anything to do."""
        async with self._db.read() as tx:
            rows = await inbox.list_due(tx, self._clock(), BATCH)
            free = ASKING_AT_ONCE - len(self._asking)
            asking = await inbox.list_asking(tx, self._clock(), but_of=self._asking, limit=free) if free else []
        for row in asking:
            self._ask(row, _read(row))
        if rows:
            await self._apply([(row, _read(row)) for row in rows])
        return bool(rows)

    async def finish(self) -> None:
        """Stop asking other servers; what was asked for stays in the inbox."""
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _ask(self, row: InboxRow, activity: Activity) -> None:
        """Look into an activity that needs another server's word, without holding up the others."""
        task = asyncio.create_task(self._resolve(row, activity))
        self._asking[row.actor_uri] = task

        def done(_: asyncio.Task[None]) -> None:
            del self._asking[row.actor_uri]
            self._door.arrived.set()

        task.add_done_callback(done)

    async def _resolve(self, row: InboxRow, activity: Activity) -> None:
        """Ask for what the activity points at, then let it take effect."""
        try:
            async with asyncio.timeout(DEADLINE_OF_ASKING_S):
                resolved, target = await self._fetch(activity)
        except (ArtisanError, TimeoutError) as error:
            again = isinstance(error, TimeoutError) or error.retry
            async with self._db.write() as tx:
                await self._fail(tx, row, error, again=again)
        else:
            await self._apply([(row, resolved)], target=target)

    async def _fetch(self, activity: Activity) -> tuple[Activity, RemoteActor | None]:
        """Return the activity with its object as the object's own server serves it, and where a Move leads."""
        if activity.type is ActivityType.MOVE:
            if activity.target is None or activity.target.uri is None:
                raise Forbidden("a Move without a target")
            return activity, await self._actors.fetch(activity.target.uri)
        uri = activity.object.uri
        if uri is None:
            raise Forbidden("an object without an id cannot be asked for")
        document = await self._actors.fetch_document(uri)
        return dataclasses.replace(activity, object=Reference(uri=uri, document=document)), None

    async def _apply(self, ready: list[tuple[InboxRow, Activity]], target: RemoteActor | None = None) -> None:
        """Let activities take effect in one transaction; if one of them fails, in one with a savepoint for each."""
        try:
            async with self._db.write() as tx:
                answers = {row.id: ("done", await self._handle(tx, activity, target)) for row, activity in ready}
                await inbox.finish(tx, answers)
        except Exception as error:  # noqa: BLE001 - whatever it was, it happens again below, to one activity alone
            log.debug("a batch of %d is taken apart: %s", len(ready), error)
            self._actors.forget_all()
            await self._apply_apart(ready, target)
        self._door.waiting = max(0, self._door.waiting - len(ready))

    async def _apply_apart(self, ready: list[tuple[InboxRow, Activity]], target: RemoteActor | None) -> None:
        """Let each activity take effect by itself, so that a failing one takes no other with it."""
        async with self._db.write() as tx:
            for row, activity in ready:
                try:
                    async with savepoint(tx):
                        answer = await self._handle(tx, activity, target)
                    await inbox.finish(tx, {row.id: ("done", answer)})
                except ArtisanError as error:
                    await self._fail(tx, row, error, again=error.retry)
                except Exception as error:  # the boundary: one bad activity must not stop the inbox
                    log.exception("activity %s of %s failed", row.activity_uri, row.actor_uri)
                    self._actors.forget_all()
                    await self._fail(tx, row, error, again=True)

    async def _handle(self, tx: Tx, activity: Activity, target: RemoteActor | None) -> str:
        """Let one activity take effect and return what came of it."""
        sender = await self._actors.known(tx, activity.actor_uri)
        if sender is None:
            return "the sender is gone"
        if activity.type is None:
            return "nothing to do"
        event = Event(
            activity=activity,
            sender=sender,
            actors=self._actors,
            uris=self._uris,
            now=self._clock(),
            target=target,
        )
        return await HANDLERS[activity.type](tx, event)

    async def _fail(self, tx: Tx, row: InboxRow, error: Exception, *, again: bool) -> None:
        """Record that an activity failed: for good, or until later."""
        answer = str(error) or type(error).__name__
        if again and row.attempts + 1 < TRIES:
            wait = timedelta(seconds=30 * 4**row.attempts)
            await inbox.postpone(tx, row.id, self._clock() + wait, answer)
        else:
            await inbox.finish(tx, {row.id: ("refused", answer)})


def _read(row: InboxRow) -> Activity:
    """Return the activity of a row, which was read once before at the door."""
    return activities.parse(json.loads(row.body))
