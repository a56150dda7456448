"""Everything that is made of one photograph, in the child process that decodes it."""

from collections.abc import Callable

import pyvips

from fedi_artisan.domain.photos import (
    CARD_PX,
    MOST_VIEW_PIXELS,
    POST_LONG_SIDE_PX,
    WIDTHS_PX,
    PictureType,
    Remark,
    Role,
)
from fedi_artisan.media.derive import colours, encoding
from fedi_artisan.media.derive.card import card_of, ground_of
from fedi_artisan.media.derive.made import Look, Made
from fedi_artisan.media.derive.opening import (
    AROUND_BYTES,
    Photograph,
    forbid_other_loaders,
    look_into,
    refusing,
)
from fedi_artisan.media.derive.placeholder import blurhash_of, tone_of
from fedi_artisan.media.derive.resizing import Base, base_of
from fedi_artisan.media.derive.watermark import Mark, Stamp, stamp_of
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.refusal import PhotoRefused, Refusal

__all__ = ["Look", "Made", "Mark", "derive", "forbid_other_loaders", "whole"]

# A picture taller than this fits no page, and no WebP is more than twice as tall.
_TALLEST_PX = 8192
# What a picture of the full size needs for a pixel when it has to be turned in memory.
_TURNING_BYTES_PER_PIXEL = 8


def derive(
    descriptor: int,
    kind: Kind,
    *,
    mark: Mark | None,
    xmp: bytes,
    most_pixels: int,
    memory_bytes: int,
    emit: Callable[[Made], None],
) -> Look:
    """Return what is known of the photograph of this *kind* that stands in the open file *descriptor*.

    All pictures for pages, other servers and links are given to *emit*, each as soon as it is made. With *mark* it is
    drawn over all of them. Larger ones carry the packet *xmp* about authorship; there is no other metadata in any.

    Raises:
        PhotoRefused: it has more than *most_pixels*, told by its header before a pixel is decoded; or it is damaged,
            or asks for more memory than there is, *memory_bytes* in all.
    """
    photo = look_into(descriptor, kind, most_pixels=most_pixels, memory_bytes=memory_bytes)
    widths_px = _widths(photo)
    # All others are made of the largest; what travels may be a little wider than the widest view.
    base_px = max(widths_px[0], _within(photo, POST_LONG_SIDE_PX, POST_LONG_SIDE_PX)[0])
    with refusing():
        base = base_of(photo, base_px, _height(photo, base_px))
    # What complains from here on has sound pixels before it.
    with refusing(otherwise=Refusal.MEMORY):
        return _finish(photo, base, widths_px, None if mark is None else stamp_of(mark), xmp=xmp, emit=emit)


def whole(descriptor: int, kind: Kind, *, xmp: bytes, most_pixels: int, memory_bytes: int) -> Made:
    """Return all of the photograph in *descriptor* as a new file, for kinds that no browser shows as they are.

    A PNG where it has transparency or is the first frame of a GIF; else a JPEG from which it cannot be told by eye.

    Raises:
        PhotoRefused: as `derive`.
    """
    photo = look_into(descriptor, kind, most_pixels=most_pixels, memory_bytes=memory_bytes)
    if photo.lies and AROUND_BYTES + photo.width_px * photo.height_px * _TURNING_BYTES_PER_PIXEL > memory_bytes:
        raise PhotoRefused(Refusal.MEMORY)
    with refusing():
        as_png = kind is Kind.GIF or _is_clear(photo)
        stored = colours.usual_bands(photo.pixels(photo.width_px))
        if stored.hasalpha() and not as_png:
            stored = stored[: stored.bands - 1]
        upright = colours.in_srgb(stored, photo.unnamed)
        upright = (upright.copy_memory() if photo.lies else upright).autorot()
        content = encoding.full_png(upright, xmp) if as_png else encoding.full_jpeg(upright, xmp)
        return Made(
            role=Role.FULL,
            type=PictureType.PNG if as_png else PictureType.JPEG,
            width_px=photo.width_px,
            height_px=photo.height_px,
            content=content,
        )


def _widths(photo: Photograph) -> list[int]:
    """Return the widths of the views, the widest first."""
    widths_px = [
        min(photo.width_px, WIDTHS_PX[-1]),
        *(width for width in reversed(WIDTHS_PX) if width < photo.width_px),
    ]
    heights_px = {width_px: _height(photo, width_px) for width_px in widths_px}
    shown = [
        width_px
        for width_px, height_px in heights_px.items()
        if height_px <= _TALLEST_PX and width_px * height_px <= MOST_VIEW_PIXELS
    ]
    return shown or [max(1, photo.width_px * _TALLEST_PX // photo.height_px)]


def _finish(
    photo: Photograph,
    base: Base,
    widths_px: list[int],
    stamp: Stamp | None,
    *,
    xmp: bytes,
    emit: Callable[[Made], None],
) -> Look:
    """Make all pictures of *base*, the largest first, and return how the photograph looks."""

    def made(role: Role, kind: PictureType, size_px: tuple[int, int], content: bytes) -> None:
        emit(Made(role=role, type=kind, width_px=size_px[0], height_px=size_px[1], content=content))

    def fit(size_px: tuple[int, int]) -> pyvips.Image:
        picture = base.fit(*size_px)
        return picture if stamp is None else stamp.on(picture)

    for width_px in widths_px:
        size_px = width_px, _height(photo, width_px)
        for kind, content in encoding.views(fit(size_px), xmp):
            made(Role.VIEW, kind, size_px, content)
    post_px = _within(photo, POST_LONG_SIDE_PX, POST_LONG_SIDE_PX)
    made(Role.POST, PictureType.JPEG, post_px, encoding.post(fit(post_px), xmp))
    on_card = fit(_within(photo, *CARD_PX))
    ground = ground_of(base.image, cut_out=base.cut_out)
    made(Role.CARD, PictureType.JPEG, CARD_PX, encoding.card(card_of(on_card, ground), xmp))
    return Look(
        width_px=photo.width_px,
        height_px=photo.height_px,
        blurhash=blurhash_of(base.image),
        tone=tone_of(base.image),
        remarks=frozenset({Remark.FIRST_FRAME} if photo.moves else ()),
    )


def _within(photo: Photograph, width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size in which all of *photo* fits into this room; it is not enlarged."""
    scale = min(width_px / photo.width_px, height_px / photo.height_px, 1.0)
    return max(1, round(photo.width_px * scale)), max(1, round(photo.height_px * scale))


def _height(photo: Photograph, width_px: int) -> int:
    """Return the height that belongs to a width."""
    return max(1, round(photo.height_px * width_px / photo.width_px))


def _is_clear(photo: Photograph) -> bool:
    """Whether something of it is transparent; being able to is not enough."""
    stored = photo.pixels(photo.width_px)
    return bool(stored.hasalpha() and stored[stored.bands - 1].min() < colours.full(stored))
