"""On which terms photographs are shown: licence, full size, reading by machines, and a watermark."""

import re
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput, Words

LONGEST_WATERMARK = 60
_LEAST = 0.05
_CREATIVE_COMMONS = re.compile(r"CC-(?P<kind>BY(?:-NC)?(?:-SA|-ND)?)-4\.0")


class Licence(StrEnum):
    """What others may do with a photograph; the value is the SPDX identifier where there is one."""

    ALL_RIGHTS_RESERVED = "all-rights-reserved"
    CC_BY = "CC-BY-4.0"
    CC_BY_SA = "CC-BY-SA-4.0"
    CC_BY_NC = "CC-BY-NC-4.0"
    CC_BY_NC_SA = "CC-BY-NC-SA-4.0"
    CC_BY_ND = "CC-BY-ND-4.0"
    CC_BY_NC_ND = "CC-BY-NC-ND-4.0"
    CC0 = "CC0-1.0"

    @property
    def url(self) -> str | None:
        """Where the licence can be read; None where all rights are reserved."""
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        match = _CREATIVE_COMMONS.fullmatch(self.value)
        return None if match is None else f"https://creativecommons.org/licenses/{match['kind'].lower()}/4.0/"

    @property
    def words(self) -> str:
        """The licence as it is usually written: "CC BY-NC 4.0"; empty where all rights are reserved."""
        if self is Licence.CC0:
            return "CC0 1.0"
        match = _CREATIVE_COMMONS.fullmatch(self.value)
        return "" if match is None else f"CC {match['kind']} 4.0"


class Position(StrEnum):
    """Where on a picture a watermark stands."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    CENTRE = "centre"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """A mark over the public pictures: a line of text, or a PNG.

    Args:
        text: what it says; empty where it is a picture.
        image: the name of the stored PNG, or None where it is a text.
        position: where it stands.
        opacity: 0.05 to 1, where 1 hides what is below it.
        scale: its width as a part of the picture's width, 0.05 to 1.
    """

    text: str = ""
    image: str | None = None
    position: Position = Position.BOTTOM_RIGHT
    opacity: float = 0.5
    scale: float = 0.25

    def __post_init__(self) -> None:
        """Refuse what could not be drawn.

        Raises:
            BadInput: with what to change.
        """
        if bool(self.text.strip()) == (self.image is not None):
            raise BadInput("a watermark is either a line of text or a picture")
        if len(self.text) > LONGEST_WATERMARK or not self.text.isprintable():
            raise BadInput(
                "the text of a watermark must be one line of up to {most} characters", most=LONGEST_WATERMARK
            )
        for name, value in ((say("opacity"), self.opacity), (say("scale"), self.scale)):
            if not _LEAST <= value <= 1:
                raise BadInput(
                    "the {name} of a watermark must be between {least} and 1, not {value:g}",
                    name=Words(name),
                    least=_LEAST,
                    value=value,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms photographs are shown.

    Args:
        licence: what others may do with them.
        full_size: whether visitors may open the whole photograph.
        ai_refused: whether machines are asked not to learn from them.
        watermark: the mark over the public pictures, or None.
    """

    licence: Licence = Licence.ALL_RIGHTS_RESERVED
    full_size: bool = True
    ai_refused: bool = True
    watermark: Watermark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTerms:
    """In what the terms of one work differ from those of its artisan; None is as everywhere."""

    licence: Licence | None = None
    full_size: bool | None = None
    ai_refused: bool | None = None
    watermarked: bool = True

    def within(self, usual: Terms) -> Terms:
        """Return the terms that hold for the work, *usual* being those of its artisan."""
        return Terms(
            licence=usual.licence if self.licence is None else self.licence,
            full_size=usual.full_size if self.full_size is None else self.full_size,
            ai_refused=usual.ai_refused if self.ai_refused is None else self.ai_refused,
            watermark=usual.watermark if self.watermarked else None,
        )
