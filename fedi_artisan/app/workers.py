"""Who works while the server runs, each in a loop of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fedi_artisan.app.parts import Parts
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.tally import Tally
from fedi_artisan.federation.acquainting import Acquainting
from fedi_artisan.federation.avatars import Avatars
from fedi_artisan.federation.glimpses import Glimpses
from fedi_artisan.federation.inbox import Inbox
from fedi_artisan.federation.lists import Lists
from fedi_artisan.federation.looking import Looking
from fedi_artisan.federation.outbound import Outbound
from fedi_artisan.federation.process import Processor
from fedi_artisan.federation.queue import Queue
from fedi_artisan.federation.threads import Threads
from fedi_artisan.media.store import Stores
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_queue import PhotoQueue
from fedi_artisan.services.publisher import Publisher
from fedi_artisan.services.timekeeping import Timekeeper


@dataclass(frozen=True, slots=True)
class Workers:
    """All of them."""

    door: Inbox
    queue: Queue
    threads: Threads
    photo_queue: PhotoQueue
    photo_files: PhotoFiles
    avatars: Avatars
    glimpses: Glimpses
    publisher: Publisher
    block_lists: Lists
    looking: Looking
    acquainting: Acquainting

    def loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return what is to be run until the end, by what it is called in the log."""
        return {
            "queue": self.queue.run,
            "threads": self.threads.run,
            "photographs": self.photo_queue.run,
            "tidying of photographs": self.photo_files.run_tidying,
            "avatars": self.avatars.run,
            "pictures of others": self.glimpses.run,
            "drafts that wait": self.publisher.run,
            "lists of whom to follow": self.acquainting.run,
            "lists of servers": self.block_lists.run,
        }

    def wake(self) -> None:
        """Have all look whether there is something to do: somebody has written into the database."""
        self.door.followed.forget()
        for waiting in (
            self.queue,
            self.threads,
            self.photo_queue,
            self.avatars,
            self.publisher,
            self.acquainting,
        ):
            waiting.wake()


def workers(
    config: Config, parts: Parts, stores: Stores, clock: Clock, *, timekeeper: Timekeeper, tally: Tally
) -> Workers:
    """Return all of them, at rest.

    Args:
        config: all settings.
        parts: what they work with.
        stores: where photographs lie.
        clock: what time it is.
        timekeeper: knows whether that is to be believed.
        tally: counts what they do.
    """
    door = Inbox(
        parts.db,
        parts.actors,
        parts.hosts,
        parts.uris,
        guard=parts.guard,
        clock=clock,
        most_waiting=config.limits.inbox_waiting,
        tally=tally,
    )
    looking = Looking(config, parts.db, parts.uris, parts.actors, parts.webfinger, refuses=parts.guard.refuses)
    return Workers(
        door=door,
        queue=_queue(config, parts, door, clock, tally),
        threads=Threads(parts.db, parts.actors, parts.uris, guard=parts.guard, clock=clock),
        photo_queue=PhotoQueue(config, parts.db, stores, parts.uris, clock, tally),
        photo_files=PhotoFiles(config, parts.db, stores, clock),
        avatars=Avatars(config, parts.db, parts.client, stores.public, clock),
        glimpses=Glimpses(config, parts.db, parts.client, stores.public, clock),
        publisher=Publisher(parts.db, parts.uris, clock, timekeeper.doubted),
        block_lists=Lists(parts.db, parts.client, clock),
        looking=looking,
        acquainting=Acquainting(parts.db, parts.uris, parts.actors, looking, clock),
    )


def _queue(config: Config, parts: Parts, door: Inbox, clock: Clock, tally: Tally) -> Queue:
    """Return what takes up what has arrived, and sends what is to be sent."""
    processor = Processor(parts.db, door, parts.actors, parts.uris, guard=parts.guard, clock=clock, tally=tally)
    outbound = Outbound(
        config,
        parts.db,
        parts.client,
        actors=parts.actors,
        hosts=parts.hosts,
        uris=parts.uris,
        clock=clock,
        tally=tally,
    )
    return Queue(parts.db, door, processor, outbound, actors=parts.actors, limits=config.limits, clock=clock)
