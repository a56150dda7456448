"""The pages of her messages: with whom she writes, and what was said between them."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.messages import Talk, talks
from fedi_artisan.domain.people import Person
from fedi_artisan.domain.posts import Visibility
from fedi_artisan.services import messages as messages_service
from fedi_artisan.services import timeline as timeline_service
from fedi_artisan.storage import happenings, people, timeline
from fedi_artisan.storage import messages as stored
from fedi_artisan.storage.db import Tx, from_ms, to_ms
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.news.happened import stored_moment
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.speaking.composing import NEW

PATH = "/studio/messages"
PER_PAGE = 30
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody with whom she writes; *person* where she is known here."""

    called: str
    handle: str
    person: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Messages between the same people, as pages show them: whom they are with, and which she has not read."""

    talk: Talk
    others: Collection[Other]
    unread: Collection[int]


async def messages(request: Request, studio: Studio) -> Response:
    """Return with whom she writes, the last first.

    Raises:
        NoSuchPage: there are not that many.
    """
    site, number = site_of(request), number_of(request)
    async with site.db.read() as tx:
        found = talks(await stored.list_direct(tx, studio.artisan.id), site.uris.actor(studio.artisan.uid))
        leaf = leaf_of(number, found[(number - 1) * PER_PAGE :][: PER_PAGE + 1], PER_PAGE)
        shown = await _shown(tx, studio, leaf.items)
    return show(request, studio, "studio/messages.html", leaf=leaf, talks=shown)


async def talk(request: Request, studio: Studio) -> Response:
    """Return all that was said between those among whom one message is; after a POST, it is read so far.

    Raises:
        BadInput: the form does not say until when.
        NotFound: there is no such message to her or by her.
    """
    site = site_of(request)
    post_id: int = request.path_params["id"]
    if request.method == "POST":
        until = min(from_ms(stored_moment(studio.fields.get("until", ""))), site.clock())
        async with site.db.write() as tx:
            found = await messages_service.find(tx, site.uris, studio.artisan, post_id)
            await messages_service.mark_read(tx, studio.artisan, found, until)
        return see(f"{PATH}/{post_id}?told=read")
    async with site.db.read() as tx:
        found = await messages_service.find(tx, site.uris, studio.artisan, post_id)
        entries = await timeline.list_entries(tx, studio.artisan.id, found.messages[-MOST_SHOWN:])
        quoted = await timeline_service.list_quoted_works(tx, site.uris, found.messages[-MOST_SHOWN:])
        [shown] = await _shown(tx, studio, [found])
    return show(
        request,
        studio,
        "studio/talks.html",
        shown=shown,
        entries=entries,
        until=to_ms(max(one.received_at for one in found.messages)),
        told=request.query_params.get("told", "") == "read",
        quoted_works=quoted,
        more=len(found.messages) > MOST_SHOWN,
        answered=found.newest_of_others,
        write=_write(shown),
    )


async def _shown(tx: Tx, studio: Studio, found: Collection[Talk]) -> list[Shown]:
    """Return talks as pages show them."""
    known = await people.list_by_uri(tx, {uri for one in found for uri in one.with_uris})
    read_until = await happenings.find_read_until(tx, studio.artisan.id)
    read = await stored.list_read(tx, studio.artisan.id)
    return [
        Shown(
            talk=one,
            others=[_other(one, uri, known.get(uri)) for uri in one.with_uris],
            unread=one.unread(read_until, read),
        )
        for one in found
    ]


def _other(talk: Talk, uri: str, person: Person | None) -> Other:
    handle = talk.handle_of(uri) if person is None else person.handle
    return Other(called=handle if person is None else person.called, handle=handle, person=person)


def _write(shown: Shown) -> str:
    """Return where she writes once more to those who have not answered yet."""
    text = "".join(f"{one.handle} " for one in shown.others)
    return f"{NEW}?{urlencode({'visibility': Visibility.DIRECT, 'text': text})}"
