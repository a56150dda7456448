"""Works: every field comes back as it was stored, and lists hold what they should."""

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.pages import PageDraft, PageWording, Place
from fedi_artisan.domain.photos import Facts, Label, Photo, Remark
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, SeriesWording, Wording, Work
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage import artisans, featured, pages, photos, series, works
from fedi_artisan.storage.db import Database, Tx, fetch_value
from tests import photos as values
from tests.unit.storage.conftest import NOW


def photo(number: int, focal_point: tuple[float, float] = (0.0, 0.0)) -> Photo:
    """Return a photograph that differs from the others in every field."""
    return dataclasses.replace(
        values.photo(number, width_px=1500 + number, height_px=1000 + number),
        blurhash=f"LKO2{number}",
        tone=f"#00000{number}",
        facts=Facts(taken_at="2025-06-14T09:30:00", camera=f"Camera {number}", lens="Lens", settings="f/2.8"),
        remarks=frozenset({Remark.FIRST_FRAME, Remark.REENCODED}),
        alts={"fr": f"Vue du côté {number}", "en": f"Seen from side {number}"},
        captions={"fr": f"Côté {number}"},
        focal_point=focal_point,
        label=Label.DETAIL,
        shows_date=number == 1,
        shows_camera=number == 2,
    )


FULL = Draft(
    title='Jarre de lune n° 14, "la grande" <3',
    text="Porcelaine.\n\nCuite *deux* fois, 'vite'. 🏺",
    language="fr",
    photos=(photo(1, (0.25, -0.5)), photo(2), photo(3, (-1.0, 1.0))),
    materials=("porcelaine", "cendre, tamisée"),
    techniques=("tournage",),
    dimensions=Dimensions((("height", Decimal("31.5")), ("diameter", Decimal("18.50"))), "cm"),
    year=2026,
    price=Price(Decimal("1200.50"), "EUR"),
    availability=Availability.ON_COMMISSION,
    series="Lunes",
    tags=("Céramique", "bois", "été_2026"),
    featured=True,
    terms=OwnTerms(licence=Licence.CC_BY_NC, full_size=False, ai_refused=True, watermarked=False),
    others={
        "en": Wording(title="Moon jar", text="Porcelain.", materials=("porcelain", "ash"), techniques=("throwing",)),
        "pt-BR": Wording(title="Jarro"),
    },
)


async def give(tx: Tx, artisan_id: int, draft: Draft) -> None:
    """Give the photographs of *draft*, as far as they are not there yet."""
    for shown in draft.photos:
        if await photos.find_id(tx, shown.uid) is None:
            await values.given(tx, artisan_id, shown)


async def publish(tx: Tx, uid: str, artisan_id: int, draft: Draft) -> Work:
    """Store a work with its photographs in the transaction that is open."""
    await give(tx, artisan_id, draft)
    return await works.insert(tx, uid=uid, artisan_id=artisan_id, draft=draft, series_uid=f"series of {uid}", now=NOW)


async def store(db: Database, artisan_id: int, uid: str, draft: Draft | None = None, *, hours: int = 0) -> Work:
    """Store a work, its photographs having been given before."""
    async with db.write() as tx:
        await give(tx, artisan_id, draft or Draft(title="Bowl"))
        return await works.insert(
            tx,
            uid=uid,
            artisan_id=artisan_id,
            draft=draft or Draft(title="Bowl"),
            series_uid=f"series of {uid}",
            now=NOW + timedelta(hours=hours),
        )


@pytest.mark.parametrize("draft", [FULL, Draft(title="Bowl")], ids=["full", "bare"])
async def test_a_work_comes_back_as_it_was_stored(db: Database, artisan_id: int, draft: Draft) -> None:
    """Every field, to the last letter, whole and bare."""
    stored = await store(db, artisan_id, "u1", draft)
    async with db.read() as tx:
        found = await works.get(tx, "u1")
        assert found == stored
        assert await works.find_by_slug(tx, found.slug) == found
        assert await works.find_id(tx, "u1") == found.id
    assert found.draft == draft
    assert (found.uid, found.artisan_id, found.published_at) == ("u1", artisan_id, NOW)
    assert (found.updated_at, found.withdrawn_at, found.edits) == (None, None, 0)
    assert (found.likes, found.announces, found.replies) == (0, 0, 0)
    assert (found.series.name if found.series else None) == draft.series


