"""The sample portfolio: whole in both languages, small enough to travel, and published like anything else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvips

from fedi_artisan.cli import sample
from fedi_artisan.config import parse
from fedi_artisan.domain.photos import Label
from fedi_artisan.resources import folder
from fedi_artisan.storage import artisans, pages, series, works
from tests.photos import open_shop
from tests.sample import open_sample, shrunk

SAMPLE = folder("sample")
MOST_BYTES = 4_500_000
LONG_SIDE_PX = 2000


def in_languages(told: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give everything that is told in languages, with where it stands."""
    if isinstance(told, dict):
        if "fr" in told or "en" in told:
            yield path, told
        for key, value in told.items():
            yield from in_languages(value, f"{path}/{key}")
    elif isinstance(told, list):
        for number, value in enumerate(told):
            yield from in_languages(value, f"{path}/{number}")


def french() -> Iterator[str]:
    """Give every French text of the sample."""
    for told in (sample.read(SAMPLE), *sample.read_neighbours(SAMPLE)):
        yield from (texts["fr"] for _, texts in in_languages(told.told))
        yield from (deed["text"] for deed in told.told.get("deeds", ()) if "text" in deed)
    yield from (file.read_text(encoding="utf-8") for file in (SAMPLE / "pages").glob("*.fr.md"))


def test_everything_is_told_in_french_and_in_english() -> None:
    """Each text is there in both languages, and in no other; each page too."""
    found = list(in_languages(sample.read(SAMPLE).told))
    assert len(found) > 100
    for path, texts in found:
        assert sorted(texts) == ["en", "fr"], path
        assert all(isinstance(text, str) and text.strip() for text in texts.values()), path
    stems = [file.name.partition(".")[0] for file in (SAMPLE / "pages").iterdir()]
    assert sorted(stems) == sorted(sample.read(SAMPLE).told["pages"] * 2)


def test_its_french_is_set_as_in_a_book() -> None:
    """French texts have no-break spaces inside guillemets and before ; : ! ?, and typographic apostrophes."""
    for text in french():
        bare = re.sub(r"\|[-|: ]+\|", "", text)
        assert not re.search(r"[^\u202f\u00a0\n|-][;:!?»](?!/)|«[^\u202f\u00a0]|[^\s]'[^\s]", bare), text


def test_its_pictures_are_the_ones_that_are_told() -> None:
    """Every photograph in the folder is used, and every one that is used is there, with a description."""
    told = sample.read(SAMPLE).told
    shown = [photo for work in told["works"] for photo in work["photos"]]
    own = [told["artisan"][which] for which in ("avatar", "header")]
    assert sorted(one["file"] for one in (*shown, *own)) == sorted(file.name for file in (SAMPLE / "photos").iterdir())
    assert all(one["alts"] for one in (*shown, *own))


def test_it_is_small_enough_to_travel() -> None:
    """All pictures together have less than 4.5 MB, none is larger than a page can show, and none says how it came."""
    files = list((SAMPLE / "photos").iterdir())
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    for file in files:
        picture = pyvips.Image.new_from_file(str(file))
        assert max(picture.width, picture.height) <= LONG_SIDE_PX
        assert not [field for field in picture.get_fields() if field.startswith(("exif", "xmp", "iptc"))], file.name


async def test_it_is_published_like_anything_else(tmp_path: Path) -> None:
    """Twelve works in three series, three pages and all that she says of herself, each in both languages."""
    small = shrunk(tmp_path / "sample", 60)
    config = parse({"origin": "https://atelier.example", "data_dir": str(tmp_path / "data")})
    published = await open_sample(config, small)
    async with open_shop(config.data_dir) as shop, shop.db.read() as tx:
        artisan = await artisans.get(tx, shop.artisan.id)
        shown = await works.list_shown(tx, artisan.id, limit=20)
        groups = await series.list_shown(tx, artisan.id)
        menu = await pages.list_all(tx, artisan.id)
    assert (artisan.name, artisan.language, artisan.languages) == ("Atelier Léa Morel", "fr", ("fr", "en"))
    assert artisan.icon is not None
    assert artisan.image is not None
    assert artisan.image.alts.keys() == artisan.crafts.keys() == artisan.places.keys() == {"fr", "en"}
    assert len(artisan.links) == 2
    assert [work.uid for work in shown] == [work.uid for work in reversed(published)]
    assert shown[0].draft.wording("en")[1].title == "Moon jar"
    assert {work.draft.languages for work in shown} == {("fr", "en")}
    assert all(work.draft.photos[0].alts.keys() == {"fr", "en"} for work in shown)
    assert all(work.draft.price and work.draft.dimensions and work.draft.availability for work in shown)
    moments = [work.published_at for work in shown]
    assert moments == sorted(moments, reverse=True)
    assert sorted(group.count for group in groups) == [3, 4, 5]
    assert {group.series.name for group in groups} == {"À table", "Formes calmes", "La guilde"}
    assert {group.series.wording("en")[1].name for group in groups} == {"At the table", "Quiet forms", "The guild"}
    assert all(group.series.text and group.series.wording("en")[1].text for group in groups)
    assert [page.slug for page in menu] == ["a-propos", "tarifs", "mentions-legales"]
    assert [page.draft.wording("en")[1].title for page in menu] == ["About", "Prices", "Legal notice"]


@pytest.mark.parametrize(("photos_each", "expected"), [(1, 14), (2, 26), (20, 34)])
def test_it_says_how_many_photographs_there_are_to_make(photos_each: int, expected: int) -> None:
    """Portrait and header count, and of each work as many as are wanted; words stand with their own photograph."""
    told = sample.read(SAMPLE)
    assert told.photo_count(photos_each) == expected
    labels = [photo["label"] for work in told.works for photo in work["photos"] if "label" in photo]
    assert set(labels) <= set(Label)
