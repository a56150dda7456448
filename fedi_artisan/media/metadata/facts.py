"""How a photograph was taken, in the words of photographers, out of its EXIF tags."""

from datetime import datetime
from fractions import Fraction

from fedi_artisan.domain.photos import Facts
from fedi_artisan.media.metadata.exif import Tag, Tags
from fedi_artisan.media.texts import LONGEST_FACT, clean, decode

_LONGEST_FRACTION_S = Fraction(3, 10)
_LONGEST_EXPOSURE_S = 1_000_000
_LONGEST_FOCAL_LENGTH_MM = 100_000
_LARGEST_F_NUMBER = 1000
_UNKNOWN_ISO = 65_535


def facts_of(tags: Tags) -> Facts:
    """Return what *tags* tell; what makes no sense is left out."""
    return Facts(
        taken_at=_moment(_text(tags, Tag.TAKEN_AT)),
        camera=_camera(_text(tags, Tag.MAKE), _text(tags, Tag.MODEL)),
        lens=_text(tags, Tag.LENS),
        settings=_settings(tags),
    )


def _text(tags: Tags, tag: Tag) -> str:
    """Return the text of *tag*, up to its first NUL: cameras leave rubbish behind it."""
    value = tags.get(tag)
    text = clean(decode(value.split(b"\0", 1)[0]), LONGEST_FACT) if isinstance(value, bytes) else ""
    # Some fill the field with dashes or question marks where they know nothing.
    return text if any(letter.isalnum() for letter in text) else ""


def _moment(text: str) -> str:
    """Return the moment in *text*, "2025:06:14 09:30:00", as ISO 8601, or an empty text if there is no such moment."""
    try:
        # The camera's own clock: it says no zone, and none is made up.
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007
    except ValueError:
        return ""


def _camera(make: str, model: str) -> str:
    """Return maker and model; the maker once, though "Canon" and "NIKON CORPORATION" stand in their models again."""
    if not make or not model:
        return model or make
    brand = make.split(maxsplit=1)[0].casefold()
    return model if model.casefold().startswith(brand) else clean(f"{make} {model}", LONGEST_FACT)


def _settings(tags: Tags) -> str:
    """Return focal length, aperture, exposure and sensitivity, as far as they are told."""
    focal_mm = _between(tags, Tag.FOCAL_LENGTH, _LONGEST_FOCAL_LENGTH_MM)
    aperture = _between(tags, Tag.F_NUMBER, _LARGEST_F_NUMBER)
    exposure_s = _between(tags, Tag.EXPOSURE_TIME, _LONGEST_EXPOSURE_S)
    iso = _between(tags, Tag.ISO, _UNKNOWN_ISO)
    told = (
        focal_mm and f"{_short(focal_mm)} mm",
        aperture and f"f/{_short(aperture)}",
        exposure_s and f"{_exposure(exposure_s)} s",
        iso and f"ISO {int(iso)}",
    )
    return " · ".join(part for part in told if part)


def _between(tags: Tags, tag: Tag, most: int) -> Fraction | None:
    """Return the number of *tag* if it is above a thousandth of a thousandth and below *most*."""
    value = tags.get(tag)
    return value if isinstance(value, Fraction) and Fraction(1, 1_000_000) <= value < most else None


def _short(number: Fraction) -> str:
    """Return *number* with at most one decimal."""
    return f"{float(number):.1f}".removesuffix(".0")


def _exposure(seconds: Fraction) -> str:
    """Return *seconds* as cameras show them: 1/125, but 0.5 and 30."""
    return f"1/{round(1 / seconds)}" if seconds < _LONGEST_FRACTION_S else _short(seconds)
