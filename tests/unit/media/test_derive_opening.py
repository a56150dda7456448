"""Which files are opened, what of them is shown, and how the others are refused."""

import os
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
import pyvips
from PIL import Image

from fedi_artisan.domain.photos import PictureType, Remark, Role
from fedi_artisan.media.derive import whole
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from tests.photos import PHOTOS
from tests.unit.media.pictures import CLAY, MEMORY_BYTES, MOST_PIXELS, develop, flat, kind_at, middle, opened, saved

CHECKOUT = Path(__file__).parents[3]
GREEN = [10, 200, 10]
AROUND_BYTES = 220_000_000
# As wide as the photograph is, and as narrow as shows the same rule in a tenth of the time.
WIDE_PX, NARROW_PX, NARROW_PIXELS = 1200, 360, 360 * 240


def example(kind: str, folder: Path, *, width_px: int = WIDE_PX) -> Path:
    """Return a photograph in the format *kind*; a wide one is large enough that half of it is not enough."""
    path = folder / f"photo-of-{kind}"
    path.write_bytes(_encoded(kind, width_px))
    return path


@cache
def _encoded(kind: str, width_px: int) -> bytes:
    """Return the file of an example."""
    photo = scene(width_px)
    if kind in {"heic", "gif"}:
        pixels, file = Image.frombytes("RGB", (photo.width, photo.height), photo.write_to_memory()), BytesIO()
        if kind == "heic":
            pillow_heif.from_pillow(pixels).save(file, quality=80)
        else:
            pixels.quantize(128).save(file, "GIF")
        return file.getvalue()
    savers: dict[str, tuple[str, dict[str, object]]] = {
        "jpeg": (".jpg", {}),
        "progressive jpeg": (".jpg", {"interlace": True}),
        "png": (".png", {}),
        "interlaced png": (".png", {"interlace": True}),
        "webp": (".webp", {}),
        "lossless webp": (".webp", {"lossless": True}),
        "tiff": (".tif", {"compression": "deflate"}),
        "plain tiff": (".tif", {}),
        "avif": (".avif", {}),
    }
    name, options = savers[kind]
    encoded: bytes = photo.write_to_buffer(name, **options)
    return encoded


def scene(width_px: int = WIDE_PX) -> pyvips.Image:
    """Return what the examples show."""
    return pyvips.Image.thumbnail(str(PHOTOS / "ash-bowl.jpg"), width_px)


