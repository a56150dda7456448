"""What arrived takes effect: each activity wholly or not at all, in the order of its actor."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.tally import Tally
from fedi_artisan.domain.uris import Uris, host_of
from fedi_artisan.errors import ArtisanError, DiskFull, OutOfOrder
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.event import Event
from fedi_artisan.federation.guard import Guard
from fedi_artisan.federation.inbox import HANDLERS, Inbox
from fedi_artisan.federation.resolving import Resolved, Resolver
from fedi_artisan.storage import inbox
from fedi_artisan.storage.db import Database, Tx, savepoint
from fedi_artisan.storage.inbox import AskingRow, InboxRow
from fedi_artisan.vocab import activity as activities
from fedi_artisan.vocab import json
from fedi_artisan.vocab.activity import Activity

log = logging.getLogger(__name__)

BATCH = 200
TRIES = 8
FIRST_WAIT = timedelta(seconds=30)
ASKING_AT_ONCE = 8
ASKING_AT_ONCE_OF_A_HOST = 2
DEADLINE_OF_ASKING_S = 90.0
AFTER_A_FAULT_S = 30.0
AFTER_THE_DISK_S = 5.0
_OTHER = "other"


class Processor:
    """Works through the inbox.

    A class because it remembers whose activities are being looked into, so that the order of an actor is kept.
    """

    def __init__(
        self,
        db: Database,
        door: Inbox,
        actors: Actors,
        uris: Uris,
        *,
        guard: Guard,
        clock: Clock,
        tally: Tally | None = None,
    ) -> None:
        self._db = db
        self._door = door
        self._actors = actors
        self._uris = uris
        self._guard = guard
        self._clock = clock
        self._resolver = Resolver(db, actors, uris)
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._tally = tally or Tally()
        self._types: dict[int, str] = {}

    async def process_due(self) -> bool:
        """Let everything that is due, up to one batch, take effect; return whether there was anything to do."""
        now = self._clock()
        async with self._db.read() as tx:
            rows = await inbox.list_due(tx, now, BATCH)
            asking = await inbox.list_asking(tx)
            chosen = self._choose(asking, now, but_of={row.actor_uri for row in rows})
            to_ask = await inbox.list_rows(tx, chosen) if chosen else []
            self._door.waiting = await inbox.count_waiting(tx)
            await self._heed_rules(tx)
        self._door.note_asking(row.actor_uri for row in asking)
        for row in to_ask:
            self._ask(row)
        if rows:
            await self._apply(rows)
        return bool(rows)

    async def _heed_rules(self, tx: Tx) -> None:
        """Read the rules anew where they have changed: people may have been forgotten for their sake."""
        known = self._guard.rules
        if await self._guard.current(tx) is not known:
            self._actors.forget_all()

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
        except (DiskFull, OutOfOrder) as error:
            log.warning("looking into %s waits: %s", row.activity_uri, error)
            await asyncio.sleep(AFTER_THE_DISK_S)
        except Exception:  # the boundary: a full disk, for example; the row is still there, and is tried again
            log.exception("looking into %s of %s failed", row.activity_uri, row.actor_uri)
            await asyncio.sleep(AFTER_A_FAULT_S)

    async def _resolve(self, row: InboxRow) -> None:
        """Ask for what an activity points at, then let it take effect."""
        try:
            async with asyncio.timeout(DEADLINE_OF_ASKING_S):
                resolved = await self._resolver.resolve(self._read(row), row.actor_uri)
        except (DiskFull, OutOfOrder):
            raise
        except (ArtisanError, TimeoutError) as error:
            again = isinstance(error, TimeoutError) or error.retry
            async with self._db.write() as tx:
                ended = await self._fail(tx, row, error, again=again)
            self._count({row.id: ended})
        else:
            if resolved is None:
                async with self._db.write() as tx:
                    await inbox.finish(tx, {row.id: ("done", "nothing here that it could change")})
                self._count({row.id: "done"})
            else:
                await self._apply([row], resolved)

    async def _apply(self, rows: list[InboxRow], resolved: Resolved | None = None) -> None:
        """Let activities take effect in one transaction; if one of them fails, in one with a savepoint for each.

        Where *resolved* is given, it is that of the only row.
        """
        try:
            async with self._actors.write() as tx:
                await self._heed_rules(tx)
                answers = {
                    row.id: await self._answer(tx, row, resolved)
                    async for row in _standing(tx, rows, asked_for=resolved is not None)
                }
                await inbox.finish(tx, answers)
            self._count({row_id: state for row_id, (state, _) in answers.items()})
        except (DiskFull, OutOfOrder):
            # That is the fault of none of them: they wait, as if they had just come.
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it happens again below, to one activity alone
            log.debug("a batch of %d is taken apart: %s", len(rows), error)
            await self._apply_apart(rows, resolved)
        # Whom we follow may have agreed, or gone.
        self._door.followed.forget()

    async def _answer(self, tx: Tx, row: InboxRow, resolved: Resolved | None) -> tuple[str, str]:
        """Let one activity take effect and return how its row ends.

        Refusals are common, and come before anything is written: nothing needs to be undone then.
        """
        before = tx.total_changes
        try:
            return "done", await self._handle(tx, resolved or Resolved(activity=self._read(row)))
        except ArtisanError as error:
            if error.retry or tx.total_changes != before:
                raise
            return "refused", str(error)

    async def _apply_apart(self, rows: list[InboxRow], resolved: Resolved | None) -> None:
        """Let each activity take effect by itself, so that a failing one takes no other with it."""
        ended: dict[int, str] = {}
        async with self._actors.write() as tx:
            await self._heed_rules(tx)
            async for row in _standing(tx, rows, asked_for=resolved is not None):
                try:
                    async with savepoint(tx):
                        answer = await self._handle(tx, resolved or Resolved(activity=self._read(row)))
                        await inbox.finish(tx, {row.id: ("done", answer)})
                    ended[row.id] = "done"
                except (DiskFull, OutOfOrder):
                    # The disk has undone the whole transaction, or soon will.
                    raise
                except ArtisanError as error:
                    self._actors.forget_changed()
                    ended[row.id] = await self._fail(tx, row, error, again=error.retry)
                except Exception as error:  # the boundary: one bad activity must not stop the inbox
                    log.exception("activity %s of %s failed", row.activity_uri, row.actor_uri)
                    self._actors.forget_changed()
                    ended[row.id] = await self._fail(tx, row, error, again=True)
        self._count(ended)

    async def _handle(self, tx: Tx, resolved: Resolved) -> str:
        """Let one activity take effect and return what came of it."""
        activity = resolved.activity
        sender = await self._actors.meet(tx, activity.actor_uri, resolved.author)
        if sender is None:
            return "the sender is gone"
        handle = HANDLERS.get(activity.type) if activity.type is not None else None
        if handle is None:
            return "nothing to do"
        event = Event(
            activity=activity,
            sender=sender,
            actors=self._actors,
            uris=self._uris,
            now=self._clock(),
            target=resolved.target,
            guard=self._guard,
            shared=resolved.shared,
        )
        return await handle(tx, event)

    async def _fail(self, tx: Tx, row: InboxRow, error: Exception, *, again: bool) -> str:
        """Record that an activity failed, for good or until later; return which of the two."""
        answer = str(error) or type(error).__name__
        if again and row.attempts + 1 < TRIES:
            await inbox.postpone(tx, row.id, self._clock() + FIRST_WAIT * 4**row.attempts, answer)
            return "postponed"
        await inbox.finish(tx, {row.id: ("refused", answer)})
        return "refused"

    def _read(self, row: InboxRow) -> Activity:
        """Return the activity of a row, which was read once before, at the door.

        Raises:
            BadJson, BadActivity: it was read by another version of this program.
        """
        activity = activities.parse(json.loads(row.body))
        self._types[row.id] = str(activity.type or _OTHER)
        return activity

    def _count(self, ended: Mapping[int, str]) -> None:
        """Count how these rows ended, once that is on the disk."""
        for row_id, state in ended.items():
            self._tally.processed[self._types.pop(row_id, _OTHER), state] += 1


async def _standing(tx: Tx, rows: Iterable[InboxRow], *, asked_for: bool) -> AsyncIterator[InboxRow]:
    """Give these activities, but for those that their actor took back since they were read from the inbox.

    That is by an earlier one of the same batch, or *asked_for*, while others were asked about it.
    """
    heard: set[str] = set()
    for row in rows:
        if (asked_for or row.actor_uri in heard) and not await inbox.is_waiting(tx, row.id):
            continue
        heard.add(row.actor_uri)
        yield row
