"""Photographs given, made, shown, made anew and removed: with real files, a real database and real child processes."""

import asyncio
import dataclasses
import hashlib
import json
import os
import signal
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import pyvips

from fedi_artisan.cli.given import Workshop
from fedi_artisan.cli.photos import finish
from fedi_artisan.config import Config, Limits, Media
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import PictureType, Remark, Role
from fedi_artisan.domain.terms import Licence, OwnTerms, Terms, Watermark
from fedi_artisan.errors import BadInput, BadPhoto, NoRoom, NotFound, TooLarge
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_files import UNPLACED_KEPT, PhotoFiles
from fedi_artisan.services.photo_queue import Outcome, PhotoQueue
from fedi_artisan.services.recipes import find_stale
from fedi_artisan.storage import artisans, photo_jobs, photos
from fedi_artisan.storage.db import fetch_all, fetch_value
from tests.faults.photo_children import find_children
from tests.photos import PHOTOS, Shop, files_of, open_shop

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


async def test_the_upload_is_kept_as_it_was_and_kept_private(shop: Shop) -> None:
    """The original is the very bytes that were given, for its owner alone; all public files are in the store."""
    (photo,) = await shop.take_in(BOWL)
    content = BOWL.read_bytes()
    assert photo.original == hashlib.sha256(content).hexdigest()[:40] + ".jpg"
    [(name, original)] = shop.originals().items()
    assert (name, original.read_bytes()) == (photo.original, content)
    assert stat.S_IMODE(original.stat().st_mode) == 0o600
    assert stat.S_IMODE(original.parent.stat().st_mode) == 0o700
    assert set(shop.public()) == files_of(photo)
    for one in photo.renditions:
        stored = shop.public()[one.file]
        assert (one.file[:40], one.size_bytes) == (
            hashlib.sha256(stored.read_bytes()).hexdigest()[:40],
            stored.stat().st_size,
        )
    assert shop.unfinished() == []


async def test_a_photograph_given_twice_is_one(shop: Shop) -> None:
    """The same file given again, as after a failed command, is the photograph that waits already."""
    first, second = await shop.give(BOWL, BOWL)
    assert first == second
    placed = await shop.publish(*await shop.take_in(BOWL))
    (again,) = await shop.take_in(BOWL)
    assert again.uid != placed.draft.photos[0].uid
    assert again.renditions == placed.draft.photos[0].renditions


