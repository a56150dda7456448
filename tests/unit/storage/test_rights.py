"""Which pictures machines may learn from."""

import dataclasses

import pytest

from fedi_artisan.domain.terms import OwnTerms, Terms
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.storage import artisans, photo_files, photos, rights, works
from fedi_artisan.storage.db import Database, Tx, fetch_all
from tests.photos import given, photo
from tests.unit.storage.conftest import NOW


async def shown(tx: Tx, artisan_id: int, number: int, *, like: int | None = None, own: bool | None = None) -> Work:
    """Store a work with one photograph; *like* gives it the pictures of another."""
    pictures = photo(number if like is None else like).renditions
    one = await given(tx, artisan_id, dataclasses.replace(photo(number), renditions=pictures))
    draft = Draft(title="Jar", photos=(one,), terms=OwnTerms(ai_refused=own))
    return await works.insert(
        tx, uid=f"w{number}", artisan_id=artisan_id, draft=draft, series_uid=f"s{number}", now=NOW
    )


@pytest.mark.parametrize("own", [None, True, False])
@pytest.mark.parametrize("usual", [True, False])
async def test_a_picture_is_refused_by_the_terms_of_its_work(
    db: Database, artisan_id: int, usual: bool, own: bool | None
) -> None:
    """The work's own terms count, else its artisan's; all its pictures are told of alike, and in no other list."""
    async with db.write() as tx:
        artisan = await artisans.get(tx, artisan_id)
        await artisans.update(tx, dataclasses.replace(artisan, terms=Terms(ai_refused=usual)))
        work = await shown(tx, artisan_id, 1, own=own)
        refused = usual if own is None else own
        files = {one.file for one in work.draft.photos[0].renditions}
        assert {await photo_files.is_ai_refused(tx, file) for file in files} == {refused}
        assert set(await rights.list_files(tx, ai_refused=refused, limit=1000)) == files
        assert await rights.list_files(tx, ai_refused=not refused, limit=1000) == []
        assert await rights.list_works(tx, ai_refused=refused) == [(work.uid, work.slug)]
        assert await rights.list_works(tx, ai_refused=not refused) == []


async def test_a_picture_in_two_works_is_refused_by_either(db: Database, artisan_id: int) -> None:
    """The same file in a work that allows and in one that refuses is refused, and not listed as allowed."""
    async with db.write() as tx:
        await shown(tx, artisan_id, 1, own=False)
        work = await shown(tx, artisan_id, 2, like=1, own=True)
        file = work.draft.photos[0].post.file
        assert await photo_files.is_ai_refused(tx, file)
        assert file in await rights.list_files(tx, ai_refused=True, limit=1000)
        assert await rights.list_files(tx, ai_refused=False, limit=1000) == []


async def test_a_former_picture_is_refused_as_before(db: Database, artisan_id: int) -> None:
    """A picture that was replaced, and is kept for those who know it, is not free to be learned from."""
    async with db.write() as tx:
        work = await shown(tx, artisan_id, 1, own=None)
        photo_id = await photos.find_id(tx, work.draft.photos[0].uid)
        assert photo_id is not None
        await photos.put_made(tx, photo_id, photo(2), recipe="another", now=NOW)
        for ai_refused in (True, False):
            await tx.execute("UPDATE works SET ai_refused = ?", (ai_refused,))
            assert await photo_files.is_ai_refused(tx, photo(1).post.file) is ai_refused
            assert photo(1).post.file in await rights.list_files(tx, ai_refused=ai_refused, limit=1000)


async def test_what_nobody_here_gave_is_refused(db: Database) -> None:
    """Of somebody else's picture nobody here can say that machines may learn from it."""
    async with db.read() as tx:
        assert await photo_files.is_ai_refused(tx, "0" * 40 + ".jpg")


@pytest.mark.parametrize("table", ["renditions", "former_pictures"])
async def test_a_picture_is_found_by_its_name(db: Database, table: str) -> None:
    """Each picture that is served is looked up: by an index, however many there are."""
    async with db.read() as tx:
        plan = await fetch_all(tx, f"EXPLAIN QUERY PLAN SELECT photo_id FROM {table} WHERE file = ?", ("x",))  # noqa: S608 - a name of this file
        assert [f"{table}_file" in row["detail"] for row in plan] == [True]
