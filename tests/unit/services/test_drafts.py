"""Drafts: what is typed is never lost, and two windows do not write over each other."""

from datetime import timedelta

import pytest

from fedi_artisan.domain.drafts import MOST_DRAFTS, State
from fedi_artisan.domain.works import Availability, Draft, Edition, Wording, Work
from fedi_artisan.errors import BadInput, Gone, NotFound
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import draft_photos, drafts, works
from fedi_artisan.storage import artisans, photos
from fedi_artisan.storage.db import savepoint
from tests.house import key_pair
from tests.photos import open_shop, photo
from tests.unit.services.drafting import Desk


async def publish(desk: Desk, draft: Draft) -> Work:
    """Publish a work, as a command does."""
    async with desk.shop.db.write() as tx:
        return await works.publish(tx, desk.shop.queue.uris, desk.shop.artisan, draft, desk.now)


async def test_all_that_was_typed_is_there_again(desk: Desk) -> None:
    """Also what is wrong, and after the house was closed in between."""
    shown = await desk.photo()
    begun = await desk.begin(shown.uid)
    typed = {"title": "Moon jar", "year": "soon", f"alt-{shown.uid}": "A white jar.", "photos": shown.uid}
    saved = await desk.save(begun, typed)
    assert not saved.is_copy
    assert saved.draft.typed == typed
    async with open_shop(desk.shop.config.data_dir) as again:
        assert await Desk(again).get(begun) == saved.draft


async def test_a_draft_begun_twice_is_one(desk: Desk) -> None:
    """A double click opens one page; once something is typed, the next draft is another one."""
    first = await desk.begin()
    assert (await desk.begin()).uid == first.uid
    shown = await desk.photo()
    shared = await desk.begin(shown.uid)
    assert (await desk.begin(shown.uid)).uid == shared.uid != first.uid
    await desk.save(first, title="Jar")
    assert (await desk.begin()).uid not in {first.uid, shared.uid}


async def test_the_same_form_twice_is_saved_once(desk: Desk) -> None:
    """A form that is sent again because the line broke changes nothing and makes no copy."""
    begun = await desk.begin()
    first = await desk.save(begun, title="Jar")
    second = await desk.save(begun, title="Jar")
    assert second == first
    assert first.draft.version == begun.version + 1


async def test_two_windows_keep_both_texts(desk: Desk) -> None:
    """What comes from a window that shows a former version stands in a copy, once, however often it is sent."""
    shown = await desk.photo()
    begun = await desk.begin(shown.uid)
    mine = await desk.save(begun, {f"alt-{shown.uid}": "white"}, title="Jar")
    other = await desk.save(begun, {f"alt-{shown.uid}": "grey"}, title="Bowl")
    assert other.is_copy
    assert other.draft.copy_of == begun.uid
    assert (other.draft.typed["title"], other.draft.typed[f"alt-{shown.uid}"]) == ("Bowl", "grey")
    assert (await desk.get(begun)) == mine.draft
    assert await desk.save(begun, {f"alt-{shown.uid}": "grey"}, title="Bowl") == other
    assert sorted(await desk.list_open()) == sorted([begun.uid, other.draft.uid])


async def test_photographs_that_come_while_she_writes_stay(desk: Desk) -> None:
    """A form that does not know yet of a photograph keeps it, behind the others; only taking it out removes it."""
    first, second, third = [await desk.photo(number) for number in (1, 2, 3)]
    begun = await desk.begin(first.uid)
    await desk.add(begun, second.uid)
    await desk.add(begun, third.uid)
    saved = await desk.save(begun, title="Jar", photos=f"{third.uid},nobody,{first.uid}")
    assert not saved.is_copy
    assert [one.uid for one in saved.draft.photos] == [third.uid, first.uid, second.uid]
    await desk.remove(saved.draft, first.uid)
    assert [one.uid for one in (await desk.get(begun)).photos] == [third.uid, second.uid]
    assert await desk.add(begun, third.uid) == third.uid
    async with desk.shop.db.write() as tx:
        await draft_photos.move(tx, await drafts.get(tx, desk.shop.artisan, begun.uid), second.uid, to=0)
    assert [one.uid for one in (await desk.get(begun)).photos] == [second.uid, third.uid]


