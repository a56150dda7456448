"""What arrived takes effect: each activity wholly or not at all, in the order of its actor."""

import asyncio
import dataclasses
import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import Uris, host_of
from fedi_artisan.errors import ArtisanError, Forbidden
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.event import Event
from fedi_artisan.federation.inbox import HANDLERS, Inbox
from fedi_artisan.services import conversation, mentions, neighbours
from fedi_artisan.storage import inbox
from fedi_artisan.storage.db import Database, Tx, savepoint
from fedi_artisan.storage.inbox import AskingRow, InboxRow
from fedi_artisan.vocab import activity as activities
from fedi_artisan.vocab import json
from fedi_artisan.vocab.activity import Activity, Reference
from fedi_artisan.vocab.types import ActivityType

log = logging.getLogger(__name__)

BATCH = 200
TRIES = 8
FIRST_WAIT = timedelta(seconds=30)
ASKING_AT_ONCE = 8
ASKING_AT_ONCE_OF_A_HOST = 2
DEADLINE_OF_ASKING_S = 90.0
AFTER_A_FAULT_S = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class _Resolved:
    """An activity with what other servers said about it: its object, or where a Move leads."""

    activity: Activity
    target: RemoteActor | None = None


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
        now = self._clock()
        async with self._db.read() as tx:
            rows = await inbox.list_due(tx, now, BATCH)
            asking = await inbox.list_asking(tx)
            chosen = self._choose(asking, now, but_of={row.actor_uri for row in rows})
            to_ask = await inbox.list_rows(tx, chosen) if chosen else []
            self._door.waiting = await inbox.count_waiting(tx)
        self._door.note_asking(row.actor_uri for row in asking)
        for row in to_ask:
            self._ask(row)
        if rows:
            await self._apply(rows)
        return bool(rows)

    async def finish(self) -> None:
        """Stop asking other servers; what was asked for stays in the inbox."""
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        await self._actors.finish()

    def _choose(self, asking: Iterable[AskingRow], now: datetime, *, but_of: set[str]) -> list[int]:
        """Return what to ask about next: one activity of an actor at a time, few of a host, of no actor in *but_of*."""
        passed_over = but_of | self._asking.keys()
        hosts = Counter(map(host_of, self._asking))
        chosen: list[int] = []
        for row in asking:
            host = host_of(row.actor_uri)
            if row.due_at > now or row.actor_uri in passed_over or hosts[host] >= ASKING_AT_ONCE_OF_A_HOST:
                continue
            if hosts.total() >= ASKING_AT_ONCE:
                break
            hosts[host] += 1
            passed_over.add(row.actor_uri)
            chosen.append(row.id)
        return chosen

    def _ask(self, row: InboxRow) -> None:
        """Look into an activity that needs another server's word, without holding up the others."""
        task = asyncio.create_task(self._look_into(row))
        self._asking[row.actor_uri] = task

        def done(_: asyncio.Task[None]) -> None:
            del self._asking[row.actor_uri]
            self._door.arrived.set()

        task.add_done_callback(done)

    async def _look_into(self, row: InboxRow) -> None:
        """Resolve one activity, whatever happens."""
        try:
            await self._resolve(row)
        except Exception:  # the boundary: a full disk, for example; the row is still there, and is tried again
            log.exception("looking into %s of %s failed", row.activity_uri, row.actor_uri)
            await asyncio.sleep(AFTER_A_FAULT_S)

    async def _resolve(self, row: InboxRow) -> None:
        """Ask for what an activity points at, then let it take effect."""
        try:
            activity = _read(row)
            if not await self._matters(activity):
                async with self._db.write() as tx:
                    await inbox.finish(tx, {row.id: ("done", "nothing here that it could change")})
                return
            async with asyncio.timeout(DEADLINE_OF_ASKING_S):
                resolved = await self._fetch(activity)
        except (ArtisanError, TimeoutError) as error:
            again = isinstance(error, TimeoutError) or error.retry
            async with self._db.write() as tx:
                await self._fail(tx, row, error, again=again)
        else:
            await self._apply([row], resolved)

    async def _matters(self, activity: Activity) -> bool:
        """Whether it can change anything here, before anybody is asked for its sake."""
        async with self._db.read() as tx:
            if activity.type is ActivityType.MOVE:
                return await neighbours.is_tied(tx, activity.actor_uri)
            if activity.type is ActivityType.UPDATE and activity.object.uri != activity.actor_uri:
                uri = activity.object.uri
                answers = await conversation.find_subject(tx, self._uris, uri) is not None
                return answers or await mentions.is_known(tx, uri)
        return True

    async def _fetch(self, activity: Activity) -> _Resolved:
        """Return the activity with its object as the object's own server serves it, or where a Move leads."""
        if activity.type is ActivityType.MOVE:
            if activity.target is None or activity.target.uri is None:
                raise Forbidden("a Move without a target")
            return _Resolved(activity, target=await self._actors.fetch(activity.target.uri))
        uri = activity.object.uri
        if uri is None:
            raise Forbidden("an object without an id cannot be asked for")
        document = await self._actors.fetch_document(uri)
        return _Resolved(dataclasses.replace(activity, object=Reference(uri=uri, document=document)))

    async def _apply(self, rows: list[InboxRow], resolved: _Resolved | None = None) -> None:
        """Let activities take effect in one transaction; if one of them fails, in one with a savepoint for each.

        Where *resolved* is given, it is that of the only row.
        """
        try:
            async with self._actors.write() as tx:
                answers = {row.id: await self._answer(tx, row, resolved) for row in rows}
                await inbox.finish(tx, answers)
        except Exception as error:  # noqa: BLE001 - whatever it was, it happens again below, to one activity alone
            log.debug("a batch of %d is taken apart: %s", len(rows), error)
            await self._apply_apart(rows, resolved)

    async def _answer(self, tx: Tx, row: InboxRow, resolved: _Resolved | None) -> tuple[str, str]:
        """Let one activity take effect and return how its row ends.

        Refusals are common, and come before anything is written: nothing needs to be undone then.
        """
        before = tx.total_changes
        try:
            return "done", await self._handle(tx, resolved or _Resolved(_read(row)))
        except ArtisanError as error:
            if error.retry or tx.total_changes != before:
                raise
            return "refused", str(error)

    async def _apply_apart(self, rows: list[InboxRow], resolved: _Resolved | None) -> None:
        """Let each activity take effect by itself, so that a failing one takes no other with it."""
        async with self._actors.write() as tx:
            for row in rows:
                try:
                    async with savepoint(tx):
                        answer = await self._handle(tx, resolved or _Resolved(_read(row)))
                        await inbox.finish(tx, {row.id: ("done", answer)})
                except ArtisanError as error:
                    self._actors.forget_changed()
                    await self._fail(tx, row, error, again=error.retry)
                except Exception as error:  # the boundary: one bad activity must not stop the inbox
                    log.exception("activity %s of %s failed", row.activity_uri, row.actor_uri)
                    self._actors.forget_changed()
                    await self._fail(tx, row, error, again=True)

    async def _handle(self, tx: Tx, resolved: _Resolved) -> str:
        """Let one activity take effect and return what came of it."""
        activity = resolved.activity
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
            target=resolved.target,
        )
        return await HANDLERS[activity.type](tx, event)

    async def _fail(self, tx: Tx, row: InboxRow, error: Exception, *, again: bool) -> None:
        """Record that an activity failed: for good, or until later."""
        answer = str(error) or type(error).__name__
        if again and row.attempts + 1 < TRIES:
            await inbox.postpone(tx, row.id, self._clock() + FIRST_WAIT * 4**row.attempts, answer)
        else:
            await inbox.finish(tx, {row.id: ("refused", answer)})


def _read(row: InboxRow) -> Activity:
    """Return the activity of a row, which was read once before, at the door.

    Raises:
        BadJson, BadActivity: it was read by another version of this program.
    """
    return activities.parse(json.loads(row.body))
