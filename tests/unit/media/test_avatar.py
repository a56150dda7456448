"""Somebody else's portrait, made small in the same child process as photographs."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pyvips

from fedi_artisan.config import Config
from fedi_artisan.domain.photos import PictureType, Rendition
from fedi_artisan.errors import BadPhoto
from fedi_artisan.media import darkroom
from fedi_artisan.media.store import open_stores

RED, GREEN, BLUE = [255, 0, 0], [0, 160, 0], [0, 0, 255]


def plain(width_px: int, height_px: int, colour: list[int]) -> pyvips.Image:
    """Return a picture of one colour."""
    image = pyvips.Image.black(width_px, height_px, bands=3).linear(1, colour)
    return image.cast("uchar").copy(interpretation="srgb")


async def shrink(config: Config, file: Path) -> tuple[Rendition, pyvips.Image]:
    """Return what is made of the portrait in *file*, and its pixels from the store."""
    store = open_stores(config).public
    made = await darkroom.shrink(config, store, file)
    path = await store.path(made.file)
    assert path is not None
    assert path.stat().st_size == made.size_bytes
    return made, pyvips.Image.new_from_file(str(path))


def close(pixel: list[float], colour: list[int], by: int = 12) -> bool:
    """Whether a pixel has nearly this colour."""
    return all(abs(have - want) <= by for have, want in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("width_px", "height_px", "side_px"),
    [
        (400, 400, 96),
        (96, 96, 96),
        (40, 40, 40),
        (1, 1, 1),
        (2000, 300, 96),
        (300, 2000, 96),
        (50, 3000, 50),
        (97, 96, 96),
    ],
)
async def test_it_is_a_small_square(
    config: Config, tmp_path: Path, width_px: int, height_px: int, side_px: int
) -> None:
    """Whatever its shape, one WebP comes of it: square, at most 96 pixels wide, and never enlarged."""
    plain(width_px, height_px, BLUE).pngsave(str(tmp_path / "given.png"))
    made, picture = await shrink(config, tmp_path / "given.png")
    assert (made.type, made.width_px, made.height_px) == (PictureType.WEBP, side_px, side_px)
    assert (picture.width, picture.height, picture.bands) == (side_px, side_px, 3)
    assert close(picture(side_px // 2, side_px // 2), BLUE)


async def test_it_is_the_middle(config: Config, tmp_path: Path) -> None:
    """Of a wide picture the middle is shown, where a face is."""
    wide = plain(300, 300, RED).join(plain(300, 300, GREEN), "horizontal").join(plain(300, 300, BLUE), "horizontal")
    wide.pngsave(str(tmp_path / "given.png"))
    _, picture = await shrink(config, tmp_path / "given.png")
    assert all(close(picture(x, 48), GREEN) for x in (4, 48, 91))


async def test_it_stands_upright_and_tells_nothing(config: Config, photos: Path) -> None:
    """What lies on its side is turned, and nothing of its file goes along but the pixels: no place, no camera."""
    made, picture = await shrink(config, photos / "exif-orientation6-gps.jpg")
    upright = pyvips.Image.new_from_file(str(photos / "exif-orientation6-gps.jpg")).autorot()
    expected = upright.thumbnail_image(96, height=96, crop="centre").colourspace("srgb")
    assert (picture.copy(interpretation="srgb") - expected).abs().avg() < 6
    assert not [name for name in picture.get_fields() if name.startswith(("exif", "xmp", "iptc", "icc"))]
    assert made.size_bytes < 8_000


async def test_what_is_clear_stands_on_white(config: Config, photos: Path) -> None:
    """A portrait without a ground gets a white one."""
    _, picture = await shrink(config, photos / "alpha-cutout.png")
    assert picture.bands == 3
    assert close(picture(0, 0), [255, 255, 255])


async def test_what_moves_stands_still(config: Config, tmp_path: Path) -> None:
    """Of a portrait that moves the first frame is shown."""
    frames = plain(60, 60, RED).join(plain(60, 60, BLUE), "vertical").copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 60)
    frames.gifsave(str(tmp_path / "given.gif"))
    assert pyvips.Image.new_from_file(str(tmp_path / "given.gif")).get("n-pages") == 2
    _, picture = await shrink(config, tmp_path / "given.gif")
    assert picture.get_typeof("n-pages") == 0
    assert close(picture(30, 30), RED)


@pytest.mark.parametrize("name", ["photo.webp", "photo.avif", "display-p3.jpg", "phone.heic"])
async def test_every_kind_becomes_small(config: Config, photos: Path, name: str) -> None:
    """Every kind of picture that can be read becomes a small one."""
    made, picture = await shrink(config, photos / name)
    assert (picture.width, picture.height) == (96, 96)
    assert made.size_bytes < 8_000


def _cut(path: Path) -> None:
    """Write a part of a picture."""
    content = plain(400, 400, RED).pngsave_buffer()
    path.write_bytes(content[: len(content) // 2])


def _vast(path: Path) -> None:
    """Write a picture of 17 megapixels: an artisan's photograph may have so many, a stranger's portrait may not."""
    plain(4250, 4000, RED).pngsave(str(path), compression=1)


@pytest.mark.parametrize("write", [_cut, _vast])
async def test_what_cannot_be_made_small_leaves_nothing(
    config: Config, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    """A portrait that is broken or vast is refused, and nothing of it is stored."""
    write(tmp_path / "given.png")
    with pytest.raises(BadPhoto):
        await shrink(config, tmp_path / "given.png")
    assert not list(config.media_dir.rglob("*.*"))
    assert not list(config.incoming_dir.rglob("*"))
