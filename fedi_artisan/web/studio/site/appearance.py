"""The page on which an artisan chooses how her site looks, beside a frame that shows it so."""

import dataclasses
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.appearance import Appearance, Home, Layout, Typeface
from fedi_artisan.domain.colours import on_dark, on_light
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people import home
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.typed import Faults, Typed, typed_in

PATH = "/studio/appearance"
FIELDS = ("layout", "typeface", "accent", "own_accent", "home")
OWN_ACCENT = "own"
# A handful that go with paper and wall: clay is the usual one.
ACCENTS = ("#8c4426", "#a3402f", "#7a5a14", "#4c6136", "#2b6660", "#31597d", "#5c4a82", "#8a3f62")


async def appearance(request: Request, studio: Studio) -> Response:
    """Return the form; after a POST save how her pages look, or show it without saving where she only tries."""
    if request.method != "POST":
        values = written(studio.artisan.appearance)
        return _page(request, studio, Typed(values=values), saved="saved" in request.query_params)
    values, faults = typed_in(studio.fields, FIELDS), Faults()
    read(values, studio.artisan.appearance, faults)
    if faults.found or "try" in studio.fields:
        return _page(request, studio, Typed(values=values, problems=faults.found), is_tried=not faults.found)
    await save(request, studio, values)
    return see(f"{PATH}?saved=yes")


async def preview(request: Request, studio: Studio) -> Response:
    """Return her home as it would look with what the address asks for; what it does not name is as it is.

    Raises:
        NotFound: the address asks for what there is not.
    """
    asked, faults = request.query_params, Faults()
    values = written(studio.artisan.appearance) | {name: asked[name] for name in FIELDS if name in asked}
    looks = read(values, studio.artisan.appearance, faults)
    if faults.found:
        raise NotFound("there is no such look")
    response = await home.portfolio(request, dataclasses.replace(studio.artisan, appearance=looks), is_tried=True)
    return _framed(response)


async def save(request: Request, studio: Studio, values: Mapping[str, str]) -> None:
    """Keep how her pages look, as the form has it; nothing where something of it cannot be."""
    faults = Faults()
    async with site_of(request).db.write() as tx:
        # Read anew: the order of works, for example, may have changed in another window.
        artisan = await artisans.get(tx, studio.artisan.id)
        looks = read(values, artisan.appearance, faults)
        if not faults.found and looks != artisan.appearance:
            await artisans_service.set_appearance(tx, artisan, looks)


def written(looks: Appearance) -> dict[str, str]:
    """Return how an appearance reads in the form."""
    accent = looks.accent or ACCENTS[0]
    is_own = accent not in ACCENTS
    return {
        "layout": looks.layout,
        "typeface": looks.typeface,
        "home": looks.home,
        "accent": OWN_ACCENT if is_own else accent,
        "own_accent": accent,
    }


def read(values: Mapping[str, str], kept: Appearance, faults: Faults) -> Appearance:
    """Return the appearance as the form has it; what is at fault is as it was."""
    changes: dict[str, object] = {}
    for name, kind in (("layout", Layout), ("typeface", Typeface), ("home", Home)):
        if values[name] in list(kind):
            changes[name] = kind(values[name])
        else:
            faults.note(name, BadInput("choose one of these"))
    accent = (values["own_accent"] if values["accent"] == OWN_ACCENT else values["accent"]).lower()
    with faults.at("own_accent" if values["accent"] == OWN_ACCENT else "accent"):
        changes["accent"] = Appearance(accent=accent).accent if accent != ACCENTS[0] else None
    return kept if faults.found else dataclasses.replace(kept, **changes)  # type: ignore[arg-type]  # read above


def adjusted(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return what her colour becomes by day and by night, so that it can be read; None where it can be as it is."""
    try:
        accent = Appearance(accent=values["own_accent"].lower()).accent
    except BadInput:
        accent = None
    if values["accent"] != OWN_ACCENT or accent is None:
        return None, None
    light, dark = on_light(accent), on_dark(accent)
    return (light if light != accent else None), (dark if dark != accent else None)


def preview_url(values: Mapping[str, str]) -> str:
    """Return the address of the frame that shows her home so."""
    return f"{PATH}/preview?{urlencode({name: values[name] for name in FIELDS})}"


def _framed(response: Response) -> Response:
    """Return a public page as the studio shows it in a frame: to her alone, and kept by nobody."""
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    for name in ("ETag", "Link"):
        if name in response.headers:
            del response.headers[name]
    return response


def _page(request: Request, studio: Studio, form: Typed, *, saved: bool = False, is_tried: bool = False) -> Response:
    """Return the page with this form, and her home in a frame as the form has it."""
    is_sound = not form.problems
    return show(
        request,
        studio,
        "studio/appearance.html",
        status=form.status,
        form=form,
        saved=saved,
        is_tried=is_tried,
        **values_of(form.values if is_sound else written(studio.artisan.appearance), form),
    )


def values_of(sound: Mapping[str, str], form: Typed) -> dict[str, object]:
    """Return what templates/studio/looks.html shows."""
    return {"accents": ACCENTS, "adjusted": adjusted(form.values), "frame": preview_url(sound)}
