"""Photographs made anew: when terms change, when pictures were lost, and when others are told."""

import asyncio
import threading
from pathlib import Path

import pytest

from fedi_artisan.domain.photos import Remark, Role
from fedi_artisan.domain.terms import Licence, OwnTerms, Terms, Watermark
from fedi_artisan.errors import BadPhoto
from fedi_artisan.storage import artisans
from tests.photos import PHOTOS, Shop, files_of, open_shop
from tests.unit.services.photo_acts import BOWL, MARKED, OTHER, later, said


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


@pytest.mark.parametrize(("text", "can"), [("© Léa Morel, Ζωή Łódź Жар", True), ("陶芸", False), ("Léa 🏺", False)])
async def test_letters_that_cannot_be_drawn_are_told(shop: Shop, text: str, can: bool) -> None:
    """A watermark of letters that the font does not have would be none: it is refused when it is asked for."""
    if can:
        await shop.intake.check_text(Watermark(text=text))
    else:
        with pytest.raises(BadPhoto, match="letters that cannot be drawn"):
            await shop.intake.check_text(Watermark(text=text))


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
