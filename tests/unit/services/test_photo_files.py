"""Files that go: withdrawn, replaced, standing nowhere; and those that stay."""

import dataclasses

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services.photo_files import UNPLACED_KEPT
from fedi_artisan.storage import artisans
from tests.photos import Shop, files_of
from tests.unit.services.photo_acts import BOWL, MARKED, OTHER, later_files, withdraw


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


async def test_former_pictures_count(shop: Shop) -> None:
    """What is kept for those who know old addresses takes room as well, and the quota knows it."""
    await shop.publish(*await shop.take_in(BOWL))
    await shop.set_terms(MARKED)
    await shop.make_all()
    on_disk = sum(file.stat().st_size for file in (*shop.public().values(), *shop.originals().values()))
    assert (await shop.intake.room())[0] == on_disk


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
