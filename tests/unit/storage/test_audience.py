"""What the database makes of who sees a work, and of its date."""

import dataclasses
from datetime import timedelta

import pytest

from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.works import Audience, Draft, Edition, Work
from fedi_artisan.storage import rights, works
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_one
from fedi_artisan.storage.works import Reader
from tests.photos import given, photo
from tests.unit.storage.conftest import NOW

_BY_DATE = "ORDER BY works.published_at DESC, works.id DESC LIMIT 20"
_BY_HAND = "ORDER BY works.position NULLS FIRST, works.published_at DESC, works.id DESC LIMIT 20"


async def store(tx: Tx, artisan_id: int, number: int, draft: Draft) -> Work:
    """Store a work; the higher its number, the older its date."""
    date = NOW - timedelta(days=number)
    return await works.insert(
        tx, uid=f"w{number}", artisan_id=artisan_id, draft=draft, series_uid=f"s{number}", now=date, told_at=NOW
    )


@pytest.mark.parametrize("audience", Audience)
async def test_the_database_says_the_same_as_the_program(db: Database, artisan_id: int, audience: Audience) -> None:
    """What follows from an audience stands in two places, which agree; a withdrawn work is nowhere."""
    sql = "SELECT listed, collected, opens, sent FROM works"
    async with db.write() as tx:
        work = await store(tx, artisan_id, 1, Draft(title="Jar", audience=audience))
        row = await fetch_one(tx, sql)
        assert row is not None
        assert tuple(row) == (audience.listed, audience.collected, audience.opens, audience.sent)
        await works.withdraw(tx, work, NOW)
        row = await fetch_one(tx, sql)
        assert row is not None
        assert tuple(row) == (0, 0, 0, 0)
        assert (await works.get(tx, work.uid)).draft.audience is audience


async def test_a_work_is_stored_whole(db: Database, artisan_id: int) -> None:
    """Audience, edition, date, and when it was told come back as they were given, and as they were changed."""
    draft = Draft(title="Jar", audience=Audience.UNLISTED, edition=Edition(3, 12))
    async with db.write() as tx:
        work = await store(tx, artisan_id, 5, draft)
        assert (work.draft, work.published_at, work.told_at) == (draft, NOW - timedelta(days=5), NOW)
        changed = dataclasses.replace(draft, audience=Audience.EVERYONE, edition=Edition(None, 20))
        assert (await works.update(tx, work, changed, series_uid="s", now=NOW)).draft == changed


async def test_what_is_not_listed_any_more_is_found_no_more(db: Database, artisan_id: int) -> None:
    """Words and materials of a work leave the indexes with it, and come back when it does."""
    draft = Draft(title="Jar", materials=("basalt",))
    sql = "SELECT (SELECT count(*) FROM materials), (SELECT count(*) FROM words WHERE words MATCH 'basalt')"
    async with db.write() as tx:
        work = await store(tx, artisan_id, 1, draft)
        for audience, count in ((Audience.EVERYONE, 1), (Audience.FEDIVERSE, 0), (Audience.WEB, 1)):
            await works.update(tx, work, dataclasses.replace(draft, audience=audience), series_uid="s", now=NOW)
            row = await fetch_one(tx, sql)
            assert row is not None
            assert tuple(row) == (count, count), audience


async def test_robots_are_not_told_of_what_is_not_listed(db: Database, artisan_id: int) -> None:
    """Neither works nor their files stand in the lists for machines, nor photographs that are in no work yet."""
    async with db.write() as tx:
        await given(tx, artisan_id, photo(9))
        for number, audience in enumerate(Audience):
            one = await given(tx, artisan_id, photo(number))
            draft = Draft(title="Jar", photos=(one,), audience=audience, terms=OwnTerms(ai_refused=True))
            await store(tx, artisan_id, number, draft)
        listed = [number for number, audience in enumerate(Audience) if audience.listed]
        assert [uid for uid, _ in await rights.list_works(tx, ai_refused=True)] == [f"w{number}" for number in listed]
        files = {one.file for number in listed for one in photo(number).renditions}
        assert set(await rights.list_files(tx, ai_refused=True, limit=1000)) == files


async def test_each_reader_has_lists_of_her_own(db: Database, artisan_id: int) -> None:
    """Visitors, other servers and the artisan each find their works, by date, and count these."""
    async with db.write() as tx:
        for number, audience in enumerate(Audience):
            await store(tx, artisan_id, len(Audience) - number, Draft(title="Jar", audience=audience))
        for reader, there in (
            (Reader.VISITOR, [one for one in Audience if one.listed]),
            (Reader.SERVER, [one for one in Audience if one.collected]),
            (Reader.ARTISAN, list(Audience)),
        ):
            found = await works.list_shown(tx, artisan_id, limit=9, reader=reader)
            assert [one.draft.audience for one in found] == there[::-1]
            assert await works.count_shown(tx, artisan_id, reader=reader) == len(there)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (f"artisan_id = 1 AND {Reader.VISITOR} {_BY_DATE}", "works_listed"),
        (f"artisan_id = 1 AND {Reader.SERVER} {_BY_DATE}", "works_collected"),
        (f"artisan_id = 1 AND {Reader.ARTISAN} {_BY_DATE}", "works_own"),
        (f"{Reader.VISITOR} {_BY_DATE}", "works_newest"),
        (f"series_id = 1 AND {Reader.VISITOR} {_BY_DATE}", "works_series"),
        (f"artisan_id = 1 AND {Reader.VISITOR} {_BY_HAND}", "works_by_hand"),
    ],
)
async def test_lists_are_read_from_an_index(db: Database, wanted: str, index: str) -> None:
    """However many works there are, a page of them is read in its order, and nothing is sorted."""
    async with db.read() as tx:
        plan = await fetch_all(tx, f"EXPLAIN QUERY PLAN SELECT id FROM works WHERE {wanted}")  # noqa: S608 - ours
        assert [index in row["detail"] for row in plan] == [True]
