"""Photographs as large as a camera's, made of the example photographs; the same number gives the same picture."""

import sys
from pathlib import Path

import pyvips

EXAMPLES = Path(__file__).parents[1] / "tests" / "data" / "photos"
_SCENES = ("exif-orientation6-gps.jpg", "celadon-bowls.jpg", "display-p3.jpg")
_ACROSS, _DOWN = 4, 3
_CLOSER = 1.12
# What a camera's grain differs from its mean (standard deviation, of 255) at so many pixels across; shrunk, it is less.
_GRAIN, _GRAINY_PX = 4.0, 6000
_GRAIN_MEAN = 32
_GRAIN_PX = 512
_QUALITY = 92


def take_many(file: Path, number: int, width_px: int, height_px: int) -> Path:
    """Write a picture full of fine things: twelve of the examples side by side, with grain; return *file*."""
    across, down = -(-width_px // _ACROSS), -(-height_px // _DOWN)
    seen = [_scene(scene, across, down) for scene in _SCENES]
    seen += [scene.fliphor() for scene in seen]
    tiles = [seen[(number + place + place // _ACROSS) % len(seen)] for place in range(_ACROSS * _DOWN)]
    return _develop(pyvips.Image.arrayjoin(tiles, across=_ACROSS).crop(0, 0, width_px, height_px), file, number)


def take_one(file: Path, number: int, width_px: int, height_px: int) -> Path:
    """Write one of the examples, each time from closer by, every other time mirrored, with grain; return *file*."""
    closer = _CLOSER ** (number // len(_SCENES))
    scene = _scene(_SCENES[number % len(_SCENES)], round(width_px * closer), round(height_px * closer))
    scene = scene.fliphor() if number // len(_SCENES) % 2 else scene
    left, top = (scene.width - width_px) // 2, (scene.height - height_px) // 2
    return _develop(scene.crop(left, top, width_px, height_px), file, number)


def _scene(name: str, width_px: int, height_px: int) -> pyvips.Image:
    """Return one of the examples, upright, filling this room."""
    file = str(EXAMPLES / name)
    scene: pyvips.Image = pyvips.Image.thumbnail(file, width_px, height=height_px, crop="centre", export_profile="p3")
    return scene.copy_memory()


def _develop(image: pyvips.Image, file: Path, number: int) -> Path:
    """Write *image* with grain, as phones and cameras do: with Display P3, and colour at half the resolution."""
    # Drawing every grain of a large picture would take longer than all the rest.
    sigma = _GRAIN * image.width / _GRAINY_PX
    grain = pyvips.Image.gaussnoise(_GRAIN_PX, _GRAIN_PX, mean=_GRAIN_MEAN, sigma=sigma, seed=number + 1)
    grain = (
        grain.rint().cast("uchar").copy_memory().replicate(-(-image.width // _GRAIN_PX), -(-image.height // _GRAIN_PX))
    )
    grainy = (image + grain.crop(0, 0, image.width, image.height) - _GRAIN_MEAN).cast("uchar")
    file.parent.mkdir(parents=True, exist_ok=True)
    grainy.copy(interpretation="srgb").jpegsave(str(file), Q=_QUALITY, subsample_mode="on", profile="p3", keep="icc")
    return file


if __name__ == "__main__":
    take_many(Path(sys.argv[1]), *map(int, sys.argv[2:]))