async def test_every_field_can_be_revised(db: Database, artisan_id: int) -> None:
    """From bare to full and back: what was replaced leaves nothing behind; address and first moment stay."""
    first = await store(db, artisan_id, "u1")
    for edits, draft in enumerate(
        (FULL, dataclasses.replace(FULL, photos=FULL.photos[:1], tags=("x",)), first.draft), 1
    ):
        async with db.write() as tx:
            later = NOW + timedelta(days=edits)
            await give(tx, artisan_id, draft)
            found = await works.update(tx, await works.get(tx, "u1"), draft, series_uid="s", now=later)
        assert found.draft == draft
        assert (found.edits, found.updated_at) == (edits, later)
        assert (found.slug, found.uid, found.published_at) == (first.slug, "u1", NOW)


async def test_a_withdrawn_work_keeps_its_place_and_nothing_else(db: Database, artisan_id: int) -> None:
    """A tombstone keeps id, address and moments; what the work said is on the disk no more."""
    work = await store(db, artisan_id, "u1", FULL)
    async with db.write() as tx:
        tombstone = await works.withdraw(tx, work, NOW + timedelta(days=1))
        assert await works.find_id(tx, "u1") is None
        assert await works.list_shown(tx, artisan_id, limit=9) == []
        assert await works.list_featured(tx, artisan_id, limit=9) == []
        assert await works.list_tagged(tx, "bois", limit=9) == []
        assert await works.list_in_series(tx, "series of u1", limit=9) == []
        assert await works.count_shown(tx) == await featured.count(tx, artisan_id) == 0
        assert await fetch_value(tx, "SELECT (SELECT count(*) FROM photos) + (SELECT count(*) FROM tags)") == 0
    assert (tombstone.uid, tombstone.slug, tombstone.published_at) == ("u1", work.slug, NOW)
    assert tombstone.withdrawn_at == NOW + timedelta(days=1)
    assert tombstone.draft == Draft(title="-", language="fr")


async def test_slugs_are_never_shared(db: Database, artisan_id: int) -> None:
    """The same title gets the next free number; a withdrawn work keeps its address for good."""
    titles = ["Bowl", "Bowl", "Bowl 2", "bowl!", "Bowl-2", "Bowl 10", "日本", "…"]
    slugs = [
        (await store(db, artisan_id, f"u{number}", Draft(title=title))).slug for number, title in enumerate(titles)
    ]
    assert slugs == ["bowl", "bowl-2", "bowl-2-2", "bowl-3", "bowl-2-3", "bowl-10", "work", "work-2"]
    async with db.write() as tx:
        await works.withdraw(tx, await works.get(tx, "u0"), NOW)
    assert (await store(db, artisan_id, "u9", Draft(title="Bowl"))).slug == "bowl-4"


async def test_tags_are_found_in_any_case_of_letters(db: Database, artisan_id: int) -> None:
    """A tag is kept as it was written and found in any case; the same one twice is one."""
    work = await store(db, artisan_id, "u1", Draft(title="Bowl", tags=("Grès", "GRÈS", "Wood")))
    await store(db, artisan_id, "u2", Draft(title="Bowl", tags=("wood",)))
    assert work.draft.tags == ("Grès", "Wood")
    async with db.read() as tx:
        assert [one.uid for one in await works.list_tagged(tx, "WOOD", limit=9)] == ["u2", "u1"]
        assert [one.uid for one in await works.list_tagged(tx, "grès", limit=9)] == ["u1"]
        assert await works.list_tagged(tx, "gres", limit=9) == []
        assert [one.uid for one in await works.list_tagged(tx, "wood", limit=1)] == ["u2"]


