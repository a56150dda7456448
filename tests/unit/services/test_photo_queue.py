"""Photographs made, each in its turn: with real files, a real database and real child processes."""

import asyncio
import dataclasses
import hashlib
import os
import signal

import pytest

from fedi_artisan.cli.given import Workshop
from fedi_artisan.cli.photos import finish
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Remark
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_queue import Outcome
from fedi_artisan.services.recipes import find_stale
from fedi_artisan.storage import photo_jobs, photos
from fedi_artisan.storage.db import fetch_value
from tests.faults.photo_children import find_children
from tests.photos import PHOTOS, Shop
from tests.unit.services.photo_acts import BOWL, MARKED, OTHER, later, said


async def test_what_waits_is_made_in_its_turn(shop: Shop) -> None:
    """What was given and never made, as by a killed command, is made by whoever looks next; then it can be shown."""
    uids = await shop.give(BOWL, OTHER)
    async with shop.db.read() as tx:
        unready = [await photos.get(tx, uid) for uid in uids]
    with pytest.raises(BadInput, match="not ready"):
        await shop.publish(*unready)
    assert await shop.make_all() == 2
    async with shop.db.read() as tx:
        ready = [await photos.get(tx, uid) for uid in uids]
    assert [photo.original for photo in ready] == [
        hashlib.sha256(file.read_bytes()).hexdigest()[:40] + ".jpg" for file in (BOWL, OTHER)
    ]


async def test_one_at_a_time(shop: Shop) -> None:
    """Several processes that look at once make each photograph once, and never two side by side."""
    await shop.give(BOWL, OTHER)
    others = [dataclasses.replace(shop.queue) for _ in range(3)]
    while any(await asyncio.gather(*(other.make_next() for other in others))):
        pass
    async with shop.db.read() as tx:
        assert await fetch_value(tx, "SELECT count(*) FROM former_pictures") == 0
        assert await fetch_value(tx, "SELECT count(DISTINCT photo_id) FROM renditions") == 2


async def test_a_long_rebuild_lets_others_in(shop: Shop) -> None:
    """A photograph that is given while many are made anew has its turn after the one at work, not after all."""
    (first,) = await shop.take_in(BOWL)
    (second,) = await shop.take_in(OTHER)
    await shop.publish(first)
    await shop.publish(second)
    (new,) = await shop.give(PHOTOS / "alpha-cutout.png")
    async with shop.db.write() as tx:
        await tx.execute("DELETE FROM photo_jobs")
    await shop.queue.want_stale(even_fresh=True)
    rebuilding = asyncio.create_task(shop.make_all())
    await asyncio.sleep(0)
    other = dataclasses.replace(shop.queue)
    await other.make_one(new)
    assert await shop.queue.count_waiting() >= 1
    await rebuilding


async def test_a_missing_original_waits_and_keeps_what_is_shown(shop: Shop) -> None:
    """If an original cannot be had, the pictures stay as they are, and it is tried again later."""
    work = await shop.publish(*await shop.take_in(BOWL))
    for original in shop.originals().values():
        original.unlink()
    await shop.set_terms(MARKED)
    assert await shop.queue.make_next()
    assert not await shop.queue.make_next()
    assert await shop.queue.count_waiting() == 1
    assert (await shop.work(work.uid)).draft.photos == work.draft.photos
    assert await later(shop, 1).make_next()


async def test_a_full_disk_loses_nothing(shop: Shop) -> None:
    """Where the pictures cannot be written, the photograph waits and the former pictures are shown."""
    work = await shop.publish(*await shop.take_in(BOWL))
    await shop.set_terms(MARKED)
    shop.config.incoming_dir.rename(shop.config.data_dir / "away")
    shop.config.incoming_dir.write_text("no folder")
    assert await shop.queue.make_next()
    assert await shop.queue.count_waiting() == 1
    assert (await shop.work(work.uid)).draft.photos == work.draft.photos
    shop.config.incoming_dir.unlink()
    assert await later(shop, 1).make_next()
    assert Remark.FULL_MARKED in (await shop.work(work.uid)).draft.photos[0].remarks


async def test_a_child_that_the_system_kills_is_no_refusal_at_first(shop: Shop) -> None:
    """Where memory runs out the child goes first: the photograph waits, is tried again, and is whole then.

    One that takes all the memory there is, each time, is refused in the end.
    """
    [uid] = await shop.give(BOWL)

    async def killed(days: float) -> Outcome | None:
        making = asyncio.create_task(later(shop, days).make_next())
        while not (children := find_children(shop.config.data_dir)):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.002)
        os.kill(children[0].pid, signal.SIGKILL)
        return await making

    assert await killed(0) is Outcome.PUT_OFF
    assert await later(shop, 1).make_next() is Outcome.MADE
    async with shop.db.write() as tx:
        await photo_jobs.want(tx, [await photos.find_id(tx, uid) or 0], utc_now())
        await tx.execute("UPDATE photos SET recipe = ''")
        await tx.execute("UPDATE photo_jobs SET attempts = 6")
    assert await killed(2) is Outcome.REFUSED


