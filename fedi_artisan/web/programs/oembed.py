"""Being shown on other pages: the frames themselves, and oEmbed, by which other programs learn of them.

Source: https://oembed.com
"""

from urllib.parse import parse_qs, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.photos import Photo, PictureType, Rendition, Role
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, NotFound, NotOffered
from fedi_artisan.language import LANGUAGES
from fedi_artisan.storage import languages
from fedi_artisan.vocab import json
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import raw_document
from fedi_artisan.web.people.pages import answer
from fedi_artisan.web.programs import frames
from fedi_artisan.web.programs.frames import Frame

_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_LARGEST = 9999
# These alone may stand on everybody's pages.
_FRAMED = ("frame-ancestors 'none'", "frame-ancestors *")


async def embed(request: Request) -> Response:
    """Return what stands in the frame of a work, a series or a portfolio.

    Raises:
        NotFound: there is no such page, or it cannot be shown elsewhere.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        spoken = negotiate.spoken(request, further=await languages.list_written(tx))
        frame = await frames.find(tx, request.scope["path"].removesuffix("/embed") or "/", spoken.texts)
    if frame is None:
        raise NotFound("there is nothing to be shown elsewhere")
    body = site.pages.render(
        "embed.html", language=spoken.interface, texts=spoken.texts, frame=frame, chosen=spoken.chosen
    )
    made = answer(request, body, language=spoken.interface, ai_refused=frame.ai_refused)
    made.headers["Content-Security-Policy"] = made.headers["Content-Security-Policy"].replace(*_FRAMED)
    return made


async def oembed(request: Request) -> Response:
    """Return how a page of ours is shown on another.

    Raises:
        BadInput: no address is given, or a size is none.
        NotFound: it is not the address of something that can be shown elsewhere.
        NotOffered: it is asked for in another form than JSON or XML.
    """
    site = site_of(request)
    form = request.query_params.get("format") or "json"
    if form not in _TYPES:
        raise NotOffered("the formats are json and xml")
    limits = _size(request, "maxwidth"), _size(request, "maxheight")
    path, chosen = _page_of(request.query_params.get("url", ""), site.uris)
    async with site.db.read() as tx:
        if chosen not in {*LANGUAGES, *await languages.list_written(tx)}:
            chosen = None
        frame = await frames.find(tx, path, chosen or "")
    if frame is None:
        raise NotFound("there is nothing here that could be shown elsewhere")
    content = _oembed(frame, site.uris, limits, chosen)
    body = site.pages.render_xml("oembed.xml", content=content) if form == "xml" else json.dumps(content)
    return raw_document(request, body, media_type=_TYPES[form], ai_refused=frame.ai_refused)


def _size(request: Request, name: str) -> int | None:
    """Return a limit in pixels; None where there is none.

    Raises:
        BadInput: it is no number of pixels.
    """
    given = request.query_params.get(name)
    if not given:
        return None
    if not (given.isascii() and given.isdigit()) or int(given[:9]) == 0:
        raise BadInput(f"{name} is a number of pixels")
    return min(int(given[:9]), _LARGEST)


def _page_of(url: str, uris: Uris) -> tuple[str, str | None]:
    """Return path and chosen language of the page at *url*; whatever else is in its query does not matter.

    Raises:
        BadInput: no address is given.
        NotFound: it is not ours.
    """
    if not url:
        raise BadInput("say of which page, with url=")
    if not uris.is_ours(url):
        raise NotFound("that is no page of this site")
    parts = urlsplit(url)
    return unquote(parts.path) or "/", parse_qs(parts.query).get("lang", [None])[0]


def _oembed(frame: Frame, uris: Uris, limits: tuple[int | None, int | None], chosen: str | None) -> dict[str, object]:
    """Return the answer: a frame, so that readers see the title and the maker with the picture.

    Programs that take no frames from strangers read the page instead (WIRE 9).
    """
    size = frame.size(*limits)
    content: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": frame.title,
        "author_name": frame.artisan.name,
        "author_url": uris.profile_url(frame.artisan.username),
        "provider_name": frame.artisan.name if frame.home_path == "/" else uris.host,
        "provider_url": f"{uris.origin}/",
        "html": frame.html(uris, size, chosen),
        "width": size.width_px,
        "height": size.height_px,
    }
    thumbnail = _thumbnail(frame.photo, limits)
    if thumbnail is not None:
        content |= {
            "thumbnail_url": uris.media_url(thumbnail.file),
            "thumbnail_width": thumbnail.width_px,
            "thumbnail_height": thumbnail.height_px,
        }
    return content


def _thumbnail(photo: Photo | None, limits: tuple[int | None, int | None]) -> Rendition | None:
    """Return the preview, or the largest view that keeps within the limits; None where all are too large."""
    if photo is None:
        return None
    widest, highest = (limit or _LARGEST for limit in limits)
    preview = photo.find(Role.CARD)
    there = ([] if preview is None else [preview]) + list(photo.views(PictureType.JPEG))[::-1]
    return next((one for one in there if one.width_px <= widest and one.height_px <= highest), None)
