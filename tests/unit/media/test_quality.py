"""How near pictures come to the photograph: SSIM and PSNR beside a plain reduction, computed in floating point."""

import math
from functools import cache, partial
from pathlib import Path

import pytest
import pyvips

from fedi_artisan.domain.photos import PictureType, Role
from tests.unit.media.figures import note
from tests.unit.media.pictures import develop, opened, saved

# SSIM as published (Wang 2004): windows of 1.5 pixels, and what keeps flat places from dividing by nothing.
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: pyvips.Image, other: pyvips.Image) -> float:
    """Return how alike the structures of two pictures are, as they are seen without colour; 1 is the same."""
    a, b = (image.colourspace("b-w").cast("float") for image in (one, other))

    def mean(image: pyvips.Image) -> pyvips.Image:
        return image.gaussblur(_SIGMA, precision="float")

    mean_a, mean_b = mean(a), mean(b)
    spread_a, spread_b = mean(a * a) - mean_a * mean_a, mean(b * b) - mean_b * mean_b
    together = mean(a * b) - mean_a * mean_b
    alike = (mean_a * mean_b * 2 + _C1) * (together * 2 + _C2)
    found: float = (alike / ((mean_a * mean_a + mean_b * mean_b + _C1) * (spread_a + spread_b + _C2))).avg()
    return found


def psnr(one: pyvips.Image, other: pyvips.Image) -> float:
    """Return the distance of two pictures over all colours, in decibels; more is nearer."""
    apart = one.cast("float") - other.cast("float")
    return 10 * math.log10(255 * 255 / max((apart * apart).avg(), 1e-9))


def plain(photo: pyvips.Image, width_px: int, height_px: int) -> pyvips.Image:
    """Return *photo* in another size: one reduction in floating point, not sharpened."""
    across, down = width_px / photo.width, height_px / photo.height
    small = photo.cast("float").resize(across, vscale=down, kernel="lanczos3")
    return small.rint().cast("uchar").copy(interpretation="srgb").copy_memory()


@pytest.fixture(scope="module")
def weave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of what is hard to shrink: coloured threads, a soft light, and grain."""
    width, height = 3000, 2000
    at = pyvips.Image.xyz(width, height)
    threads = (at[0] * 40).sin() * (at[1] * 28).sin() * 22
    light = ((at[0] / width - 0.3) ** 2 + (at[1] / height - 0.4) ** 2) * -120
    grain = pyvips.Image.gaussnoise(width, height, mean=0, sigma=5, seed=7)
    bands = [(threads * part + light + grain + base) for part, base in ((1.0, 180), (0.85, 150), (0.6, 120))]
    image = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    return saved(image, tmp_path_factory.mktemp("weave") / "weave.jpg", Q=94, subsample_mode="off")


@pytest.mark.parametrize(
    ("name", "least_ssim", "least_db"),
    # Grain is what no encoder keeps, and nobody misses.
    [("exif-orientation6-gps.jpg", 0.955, 40.5), ("celadon-bowls.jpg", 0.955, 40.5), ("weave", 0.88, 32)],
)
def test_pictures_come_near(
    request: pytest.FixtureRequest, photos: Path, name: str, least_ssim: float, least_db: float
) -> None:
    """Every picture has a structure and colours near to those of the photograph; AVIF is the smallest of three."""
    path: Path = request.getfixturevalue("weave") if name == "weave" else photos / name
    photo = pyvips.Image.new_from_file(str(path), access="random").autorot().copy_memory()
    made = develop(path)
    reduced = cache(partial(plain, photo))
    for one in made.pictures:
        if one.role is Role.CARD:
            continue
        shown, meant = opened(one), reduced(one.width_px, one.height_px)
        alike, near_db = ssim(shown, meant), psnr(shown, meant)
        note(
            request,
            f"{name:26} {one.role:5} {one.type:4} {one.width_px:5} px  SSIM {alike:.4f}  PSNR {near_db:.1f} dB"
            f"  {len(one.content) / 1000:6.0f} kB",
        )
        assert alike > least_ssim
        assert near_db > least_db
    for avif, webp, jpeg in zip(
        *(made.views(kind) for kind in PictureType if kind is not PictureType.PNG), strict=True
    ):
        assert len(avif.content) < len(webp.content)
        assert len(avif.content) < len(jpeg.content)
