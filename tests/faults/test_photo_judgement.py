"""Whoever judges must see what is broken: each kind of damage is found, and nothing where there is none."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from fedi_artisan.domain.photos import Role
from fedi_artisan.storage.db import fetch_all
from tests.faults.photo_deeds import Promises
from tests.faults.photo_judgement import Judge
from tests.photos import PHOTOS, Shop, open_shop

BOWL = PHOTOS / "bowl-small.jpg"
TITLE = "Bowl 1"


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a portfolio that shows one photograph."""
    place = tmp_path_factory.mktemp("portfolio") / "data"

    async def fill() -> None:
        async with open_shop(place) as shop:
            await shop.publish(*await shop.take_in(BOWL), title=TITLE)

    asyncio.run(fill())
    return place


def _picture(shop: Shop) -> Path:
    """Return the file of a public picture."""
    return shop.public()[min(shop.public())]


async def _nothing(shop: Shop) -> None:
    del shop


async def _picture_gone(shop: Shop) -> None:
    _picture(shop).unlink()


async def _picture_cut_off(shop: Shop) -> None:
    picture = _picture(shop)
    picture.write_bytes(picture.read_bytes()[:-1])


async def _picture_without_row(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await tx.execute("DELETE FROM renditions WHERE role = ?", (Role.CARD,))


async def _original_changed(shop: Shop) -> None:
    (original,) = shop.originals().values()
    original.write_bytes(original.read_bytes() + b" ")


async def _work_gone(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await tx.execute("DELETE FROM works")


async def _photograph_gone(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await tx.execute("DELETE FROM photos")


async def _refused(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await tx.execute("UPDATE photos SET refusal = 'too late'")


async def _half_written(shop: Shop) -> None:
    (shop.config.incoming_dir / "0123.part").write_bytes(b"half")


async def _orphan(shop: Shop) -> None:
    (shop.config.media_dir / "00").mkdir(exist_ok=True)
    (shop.config.media_dir / "00" / f"{'0' * 40}.webp").write_bytes(b"left")


async def _job_left(shop: Shop) -> None:
    await shop.queue.want_stale(even_fresh=True)


async def _other_recipe(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await tx.execute("UPDATE artisans SET full_size = 0")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (_nothing, []),
        (_picture_gone, ["is missing", "is not there"]),
        (_picture_cut_off, ["holds something else"]),
        (_picture_without_row, ["lacks", "is an orphan"]),
        (_original_changed, ["was changed"]),
        (_work_gone, ["promised was"]),
        (_photograph_gone, ["promised was", "is an orphan"]),
        (_refused, ["was refused"]),
        (_half_written, ["0123.part in incoming is an orphan"]),
        (_orphan, ["is an orphan"]),
        (_job_left, ["still wait"]),
        (_other_recipe, ["by another recipe", "(terms)"]),
    ],
)
async def test_each_damage_is_found(
    in_order: Path, tmp_path: Path, damage: Callable[[Shop], Awaitable[None]], found: Sequence[str]
) -> None:
    """What a kill might leave behind is told, and a portfolio that is in order is not complained of."""
    place = tmp_path / "data"
    shutil.copytree(in_order, place)
    async with open_shop(place) as shop:
        async with shop.db.read() as tx:
            (name,) = [row["original"] for row in await fetch_all(tx, "SELECT original FROM photos")]
        promises = Promises(files={name: BOWL})
        promises.standing[TITLE] = (name,)
        judge = Judge(shop.config, shop.db, promises)
        await damage(shop)
        told = [*await judge.broken_sets(), *await judge.broken_promises(), *await judge.broken_order()]
    assert bool(told) == bool(found), told
    assert all(any(part in line for line in told) for part in found), told
