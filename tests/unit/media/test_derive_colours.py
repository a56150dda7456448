"""That colours are what was meant, whatever numbers, profile and inks they came in."""

import io
from pathlib import Path

import pillow_heif
import pytest
import pyvips
from PIL import Image, ImageCms

from fedi_artisan.domain.photos import PictureType, Role
from fedi_artisan.media.derive import Made
from tests.unit.media.pictures import CLAY, develop, flat, middle, opened, saved

# BT.709 primaries, sRGB curve, BT.601 matrix, all of the range: ISO 23091-2 for sRGB in a still picture.
SRGB_CICP = (1, 13, 6)
# Far apart, and all of them within sRGB.
PATCHES = ([178, 94, 34], [60, 90, 150], [90, 130, 80], [200, 190, 170], [40, 36, 34], [160, 70, 80], [128, 128, 128])


def srgb_of_p3(stored: list[float]) -> list[float]:
    """Return the sRGB values (0 to 255) of a Display P3 colour, by the published matrix."""
    linear = [((v / 255 + 0.055) / 1.055) ** 2.4 if v > 10 else v / 255 / 12.92 for v in stored]
    matrix = ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979))
    mixed = [sum(m * v for m, v in zip(row, linear, strict=True)) for row in matrix]
    return [255 * (1.055 * max(v, 0.0031308) ** (1 / 2.4) - 0.055) for v in mixed]


def difference(one: list[float], other: list[float]) -> float:
    """Return how far two sRGB colours are apart: CIEDE2000, where 1 can just be seen."""
    dots = [(pyvips.Image.black(1, 1) + colour).copy(interpretation="srgb").cast("float") for colour in (one, other)]
    # The 16-bit space keeps fractions that 8 bits would round away.
    wide = [(dot * 257).cast("ushort").copy(interpretation="rgb16").colourspace("lab") for dot in dots]
    found: float = wide[0].dE00(wide[1]).avg()
    return found


def pictures_of(made: list[Made]) -> list[Made]:
    """Return those that show the photograph as a whole and nothing else."""
    return [one for one in made if one.role is not Role.CARD]


def test_a_wide_photograph_stays_vivid(photos: Path) -> None:
    """The leather of a Display P3 photograph has the colour that was meant in every picture: ΔE2000 below 2."""
    path = photos / "display-p3.jpg"
    photo = pyvips.Image.new_from_file(str(path), access="random")

    def leather(image: pyvips.Image) -> list[float]:
        scale = image.width / photo.width
        patch = image.crop(*(round(at * scale) for at in (520, 300, 40, 40)))
        return [band.avg() for band in patch.bandsplit()]

    assert difference(leather(photo), srgb_of_p3(leather(photo))) > 2.5
    for one in pictures_of(develop(path).pictures):
        stored = leather(photo.resize(one.width_px / photo.width))
        assert difference(leather(opened(one)), srgb_of_p3(stored)) < 2


@pytest.mark.parametrize("patch", PATCHES, ids=str)
def test_colours_of_display_p3(photos: Path, tmp_path: Path, patch: list[int]) -> None:
    """Any colour within sRGB, given in Display P3, comes out as the published matrix says: ΔE2000 below 2."""
    profile = pyvips.Image.new_from_file(str(photos / "display-p3.jpg")).get("icc-profile-data")
    image = flat(patch).copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    made = develop(saved(image, tmp_path / "patch.png"))
    for one in pictures_of(made.pictures):
        assert difference(middle(opened(one)), srgb_of_p3([float(value) for value in patch])) < 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("profiled", [True, False])
