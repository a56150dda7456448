"""Photographs given: what is kept, what is refused, and for which reason."""

import asyncio
import dataclasses
import hashlib
import stat
from pathlib import Path

import pytest
import pyvips

from fedi_artisan.config import Config, Limits, Media
from fedi_artisan.domain.photos import PictureType
from fedi_artisan.errors import BadInput, BadPhoto, NoRoom, TooLarge
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import fetch_all
from tests.photos import Shop, files_of, open_shop
from tests.unit.services.photo_acts import BOWL, OTHER, SCRIPT, withdraw


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


def test_limits_stand_in_the_settings() -> None:
    """120 megapixels, one at a time, and a quota: the defaults of the configuration."""
    config = Config(origin="https://atelier.example")
    assert (config.limits, config.media) == (Limits(), Media())
    assert config.limits.photo_pixels == 120_000_000
    assert config.media.quota_bytes == 10_000_000_000
