"""What tests of drafts do again and again, on a portfolio without a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from fedi_artisan.domain.clock import Span
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.domain.works import Work
from fedi_artisan.services import draft_photos, drafts, publication
from fedi_artisan.services.drafts import Saved
from fedi_artisan.services.publication import Pressed
from fedi_artisan.services.publisher import Publisher
from fedi_artisan.storage import photos, works
from fedi_artisan.storage.db import fetch_value
from tests.photos import Shop, given, photo

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@dataclass
class Desk:
    """An artisan who writes drafts; *now* is what her clock says."""

    shop: Shop
    now: datetime = NOW

    async def begin(self, *uids: str, **typed: str) -> KeptDraft:
        """Begin a draft with these photographs and fields."""
        async with self.shop.db.write() as tx:
            return await drafts.begin(tx, self.shop.artisan, self.now, photos=uids, typed=typed)

    async def get(self, draft: KeptDraft) -> KeptDraft:
        """Return the draft as it is now."""
        async with self.shop.db.read() as tx:
            return await drafts.get(tx, self.shop.artisan, draft.uid)

    async def list_open(self) -> list[str]:
        """Return the uids of the drafts that are not published."""
        async with self.shop.db.read() as tx:
            return [draft.uid for draft in await drafts.list_open(tx, self.shop.artisan)]

    async def save(self, draft: KeptDraft, typed: Mapping[str, str] = MappingProxyType({}), **fields: str) -> Saved:
        """Save what is typed, beside all the rest, in a window that shows *draft*."""
        told = {**draft.typed, **typed, **fields}
        async with self.shop.db.write() as tx:
            return await drafts.save(tx, self.shop.artisan, draft.uid, told, version=draft.version, now=self.now)

    async def revise(self, work: Work) -> KeptDraft:
        """Open the revision of a work."""
        async with self.shop.db.write() as tx:
            return await drafts.revise_work(tx, self.shop.artisan, work, self.now)

    async def add(self, draft: KeptDraft, uid: str) -> str:
        """Add a photograph."""
        async with self.shop.db.write() as tx:
            fresh = await drafts.get(tx, self.shop.artisan, draft.uid)
            return await draft_photos.add(tx, fresh, uid, self.now)

    async def remove(self, draft: KeptDraft, uid: str) -> None:
        """Take a photograph out."""
        async with self.shop.db.write() as tx:
            await draft_photos.remove(tx, await drafts.get(tx, self.shop.artisan, draft.uid), uid)

    async def discard(self, draft: KeptDraft) -> None:
        """Throw a draft away."""
        async with self.shop.db.write() as tx:
            await drafts.discard(tx, await drafts.get(tx, self.shop.artisan, draft.uid))

    async def publish(self, draft: KeptDraft) -> Pressed:
        """Press Publish."""
        async with self.shop.db.write() as tx:
            return await publication.publish(tx, self.shop.queue.uris, self.shop.artisan, draft.uid, self.now)

    async def published(self, draft: KeptDraft) -> Work:
        """Press Publish and return the work."""
        pressed = await self.publish(draft)
        assert pressed.work is not None, [str(one) for one in pressed.problems]
        return pressed.work

    async def schedule(self, draft: KeptDraft) -> Pressed:
        """Press Schedule."""
        async with self.shop.db.write() as tx:
            return await publication.schedule(tx, self.shop.queue.uris, self.shop.artisan, draft.uid, self.now)

    async def photo(self, number: int = 1) -> Photo:
        """Give a photograph of which everything is made."""
        async with self.shop.db.write() as tx:
            return await given(tx, self.shop.artisan.id, photo(number))

    async def photo_to_make(self, *, days_ago: int = 0) -> str:
        """Give a photograph of which nothing is made yet, and return its uid."""
        uid = new_uid(self.now)
        async with self.shop.db.write() as tx:
            await photos.insert(
                tx,
                uid=uid,
                artisan_id=self.shop.artisan.id,
                name="jar.jpg",
                original=f"{uid}.jpg",
                original_bytes=1,
                now=self.now - timedelta(days=days_ago),
            )
        return uid

    async def make(self, uid: str) -> None:
        """Let the pictures of a photograph be made."""
        async with self.shop.db.write() as tx:
            photo_id = await photos.find_id(tx, uid)
            assert photo_id is not None
            await photos.put_made(tx, photo_id, photo(), recipe="test", now=self.now)

    async def nothing_to_make(self) -> None:
        """Take all pictures as they are; those of tests are of no recipe that a work would ask for."""
        async with self.shop.db.write() as tx:
            await tx.execute("DELETE FROM photo_jobs")

    async def work(self, uid: str) -> Work:
        """Return a work as it is now."""
        async with self.shop.db.read() as tx:
            return await works.get(tx, uid)

    async def count(self, sql: str) -> int:
        """Return a number of the database."""
        async with self.shop.db.read() as tx:
            return await fetch_value(tx, sql)

    def publisher(self, doubted: Callable[[], Span | None] = lambda: None) -> Publisher:
        """Return who publishes what is due."""
        return Publisher(self.shop.db, self.shop.queue.uris, lambda: self.now, doubted)