KINDS = [
    "jpeg",
    "progressive jpeg",
    "png",
    "interlaced png",
    "webp",
    "lossless webp",
    "tiff",
    "plain tiff",
    "gif",
    "avif",
    "heic",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown(tmp_path: Path, kind: str) -> None:
    """Whatever kind a photograph is given in, it looks the same."""
    made = develop(example(kind, tmp_path, width_px=NARROW_PX))
    assert (made.look.width_px, made.look.height_px) == (360, 240)
    assert made.look.remarks == frozenset()
    assert (opened(made.only(Role.POST)).cast("float") - scene(NARROW_PX)).abs().avg() < 4


@pytest.mark.parametrize("part", [0.3, 0.55, 0.98])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_off_is_refused(tmp_path: Path, kind: str, part: float) -> None:
    """A file that ends too early is damaged, whatever its kind: never a picture with a grey half."""
    path = example(kind, tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(PhotoRefused) as caught:
        develop(path)
    assert caught.value.refusal is Refusal.DAMAGED


def test_the_example_that_is_cut_off(photos: Path) -> None:
    """The same for the example photograph."""
    with pytest.raises(PhotoRefused, match="damaged"):
        develop(photos / "truncated.jpg")


def test_a_bomb_is_told_by_its_header(photos: Path) -> None:
    """WIRE 10.2 #52: 900 million pixels in 150 kB are refused as too many."""
    with pytest.raises(PhotoRefused, match="pixels"):
        develop(photos / "bomb-30000x30000.png")


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_of_pixels_holds_exactly(tmp_path: Path, kind: str) -> None:
    """As many pixels as are allowed are taken; one more is refused."""
    path = example(kind, tmp_path, width_px=NARROW_PX)
    assert develop(path, most_pixels=NARROW_PIXELS)
    with pytest.raises(PhotoRefused, match="pixels"):
        develop(path, most_pixels=NARROW_PIXELS - 1)


@pytest.mark.parametrize(
    ("kind", "bytes_per_pixel"),
    [
        ("progressive jpeg", 6),
        ("interlaced png", 6),
        ("webp", 19),
        ("tiff", 6),
        ("gif", 10),
        ("avif", 17),
        ("heic", 10),
    ],
)
def test_hunger_is_told_by_the_header(tmp_path: Path, kind: str, bytes_per_pixel: int) -> None:
    """A decoder that holds the whole picture is not begun when the picture would not fit."""
    path = example(kind, tmp_path, width_px=NARROW_PX)
    need = AROUND_BYTES + NARROW_PIXELS * bytes_per_pixel
    assert develop(path, memory_bytes=need)
    with pytest.raises(PhotoRefused, match="memory"):
        develop(path, memory_bytes=need - 1)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_what_is_decoded_row_by_row_always_fits(tmp_path: Path, kind: str) -> None:
    """Ordinary JPEG and PNG of any size need no more than some rows."""
    assert develop(example(kind, tmp_path, width_px=NARROW_PX), memory_bytes=1)


SCRIPT = """
import os, resource, sys
from pathlib import Path
from tests.unit.media.pictures import develop
from fedi_artisan.media.derive import forbid_other_loaders
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
forbid_other_loaders()
develop(Path(sys.argv[1]), memory_bytes=limit)
"""


@pytest.mark.parametrize(
    ("ending", "options", "bytes_per_pixel"),
    [
        ("webp", {"lossless": True, "effort": 0}, 19),
        ("avif", {"effort": 0}, 17),
    ],
)
def test_the_need_that_is_told_is_enough(
    tmp_path: Path, ending: str, options: dict[str, object], bytes_per_pixel: int
) -> None:
    """A process that has exactly as much memory as was told for a large picture comes to its end."""
    path = saved(flat(CLAY, 4000, 3500), tmp_path / f"large.{ending}", **options)
    # The pictures made afterwards need some memory too, however the photograph is packed.
    limit = max(AROUND_BYTES + 4000 * 3500 * bytes_per_pixel, 420_000_000)
    environment = os.environ | {"VIPS_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "2", "PYTHONPATH": str(CHECKOUT)}
    subprocess.run([sys.executable, "-c", SCRIPT, str(path), str(limit)], check=True, env=environment, cwd=CHECKOUT)


def test_of_a_moving_picture_the_first_frame(photos: Path, tmp_path: Path) -> None:
    """GIF, WebP and TIFF with several frames are shown by the first, and that is said."""
    frames = flat(CLAY).join(flat(GREEN), "vertical").copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 48)
    first, second = (Image.new("RGB", (64, 48), tuple(colour)) for colour in (CLAY, GREEN))
    first.quantize(8).save(tmp_path / "moving.gif", save_all=True, append_images=[second.quantize(8)])
    # AVIF with several frames
    first.save(tmp_path / "moving.avif", save_all=True, append_images=[second], quality=95)
    for path in (
        saved(frames, tmp_path / "moving.webp", lossless=True),
        saved(frames, tmp_path / "pages.tif"),
        tmp_path / "moving.gif",
        tmp_path / "moving.avif",
    ):
        made = develop(path)
        assert (made.look.width_px, made.look.height_px) == (64, 48)
        assert made.look.remarks == {Remark.FIRST_FRAME}, path
        assert middle(opened(made.only(Role.POST))) == pytest.approx(CLAY, abs=4)
    assert develop(photos / "animated-3-frames.gif").look.remarks == {Remark.FIRST_FRAME}


def test_a_small_copy_within_is_no_page(tmp_path: Path) -> None:
    """A TIFF that carries a small copy of itself is not said to have pages."""
    large, small = (Image.new("RGB", size, tuple(CLAY)) for size in ((640, 480), (64, 48)))
    large.save(tmp_path / "copy.tif", save_all=True, append_images=[small])
    assert develop(tmp_path / "copy.tif").look.remarks == frozenset()


@pytest.mark.parametrize(("orientation", "first"), [(1, "red"), (3, "blue"), (6, "blue"), (8, "red")])
@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_boxes_turn_once(tmp_path: Path, kind: str, orientation: int, first: str) -> None:
    """HEIC and AVIF are turned by their own boxes; what EXIF says of turning beside them is not done again."""
    red, blue = Image.new("RGB", (96, 32), (200, 20, 20)), Image.new("RGB", (96, 32), (20, 20, 200))
    image = Image.new("RGB", (96, 64))
    image.paste(red, (0, 0))
    image.paste(blue, (0, 32))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{kind}"
    if kind == "heic":
        pillow_heif.from_pillow(image).save(path, quality=95, chroma=444, exif=exif.tobytes())
        # What was written is turned by the boxes that this encoder makes of it, if any.
        turned = pillow_heif.open_heif(path).size == (64, 96)
    else:
        image.save(path, quality=95, exif=exif.tobytes())
        turned = orientation in {6, 8}
    made = develop(path)
    assert (made.look.width_px, made.look.height_px) == ((64, 96) if turned else (96, 64))
    if kind == "avif":
        shown = opened(made.only(Role.POST))
        colour = [200, 20, 20] if first == "red" else [20, 20, 200]
        assert shown(4, 4) == pytest.approx(colour, abs=12)


def test_other_loaders_are_shut() -> None:
    """After the call, libvips reads the kinds that are taken in and nothing else: no SVG, no PDF, no CSV."""
    script = """
import pyvips
from fedi_artisan.media.derive import forbid_other_loaders
forbid_other_loaders()
image = pyvips.Image.black(8, 8)
for ending in (".v", ".csv", ".ppm", ".mat", ".hdr"):
    try:
        buffer = image.write_to_buffer(ending)
        pyvips.Image.new_from_buffer(buffer, "").avg()
    except pyvips.Error:
        continue
    print(ending)
try:
    pyvips.Image.new_from_buffer(b"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>", "").avg()
    print("svg")
except pyvips.Error:
    pass
print(pyvips.Image.new_from_buffer(image.write_to_buffer(".png"), "").avg())
"""
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=CHECKOUT)
    assert said.stdout == "0.0\n"


@pytest.mark.parametrize(
    ("kind", "kept"), [("tiff", PictureType.JPEG), ("heic", PictureType.JPEG), ("gif", PictureType.PNG)]
)
def test_the_whole_for_what_no_browser_shows(tmp_path: Path, kind: str, kept: PictureType) -> None:
    """HEIC and TIFF become a JPEG from which they cannot be told, GIF a PNG; all pixels are there."""
    path = example(kind, tmp_path)
    with path.open("rb") as file:
        made = whole(
            file.fileno(), kind_at(path), xmp=b"<x:xmpmeta/>", most_pixels=MOST_PIXELS, memory_bytes=MEMORY_BYTES
        )
    assert (made.role, made.type, made.width_px, made.height_px) == (Role.FULL, kept, 1200, 800)
    assert b"<x:xmpmeta/>" in made.content
    photo = scene()
    assert (opened(made).cast("float") - photo).abs().avg() < (1.5 if kind == "tiff" else 4)


def whole_of(path: Path) -> pyvips.Image:
    """Return the new full size of *path*, decoded."""
    with path.open("rb") as file:
        made = whole(file.fileno(), kind_at(path), xmp=b"", most_pixels=MOST_PIXELS, memory_bytes=MEMORY_BYTES)
    return pyvips.Image.new_from_buffer(made.content, "", access="random")


def test_the_first_frame_of_a_gif_bit_by_bit(photos: Path) -> None:
    """The PNG of a GIF has the very pixels of its first frame."""
    path = photos / "animated-3-frames.gif"
    first = pyvips.Image.new_from_file(str(path), access="random")
    shown = whole_of(path)
    assert shown.bands == first.bands
    assert (shown.cast("float") - first).abs().max() == 0


def test_a_transparent_tiff_stays_transparent(tmp_path: Path) -> None:
    """A TIFF with something transparent becomes a PNG; one that could be and is not, a JPEG; both upright."""
    veil = flat(CLAY, 90, 60).bandjoin(128).copy(interpretation="srgb")
    veil.set_type(pyvips.GValue.gint_type, "orientation", 6)
    shown = whole_of(saved(veil, tmp_path / "veil.tif"))
    assert (shown.bands, shown.width, shown.height) == (4, 60, 90)
    assert shown(30, 40) == pytest.approx([*CLAY, 128], abs=1)
    solid = flat(CLAY, 90, 60).bandjoin(255).copy(interpretation="srgb")
    shown = whole_of(saved(solid, tmp_path / "solid.tif"))
    assert shown.get("vips-loader") == "jpegload_buffer"
    assert middle(shown) == pytest.approx(CLAY, abs=2)


def test_the_whole_of_inks(tmp_path: Path) -> None:
    """A CMYK TIFF becomes a JPEG in sRGB."""
    ink = flat(CLAY).icc_transform("cmyk", input_profile="srgb", intent="relative", black_point_compensation=True)
    shown = whole_of(saved(ink, tmp_path / "ink.tif"))
    assert (shown.bands, shown.interpretation) == (3, "srgb")
    assert middle(shown) == pytest.approx(CLAY, abs=12)