async def test_a_photograph_that_went_meanwhile_is_left_alone(shop: Shop) -> None:
    """Withdrawn while its pictures are made anew: nothing of it comes back, and nothing of it stays."""
    work = await shop.publish(*await shop.take_in(BOWL))
    await shop.set_terms(MARKED)
    making = asyncio.create_task(shop.queue.make_next())
    await asyncio.sleep(0)
    async with shop.db.write() as tx:
        await works_service.withdraw(tx, shop.queue.uris, await shop.work(work.uid), utc_now())
    await making
    await shop.files.collect()
    assert (shop.public(), shop.originals()) == ({}, {})
    with pytest.raises(NotFound):
        await shop.queue.make_one(work.draft.photos[0].uid)


async def test_a_photograph_that_goes_while_stale_ones_are_looked_for_holds_up_no_other(shop: Shop) -> None:
    """Withdrawn between being found and being asked for: it is left out, and the others are made anew."""
    going, staying = [await shop.publish(*await shop.take_in(file)) for file in (BOWL, OTHER)]
    async with shop.db.read() as tx:
        found = await find_stale(tx, even_fresh=True)
    async with shop.db.write() as tx:
        await works_service.withdraw(tx, shop.queue.uris, going, utc_now())
    async with shop.db.write() as tx:
        await photo_jobs.want(tx, found, utc_now())
        assert await photo_jobs.count_jobs(tx) == await photo_jobs.count_jobs(tx, staying.id) == 1


async def test_a_try_is_written_down_before_it_is_made(shop: Shop) -> None:
    """A photograph that ends whoever tries it is tried again only after a while: it cannot hold up the others."""
    loop = asyncio.get_running_loop()
    await shop.give(BOWL, OTHER)
    seen = asyncio.Event()

    def see() -> None:
        loop.call_soon_threadsafe(seen.set)

    making = asyncio.create_task(shop.queue.make_next(on_picture=see))
    await seen.wait()
    making.cancel()
    await asyncio.wait([making])
    assert await shop.queue.make_next() is Outcome.MADE
    assert await shop.queue.make_next() is None
    assert await shop.queue.count_waiting() == 1
    assert await later(shop, 1).make_next() is Outcome.MADE


async def test_asked_for_again_it_is_tried_at_once(shop: Shop) -> None:
    """What was put off, by a failure or by a clock that stood ahead, is tried when somebody asks for it."""
    await shop.publish(*await shop.take_in(BOWL))
    [(name, original)] = shop.originals().items()
    away = original.rename(shop.config.data_dir / name)
    await shop.queue.want_stale(even_fresh=True)
    assert await shop.queue.make_next() is Outcome.PUT_OFF
    away.rename(original)
    assert await shop.queue.make_next() is None
    await shop.queue.want_stale(even_fresh=True)
    assert await shop.queue.make_next() is Outcome.MADE
    await later(shop, 400).want_stale(even_fresh=True)
    assert await shop.queue.make_next() is Outcome.MADE


async def test_who_finishes_waits_for_what_another_makes(shop: Shop) -> None:
    """What another process makes at this moment is not taken for what could not be made."""
    loop = asyncio.get_running_loop()
    await shop.give(BOWL)
    seen = asyncio.Event()

    def see() -> None:
        loop.call_soon_threadsafe(seen.set)

    making = asyncio.create_task(shop.queue.make_next(on_picture=see))
    await seen.wait()
    assert await shop.queue.count_waiting() == 1
    workshop = Workshop(shop.db, shop.queue.uris, shop.intake, dataclasses.replace(shop.queue), shop.files)
    await finish(workshop)
    assert await shop.queue.count_waiting() == 0
    await making


async def test_one_that_cannot_be_made_does_not_silence_the_work(shop: Shop) -> None:
    """Others are told of what was made although another photograph of the work waits for another try."""
    first, second = await shop.take_in(BOWL, OTHER)
    await shop.publish(first, second)
    shop.originals()[str(first.original)].unlink()
    await shop.set_terms(MARKED)
    await shop.make_all()
    assert await shop.queue.count_waiting() == 1
    assert len(await said(shop, "Update")) == 1
