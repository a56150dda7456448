"""What comes out of a photograph: finished pictures one by one, and what is known of it as a whole."""

from dataclasses import dataclass

from fedi_artisan.domain.photos import PictureType, Remark, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One finished picture."""

    role: Role
    type: PictureType
    width_px: int
    height_px: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known of a photograph as a whole.

    Args:
        width_px: of the whole photograph, upright.
        height_px: of the whole photograph, upright.
        blurhash: a dozen colours of it, 4 × 3 lying and 3 × 4 standing.
        tone: its dominant colour, "#rrggbb".
        remarks: what of it is not shown.
    """

    width_px: int
    height_px: int
    blurhash: str
    tone: str
    remarks: frozenset[Remark]