def test_a_phone_in_display_p3(photos: Path, tmp_path: Path, profiled: bool) -> None:
    """A phone's HEIC in Display P3 is converted, whether it says so by a profile or by a number."""
    picture = Image.new("RGB", (96, 64), (178, 94, 34))
    if profiled:
        picture.info["icc_profile"] = pyvips.Image.new_from_file(str(photos / "display-p3.jpg")).get("icc-profile-data")
        options = {}
    else:
        options = {"color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6}
    path = tmp_path / "phone.heic"
    pillow_heif.from_pillow(picture).save(path, quality=100, chroma=444, **options)
    shown = middle(opened(develop(path).only(Role.POST)))
    assert difference(shown, srgb_of_p3([178, 94, 34])) < 2


def test_avif_says_that_it_is_srgb(photos: Path) -> None:
    """The stream of an AVIF names its colours, so that no browser has to guess."""
    for one in develop(photos / "ash-bowl.jpg").views(PictureType.AVIF):
        assert cicp(one.content) == SRGB_CICP


def cicp(avif: bytes) -> tuple[int, int, int] | None:
    """Return primaries, curve and matrix from the sequence header of an AVIF's stream (AV1 5.5)."""
    stream = avif[avif.index(b"mdat") + 4 :]
    start = stream.index(b"\x0a") + 2  # an OBU of type 1 with a size of one byte
    bits = "".join(f"{byte:08b}" for byte in stream[start : start + 32])
    profile, reduced = int(bits[:3], 2), bits[4]
    assert reduced == "1"
    wide, high = int(bits[10:14], 2) + 1, int(bits[14:18], 2) + 1
    at = 18 + wide + high + 6
    at += 1 + (profile != 1)  # depth, and whether it is grey
    if bits[at] == "0":
        return None
    return int(bits[at + 1 : at + 9], 2), int(bits[at + 9 : at + 17], 2), int(bits[at + 17 : at + 25], 2)


def test_transparent_is_white(photos: Path) -> None:
    """What is transparent becomes white paper, never black; the piece itself keeps its colour."""
    for one in pictures_of(develop(photos / "alpha-cutout.png").pictures):
        image = opened(one)
        assert min(image(2, 2)) > 250
        assert max(middle(image)) < 90


@pytest.mark.parametrize("ending", ["png", "webp", "tif", "avif"])
def test_half_transparent(tmp_path: Path, ending: str) -> None:
    """Half transparent black is grey, in every kind that can be transparent."""
    veil = flat([0, 0, 0]).bandjoin(128).copy(interpretation="srgb")
    options = {"png": {}, "webp": {"lossless": True}, "tif": {}, "avif": {"lossless": True}}[ending]
    made = develop(saved(veil, tmp_path / f"veil.{ending}", **options))
    assert middle(opened(made.only(Role.POST))) == pytest.approx([127] * 3, abs=3)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("clear", [False, True])
def test_sixteen_bits_a_channel(tmp_path: Path, ending: str, clear: bool) -> None:
    """Sixteen bits a channel keep their colours, with and without transparency."""
    deep = (flat(CLAY) * 257).cast("ushort").copy(interpretation="rgb16")
    if clear:
        deep = deep.bandjoin(65535).copy(interpretation="rgb16")
    made = develop(saved(deep, tmp_path / f"deep.{ending}"))
    assert middle(opened(made.only(Role.POST))) == pytest.approx(CLAY, abs=3)


def test_grey(tmp_path: Path) -> None:
    """A grey photograph stays as grey as it was, with and without transparency, with 8 and with 16 bits."""
    grey = flat([120])[0].copy(interpretation="b-w")
    deep = (grey * 257).cast("ushort").copy(interpretation="grey16")
    for name, image in (
        ("grey.jpg", grey),
        ("grey.tif", grey),
        ("clear.png", grey.bandjoin(255).copy(interpretation="b-w")),
        ("deep.png", deep),
    ):
        made = develop(saved(image, tmp_path / name))
        assert middle(opened(made.only(Role.POST))) == pytest.approx([120] * 3, abs=2)


@pytest.mark.parametrize("ending", ["jpg", "tif"])
@pytest.mark.parametrize("keep", ["icc", "none"])
def test_printing_colours(tmp_path: Path, ending: str, keep: str) -> None:
    """CMYK, as printers send it, with or without its profile, comes out in the colours that were meant."""
    # As programs for printing do it: with black point compensation.
    ink = flat(CLAY).icc_transform("cmyk", input_profile="srgb", intent="relative", black_point_compensation=True)
    options = {"Q": 95} if ending == "jpg" else {}
    made = develop(saved(ink, tmp_path / f"ink.{ending}", keep=keep, **options))
    assert middle(opened(made.only(Role.POST))) == pytest.approx(CLAY, abs=12)


def test_paper_and_ink_keep_their_ends(tmp_path: Path) -> None:
    """No ink is white paper, and all ink is black: not grey, as it would be without black point compensation."""

    def shown(ink: list[int]) -> list[float]:
        image = (pyvips.Image.black(64, 48) + ink).cast("uchar").copy(interpretation="cmyk")
        return middle(opened(develop(saved(image, tmp_path / "ink.tif", keep="none")).only(Role.POST)))

    assert min(shown([0, 0, 0, 0])) > 253
    # Without compensation it is (33, 33, 44).
    assert max(shown([255, 255, 255, 255])) < 25


def test_a_broken_colour_profile_does_no_harm(tmp_path: Path) -> None:
    """A picture whose profile is rubbish, or meant for inks, is taken as sRGB."""
    inks = flat(CLAY).icc_transform("cmyk", input_profile="srgb").get("icc-profile-data")
    for profile in (b"rubbish" * 40, inks):
        image = flat(CLAY).copy()
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
        made = develop(saved(image, tmp_path / "rubbish.jpg", Q=95))
        assert middle(opened(made.only(Role.POST))) == pytest.approx(CLAY, abs=3)


def test_a_palette(tmp_path: Path) -> None:
    """A GIF or PNG with a palette comes out in its colours."""
    picture = Image.new("RGB", (64, 48), tuple(CLAY)).quantize(8)
    for name in ("palette.gif", "palette.png", "palette.tif"):
        picture.save(tmp_path / name)
        assert middle(opened(develop(tmp_path / name).only(Role.POST))) == pytest.approx(CLAY, abs=3)


def test_jpegs_bring_the_small_srgb_profile(photos: Path) -> None:
    """For programs that take nothing for granted, JPEGs say that they are sRGB, in less than a kilobyte."""
    made = develop(photos / "display-p3.jpg")
    for one in made.pictures:
        if one.type is PictureType.JPEG:
            profile = Image.open(io.BytesIO(one.content)).info["icc_profile"]
            assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).startswith("sRGB")
            assert len(profile) < 1000
