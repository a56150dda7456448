"""Pictures made for a test, and what is made of them."""

import os
from dataclasses import dataclass
from pathlib import Path

import pyvips

from fedi_artisan.domain.photos import PictureType, Role
from fedi_artisan.media.derive import Look, Made, Mark, derive
from fedi_artisan.media.kinds import HEAD_BYTES, Kind, kind_of

MOST_PIXELS, MEMORY_BYTES = 120_000_000, 1_600_000_000
CLAY = [178, 94, 34]


@dataclass(frozen=True, slots=True, kw_only=True)
class Developed:
    """All that was made of one photograph, in the order in which it was made."""

    look: Look
    pictures: list[Made]

    def views(self, kind: PictureType) -> list[Made]:
        """Return the pictures for pages of one type, the narrowest first."""
        found = [one for one in self.pictures if one.role is Role.VIEW and one.type is kind]
        return sorted(found, key=lambda one: one.width_px)

    def only(self, role: Role) -> Made:
        """Return the one picture for a *role*."""
        (found,) = (one for one in self.pictures if one.role is role)
        return found


def develop(
    path: Path,
    *,
    mark: Mark | None = None,
    xmp: bytes = b"",
    most_pixels: int = MOST_PIXELS,
    memory_bytes: int = MEMORY_BYTES,
) -> Developed:
    """Return all that is made of the photograph *path*."""
    pictures: list[Made] = []
    with path.open("rb") as file:
        look = derive(
            file.fileno(),
            kind_at(path),
            mark=mark,
            xmp=xmp,
            most_pixels=most_pixels,
            memory_bytes=memory_bytes,
            emit=pictures.append,
        )
    return Developed(look=look, pictures=pictures)


def kind_at(path: Path) -> Kind:
    """Return the kind of the file *path*, which must be one that is taken."""
    with path.open("rb") as file:
        kind = kind_of(os.pread(file.fileno(), HEAD_BYTES, 0))
    assert kind is not None
    return kind


def opened(made: Made) -> pyvips.Image:
    """Return a picture decoded, checked to be what it says: 8-bit sRGB of its size, without transparency."""
    image = pyvips.Image.new_from_buffer(made.content, "", access="random")
    assert (image.width, image.height) == (made.width_px, made.height_px)
    assert (image.bands, image.format, image.interpretation) == (3, "uchar", "srgb")
    return image


def flat(colour: list[int], width: int = 64, height: int = 48) -> pyvips.Image:
    """Return a picture of one colour."""
    return (pyvips.Image.black(width, height) + colour).cast("uchar").copy(interpretation="srgb")


def noise(width: int, height: int) -> pyvips.Image:
    """Return a picture of nothing but grain, always the same."""
    bands = [pyvips.Image.gaussnoise(width, height, mean=128, sigma=80, seed=seed) for seed in (1, 2, 3)]
    # Made once: whoever encodes it again and again has it made anew each time otherwise.
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb").copy_memory()


def saved(image: pyvips.Image, path: Path, **options: object) -> Path:
    """Save *image* as *path* and return that."""
    image.write_to_file(str(path), **options)
    return path


def middle(image: pyvips.Image) -> list[float]:
    """Return the colour in the middle of *image*."""
    colour: list[float] = image(image.width // 2, image.height // 2)
    return colour
