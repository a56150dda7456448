"""The page that shows whom or what she is about to follow, like, share or answer, before anything is done."""

from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.sought import Address, Missing, read_sought
from fedi_artisan.errors import BadInput
from fedi_artisan.federation.looking import Found, Here
from fedi_artisan.services import following as following_service
from fedi_artisan.services import people as people_service
from fedi_artisan.services import reacting
from fedi_artisan.services.followers import Known
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note
from fedi_artisan.web.arriving import ASKED, WRITE
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.around import results
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = ASKED


class Deed(StrEnum):
    """What she can do; the value stands in addresses and forms."""

    FOLLOW = "follow"
    LIKE = "like"
    ANNOUNCE = "announce"
    REPLY = "reply"

    @property
    def is_about_posts(self) -> bool:
        """Whether it is done with what somebody wrote, and not with whoever wrote it."""
        return self is not Deed.FOLLOW


async def asked(request: Request, studio: Studio) -> Response:
    """Return who or what it is, with the one button; after a POST, the way to where it was done.

    Raises:
        BadInput: the form does not say what to do.
    """
    if request.method == "POST":
        return await _done(request, studio)
    uri = request.query_params.get("uri", "")
    found = await results.look_for(request, studio, uri)
    wanted = request.query_params.get("do") or _of_link(uri)
    return await _page(request, studio, uri, found, _deed_of(wanted, found))


async def _done(request: Request, studio: Studio) -> Response:
    """Do what she confirmed. Of what was shown to her a moment ago nobody is asked again."""
    uri, given = studio.fields.get("uri", ""), studio.fields.get("do", "")
    if given not in set(Deed) or not uri:
        raise BadInput("the form does not say what to do")
    deed, found = Deed(given), await results.look_for(request, studio, uri)
    if isinstance(found, Found) and deed is Deed.FOLLOW:
        async with site_of(request).actors.write() as tx:
            return see(await _follow(tx, request, studio, found))
    if isinstance(found, Found) and found.note is not None:
        async with site_of(request).actors.write() as tx:
            known = await site_of(request).looking.remember(tx, found)
            return see(await _respond(tx, request, studio, known, found.note, deed=deed))
    return await _page(request, studio, uri, found, deed)


async def _follow(tx: Tx, request: Request, studio: Studio, found: Found) -> str:
    """Follow whoever was found, unless that was asked already; return where she is shown."""
    site = site_of(request)
    known = await site.looking.remember(tx, found)
    await following_service.request_once(tx, site.uris, studio.artisan, known.id, now=site.clock())
    return f"{results.PEOPLE}/{known.id}?told=asked"


async def _respond(tx: Tx, request: Request, studio: Studio, known: Known, note: Note, *, deed: Deed) -> str:
    """Like, share or begin to answer what was found; return where that is shown."""
    site, now = site_of(request), site_of(request).clock()
    post = await people_service.remember_post(tx, site.uris, note, known, now)
    if deed is Deed.REPLY:
        return f"{WRITE}?to={post.id}"
    do = reacting.like if deed is Deed.LIKE else reacting.announce
    await do(tx, site.uris, studio.artisan, post, now)
    return f"{results.AROUND}/{post.id}"


def _of_link(uri: str) -> str:
    """Return what a link of FEP-07d7 says that is to be done."""
    sought = read_sought(uri)
    intent = sought.intent if isinstance(sought, Address) else ""
    return Deed.REPLY if intent == "create" else intent


def _deed_of(given: str, found: Found | Here | Missing) -> Deed | None:
    """Return what she was sent here to do; None where that is for her to say, or cannot be done with what was found."""
    is_post = isinstance(found, Found) and found.note is not None
    deed = Deed(given) if given in set(Deed) else None
    if not is_post:
        return Deed.FOLLOW
    return deed if deed is not None and deed.is_about_posts else None


async def _page(
    request: Request, studio: Studio, uri: str, found: Found | Here | Missing, deed: Deed | None
) -> Response:
    """Return the page: with what was found, or with why nothing was and room for another address."""
    return show(
        request,
        studio,
        "studio/asked.html",
        status=results.status_of(found),
        result=await results.result_of(request, studio, found),
        uri=uri,
        deed=deed,
    )
