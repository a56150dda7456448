"""What an artisan prints: the label that stands beside a work, and her card."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.photos import words_in
from fedi_artisan.errors import NotFound
from fedi_artisan.storage import artisans, works
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.links import links_of
from fedi_artisan.web.people.public import asked_artisan
from fedi_artisan.web.people.qr import code_of
from fedi_artisan.web.people.shell import Shell, shell_of
from fedi_artisan.web.people.showing import show

# Up to so many letters, a title or a name is set in the first, second, third, fourth size of its paper.
_STEPS = (26, 60, 110, 220)
_CARDS_ON_SHEET = 10


@dataclass(frozen=True, slots=True)
class Paper:
    """A size to print on. The style sheet knows it by its *name*, and so do addresses."""

    name: str
    width_mm: int
    height_mm: int


LABELS = (Paper("a6", 148, 105), Paper("small", 85, 55), Paper("strip", 62, 29))
CARD = Paper("small", 85, 55)
SHEET = Paper("a4", 210, 297)


async def label(request: Request) -> Response:
    """Return the label of a work, in the size `?size=`, and with its price unless `?price=no`.

    Raises:
        NotFound: there was never such a work, or there is no such size.
        Gone: it was withdrawn.
    """
    sizes = [paper.name for paper in LABELS]
    size = _asked(request, "size", sizes) or sizes[0]
    with_price = _asked(request, "price", ["no"]) is None
    site = site_of(request)
    async with site.db.read() as tx:
        work = await works.get_shown(tx, request.path_params["slug"])
        artisan = await artisans.get(tx, work.artisan_id)
        shell = await shell_of(tx, artisan)
    written_in, said = work.draft.wording(negotiate.spoken(request, further=shell.tongues).texts)
    url = site.uris.work_url(work.slug)
    return show(
        request,
        "label.html",
        shell=shell,
        ai_refused=artisan.terms.ai_refused,
        texts_in=work.draft.languages,
        work=work,
        written_in=written_in,
        said=said,
        step=step(said.title),
        way=_ways(request, shell, f"/works/{work.slug}/label"),
        labels=LABELS,
        paper=LABELS[sizes.index(size)],
        with_price=with_price,
        code=code_of(url),
        printed_url=_without_scheme(url),
    )


async def card(request: Request) -> Response:
    """Return the card of the only artisan here, or of the one in the path; with `?sheet=a4` ten of them on one sheet.

    Raises:
        NotFound: nobody here has this name, or there is not exactly one to choose; there is no such sheet.
    """
    sheet = _asked(request, "sheet", [SHEET.name])
    site = site_of(request)
    async with site.db.read() as tx:
        artisan, _ = await asked_artisan(request, tx)
        if artisan is None:
            raise NotFound("there is nobody of this name here")
        shell = await shell_of(tx, artisan)
    texts = negotiate.spoken(request, further=shell.tongues).texts
    url = f"{site.uris.origin}{shell.home_path}"
    return show(
        request,
        "card.html",
        shell=shell,
        ai_refused=artisan.terms.ai_refused,
        craft=words_in(artisan.crafts, texts, artisan.language),
        home_place=words_in(artisan.places, texts, artisan.language),
        step=step(artisan.name),
        way=_ways(request, shell, shell.path("card")),
        paper=CARD if sheet is None else SHEET,
        copies=1 if sheet is None else _CARDS_ON_SHEET,
        code=code_of(url),
        printed_url=_without_scheme(url),
    )


def step(text: str) -> int:
    """Return in which of five sizes a title or a name is set, 1 being the largest, so that it fits its paper."""
    breadth = sum(2 if letter.isupper() or unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return 1 + sum(breadth > longest for longest in _STEPS)


def _asked(request: Request, name: str, known: Sequence[str]) -> str | None:
    """Return what the parameter *name* asks for, which must be one of those *known*; None where it is not there.

    Raises:
        NotFound: it is none of them.
    """
    value = request.query_params.get(name)
    if value is not None and value not in known:
        raise NotFound(f"there is no such {name} to print: {', '.join(known)}")
    return value


def _ways(request: Request, shell: Shell, path: str) -> Callable[..., str]:
    """Return what gives the address of *path* with what it is asked for, and with the language that was chosen."""
    chosen = links_of(request, further=shell.tongues).chosen

    def way(**asked: str | None) -> str:
        query = urlencode({name: value for name, value in {**asked, "lang": chosen}.items() if value is not None})
        return f"{path}?{query}" if query else path

    return way


def _without_scheme(url: str) -> str:
    """Return an address as people write it."""
    return url.partition("://")[2].rstrip("/")
