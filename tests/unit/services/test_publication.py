"""A draft becomes a work, once, whatever happens in between; what is typed is never lost by it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.drafts import KeptDraft, State
from fedi_artisan.domain.photos import Label
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import MOST_FEATURED, Audience, Draft, Edition, Wording
from fedi_artisan.errors import BadPhoto
from fedi_artisan.services import publication, works
from fedi_artisan.storage import photo_jobs, photos
from tests.photos import PHOTOS, photo
from tests.unit.services.drafting import NOW, Desk

DELIVERED = "SELECT count(*) FROM activities"
WORKS = "SELECT count(*) FROM works"


async def refuse(desk: Desk, uid: str) -> None:
    """Let nothing come of a photograph."""
    async with desk.shop.db.write() as tx:
        photo_id = await photos.find_id(tx, uid)
        assert photo_id is not None
        await photos.refuse(tx, photo_id, BadPhoto("this is a film").kept())


async def test_a_draft_becomes_a_work(desk: Desk) -> None:
    """All that was typed is there, with the photographs in their order and their words."""
    first, second = await desk.photo(1), await desk.photo(2)
    draft = await desk.begin(first.uid, second.uid)
    typed = {
        "title": "Moon jar",
        "price": "420 €",
        "edition": "3/12",
        "audience": "unlisted",
        "other_language": "fr",
        "other_title": "Jarre de lune",
        "photos": f"{second.uid},{first.uid}",
        f"alt-{first.uid}": "A white jar.",
        f"other_alt-{first.uid}": "Une jarre blanche.",
        f"label-{second.uid}": "detail",
    }
    work = await desk.published((await desk.save(draft, typed)).draft)
    said = work.draft
    assert (said.title, said.language, said.audience, said.edition) == (
        "Moon jar",
        desk.shop.artisan.language,
        Audience.UNLISTED,
        Edition(3, 12),
    )
    assert dict(said.others) == {"fr": Wording(title="Jarre de lune")}
    assert [one.uid for one in said.photos] == [second.uid, first.uid]
    assert said.photos[0].label is Label.DETAIL
    assert dict(said.photos[1].alts) == {"en": "A white jar.", "fr": "Une jarre blanche."}
    assert await desk.list_open() == []


async def test_a_second_press_leads_to_the_same_work(desk: Desk) -> None:
    """Two presses at once, one later, and one after the house was opened again publish once and tell once."""
    draft = await desk.begin(title="Jar")
    first, second = await asyncio.gather(desk.publish(draft), desk.publish(draft))
    assert first.work == second.work is not None
    assert (await desk.publish(draft)).work == first.work
    assert (await desk.schedule(draft)).work == first.work
    assert await desk.count(WORKS) == 1
    assert await desk.count(DELIVERED) == 1
    await desk.discard(draft)
    assert (await desk.publish(draft)).work == first.work


async def test_what_is_wrong_is_told_and_changes_nothing(desk: Desk) -> None:
    """A draft that cannot be published stays as it is, open, with all that is wrong told at once."""
    draft = await desk.begin(year="soon")
    for press in (desk.publish, desk.schedule):
        pressed = await press(draft)
        assert pressed.work is None
        assert [one.field for one in pressed.problems] == ["title", "year"]
        assert await desk.get(draft) == draft == pressed.draft
    assert await desk.count(WORKS) == 0


async def test_a_refusal_while_publishing_leaves_nothing_behind(desk: Desk) -> None:
    """What only the whole house can tell, such as that enough works are shown first, undoes all of it."""
    for number in range(MOST_FEATURED):
        await desk.published(await desk.begin(title=f"Jar {number}", featured="yes"))
    draft = await desk.begin(title="Bowl", featured="yes", series="New series", publish_at="2027-01-01T10:00")
    for press in (desk.publish, desk.schedule):
        pressed = await press(draft)
        assert ["shown first" in str(one) for one in pressed.problems] == [True]
        assert await desk.get(draft) == draft
    assert await desk.count(WORKS) == MOST_FEATURED
    assert await desk.count("SELECT count(*) FROM series") == 0


async def test_a_refusal_in_the_middle_undoes_the_beginning(desk: Desk) -> None:
    """A photograph without the picture that travels is found when the work is stored already."""
    shown = await desk.photo()
    draft = await desk.begin(shown.uid, title="Jar")
    async with desk.shop.db.write() as tx:
        await tx.execute("DELETE FROM renditions WHERE role = 'post'")
    assert (await desk.publish(draft)).problems
    assert await desk.count(WORKS) == await desk.count(DELIVERED) == 0
    assert [one.uid for one in (await desk.get(draft)).photos] == [shown.uid]


async def test_a_photograph_that_was_placed_elsewhere_meanwhile_is_in_both(desk: Desk) -> None:
    """A command that is given the same file finds the same photograph; another is her portrait now."""
    shown, portrait = await desk.photo(1), await desk.photo(2)
    draft = await desk.begin(shown.uid, portrait.uid, title="Jar")
    placed = await desk.shop.publish(shown)
    async with desk.shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET icon_id = (SELECT id FROM photos WHERE uid = ?)", (portrait.uid,))
    work = await desk.published(draft)
    assert [one.renditions for one in work.draft.photos] == [shown.renditions, portrait.renditions]
    assert [one.uid for one in (await desk.work(placed.uid)).draft.photos] == [shown.uid]


async def test_a_broken_photograph_is_told_by_name(desk: Desk) -> None:
    """Publishing says which one and why; without it, all the rest is published."""
    good, broken = await desk.photo(), await desk.photo_to_make()
    draft = await desk.begin(good.uid, broken, title="Jar")
    await refuse(desk, broken)
    [problem] = (await desk.publish(draft)).problems
    assert (problem.field, str(problem)) == (f"photo-{broken}", "this is a film")
    assert [(one.name, one.refusal is None) for one in (await desk.get(draft)).photos][1] == ("jar.jpg", False)
    await desk.remove(draft, broken)
    assert [one.uid for one in (await desk.published(draft)).draft.photos] == [good.uid]


async def test_a_draft_waits_for_its_photographs(desk: Desk) -> None:
    """Pressed early, Publish is remembered: the work appears when the last photograph is made, and not before."""
    one, other = await desk.photo_to_make(), await desk.photo_to_make()
    draft = await desk.begin(one, other, title="Jar")
    pressed = await desk.publish(draft)
    assert (pressed.work, pressed.problems, pressed.draft.publish_at) == (None, (), NOW)
    publisher = desk.publisher()
    await desk.make(one)
    assert await publisher.publish_due() == 0
    await desk.make(other)
    assert await publisher.publish_due() == 1
    work = (await desk.publish(draft)).work
    assert work is not None
    assert [shown.uid for shown in work.draft.photos] == [one, other]


async def test_a_revision_keeps_what_the_form_does_not_show(desk: Desk) -> None:
    """Third languages, the day a photograph was taken, and the place by hand stay; the rest is as typed."""
    shown = await desk.photo()
    async with desk.shop.db.write() as tx:
        work = await works.publish(
            tx,
            desk.shop.queue.uris,
            desk.shop.artisan,
            Draft(
                title="Jar",
                photos=(photo(alt="Ein Krug", language="de"),),
                others={"fr": Wording(title="Jarre"), "de": Wording(title="Krug")},
            ),
            NOW,
        )
        await tx.execute("UPDATE photos SET shows_date = 1")
        await works.arrange(tx, desk.shop.artisan, [work])
    draft = await desk.revise(work)
    revised = await desk.published(
        (await desk.save(draft, {f"alt-{shown.uid}": "A jar", "other_title": "Jarre de lune"})).draft
    )
    assert (revised.uid, revised.slug, revised.edits, revised.position) == (work.uid, work.slug, 1, 0)
    assert dict(revised.draft.others) == {"fr": Wording(title="Jarre de lune"), "de": Wording(title="Krug")}
    [kept] = revised.draft.photos
    assert (dict(kept.alts), kept.shows_date) == ({"en": "A jar", "de": "Ein Krug"}, True)
    assert (await desk.revise(revised)).uid != draft.uid


async def test_a_revision_that_changes_nothing_tells_nobody(desk: Desk) -> None:
    """Other servers mark an edited work as such; where nothing was edited they hear nothing."""
    work = await desk.published(await desk.begin(title="Jar"))
    told = await desk.count(DELIVERED)
    assert (await desk.published(await desk.revise(work))).edits == 0
    assert await desk.count(DELIVERED) == told


async def test_of_two_copies_each_becomes_a_work_of_its_own(desk: Desk) -> None:
    """A photograph that stands in both is in both works, and neither draft loses it."""
    shown = await desk.photo()
    begun = await desk.begin(shown.uid)
    mine = (await desk.save(begun, title="Jar")).draft
    other = (await desk.save(begun, title="Bowl")).draft
    first, second = await desk.published(mine), await desk.published(other)
    assert [len(work.draft.photos) for work in (first, second)] == [1, 1]
    assert first.draft.photos[0].renditions == second.draft.photos[0].renditions == shown.renditions


async def test_copies_of_a_revision_revise_the_same_work(desk: Desk) -> None:
    """Whichever is published, the other can still be; a revision is only begun anew where there is no copy."""
    work = await desk.published(await desk.begin(title="Jar"))
    begun = await desk.revise(work)
    mine = (await desk.save(begun, title="Moon jar")).draft
    other = (await desk.save(begun, title="Full moon jar")).draft
    assert (await desk.published(mine)).draft.title == "Moon jar"
    assert (await desk.revise(work)).uid == other.uid
    assert (await desk.published(other)).draft.title == "Full moon jar"
    assert await desk.count(WORKS) == 1


async def test_a_past_date_is_the_date_of_the_work(desk: Desk) -> None:
    """It stands where it belongs, and no follower is told."""
    work = await desk.published(await desk.begin(title="Jar", published_on="2019-05-01", zone="Europe/Paris"))
    assert (work.published_at, work.told_at) == (datetime(2019, 5, 1, 10, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "publish_at"),
        ({"publish_at": "2026-11-23T12:29"}, "publish_at"),
        ({"publish_at": "2026-11-24T12:00", "published_on": "2019-05-01"}, "published_on"),
    ],
)
async def test_a_moment_that_cannot_be_is_refused(desk: Desk, typed: dict[str, str], field: str) -> None:
    """Nothing is published at once because of a slip in a date, which could not be taken back."""
    draft = await desk.begin(title="Jar", **typed)
    assert [one.field for one in (await desk.schedule(draft)).problems] == [field]
    assert (await desk.get(draft)).state is State.OPEN


async def test_a_draft_that_waits_can_be_changed_and_called_back(desk: Desk) -> None:
    """Until its moment the last thing saved counts; called back, it is open again."""
    draft = await desk.begin(title="Jar", publish_at="2026-11-24T12:00")
    waiting = (await desk.schedule(draft)).draft
    assert (waiting.state, waiting.publish_at) == (State.WAITING, datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert await desk.count(WORKS) == await desk.count(DELIVERED) == 0
    saved = (await desk.save(waiting, title="Moon jar")).draft
    assert saved.state is State.WAITING
    async with desk.shop.db.write() as tx:
        await publication.unschedule(tx, saved)
    desk.now += timedelta(days=2)
    assert await desk.publisher().publish_due() == 0
    assert (await desk.get(draft)).state is State.OPEN


async def licensed(desk: Desk, draft: KeptDraft) -> list[OwnTerms]:
    """Return on which terms the photographs of a draft are made."""
    async with desk.shop.db.read() as tx:
        return [job.terms for job in await photo_jobs.list_all(tx, draft_id=draft.id)]


async def test_photographs_of_a_draft_are_made_on_its_terms(desk: Desk) -> None:
    """Made as soon as they are given, and anew when the terms change: published, nothing has to be made again."""
    [uid] = await desk.shop.give(PHOTOS / "bowl-tiny.jpg")
    draft = await desk.begin(uid)
    assert await desk.shop.make_all() == 1
    saved = (await desk.save(draft, title="Jar", licence="CC-BY-4.0", full_size="no")).draft
    assert await licensed(desk, saved) == [OwnTerms(licence=Licence.CC_BY, full_size=False)]
    assert (await desk.publish(saved)).draft.state is State.WAITING
    assert await desk.shop.make_all() == 1
    work = await desk.published(saved)
    assert work.draft.terms == OwnTerms(licence=Licence.CC_BY, full_size=False)
    assert await desk.shop.make_all() == 0
