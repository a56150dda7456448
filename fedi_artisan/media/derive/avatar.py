"""What is made of somebody's portrait: one small square picture, with nothing of its file but the pixels."""

from collections.abc import Callable

from fedi_artisan.domain.photos import AVATAR_PX, PictureType, Role
from fedi_artisan.media.derive.made import Look, Made
from fedi_artisan.media.derive.opening import look_into, refusing
from fedi_artisan.media.derive.placeholder import blurhash_of, tone_of
from fedi_artisan.media.derive.resizing import base_of
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.refusal import Refusal

_WEBP_QUALITY = 80
_WEBP_EFFORT = 4


def avatar(descriptor: int, kind: Kind, *, most_pixels: int, memory_bytes: int, emit: Callable[[Made], None]) -> Look:
    """Return how the portrait in the open file *descriptor* looks, and give its one picture to *emit*.

    It is the middle of the first frame, as a square of at most AVATAR_PX, and never enlarged.

    Raises:
        PhotoRefused: it has more than *most_pixels*, is damaged, or asks for more memory than *memory_bytes*.
    """
    photo = look_into(descriptor, kind, most_pixels=most_pixels, memory_bytes=memory_bytes)
    shorter_px = min(photo.width_px, photo.height_px)
    side_px = min(AVATAR_PX, shorter_px)
    width_px, height_px = (round(length * side_px / shorter_px) for length in (photo.width_px, photo.height_px))
    with refusing():
        base = base_of(photo, width_px, height_px)
    with refusing(otherwise=Refusal.MEMORY):
        square = base.fit(width_px, height_px).crop(
            (width_px - side_px) // 2, (height_px - side_px) // 2, side_px, side_px
        )
        content = square.webpsave_buffer(Q=_WEBP_QUALITY, effort=_WEBP_EFFORT, smart_subsample=True, keep="none")
        emit(Made(role=Role.VIEW, type=PictureType.WEBP, width_px=side_px, height_px=side_px, content=content))
        return Look(
            width_px=side_px,
            height_px=side_px,
            blurhash=blurhash_of(square),
            tone=tone_of(square),
            remarks=frozenset(),
        )