async def test_a_broken_one_fails_alone(shop: Shop, tmp_path: Path) -> None:
    """Each photograph has its own fate: a broken one is refused with its name and the reason, the others are made."""
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(BOWL.read_bytes()[: BOWL.stat().st_size // 2])
    uids = await shop.give(BOWL, cut, OTHER)
    results = await asyncio.gather(*(shop.queue.make_one(uid) for uid in uids), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["Photo", "BadPhoto", "Photo"]
    assert str(results[1]).startswith("cut.jpg: this picture is cut off or damaged")
    with pytest.raises(BadPhoto, match=r"^cut\.jpg: this picture is cut off"):
        await shop.queue.make_one(uids[1])
    assert await shop.queue.count_waiting() == 0
    with pytest.raises(BadPhoto, match="an SVG drawing or a web page"):
        await shop.give(SCRIPT)
    assert shop.unfinished() == []


async def test_a_name_is_only_a_name(shop: Shop, tmp_path: Path) -> None:
    """What a file is called is kept as one short line that can be printed, whatever stands in it."""
    path = tmp_path / f"a\n\x1b[31m{'b' * 200}.jpg"
    path.write_bytes(BOWL.read_bytes())
    await shop.give(path)
    async with shop.db.read() as tx:
        (row,) = await fetch_all(tx, "SELECT name FROM photos")
    assert row["name"] == f"a [31m{'b' * 200}"[:120]


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


@pytest.mark.parametrize("spare", [0, -1])
async def test_the_quota_refuses_clearly(tmp_path: Path, spare: int) -> None:
    """A photograph beyond the quota is refused with words for it; one that just fits is taken."""
    quota = BOWL.stat().st_size + spare
    async with open_shop(tmp_path / "data", media={"quota_bytes": quota}) as shop:
        if spare < 0:
            with pytest.raises(NoRoom, match=r"bowl-tiny\.jpg: there is no room left"):
                await shop.give(BOWL)
            assert shop.originals() == {}
            assert shop.unfinished() == []
        else:
            await shop.give(BOWL)
            assert await shop.intake.room() == (quota, quota)


async def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    """A file over the limit is refused while it is copied, and nothing of it stays."""
    async with open_shop(tmp_path / "data", limits={"photo_bytes": BOWL.stat().st_size - 1}) as shop:
        with pytest.raises(TooLarge, match="bowl-tiny"):
            await shop.give(BOWL)
        assert (shop.originals(), shop.unfinished()) == ({}, [])


async def test_new_terms_make_the_pictures_anew_behind_the_page(shop: Shop) -> None:
    """A watermark set later: pages show the old pictures until all new ones are there; the original is not touched."""
    (photo,) = await shop.take_in(BOWL)
    work = await shop.publish(photo)
    before = shop.originals()[str(photo.original)].read_bytes()
    await shop.set_terms(MARKED)
    assert (await shop.work(work.uid)).draft.photos[0].renditions == work.draft.photos[0].renditions
    assert await shop.make_all() == 1
    (marked,) = (await shop.work(work.uid)).draft.photos
    assert marked.uid == photo.uid
    assert not files_of(marked) & files_of(photo)
    assert marked.find(Role.FULL) is None
    assert Remark.FULL_MARKED in marked.remarks
    assert shop.originals()[str(photo.original)].read_bytes() == before
    await shop.set_terms(Terms())
    await shop.make_all()
    assert (await shop.work(work.uid)).draft.photos[0].renditions == work.draft.photos[0].renditions


async def test_a_work_can_differ_from_the_rest(shop: Shop) -> None:
    """A work may go without the watermark, or without the full size: its pictures are made by its own terms."""
    await shop.set_terms(MARKED)
    plain, small, usual = await shop.take_in(BOWL, OTHER, PHOTOS / "photo.webp")
    without_mark = await shop.publish(plain, own=OwnTerms(watermarked=False))
    without_full = await shop.publish(small, own=OwnTerms(full_size=False, watermarked=False))
    as_usual = await shop.publish(usual)
    await shop.make_all()
    shown = [(await shop.work(one.uid)).draft.photos[0] for one in (without_mark, without_full, as_usual)]
    assert [photo.find(Role.FULL) is not None for photo in shown] == [True, False, False]
    assert [Remark.FULL_MARKED in photo.remarks for photo in shown] == [False, False, True]


async def test_others_are_told_once_when_all_is_made(shop: Shop) -> None:
    """WIRE 4.3: a changed picture has a new address, and other servers learn of it by one Update for the whole work."""
    work = await shop.publish(*await shop.take_in(BOWL, OTHER))
    await shop.set_terms(MARKED)
    assert await said(shop, "Update") == []
    assert await shop.queue.make_next()
    assert await said(shop, "Update") == []
    await shop.make_all()
    (update,) = await said(shop, "Update")
    told = await shop.work(work.uid)
    assert isinstance(update["object"], dict)
    assert [picture["url"] for picture in update["object"]["attachment"]] == [
        shop.queue.uris.media_url(photo.post.file) for photo in told.draft.photos
    ]
    assert update["object"]["updated"] > update["object"]["published"]
    assert told.edits == 0
    # Made once more, they are the same to the byte: nobody is told anything.
    await shop.queue.want_stale(even_fresh=True)
    assert await shop.make_all() == 2
    assert len(await said(shop, "Update")) == 1


async def test_only_what_is_stale_is_made_anew(shop: Shop) -> None:
    """`media rebuild` looks what is not as it should be; asked for all, it makes all."""
    await shop.publish(*await shop.take_in(BOWL, OTHER))
    assert await shop.queue.want_stale() == 0
    async with shop.db.write() as tx:
        await tx.execute("UPDATE photos SET recipe = 'an older edition' WHERE name = 'bowl-tiny.jpg'")
    assert await shop.queue.want_stale() == 1
    assert await shop.make_all() == 1
    assert await shop.queue.want_stale(even_fresh=True) == 2
    assert await shop.make_all() == 2


async def test_a_withdrawn_photograph_is_gone_with_its_original(shop: Shop) -> None:
    """Withdrawing a work removes its pictures at once, former ones too, and the untouched uploads."""
    work = await shop.publish(*await shop.take_in(BOWL))
    await shop.set_terms(MARKED)
    await shop.make_all()
    assert len(shop.public()) > len((await shop.work(work.uid)).draft.photos[0].renditions)
    assert await withdraw(shop, work.uid) > 0
    assert (shop.public(), shop.originals()) == ({}, {})


async def test_a_picture_that_another_work_shows_stays(shop: Shop) -> None:
    """Pictures are stored by their content: what two works show goes with the second."""
    (photo,) = await shop.take_in(BOWL)
    first = await shop.publish(photo)
    second = await shop.publish(*await shop.take_in(BOWL))
    assert await withdraw(shop, first.uid) == 0
    assert set(shop.public()) == files_of(photo)
    assert await withdraw(shop, second.uid) == len(files_of(photo)) + 1
    assert (shop.public(), shop.originals()) == ({}, {})


async def test_replaced_pictures_fade(shop: Shop) -> None:
    """Former pictures can be fetched for a week by those who know their names; then they are removed."""
    (photo,) = await shop.take_in(BOWL)
    work = await shop.publish(photo)
    await shop.set_terms(MARKED)
    await shop.make_all()
    (marked,) = (await shop.work(work.uid)).draft.photos
    assert await later_files(shop, 6.9).tidy() == 0
    assert files_of(photo) | files_of(marked) == set(shop.public())
    assert await later_files(shop, 7.1).tidy() == len(files_of(photo))
    assert set(shop.public()) == files_of(marked)


async def test_what_stands_nowhere_is_removed(shop: Shop) -> None:
    """A photograph given for a work that never came is forgotten after a week; an artisan's own picture stays."""
    await shop.take_in(BOWL)
    (mark,) = await shop.take_in(OTHER)
    async with shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET icon_id = (SELECT id FROM photos WHERE uid = ?)", (mark.uid,))
    days = UNPLACED_KEPT.days
    assert await later_files(shop, days - 0.1).tidy() == 0
    assert await later_files(shop, days + 0.1).tidy() > 0
    assert set(shop.public()) == files_of(mark)
    assert set(shop.originals()) == {mark.original}


async def test_files_of_which_nothing_speaks_are_collected(shop: Shop) -> None:
    """What a killed process left in either store goes, what is shown stays, and no foreign file is touched."""
    work = await shop.publish(*await shop.take_in(BOWL))
    orphans = [
        shop.config.media_dir / "00" / f"{'0' * 40}.avif",
        shop.config.originals_dir / f"{'0' * 40}.heic",
    ]
    for orphan in orphans:
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"left")
    note = shop.config.media_dir / "README.txt"
    note.write_text("mine")
    assert await shop.files.tidy() == 2
    assert not any(orphan.exists() for orphan in orphans)
    assert set(shop.public()) == files_of(*work.draft.photos) | {note.name}


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


@pytest.mark.parametrize("own", [False, True], ids=["of a work", "of an artisan"])
async def test_terms_that_change_while_pictures_are_made_hold_in_the_end(shop: Shop, *, own: bool) -> None:
    """New terms in the middle of the making are not lost: the photograph is made once more, by the last ones."""
    (photo,) = await shop.take_in(BOWL, own=OwnTerms(full_size=False))
    if own:
        async with shop.db.write() as tx:
            await tx.execute("UPDATE artisans SET icon_id = (SELECT id FROM photos WHERE uid = ?)", (photo.uid,))
    else:
        await shop.publish(photo)
    await shop.set_terms(Terms(licence=Licence.CC_BY))
    begun = threading.Event()
    making = asyncio.create_task(shop.queue.make_next(on_picture=begun.set))
    await asyncio.to_thread(begun.wait)
    await shop.set_terms(Terms(licence=Licence.CC0))
    await making
    assert await shop.make_all() == 1
    assert await shop.queue.want_stale() == 0


async def test_files_say_the_licence_of_their_work(shop: Shop) -> None:
    """The licence that holds for a work stands in its larger files, and follows when it changes."""
    (photo,) = await shop.take_in(PHOTOS / "bowl-small.jpg")
    work = await shop.publish(photo, own=OwnTerms(licence=Licence.CC_BY_NC))
    await shop.make_all()
    url = str(Licence.CC_BY_NC.url).encode()
    (licensed,) = (await shop.work(work.uid)).draft.photos
    for one in licensed.renditions:
        assert (url in shop.public()[one.file].read_bytes()) == (one.width_px >= 640), one


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


async def test_lost_pictures_are_made_anew(shop: Shop) -> None:
    """With the originals alone, as from a backup, all public pictures come back, the same to the byte."""
    (photo,) = await shop.take_in(BOWL)
    await shop.publish(photo)
    for file in shop.public().values():
        file.unlink()
    await shop.queue.want_lost()
    assert await shop.make_all() == 1
    assert set(shop.public()) == files_of(photo)
    assert await shop.queue.want_stale() == 0


async def test_one_that_cannot_be_made_does_not_silence_the_work(shop: Shop) -> None:
    """Others are told of what was made although another photograph of the work waits for another try."""
    first, second = await shop.take_in(BOWL, OTHER)
    await shop.publish(first, second)
    shop.originals()[str(first.original)].unlink()
    await shop.set_terms(MARKED)
    await shop.make_all()
    assert await shop.queue.count_waiting() == 1
    assert len(await said(shop, "Update")) == 1


async def test_former_pictures_count(shop: Shop) -> None:
    """What is kept for those who know old addresses takes room as well, and the quota knows it."""
    await shop.publish(*await shop.take_in(BOWL))
    await shop.set_terms(MARKED)
    await shop.make_all()
    on_disk = sum(file.stat().st_size for file in (*shop.public().values(), *shop.originals().values()))
    assert (await shop.intake.room())[0] == on_disk


async def test_the_same_file_beside_itself_is_another_photograph(shop: Shop) -> None:
    """One file as portrait and as header, or twice in a work: each has its own words."""
    (first,) = await shop.give(BOWL)
    second = await shop.intake.give(shop.artisan, BOWL, beside=[first])
    assert second != first


async def test_a_photograph_stands_in_one_place(shop: Shop) -> None:
    """A portrait cannot be placed in a work as well, nor what stands in a work become a portrait: it could never go."""
    portrait, placed = await shop.take_in(BOWL, OTHER)
    async with shop.db.write() as tx:
        await artisans.update(tx, dataclasses.replace(shop.artisan, icon=portrait))
    with pytest.raises(BadInput, match="give it again"):
        await shop.publish(portrait)
    work = await shop.publish(placed)
    with pytest.raises(BadInput, match="give it again"):
        async with shop.db.write() as tx:
            await artisans.update(tx, dataclasses.replace(shop.artisan, icon=placed))
    await withdraw(shop, work.uid)


async def test_a_portrait_that_is_let_go_fades(shop: Shop) -> None:
    """A replaced portrait can still be fetched for a while under the address that others know."""
    old, new = await shop.take_in(BOWL, OTHER)
    async with shop.db.write() as tx:
        await tx.execute("UPDATE photos SET given_at = 0")
        await artisans.update(tx, dataclasses.replace(shop.artisan, icon=old, updated_at=utc_now()))
    async with shop.db.write() as tx:
        await artisans.update(tx, dataclasses.replace(shop.artisan, icon=new, updated_at=utc_now()))
    await shop.files.tidy()
    assert files_of(old) <= set(shop.public())
    await later_files(shop, 7.1).tidy()
    assert set(shop.public()) == files_of(new)


async def test_originals_of_before_are_kept(shop: Shop) -> None:
    """Of originals with long names nobody knows whether they are a portrait's: none is removed with the litter."""
    shop.config.originals_dir.mkdir(exist_ok=True)
    old = shop.config.originals_dir / f"{'0' * 64}.jpg"
    old.write_bytes(b"once given")
    await shop.files.tidy()
    assert old.exists()


@pytest.mark.parametrize(("text", "can"), [("© Léa Morel, Ζωή Łódź Жар", True), ("陶芸", False), ("Léa 🏺", False)])
async def test_letters_that_cannot_be_drawn_are_told(shop: Shop, text: str, can: bool) -> None:
    """A watermark of letters that the font does not have would be none: it is refused when it is asked for."""
    if can:
        await shop.intake.check_text(Watermark(text=text))
    else:
        with pytest.raises(BadPhoto, match="letters that cannot be drawn"):
            await shop.intake.check_text(Watermark(text=text))


async def test_a_detailed_photograph_is_taken(shop: Shop, tmp_path: Path) -> None:
    """A photograph full of grain makes large pictures, and is made all the same."""
    grain = [pyvips.Image.gaussnoise(500, 500, mean=128, sigma=60, seed=seed) for seed in (1, 2, 3)]
    path = tmp_path / "grain.png"
    grain[0].bandjoin(grain[1:]).cast("uchar").copy(interpretation="srgb").write_to_file(str(path))
    (photo,) = await shop.take_in(path)
    assert max(one.size_bytes for one in photo.views(PictureType.JPEG)) > 2 * 500 * 500 // 3


async def test_a_camera_with_an_odd_name_is_taken(shop: Shop, tmp_path: Path) -> None:
    """Joiners, as in emoji and in Persian, are letters in what a camera calls itself."""
    image = pyvips.Image.new_from_file(str(BOWL)).copy()
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Model", "Phone of 👩\u200d🌾 Ana")
    path = tmp_path / "odd.jpg"
    image.jpegsave(str(path), keep="all")
    (photo,) = await shop.take_in(path)
    assert "Ana" in photo.facts.camera


async def test_a_new_name_alone_makes_nothing_anew(shop: Shop) -> None:
    """Files keep the name that was right when they were made: a new one does not send all works to everybody again."""
    await shop.publish(*await shop.take_in(BOWL))
    async with shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET name = 'Maria Almeida'")
    assert await shop.queue.want_stale() == 0


async def test_a_photograph_that_could_be_read_before_is_not_given_up(tmp_path: Path) -> None:
    """Where making anew fails, for want of memory or time, the pictures stay and it is tried again later."""
    async with open_shop(tmp_path / "data") as shop:
        work = await shop.publish(*await shop.take_in(BOWL))
        await shop.set_terms(MARKED)
    async with open_shop(tmp_path / "data", limits={"photo_memory_bytes": 50_000_000}) as shop:
        assert await shop.queue.make_next()
        assert await shop.queue.count_waiting() == 1
        assert (await shop.work(work.uid)).draft.photos == work.draft.photos
    async with open_shop(tmp_path / "data") as shop:
        assert await later(shop, 1).make_next()
        assert Remark.FULL_MARKED in (await shop.work(work.uid)).draft.photos[0].remarks


async def test_a_portrait_made_anew_is_told(shop: Shop) -> None:
    """An artisan's portrait with a new address is told to her followers."""
    # Large enough that its files say something about rights, which changes.
    (icon,) = await shop.take_in(PHOTOS / "bowl-small.jpg")
    async with shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET icon_id = (SELECT id FROM photos WHERE uid = ?)", (icon.uid,))
    await shop.set_terms(Terms(ai_refused=False))
    assert await shop.make_all() == 1
    (update,) = await said(shop, "Update")
    async with shop.db.read() as tx:
        artisan = await artisans.get(tx, shop.artisan.id)
    assert artisan.icon is not None
    assert artisan.icon.renditions != icon.renditions
    assert isinstance(update["object"], dict)
    assert update["object"]["icon"]["url"] == shop.queue.uris.media_url(artisan.icon.small(400).file)


async def test_a_portrait_has_no_mark_and_no_full_size(shop: Shop) -> None:
    """An artisan's own picture bears no watermark and has no full size, whatever her terms are."""
    await shop.set_terms(MARKED)
    (icon,) = await shop.take_in(BOWL, own=OwnTerms(full_size=False, watermarked=False))
    async with shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET icon_id = (SELECT id FROM photos WHERE uid = ?)", (icon.uid,))
    assert await shop.queue.want_stale() == 0
    assert icon.find(Role.FULL) is None
    assert Remark.FULL_MARKED not in icon.remarks


def test_limits_stand_in_the_settings() -> None:
    """120 megapixels, one at a time, and a quota: the defaults of the configuration."""
    config = Config(origin="https://atelier.example")
    assert (config.limits, config.media) == (Limits(), Media())
    assert config.limits.photo_pixels == 120_000_000
    assert config.media.quota_bytes == 10_000_000_000