async def test_photographs_in_a_draft_are_not_forgotten(desk: Desk) -> None:
    """After a week only those go that stand nowhere; those of a discarded draft are among them."""
    kept, lost = [await desk.photo_to_make(days_ago=9) for _ in range(2)]
    draft, other = await desk.begin(kept), await desk.begin(lost, title="No")
    await desk.discard(other)
    async with desk.shop.db.write() as tx:
        assert await photos.forget_unplaced(tx, desk.now - timedelta(days=7)) == 1
    assert [one.uid for one in (await desk.get(draft)).photos] == [kept]


async def test_nobody_reaches_the_draft_of_another(desk: Desk) -> None:
    """Neither her drafts nor her photographs: for everybody else they are not there."""
    draft = await desk.begin(title="Mine")
    shown = await desk.photo()
    async with desk.shop.db.write() as tx:
        row = await artisans_service.create(
            tx, username="ines", name="Ines", language="en", key=key_pair(), now=desk.now
        )
        ines = await artisans.get(tx, row.id)
        with pytest.raises(NotFound):
            await drafts.get(tx, ines, draft.uid)
        with pytest.raises(NotFound):
            await drafts.save(tx, ines, draft.uid, {"title": "Hers"}, version=draft.version, now=desk.now)
        with pytest.raises(BadInput, match="not here any more"):
            async with savepoint(tx):
                await drafts.begin(tx, ines, desk.now, photos=[shown.uid])
        assert await drafts.list_open(tx, ines) == []


async def test_a_work_has_one_revision(desk: Desk) -> None:
    """Opened again, in another window or tomorrow, it is the same one, with what was typed."""
    work = await publish(desk, Draft(title="Jar", materials=("stoneware",), others={"fr": Wording(title="Jarre")}))
    draft = await desk.revise(work)
    assert draft.typed == {
        "title": "Jar",
        "language": "en",
        "materials": "stoneware",
        "other_language": "fr",
        "other_title": "Jarre",
        "photos": "",
    }
    await desk.save(draft, title="Moon jar")
    again = await desk.revise(work)
    assert (again.uid, again.typed["title"]) == (draft.uid, "Moon jar")


async def test_a_revision_does_not_undo_what_happened_to_its_work(desk: Desk) -> None:
    """Sold in one tap while its revision lies open, a work stays sold, and keeps the photograph it got."""
    first, second = await desk.photo(1), await desk.photo(2)
    work = await publish(desk, Draft(title="Jar", availability=Availability.AVAILABLE, photos=(first,)))
    saved = await desk.save(await desk.revise(work), title="Moon jar")
    async with desk.shop.db.write() as tx:
        sold = Draft(title="Jar", availability=Availability.SOLD, photos=(second, first))
        await works.revise(tx, desk.shop.queue.uris, work, sold, desk.now)
    found = await desk.get(saved.draft)
    assert (found.typed["title"], found.typed["availability"]) == ("Moon jar", "sold")
    published = (await desk.published(found)).draft
    assert (published.title, published.availability) == ("Moon jar", Availability.SOLD)
    assert [one.uid for one in published.photos] == [second.uid, first.uid]


async def test_a_photograph_taken_from_the_work_stays_in_the_draft(desk: Desk) -> None:
    """What a command takes off a work is not lost for the revision in which it stands."""
    first = await desk.photo()
    work = await publish(desk, Draft(title="Jar", photos=(first,)))
    draft = (await desk.save(await desk.revise(work), {f"alt-{first.uid}": "A white jar."})).draft
    async with desk.shop.db.write() as tx:
        await works.revise(tx, desk.shop.queue.uris, work, Draft(title="Jar"), desk.now)
    assert [one.uid for one in (await desk.get(draft)).photos] == [first.uid]
    await desk.nothing_to_make()
    published = (await desk.published(draft)).draft
    assert [dict(one.alts) for one in published.photos] == [{"en": "A white jar."}]


