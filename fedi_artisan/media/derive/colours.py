"""What the numbers of a photograph mean as colours, and the same colours in sRGB."""

import pyvips

# Interpretations in which white is not 255.
_WHITE: dict[str, list[float]] = {
    "rgb16": [65535],
    "grey16": [65535],
    "scrgb": [1],
    "cmyk": [0],
    "lab": [100, 0, 0],
}
_FULL_ALPHA = {"rgb16": 65535.0, "grey16": 65535.0, "scrgb": 1.0}
_WITH_PROFILES = {"srgb", "rgb", "rgb16", "b-w", "grey16", "cmyk"}
_RGB_BANDS, _RGBA_BANDS, _INKS_BANDS = 3, 4, 5


def usual_bands(image: pyvips.Image) -> pyvips.Image:
    """Return *image* with the bands that its colours and its transparency have; more are masks of its editor."""
    if image.interpretation == "multiband":
        wide = "16" if image.format == "ushort" else ""
        if image.bands < _RGB_BANDS:
            return image[0].copy(interpretation=f"grey{wide}" if wide else "b-w")
        return image[:_RGB_BANDS].copy(interpretation=f"rgb{wide}" if wide else "srgb")
    most = _INKS_BANDS if image.interpretation == "cmyk" else _RGBA_BANDS
    return image[:most] if image.bands > most else image


def full(image: pyvips.Image) -> float:
    """Return the number that means `not transparent at all` in *image*."""
    return _FULL_ALPHA.get(image.interpretation, 255.0)


def on_paper(image: pyvips.Image) -> pyvips.Image:
    """Return the transparent *image* on white paper; black would swallow a dark piece."""
    return image.flatten(background=_WHITE.get(image.interpretation, [255]))


def in_srgb(image: pyvips.Image, unnamed: str) -> pyvips.Image:
    """Return *image* in 8-bit sRGB; *unnamed* is what its colours are when it has no profile ("srgb" or "p3").

    The white of its paper stays white, black stays black, and colours that sRGB has stay what they are.
    """
    inks = image.interpretation == "cmyk"
    has_profile = image.get_typeof("icc-profile-data") != 0
    if image.interpretation in _WITH_PROFILES and (has_profile or inks or unnamed != "srgb"):
        try:
            image = image.icc_transform(
                "srgb",
                embedded=has_profile,
                input_profile="cmyk" if inks else unnamed,
                intent="relative",
                black_point_compensation=True,
            )
        except pyvips.Error:
            # A broken profile, or one for other colours than these; the numbers themselves are the best guess.
            image = image.copy()
            image.remove("icc-profile-data")
    return image.colourspace("srgb").cast("uchar")
