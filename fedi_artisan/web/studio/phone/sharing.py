"""Sharing from a phone's gallery: what was shared becomes a new work.

Where our worker runs, it keeps what is shared on the phone, whether she is signed in or not, and the page of the draft
sends it. Where it does not run yet, the phone sends the photographs here.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.errors import Forbidden
from fedi_artisan.services import drafts
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import site_of
from fedi_artisan.web.senders import from_here
from fedi_artisan.web.studio.door import enter
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio
from fedi_artisan.web.studio.writing.photo_forms import Sent, not_all_came, read_sent

SHARE = "/studio/share"
BEGIN = "/studio/share/begin"
# What else is shared beside photographs is what somebody would have typed: a line and a few words.
_LONGEST_TITLE = 200
_LONGEST_TEXT = 5_000


async def waiting(request: Request, studio: Studio) -> Response:
    """Return the page that makes a new work of what waits on the phone."""
    return show(request, studio, "studio/share.html", kept_from_strangers=False)


async def begin(request: Request, studio: Studio) -> Response:
    """Begin a draft for what waits on the phone, and tell the script where it is."""
    draft = await _begin(request, studio, studio.fields)
    return JSONResponse({"to": f"/studio/drafts/{draft.uid}"}, HTTPStatus.CREATED)


async def receive(request: Request) -> Response:
    """Take in what a phone shares without our worker: into a new draft, or not at all where nobody is signed in.

    A phone's own menu knows no token: as with any form, what matters is that no other site could send this.

    Raises:
        Forbidden: it could have been.
        WrongMediaType, BadInput, TooLarge, Stalled: it cannot be read to its end.
    """
    if not from_here(request):
        raise Forbidden("this form was filled in on another site")
    entered = await enter(request)
    if entered is None:
        # Nobody knows whose bytes these are: there is no place for them.
        return show(request, None, "studio/share.html", status=HTTPStatus.UNAUTHORIZED, kept_from_strangers=True)
    request.state.studio_language = entered.artisan.studio_language
    studio = Studio(artisan=entered.artisan, session=entered.session, token=form_token(entered.token), fields=Fields())
    with site_of(request).gate.entered():
        sent = await read_sent(request, studio, draft=None, open_to_all=True)
    draft = await _begin(request, studio, Fields(sent.fields), sent)
    if sent.refused:
        return not_all_came(request, studio, draft, sent)
    return see(f"/studio/drafts/{draft.uid}")


async def _begin(request: Request, studio: Studio, fields: Fields, sent: Sent | None = None) -> KeptDraft:
    """Return a new draft in which stands what was shared."""
    site = site_of(request)
    texts = (fields.get("text", "").strip(), fields.get("url", "").strip())
    said = {
        "title": " ".join(fields.get("title", "").split())[:_LONGEST_TITLE],
        "text": "\n\n".join(text for text in texts if text)[:_LONGEST_TEXT],
    }
    async with site.db.write() as tx:
        return await drafts.begin(
            tx,
            studio.artisan,
            site.clock(),
            photos=[] if sent is None else sent.kept,
            typed={name: text for name, text in said.items() if text},
        )
