"""The loop that publishes what waits: at its moment, once, whatever the clock, the photographs or the house do."""

import asyncio
from datetime import timedelta
from pathlib import Path

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft, State
from fedi_artisan.errors import BadPhoto
from fedi_artisan.services import drafts, publication, publisher
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.services.publisher import PUBLISHED_KEPT
from fedi_artisan.storage import drafts as draft_rows
from fedi_artisan.storage import photos
from tests.house import House, open_house, until
from tests.photos import PHOTOS, open_shop, queue
from tests.unit.services.drafting import NOW, Desk

WORKS = "SELECT count(*) FROM works"


async def waiting(desk: Desk, title: str = "Jar", *, at: str = "2026-11-24T12:00") -> KeptDraft:
    """Return a draft that waits for a moment."""
    draft = (await desk.schedule(await desk.begin(title=title, publish_at=at))).draft
    assert draft.state is State.WAITING
    return draft


async def test_each_is_published_at_its_moment(desk: Desk) -> None:
    """Not a minute before, and with the date of the moment at which it is."""
    early, late = await waiting(desk), await waiting(desk, "Bowl", at="2026-11-25T12:00")
    loop = desk.publisher()
    desk.now = NOW + timedelta(hours=23, minutes=29)
    assert await loop.publish_due() == 0
    desk.now = NOW + timedelta(hours=23, minutes=31)
    assert await loop.publish_due() == 1
    work = (await desk.publish(early)).work
    assert work is not None
    assert work.published_at == desk.now
    assert (await desk.get(late)).state is State.WAITING


async def test_a_clock_that_jumps_does_no_harm(desk: Desk) -> None:
    """Ahead, what was due meanwhile is published; back again, nothing is published twice."""
    draft = await waiting(desk)
    loop = desk.publisher()
    desk.now = NOW + timedelta(days=400)
    assert await loop.publish_due() == 1
    desk.now = NOW
    assert await loop.publish_due() == 0
    assert (await desk.publish(draft)).work is not None
    assert await desk.count(WORKS) == 1


async def test_two_loops_publish_once(desk: Desk) -> None:
    """A press of the button, and two loops at the same moment, as beside a server that is just going."""
    await waiting(desk)
    pressed = await desk.begin(title="Bowl")
    desk.now = NOW + timedelta(days=2)
    counts = await asyncio.gather(
        desk.publisher().publish_due(), desk.publisher().publish_due(), desk.publish(pressed), desk.publish(pressed)
    )
    assert counts[0] + counts[1] == 1
    assert await desk.count(WORKS) == 2


async def test_what_waited_while_the_house_was_closed_is_published(desk: Desk) -> None:
    """A house that stood still for a week publishes what was due, once."""
    await waiting(desk)
    async with open_shop(desk.shop.config.data_dir) as again:
        later = Desk(again, NOW + timedelta(days=7))
        assert await later.publisher().publish_due() == 1
        assert await later.publisher().publish_due() == 0
        assert await later.count(WORKS) == 1


async def test_trouble_with_one_is_told_there_and_holds_up_nobody(desk: Desk) -> None:
    """What cannot be published when its moment comes is open again, with the reason, until something is changed."""
    broken = await desk.photo_to_make()
    bad = await waiting(desk)
    await desk.add(bad, broken)
    good = await waiting(desk, "Bowl")
    async with desk.shop.db.write() as tx:
        photo_id = await photos.find_id(tx, broken)
        assert photo_id is not None
        await photos.refuse(tx, photo_id, BadPhoto("the film {name} has no frames", name="jar").kept())
    desk.now = NOW + timedelta(days=2)
    assert await desk.publisher().publish_due() == 1
    assert (await desk.publish(good)).work is not None
    told = await desk.get(bad)
    assert (told.state, told.publish_at) == (State.OPEN, None)
    assert [(one.field, one.sentence, dict(one.values)) for one in told.troubles] == [
        (f"photo-{broken}", "the film {name} has no frames", {"name": "jar"})
    ]
    assert await desk.publisher().publish_due() == 0
    await desk.remove(told, broken)
    assert (await desk.get(bad)).troubles == ()


async def test_a_failure_holds_up_nobody_and_is_tried_again(desk: Desk) -> None:
    """A disk that is full, or whatever: the others are published, and the one is, when the failure is over."""
    bad, good = await waiting(desk), await waiting(desk, "Bowl")
    async with desk.shop.db.write() as tx:
        await tx.execute(
            "CREATE TRIGGER full BEFORE INSERT ON works WHEN NEW.title = 'Jar' BEGIN SELECT raise(ABORT, 'full'); END"
        )
    desk.now = NOW + timedelta(days=2)
    loop = desk.publisher()
    assert await loop.publish_due() == 1
    assert (await desk.publish(good)).work is not None
    assert (await desk.get(bad)).state is State.WAITING
    async with desk.shop.db.write() as tx:
        await tx.execute("DROP TRIGGER full")
    assert await loop.publish_due() == 1


async def test_what_was_published_is_remembered_for_a_while(desk: Desk) -> None:
    """A late press of the button leads to the work for a month; then only the work is left."""
    draft = await desk.begin(title="Jar")
    await desk.published(draft)
    loop = desk.publisher()
    desk.now = NOW + PUBLISHED_KEPT
    await loop.forget()
    assert (await desk.get(draft)).state is State.PUBLISHED
    desk.now += timedelta(seconds=1)
    await loop.forget()
    async with desk.shop.db.read() as tx:
        assert await draft_rows.find(tx, desk.shop.artisan.id, draft.uid) is None
    assert await desk.count(WORKS) == 1


async def begun(house: House, file: Path, title: str) -> KeptDraft:
    """Begin a draft with a photograph of which nothing is made yet, and press Publish."""
    uid = await PhotoIntake(house.config, house.db, queue(house.config, house.db).stores).give(house.artisan, file)
    async with house.db.write() as tx:
        draft = await drafts.begin(tx, house.artisan, utc_now(), photos=[uid], typed={"title": title})
        await publication.publish(tx, house.uris, house.artisan, draft.uid, utc_now())
    return draft


async def test_the_server_notices_at_once(tmp_path: Path) -> None:
    """What becomes due is published as soon as that is written, not when the loop would look again."""
    async with open_house(tmp_path / "house") as house:
        async with house.db.write() as tx:
            draft = await drafts.begin(tx, house.artisan, utc_now(), typed={"title": "Bowl"})
            await draft_rows.set_waiting(tx, draft.id, utc_now())
        await until(lambda: house.value(WORKS), "the work", within_s=publisher.LOOK_EVERY_S / 2)


async def test_the_server_publishes_when_the_photographs_are_made(tmp_path: Path) -> None:
    """Pressed while photographs are being made, by a window or beside the server, the work appears by itself."""
    async with open_house(tmp_path / "house") as house:
        await begun(house, PHOTOS / "bowl-tiny.jpg", "Bowl")
        await until(lambda: house.value(WORKS), "the work")
        assert await house.value("SELECT count(*) FROM photos JOIN works ON works.id = work_id WHERE recipe <> ''") == 1
