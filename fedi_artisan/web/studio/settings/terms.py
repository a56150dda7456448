"""On which terms photographs are shown: licence, full size, machines that learn, and a watermark."""

import dataclasses
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.terms import Licence, Position, Terms, Watermark
from fedi_artisan.errors import BadInput, NoRoom, Stalled, TooLarge
from fedi_artisan.media.incoming import receive_stream
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import settings as settings_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.sending import read_files
from fedi_artisan.web.studio.settings.settings import done, words_of
from fedi_artisan.web.studio.showing import show

_YES = "yes"
_NOTHING, _TEXT, _PICTURE = "nothing", "text", "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the form shows: what holds, or what was sent; numbers are in percent, as they were typed."""

    licence: str
    full_size: bool
    ai_refused: bool
    kind: str
    text: str
    position: str
    opacity: str
    scale: str


async def terms(request: Request, studio: Studio) -> Response:
    """Return the form, or take it in: the photographs that look otherwise now are made anew one after another."""
    standing = studio.artisan.terms
    if request.method != "POST":
        return _page(request, studio, _form_of(standing))
    form = _sent(studio.fields)
    site = site_of(request)
    try:
        wanted = _watermark(form, standing.watermark)
        if wanted is not None and wanted.text and wanted != standing.watermark:
            await site.intake.check_text(wanted)
        async with site.db.write() as tx:
            artisan = await artisans.get(tx, studio.artisan.id)
            changed = Terms(
                licence=Licence(form.licence) if form.licence in {*Licence} else artisan.terms.licence,
                full_size=form.full_size,
                ai_refused=form.ai_refused,
                watermark=wanted,
            )
            anew = await artisans_service.set_terms(tx, artisan, changed, site.clock())
    except BadInput as error:
        return _page(request, studio, form, words_of(request, error))
    return done("terms", anew=anew)


async def mark(request: Request, studio: Studio) -> Response:
    """Take in the picture that is to stand on her photographs, in the place of what stands there."""
    try:
        return done("terms", anew=await _keep_mark(request, studio))
    except (BadInput, TooLarge, Stalled, NoRoom) as error:
        return _page(request, studio, _form_of(studio.artisan.terms), words_of(request, error), error.status)


async def _keep_mark(request: Request, studio: Studio) -> int:
    """Keep the picture of the form; return how many photographs are to be made anew with it.

    Raises:
        Forbidden: the form is not of this session.
        BadInput, BadPhoto, TooLarge, Stalled: there is no picture in it that could be drawn.
    """
    site = site_of(request)
    config = await settings_service.current(site.db, site.config)
    files = read_files(request, studio, [], most_bytes=config.limits.photo_bytes)
    async with aclosing(files):
        async for file in files:
            with await receive_stream(config, file.file or "", file.chunks) as upload:
                async with site.intake.keep_mark_upload(upload, file.file or "") as image:
                    return await _put_mark(request, studio, image)
    raise BadInput("Choose a picture first: a PNG, best with a transparent ground.")


async def _put_mark(request: Request, studio: Studio, image: str) -> int:
    """Have the stored picture stand where the watermark stands; return how many photographs are to be made anew."""
    site = site_of(request)
    async with site.db.write() as tx:
        artisan = await artisans.get(tx, studio.artisan.id)
        standing = artisan.terms.watermark
        wanted = Watermark(image=image) if standing is None else dataclasses.replace(standing, text="", image=image)
        changed = dataclasses.replace(artisan.terms, watermark=wanted)
        return await artisans_service.set_terms(tx, artisan, changed, site.clock())


def _form_of(standing: Terms) -> Form:
    """Return the form as it says what holds."""
    mark = standing.watermark
    shown = mark or Watermark(text="-")
    return Form(
        licence=standing.licence,
        full_size=standing.full_size,
        ai_refused=standing.ai_refused,
        kind=_NOTHING if mark is None else _TEXT if mark.text else _PICTURE,
        text="" if mark is None else mark.text,
        position=shown.position,
        opacity=f"{100 * shown.opacity:g}",
        scale=f"{100 * shown.scale:g}",
    )


def _sent(fields: Mapping[str, str]) -> Form:
    """Return the form as it was filled in."""
    return Form(
        licence=fields.get("licence", ""),
        full_size=fields.get("full_size") == _YES,
        ai_refused=fields.get("ai_refused") == _YES,
        kind=fields.get("watermark", _NOTHING),
        text=fields.get("text", "").strip(),
        position=fields.get("position", ""),
        opacity=fields.get("opacity", "").strip(),
        scale=fields.get("scale", "").strip(),
    )


def _watermark(form: Form, standing: Watermark | None) -> Watermark | None:
    """Return the watermark that is wanted.

    Raises:
        BadInput: it cannot be so.
    """
    if form.kind not in {_TEXT, _PICTURE}:
        return None
    image = None if standing is None or form.kind == _TEXT else standing.image
    if form.kind == _PICTURE and image is None:
        raise BadInput("Choose the picture that should stand on your photographs, below.")
    if form.kind == _TEXT and not form.text:
        raise BadInput("Write what should stand on your photographs.")
    return Watermark(
        text=form.text if form.kind == _TEXT else "",
        image=image,
        position=Position(form.position) if form.position in {*Position} else Position.BOTTOM_RIGHT,
        opacity=_share(form.opacity),
        scale=_share(form.scale),
    )


def _share(percent: str) -> float:
    """Return what was written in percent as a part of one.

    Raises:
        BadInput: it is no number of percent.
    """
    try:
        value = Decimal(percent.replace("%", "").replace(",", ".").strip())
    except InvalidOperation:
        raise BadInput("Write a number of percent, such as 50.") from None
    return float(value / 100) if value.is_finite() else -1.0


def _page(
    request: Request,
    studio: Studio,
    form: Form,
    problem: str = "",
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    """Return the page with the form; with a problem, it is an answer to what was sent."""
    return show(
        request,
        studio,
        "studio/settings_terms.html",
        status=status if problem else HTTPStatus.OK,
        form=form,
        problem=problem,
        licences=tuple(Licence),
        positions=tuple(Position),
        has_picture=studio.artisan.terms.watermark is not None and studio.artisan.terms.watermark.image is not None,
    )
