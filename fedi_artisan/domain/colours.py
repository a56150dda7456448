"""Colours: how well one reads on another, and what an artisan's accent becomes on the grounds of her pages.

Source: WCAG 2.2 (relative luminance, contrast ratio, 1.4.3); the transfer curve is that of sRGB (IEC 61966-2-1).
"""

import math
from collections.abc import Callable

# Paper and wall, as the style sheet has them by day and by night.
LIGHT_GROUNDS = ("#f6f3ee", "#efeae2")
DARK_GROUNDS = ("#151412", "#1c1a18")
ENOUGH = 4.5
# A hair more, so that no rounding of our own goes below.
_AIM = 4.5001
_GLARE = 0.05
_WEIGHTS = (0.2126, 0.7152, 0.0722)

# Red, green and blue as amounts of light, from 0 to 1.
_Light = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours ("#rrggbb"), from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"), 1)
    21.0
    """
    darker, lighter = sorted((_luminance(_light_of(one)), _luminance(_light_of(other))))
    return (lighter + _GLARE) / (darker + _GLARE)


def on_light(colour: str) -> str:
    """Return *colour*, made only as much darker as it takes to be read on paper and wall by day.

    All its light is taken back in the same measure, so its hue and its saturation stay.
    """
    most = (min(_luminance(_light_of(ground)) for ground in LIGHT_GROUNDS) + _GLARE) / _AIM - _GLARE
    light = _light_of(colour)
    luminance = _luminance(light)
    return colour if luminance <= most else _colour_of(_scaled(light, most / luminance), math.floor)


def on_dark(colour: str) -> str:
    """Return *colour*, made only as much lighter as it takes to be read on paper and wall by night.

    It shines more, with its hue and its saturation, as far as a screen can; white makes up the rest.
    """
    least = (max(_luminance(_light_of(ground)) for ground in DARK_GROUNDS) + _GLARE) * _AIM - _GLARE
    light = _light_of(colour)
    if _luminance(light) >= least:
        return colour
    if max(light) > 0:
        light = _scaled(light, min(least / _luminance(light), 1 / max(light)))
    luminance = _luminance(light)
    white = max(0.0, (least - luminance) / (1 - luminance))
    return _colour_of(_mixed(light, white), math.ceil)


def _luminance(light: _Light) -> float:
    return sum(weight * amount for weight, amount in zip(_WEIGHTS, light, strict=True))


def _scaled(light: _Light, by: float) -> _Light:
    red, green, blue = light
    return red * by, green * by, blue * by


def _mixed(light: _Light, white: float) -> _Light:
    """Return the light with a part of *white*, from 0 to 1, in it."""
    red, green, blue = (amount + white * (1 - amount) for amount in light)
    return red, green, blue


def _light_of(colour: str) -> _Light:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the curve of sRGB


def _colour_of(light: _Light, rounded: Callable[[float], int]) -> str:
    """Return the colour of this light, each part *rounded* to the side that is asked for."""
    parts = (min(max(rounded(_curved(amount) * 255), 0), 255) for amount in light)
    return "#" + "".join(f"{part:02x}" for part in parts)


def _curved(amount: float) -> float:
    return amount * 12.92 if amount <= 0.0031308 else 1.055 * amount ** (1 / 2.4) - 0.055  # noqa: PLR2004 - as above