async def test_works_are_shown_newest_first_page_by_page(db: Database, artisan_id: int) -> None:
    """Each page goes on where the last one ended, whatever was withdrawn meanwhile."""
    for number in range(5):
        await store(db, artisan_id, f"u{number}", hours=number)
    async with db.write() as tx:
        assert [one.uid for one in await works.list_shown(tx, artisan_id, limit=2)] == ["u4", "u3"]
        await works.withdraw(tx, await works.get(tx, "u3"), NOW)
        assert [one.uid for one in await works.list_shown(tx, artisan_id, limit=2, before="u3")] == ["u2", "u1"]
        assert await works.list_shown(tx, artisan_id, limit=2, before="nobody") == []
        assert await works.list_shown(tx, artisan_id + 1, limit=2) == []
        assert await works.count_shown(tx, artisan_id) == await works.count_shown(tx) == 4
        assert await works.count_shown(tx, artisan_id + 1) == 0


async def test_the_chosen_works_come_first_else_those_with_a_photograph(db: Database, artisan_id: int) -> None:
    """Where the artisan chose none, a stranger meets her newest works that can be seen."""
    await store(db, artisan_id, "seen", dataclasses.replace(FULL, featured=False))
    await store(db, artisan_id, "unseen")
    async with db.read() as tx:
        assert [one.uid for one in await works.list_featured(tx, artisan_id, limit=9)] == ["seen"]
    await store(db, artisan_id, "chosen", Draft(title="Bowl", featured=True))
    async with db.read() as tx:
        assert [one.uid for one in await works.list_featured(tx, artisan_id, limit=9)] == ["chosen"]
        assert await featured.count(tx, artisan_id) == 1


async def test_a_series_is_made_once(db: Database, artisan_id: int) -> None:
    """Works that name the same series share it, found by uid and by slug; another artisan's is another."""
    one = await store(db, artisan_id, "u1", FULL)
    two = await store(db, artisan_id, "u2", dataclasses.replace(FULL, photos=()))
    async with db.write() as tx:
        other = await artisans.insert(tx, uid="nour", username="nour", name="Nour", language="fr", now=NOW)
    three = await store(db, other, "u3", dataclasses.replace(FULL, photos=()))
    assert one.series == two.series
    assert one.series is not None
    assert three.series is not None
    assert (one.series.slug, three.series.slug) == ("lunes", "lunes-2")
    async with db.read() as tx:
        assert [work.uid for work in await works.list_in_series(tx, one.series.uid, limit=9)] == ["u2", "u1"]
        assert await series.find(tx, slug="lunes-2") == (three.series, other)
        assert await series.find(tx, uid=one.series.uid) == (one.series, artisan_id)
        assert await series.find(tx, uid="none") is None


async def test_an_unknown_work_is_not_found(db: Database) -> None:
    """No work is None where that may be, and a named failure where it may not."""
    async with db.read() as tx:
        assert await works.find(tx, "none") is None
        assert await works.find_by_slug(tx, "none") is None
        assert await works.find_id(tx, "none") is None
        with pytest.raises(NotFound):
            await works.get(tx, "none")


async def test_by_hand_the_placed_follow_those_that_have_no_place(db: Database, artisan_id: int) -> None:
    """By hand, works without a place come first, the newest first, then those with one; dates are as before."""
    async with db.write() as tx:
        for number in range(1, 6):
            await publish(tx, f"u{number}", artisan_id, Draft(title=f"Work {number}"))
        await works.arrange(tx, artisan_id, ["u2", "u4", "u1"])
        by_hand = await works.list_shown(tx, artisan_id, limit=9, order=Order.HAND)
        assert [work.uid for work in by_hand] == ["u5", "u3", "u2", "u4", "u1"]
        assert [work.position for work in by_hand] == [None, None, 0, 1, 2]
        page = await works.list_shown(tx, artisan_id, limit=2, offset=2, order=Order.HAND)
        assert [work.uid for work in page] == ["u2", "u4"]
        assert [work.uid for work in await works.list_shown(tx, artisan_id, limit=2, offset=1)] == ["u4", "u3"]
        await works.arrange(tx, artisan_id, ["u3"])
        by_hand = await works.list_shown(tx, artisan_id, limit=9, order=Order.HAND)
        assert [work.uid for work in by_hand] == ["u5", "u4", "u2", "u1", "u3"]


