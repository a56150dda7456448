"""What came of looking for somebody or something, as pages of the studio show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.people import Person
from fedi_artisan.domain.sought import Missing
from fedi_artisan.domain.uris import host_of
from fedi_artisan.domain.works import Work
from fedi_artisan.federation.looking import Found, Here
from fedi_artisan.storage import actors, following, people, unwelcome
from fedi_artisan.vocab.html import plain_text
from fedi_artisan.vocab.notes import Note
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.visit import Studio
from fedi_artisan.web.tries import Pace

AROUND = "/studio/around"
PEOPLE = "/studio/people"
# How often one artisan may have us ask other servers: enough for whoever pastes one address after the other.
PACE = Pace(20, 5.0)
_LONGEST_EXCERPT = 500

_STATUS: Mapping[Missing, HTTPStatus] = {
    Missing.EMPTY: HTTPStatus.OK,
    Missing.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing.MAIL: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing.CLOSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing.NOBODY: HTTPStatus.NOT_FOUND,
    Missing.SILENT: HTTPStatus.GATEWAY_TIMEOUT,
    Missing.NEITHER: HTTPStatus.NOT_FOUND,
    Missing.BROKEN: HTTPStatus.BAD_GATEWAY,
    Missing.UNCONFIRMED: HTTPStatus.BAD_GATEWAY,
    Missing.REFUSED: HTTPStatus.BAD_GATEWAY,
    Missing.BLOCKED: HTTPStatus.FORBIDDEN,
    Missing.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
    Missing.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a page shows of it: somebody elsewhere with or without what she wrote, somebody here, or why nobody.

    Args:
        person: elsewhere; her row is 0 where she is not known here.
        state: of her being followed: "requested", "accepted", "rejected"; None where that was never asked.
        about: how she describes herself, as plain words.
        note: what she wrote, with the beginning of it as plain words in *words*.
        artisan, work: of this server.
        missing: why nothing was found.
    """

    person: Person | None = None
    state: str | None = None
    about: str = ""
    note: Note | None = None
    words: str = ""
    artisan: Artisan | None = None
    work: Work | None = None
    missing: Missing | None = None


async def look_for(request: Request, studio: Studio, text: str) -> Found | Here | Missing:
    """Return what *text* names, or why it was not found; she is kept from asking others without measure."""
    site = site_of(request)
    if text.strip() and site.tries.take((f"looks:{studio.artisan.id}", PACE)) > 0:
        return Missing.TOO_OFTEN
    found = await site.looking.find(text)
    if isinstance(found, Found):
        async with site.db.read() as tx:
            if await unwelcome.blocks(tx, studio.artisan.id, found.actor):
                return Missing.BLOCKED
    return found


def status_of(found: Found | Here | Missing) -> HTTPStatus:
    """Return the status of a page with this on it."""
    return _STATUS[found] if isinstance(found, Missing) else HTTPStatus.OK


async def result_of(request: Request, studio: Studio, found: Found | Here | Missing) -> Result:
    """Return what a page shows of it."""
    if isinstance(found, Missing):
        return Result(missing=found)
    if isinstance(found, Here):
        return Result(artisan=found.artisan, work=found.work)
    actor = found.actor
    async with site_of(request).db.read() as tx:
        known_id = await actors.find_id(tx, actor.uri)
        known = None if known_id is None else await people.find(tx, known_id)
        followed = await following.find(tx, studio.artisan.id, actor.uri)
    person = Person(
        id=known_id or 0,
        uri=actor.uri,
        url=actor.url or actor.uri,
        name=actor.name,
        username=actor.username,
        host=host_of(actor.uri),
        avatar=None if known is None else known.avatar,
    )
    return Result(
        person=person,
        state=None if followed is None else followed.state,
        about=_beginning(actor.summary_html),
        note=found.note,
        words="" if found.note is None else _beginning(found.note.content_html),
    )


def _beginning(html: str) -> str:
    """Return how a text begins, as plain words."""
    words = plain_text(html)
    return words if len(words) <= _LONGEST_EXCERPT else f"{words[:_LONGEST_EXCERPT].rsplit(' ', 1)[0]} …"
