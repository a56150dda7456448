"""What of a page can stand on somebody else's: a picture with a few words, in a frame of its own."""

import math
import re
from dataclasses import dataclass
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.people.links import in_language
from fedi_artisan.web.people.shell import Shell

USUAL_WIDTH_PX = 480
WIDEST_PX = 800
USUAL_HEIGHT_PX = 720
WITHOUT_PICTURE_PX = 160
# What the words below the picture take, as embed.css sets them: the edges, each line, and how wide letters are at most.
_AROUND_PX, _TITLE_PX, _MAKER_PX = 31, 23, 22
_TITLE_LETTER_PX, _MAKER_LETTER_PX = 10, 8
_AVAILABILITY_LETTERS = 20
_NARROWEST_PX = 240
_SIDE_PX = 16
_MOST_LINES = 3
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
_PAGE = re.compile(r"/(?:(?P<kind>works/|series/|@)(?P<name>[^/]+))?")


class Size(NamedTuple):
    """How large a frame is."""

    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is shown of a page elsewhere, and how large.

    Args:
        path: of the page.
        language: of the title.
        title: of the work or series; the artisan's name for her portfolio.
        artisan: whose it is.
        home_path: where her works are.
        photo: the picture, or None.
        written_in: the language that the picture's words are first looked for in.
        work: where it shows one.
        ai_refused: whether machines are asked not to learn from it.
    """

    path: str
    language: str
    title: str
    artisan: Artisan
    home_path: str
    photo: Photo | None
    written_in: str
    ai_refused: bool
    work: Work | None = None

    @property
    def embed_path(self) -> str:
        """Where the frame's content is."""
        return f"{self.path.removesuffix('/')}/embed"

    def size(self, widest_px: int | None = None, highest_px: int | None = None) -> Size:
        """Return the size of the frame: the picture in its proportions with the words below, within these limits."""
        width = min(widest_px or USUAL_WIDTH_PX, WIDEST_PX)
        highest = highest_px or USUAL_HEIGHT_PX
        if self.photo is None:
            return Size(width, min(WITHOUT_PICTURE_PX, highest))
        ratio = self.photo.width_px / self.photo.height_px
        words = self.words_px(width)
        height = round(width / ratio) + words
        if height > highest:
            # A picture that stands upright gets a narrower frame, as long as the words still have room.
            narrower = max(round((highest - words) * ratio), _NARROWEST_PX)
            return Size(min(width, narrower), highest)
        return Size(width, height)

    def words_px(self, width_px: int) -> int:
        """Return how high the words below the picture are in a frame of this width, about."""
        room = max(width_px - 2 * _SIDE_PX, 1)
        title = math.ceil(len(self.title) * _TITLE_LETTER_PX / room)
        maker = math.ceil((len(self.artisan.name) + _AVAILABILITY_LETTERS) * _MAKER_LETTER_PX / room)
        return _AROUND_PX + min(title, _MOST_LINES) * _TITLE_PX + min(maker, _MOST_LINES) * _MAKER_PX

    def html(self, uris: Uris, size: Size, chosen: str | None = None) -> str:
        """Return the HTML that shows it on another page; in the language *chosen*, else in the reader's."""
        url = in_language(f"{uris.origin}{self.embed_path}", chosen or None)
        title = self.title if self.work is None else f"{self.title} – {self.artisan.name}"
        return (
            f'<iframe src="{escape(url)}" width="{size.width_px}" height="{size.height_px}" title="{escape(title)}" '
            f'sandbox="{_SANDBOX}" loading="lazy" style="border:0;max-width:100%"></iframe>'
        )


async def find(tx: Tx, path: str, language: str) -> Frame | None:
    """Return the frame of the page at *path*, titled in *language* if possible; None where there is none."""
    match = _PAGE.fullmatch(path)
    if match is None:
        return None
    everybody = {artisan.id: artisan for artisan in await artisans.list_all(tx)}
    alone = len(everybody) == 1
    name = match["name"]
    if match["kind"] == "works/":
        work = await works.find_by_slug(tx, name)
        shown = work is not None and work.withdrawn_at is None and work.draft.audience.opens
        return of_work(work, everybody[work.artisan_id], language, alone=alone) if work and shown else None
    if match["kind"] == "series/":
        return await _series(tx, name, everybody, language)
    if match["kind"] is None:
        artisan = next(iter(everybody.values())) if alone else None
    else:
        artisan = await artisans.find_by_username(tx, name)
    return None if artisan is None else await _portfolio(tx, artisan, alone=alone)


def of_work(work: Work, artisan: Artisan, language: str, *, alone: bool) -> Frame:
    """Return the frame of a work."""
    written_in, wording = work.draft.wording(language)
    return Frame(
        path=f"/works/{work.slug}",
        language=written_in,
        title=wording.title,
        artisan=artisan,
        home_path=home_path(artisan, alone=alone),
        photo=next(iter(work.draft.photos), None),
        written_in=written_in,
        ai_refused=work.draft.terms.within(artisan.terms).ai_refused,
        work=work,
    )


async def _series(tx: Tx, slug: str, everybody: dict[int, Artisan], language: str) -> Frame | None:
    """Return the frame of a series of which something is shown."""
    shown = next((one for one in await series_rows.list_shown(tx) if one.series.slug == slug), None)
    if shown is None:
        return None
    artisan = everybody[shown.artisan_id]
    written_in, wording = shown.series.wording(language)
    return Frame(
        path=f"/series/{quote(slug)}",
        language=written_in,
        title=wording.name,
        artisan=artisan,
        home_path=home_path(artisan, alone=len(everybody) == 1),
        photo=shown.cover,
        written_in=shown.cover_language,
        ai_refused=artisan.terms.ai_refused,
    )


async def _portfolio(tx: Tx, artisan: Artisan, *, alone: bool) -> Frame:
    """Return the frame of everything an artisan shows: her header picture, or what of her works is shown first."""
    path = home_path(artisan, alone=alone)
    photo, written_in = await cover(tx, artisan)
    return Frame(
        path=path,
        language=artisan.language,
        title=artisan.name,
        artisan=artisan,
        home_path=path,
        photo=photo,
        written_in=written_in,
        ai_refused=artisan.terms.ai_refused,
    )


async def cover(tx: Tx, artisan: Artisan) -> tuple[Photo | None, str]:
    """Return the picture that stands for all of an artisan's works, or None, and the language of its words."""
    if artisan.image is not None:
        return artisan.image, artisan.language
    chosen = [work for work in await works.list_featured(tx, artisan.id, limit=1) if work.draft.photos]
    return (chosen[0].draft.photos[0], chosen[0].draft.language) if chosen else (None, artisan.language)


def home_path(artisan: Artisan, *, alone: bool) -> str:
    """Return the path of an artisan's portfolio: the whole site where she is alone."""
    return Shell(artisan=artisan, alone=alone).home_path