async def test_a_withdrawn_work_takes_its_revisions_along(desk: Desk) -> None:
    """Nothing of it comes back by a revision that was left open, and what its draft said is gone."""
    draft = await desk.begin(title="Secret jar")
    work = await desk.published(draft)
    revision = (await desk.save(await desk.revise(work), title="Jar")).draft
    await desk.save(revision, title="Moon jar")
    async with desk.shop.db.write() as tx:
        await works.withdraw(tx, desk.shop.queue.uris, work, desk.now)
    assert await desk.list_open() == []
    with pytest.raises(NotFound):
        await desk.get(revision)
    assert "Secret jar" not in (await desk.get(draft)).typed.values()
    with pytest.raises(Gone):
        await desk.revise(await desk.work(work.uid))


async def test_a_work_as_a_template(desk: Desk) -> None:
    """Its texts and facts, but not what only one piece can have; the work itself is not touched."""
    shown = await desk.photo()
    work = await publish(
        desk,
        Draft(
            title="Jar",
            text="Thrown.",
            year=2026,
            tags=("woodfired",),
            photos=(shown,),
            availability=Availability.SOLD,
            featured=True,
            edition=Edition(3, 12),
            others={"fr": Wording(title="Jarre")},
        ),
    )
    async with desk.shop.db.write() as tx:
        copy = await drafts.duplicate(tx, desk.shop.artisan, work, desk.now)
    assert copy.work_uid is None
    assert copy.typed == {
        "title": "Jar",
        "text": "Thrown.",
        "language": "en",
        "year": "2026",
        "edition": "12",
        "tags": "woodfired",
        "other_language": "fr",
        "other_title": "Jarre",
        "photos": "",
    }


async def test_what_is_typed_after_publishing_revises_the_work(desk: Desk) -> None:
    """A window that was left open when its draft was published loses nothing of what is typed in it."""
    draft = await desk.begin(title="Jar")
    work = await desk.published(draft)
    assert await desk.save(draft, title="Jar") == drafts.Saved(await desk.get(draft))
    late = await desk.save(draft, title="Jar", text="Thrown in two halves.")
    assert late.is_copy
    assert (late.draft.work_uid, late.draft.typed["text"]) == (work.uid, "Thrown in two halves.")
    assert await desk.save(draft, title="Jar", text="Thrown in two halves.") == late
    # What another window says then stands beside it.
    third = await desk.save(draft, title="Jar", text="Cast.")
    assert (third.draft.copy_of, third.draft.typed["text"]) == (late.draft.uid, "Cast.")
    assert (await desk.get(late.draft)).typed["text"] == "Thrown in two halves."


async def test_what_is_typed_after_withdrawing_is_a_draft_of_its_own(desk: Desk) -> None:
    """Where there is no work any more to be revised, the text is kept nevertheless."""
    draft = await desk.begin(title="Jar")
    work = await desk.published(draft)
    async with desk.shop.db.write() as tx:
        await works.withdraw(tx, desk.shop.queue.uris, work, desk.now)
    late = await desk.save(draft, title="Jar", text="Thrown in two halves.")
    assert (late.draft.work_uid, late.draft.typed["text"], late.draft.state) == (
        None,
        "Thrown in two halves.",
        State.OPEN,
    )


async def test_a_photograph_of_another_work_comes_as_its_twin(desk: Desk) -> None:
    """The same picture can stand in two works, each with words of its own; nothing is made twice."""
    shown = await desk.photo()
    work = await publish(desk, Draft(title="Jar", photos=(shown,)))
    draft = await desk.begin(title="Another")
    twin = await desk.add(draft, shown.uid)
    assert twin != shown.uid
    await desk.nothing_to_make()
    second = await desk.published(draft)
    assert [one.renditions for one in second.draft.photos] == [photo().renditions]
    assert [one.uid for one in (await desk.work(work.uid)).draft.photos] == [shown.uid]


async def test_a_program_that_runs_wild_does_not_fill_the_disk(desk: Desk) -> None:
    """There is a number of drafts that nobody needs."""
    async with desk.shop.db.write() as tx:
        for number in range(MOST_DRAFTS):
            await tx.execute(
                "INSERT INTO drafts (uid, artisan_id, fields, begun, created_at, saved_at)"
                " VALUES (?, ?, '{}', '{}', 0, 0)",
                (f"d{number}", desk.shop.artisan.id),
            )
    with pytest.raises(BadInput, match="very many drafts"):
        await desk.begin(title="One more")