async def test_a_series_keeps_its_words_in_every_language(db: Database, artisan_id: int) -> None:
    """What is said of a series comes back with it and with its works; two series of an artisan differ in name."""
    async with db.write() as tx:
        work = await publish(tx, "u1", artisan_id, Draft(title="One", series="Lunes", language="fr"))
        other = await publish(tx, "u2", artisan_id, Draft(title="Two", series="Soleils"))
        assert work.series is not None
        assert other.series is not None
        assert (work.series.language, other.series.language) == ("fr", "en")
        said = {"en": SeriesWording(name="Moons", text="Round things.")}
        changed = dataclasses.replace(work.series, name="Les lunes", text="Rondes.", others=said)
        await series.update(tx, changed)
        assert (await works.get(tx, "u1")).series == changed
        assert await series.find_named(tx, artisan_id, "Les lunes") == changed
        with pytest.raises(BadInput):
            await series.update(tx, dataclasses.replace(changed, name="Soleils"))


async def test_series_are_shown_with_how_many_and_a_cover(db: Database, artisan_id: int) -> None:
    """Only series with works are listed, that of the newest work first; a featured work gives the cover."""
    async with db.write() as tx:
        await publish(tx, "u1", artisan_id, Draft(title="One", series="A", photos=(photo(1),), featured=True))
        await publish(tx, "u2", artisan_id, Draft(title="Two", series="A", photos=(photo(2),)))
        await publish(tx, "u3", artisan_id, Draft(title="Three", series="B"))
        gone = await publish(tx, "u4", artisan_id, Draft(title="Four", series="C"))
        await works.withdraw(tx, gone, NOW)
        shown = await series.list_shown(tx, artisan_id)
        assert [(one.series.name, one.count) for one in shown] == [("B", 1), ("A", 2)]
        assert shown[0].cover is None
        assert shown[1].cover is not None
        assert shown[1].cover.uid == photo(1).uid
        assert await series.list_shown(tx, artisan_id + 1) == []


async def test_pages_stand_in_the_order_of_the_menu(db: Database, artisan_id: int) -> None:
    """A page comes back as it was written; a new one is last; the order can be changed and addresses stay."""
    about = PageDraft(
        title="À propos", text="*Bonjour.*", language="fr", others={"en": PageWording(title="About", text="Hello.")}
    )
    async with db.write() as tx:
        first = await pages.insert(tx, uid="p1", artisan_id=artisan_id, draft=about, now=NOW)
        await pages.insert(tx, uid="p2", artisan_id=artisan_id, draft=PageDraft(title="Prices", text=""), now=NOW)
        hidden = PageDraft(title="Prices", text="", place=Place.FOOTER)
        await pages.insert(tx, uid="p3", artisan_id=artisan_id, draft=hidden, now=NOW)
        assert [page.slug for page in await pages.list_all(tx, artisan_id)] == ["a-propos", "prices", "prices-2"]
        assert (first.draft, await pages.find_by_slug(tx, "a-propos")) == (about, first)
        await pages.arrange(tx, artisan_id, ["prices-2", "a-propos"])
        assert [page.slug for page in await pages.list_all(tx, artisan_id)] == ["prices-2", "a-propos", "prices"]
        await pages.update(tx, first, PageDraft(title="Moi", text="!"), NOW + timedelta(hours=1))
        again = await pages.find_by_uid(tx, "p1")
        assert again is not None
        assert (again.slug, again.draft.title, again.updated_at) == ("a-propos", "Moi", NOW + timedelta(hours=1))
        await pages.remove(tx, again)
        assert await pages.count(tx, artisan_id) == 2
