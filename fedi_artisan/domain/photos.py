"""What a photograph is: how it is shown, what it says, and what its file told about how it was taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fedi_artisan.domain.texts import check_text, say
from fedi_artisan.errors import BadInput

LONGEST_ALT = 5000
LONGEST_CAPTION = 300
# The widths in which pages show a photograph, as far as it has them; it is never enlarged. 800 is what phones ask for
# with two dots a pixel: without it they take 1280, three times the bytes.
WIDTHS_PX = (320, 640, 800, 1280, 2048, 2560)
# No screen has more; without this bound one that stands upright would need half as much memory again.
MOST_VIEW_PIXELS = 2560 * 2560
# What other servers fetch: the long side, and the size below which none of them crushes it (WIRE 4.3).
POST_LONG_SIDE_PX = 2560
POST_BYTES = 2_000_000
CARD_PX = (1200, 630)
# Other people's portraits are squares, shown at half of this so that they are sharp on every screen.
AVATAR_PX = 96
# The long side of our copies of other people's photographs: sharp on a phone, and no more than a glimpse elsewhere.
GLIMPSE_PX = 1080


class Role(StrEnum):
    """What a picture made of a photograph is for."""

    VIEW = "view"  # pages, in several widths and types
    POST = "post"  # the one JPEG that travels to other servers
    CARD = "card"  # the preview beside a link, CARD_PX
    FULL = "full"  # the whole photograph, for those who want to look closely


class PictureType(StrEnum):
    """The type of a public picture; the value is the ending of its file's name."""

    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        """The type as HTTP says it."""
        return "image/jpeg" if self is PictureType.JPEG else f"image/{self.value}"


class Label(StrEnum):
    """What a photograph shows of a work, where it is not simply the work."""

    DETAIL = "detail"
    IN_USE = "in-use"
    IN_PROGRESS = "in-progress"


class Remark(StrEnum):
    """What was done to a photograph that its artisan may want to know."""

    FIRST_FRAME = "first-frame"  # it moves; only its first frame is shown
    REENCODED = "re-encoded"  # its full size is a new encoding: no browser shows the kind that was given
    FULL_MARKED = "full-marked"  # no untouched full size, because a watermark was asked for


class OwnPlace(StrEnum):
    """Where a picture stands that is an artisan's own."""

    PORTRAIT = "portrait"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One public picture made of a photograph; *file* is its name in the store."""

    role: Role
    type: PictureType
    width_px: int
    height_px: int
    size_bytes: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the file told about how it was taken; texts are short and clean, absent ones empty.

    Args:
        taken_at: the camera's own clock, "2025-06-14T09:30:00", without a zone.
        camera: maker and model.
        lens: its model.
        settings: how it was set, "50 mm · f/2.8 · 1/125 s · ISO 200".
    """

    taken_at: str = ""
    camera: str = ""
    lens: str = ""
    settings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photograph, ready to be shown.

    Args:
        uid: never changes, whatever is made of it anew.
        original: the name of the untouched upload, which is never served; None where it was not kept.
        width_px: of the whole photograph, upright.
        height_px: of the whole photograph, upright.
        renditions: the pictures made of it.
        blurhash: a dozen colours of it, for other servers.
        tone: its dominant colour, "#rrggbb", shown until it is there.
        facts: what its file told.
        remarks: what was done to it.
        alts: what it shows, for those who cannot see it, by language.
        captions: what stands below it, by language.
        focal_point: what matters in it: x and y from -1 to 1, from left to right and from bottom to top.
        label: what it shows of the work.
        shows_date: whether visitors read when it was taken.
        shows_camera: whether visitors read how it was taken.
    """

    uid: str
    original: str | None
    width_px: int
    height_px: int
    renditions: tuple[Rendition, ...]
    blurhash: str = ""
    tone: str = "#808080"
    facts: Facts = field(default_factory=Facts)
    remarks: frozenset[Remark] = frozenset()
    alts: Mapping[str, str] = field(default_factory=dict)
    captions: Mapping[str, str] = field(default_factory=dict)
    focal_point: tuple[float, float] = (0.0, 0.0)
    label: Label | None = None
    shows_date: bool = False
    shows_camera: bool = False

    def __post_init__(self) -> None:
        """Refuse what no page and no server could show.

        Raises:
            BadInput: with what to change.
        """
        for name, texts, longest in (
            (say("description"), self.alts, LONGEST_ALT),
            (say("caption"), self.captions, LONGEST_CAPTION),
        ):
            for text in texts.values():
                check_text(name, text, longest)
        if not all(-1 <= place <= 1 for place in self.focal_point):
            raise BadInput("a focal point has two numbers from -1 to 1")

    def views(self, kind: PictureType) -> tuple[Rendition, ...]:
        """Return what pages show of it in one type, the narrowest first."""
        found = (one for one in self.renditions if one.role is Role.VIEW and one.type == kind)
        return tuple(sorted(found, key=lambda one: one.width_px))

    def find(self, role: Role) -> Rendition | None:
        """Return its only picture for a *role*, or None."""
        return next((one for one in self.renditions if one.role == role), None)

    @property
    def post(self) -> Rendition:
        """What other servers fetch."""
        post = self.find(Role.POST)
        if post is None:
            raise BadInput("this photograph is not ready yet")
        return post

    def small(self, width_px: int) -> Rendition:
        """Return the narrowest JPEG of at least *width_px*, or the widest there is."""
        views = self.views(PictureType.JPEG)
        return next((one for one in views if one.width_px >= width_px), views[-1] if views else self.post)


def words_in(texts: Mapping[str, str], *languages: str) -> tuple[str, str]:
    """Return language and text of the first of *languages* that *texts* has, else of any; two empty texts for none."""
    language = next((one for one in languages if texts.get(one)), next((one for one in texts if texts[one]), ""))
    return (language, texts[language]) if language else ("", "")
