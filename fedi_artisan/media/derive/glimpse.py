"""What is made of somebody else's photograph: one picture for a phone, with nothing of its file but the pixels."""

from collections.abc import Callable

from fedi_artisan.domain.photos import GLIMPSE_PX, PictureType, Role
from fedi_artisan.media.derive.made import Look, Made
from fedi_artisan.media.derive.opening import look_into, refusing
from fedi_artisan.media.derive.placeholder import blurhash_of, tone_of
from fedi_artisan.media.derive.resizing import base_of
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.refusal import Refusal

_WEBP_QUALITY = 76
_WEBP_EFFORT = 4


def glimpse(descriptor: int, kind: Kind, *, most_pixels: int, memory_bytes: int, emit: Callable[[Made], None]) -> Look:
    """Return how the photograph in the open file *descriptor* looks, and give its one picture to *emit*.

    It is the whole of the first frame, its long side at most GLIMPSE_PX, and never enlarged.

    Raises:
        PhotoRefused: it has more than *most_pixels*, is damaged, or asks for more memory than *memory_bytes*.
    """
    photo = look_into(descriptor, kind, most_pixels=most_pixels, memory_bytes=memory_bytes)
    longer_px = max(photo.width_px, photo.height_px)
    side_px = min(GLIMPSE_PX, longer_px)
    width_px, height_px = (max(round(length * side_px / longer_px), 1) for length in (photo.width_px, photo.height_px))
    with refusing():
        base = base_of(photo, width_px, height_px)
    with refusing(otherwise=Refusal.MEMORY):
        picture = base.fit(width_px, height_px)
        content = picture.webpsave_buffer(Q=_WEBP_QUALITY, effort=_WEBP_EFFORT, smart_subsample=True, keep="none")
        emit(Made(role=Role.VIEW, type=PictureType.WEBP, width_px=width_px, height_px=height_px, content=content))
        return Look(
            width_px=width_px,
            height_px=height_px,
            blurhash=blurhash_of(picture),
            tone=tone_of(picture),
            remarks=frozenset(),
        )
