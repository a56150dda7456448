"""What the tests of photographs share: files that are given, and what happens to them later."""

import dataclasses
import json
from datetime import timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.terms import Terms, Watermark
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_queue import PhotoQueue
from fedi_artisan.storage.db import fetch_all
from tests.photos import PHOTOS, Shop

BOWL, OTHER, SCRIPT = PHOTOS / "bowl-tiny.jpg", PHOTOS / "bowls-tiny.jpg", PHOTOS / "script.svg"
MARKED = Terms(watermark=Watermark(text="© Maria"))


def later(shop: Shop, days: float) -> PhotoQueue:
    """Return the same queue some days later."""
    return dataclasses.replace(shop.queue, clock=lambda: utc_now() + timedelta(days=days))


def later_files(shop: Shop, days: float) -> PhotoFiles:
    """Return who removes files, some days later."""
    return dataclasses.replace(shop.files, clock=lambda: utc_now() + timedelta(days=days))


async def withdraw(shop: Shop, uid: str) -> int:
    """Withdraw a work as the command does, and return how many files went."""
    files = await shop.files.list_files((await shop.work(uid)).id)
    async with shop.db.write() as tx:
        await works_service.withdraw(tx, shop.queue.uris, await shop.work(uid), utc_now())
    return await shop.files.collect(files)


async def said(shop: Shop, kind: str) -> list[dict[str, object]]:
    """Return the bodies of all activities of a type, the first one first."""
    async with shop.db.read() as tx:
        rows = await fetch_all(tx, "SELECT body FROM activities WHERE type = ? ORDER BY id", (kind,))
    return [json.loads(row["body"]) for row in rows]
