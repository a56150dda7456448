"""ActivityStreams documents under `/ap/`, and the inboxes."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.works import MOST_FEATURED, Audience, Work
from fedi_artisan.errors import NotFound, WrongMediaType
from fedi_artisan.services.pins import uri_of
from fedi_artisan.storage import artisans, conversation, deliveries, followers, following, works
from fedi_artisan.storage import featured as featured_storage
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab import render
from fedi_artisan.web import negotiate
from fedi_artisan.web.bodies import media_type, read_body
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document, raw_document
from fedi_artisan.web.readers import for_one_alone, is_follower, signed

MOST_REPLIES = 100
_INBOX_TYPES = frozenset({negotiate.ACTIVITY_JSON, negotiate.LD_JSON, "application/json"})


async def instance_actor(request: Request) -> Response:
    """Return the actor that signs this server's own questions; always readable unsigned (WIRE 2.5)."""
    site = site_of(request)
    async with site.db.read() as tx:
        key = await artisans.get_key(tx, None)
    return document(request, render.instance_actor(site.uris, public_pem=key.public_pem))


async def nothing(request: Request) -> Response:
    """Return the empty outbox of the instance actor."""
    return document(request, render.collection(site_of(request).uris.instance_actor + "/outbox", total=0, items=[]))


async def actor(request: Request) -> Response:
    """Return an artisan's actor document (WIRE 3).

    Raises:
        NotFound: there is no such actor.
    """
    async with site_of(request).db.read() as tx:
        return await _actor_document(request, tx, await artisan_of_path(request, tx))


async def actor_of_profile(request: Request) -> Response:
    """Return the actor whose page this is, to a server that asked the page (WIRE 1.5).

    Raises:
        NotFound: nobody here has this name.
    """
    async with site_of(request).db.read() as tx:
        artisan = await artisans.get_by_username(tx, request.path_params["username"])
        return await _actor_document(request, tx, artisan)


async def actor_of_home(request: Request) -> Response:
    """Return the one artisan here, or the instance actor where there are several."""
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        if len(everybody) == 1:
            return await _actor_document(request, tx, everybody[0])
    return await instance_actor(request)


async def _actor_document(request: Request, tx: Tx, artisan: Artisan) -> Response:
    key = await artisans.get_key(tx, artisan.id)
    content = render.actor(artisan, site_of(request).uris, public_pem=key.public_pem)
    return document(request, content, ai_refused=artisan.terms.ai_refused)


async def artisan_of_path(request: Request, tx: Tx) -> Artisan:
    """Return the artisan of the path.

    Raises:
        NotFound: there is none.
    """
    artisan = await artisans.find_by_uid(tx, request.path_params["uid"])
    if artisan is None:
        raise NotFound("there is no such actor")
    return artisan


def is_first_page(request: Request) -> bool:
    """Whether the page is asked for instead of the collection.

    Raises:
        NotFound: it is another page than the first.
    """
    page = request.query_params.get("page")
    if page not in {None, "1"}:
        raise NotFound("there is no such page")
    return page is not None


async def followers_of(request: Request) -> Response:
    """Return how many follow an artisan; who they are stays private."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await artisan_of_path(request, tx)
        total = await followers.count(tx, artisan.id)
    return document(request, render.collection(f"{site.uris.actor(artisan.uid)}/followers", total=total))


async def following_of(request: Request) -> Response:
    """Return how many an artisan follows; who they are stays private."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await artisan_of_path(request, tx)
        total = await following.count(tx, artisan.id)
    return document(request, render.collection(f"{site.uris.actor(artisan.uid)}/following", total=total))


async def featured(request: Request) -> Response:
    """Return what a stranger sees first, by its ids: what was chosen, else the newest works (WIRE 6)."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await artisan_of_path(request, tx)
        pins = await featured_storage.list_pins(tx, artisan.id)
        items = [uri_of(pin, site.uris) for pin in pins[:MOST_FEATURED]]
        if not pins:
            newest = await works.list_featured(tx, artisan.id, limit=MOST_FEATURED, reader=Reader.SERVER)
            items = [site.uris.work(work.uid) for work in newest]
    uri = f"{site.uris.actor(artisan.uid)}/featured"
    return document(request, render.collection(uri, total=len(items), items=items))


async def work(request: Request) -> Response:
    """Return a work as a Note, or 410 with its tombstone once it was withdrawn (WIRE 4.7, 5.5).

    Raises:
        NotFound: there was never such a work, or none that other servers may read.
    """
    async with site_of(request).db.read() as tx:
        found = await works.get(tx, request.path_params["uid"])
    return await _work_document(request, found)


async def work_of_page(request: Request) -> Response:
    """Return the work whose page this is, to a server that asked the page.

    Raises:
        NotFound: there was never such a work.
    """
    async with site_of(request).db.read() as tx:
        found = await works.find_by_slug(tx, request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such work")
    return await _work_document(request, found)


async def _work_document(request: Request, found: Work) -> Response:
    """Return the work or what stands in its place; one for followers, to a follower alone.

    Raises:
        NotFound: it is for nobody who asks.
    """
    site, audience = site_of(request), found.draft.audience
    async with site.db.read() as tx:
        artisan = await artisans.get(tx, found.artisan_id)
    for_her = audience is Audience.FOLLOWERS and found.withdrawn_at is None and await is_follower(request, artisan)
    if not audience.documented and not for_her:
        raise NotFound("there is no such work")
    if found.withdrawn_at is not None:
        return document(request, render.tombstone(found, site.uris), status=410)
    refused = found.draft.terms.within(artisan.terms).ai_refused
    answer = document(request, render.note(found, artisan, site.uris), ai_refused=refused)
    return for_one_alone(answer) if for_her else answer


async def _shown_work(request: Request, tx: Tx) -> Work:
    """Return the work of the path, if it can be read and was not withdrawn.

    Raises:
        NotFound: there is none.
    """
    found = await works.get(tx, request.path_params["uid"])
    if found.withdrawn_at is not None or not found.draft.audience.documented:
        raise NotFound("there is no such work")
    return found


async def likes(request: Request) -> Response:
    """Return how many like a work."""
    async with site_of(request).db.read() as tx:
        found = await _shown_work(request, tx)
    uri = f"{site_of(request).uris.work(found.uid)}/likes"
    return document(request, render.collection(uri, total=found.likes, ordered=False))


async def shares(request: Request) -> Response:
    """Return how many announced a work."""
    async with site_of(request).db.read() as tx:
        found = await _shown_work(request, tx)
    uri = f"{site_of(request).uris.work(found.uid)}/shares"
    return document(request, render.collection(uri, total=found.announces, ordered=False))


async def replies(request: Request) -> Response:
    """Return how many answered a work, and the answers that its artisan approved; `?page=1` gives these alone."""
    site = site_of(request)
    async with site.db.read() as tx:
        found = await _shown_work(request, tx)
        approved = await conversation.list_approved(tx, Place(work_id=found.id), MOST_REPLIES)
    uri = f"{site.uris.work(found.uid)}/replies"
    if is_first_page(request):
        page = render.collection_page(f"{uri}?page=1", part_of=uri, items=approved, ordered=False)
        return document(request, page)
    return document(request, render.collection(uri, total=found.replies, first=f"{uri}?page=1", ordered=False))


async def activity(request: Request) -> Response:
    """Return a public activity of ours by its id, as it was sent.

    Raises:
        NotFound: there is none, or it was meant for its receiver alone, or tells of a work that was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        body = await deliveries.find_public(tx, site.uris.activity(request.path_params["uid"]))
    if body is None:
        raise NotFound("there is no such activity")
    return raw_document(request, body)


async def personal_inbox(request: Request) -> Response:
    """Take in an activity sent to one artisan.

    Raises:
        NotFound: there is no such actor.
    """
    async with site_of(request).db.read() as tx:
        await artisan_of_path(request, tx)
    return await shared_inbox(request)


async def shared_inbox(request: Request) -> Response:
    """Take in an activity; 202 says that it is stored (WIRE 5.7).

    Raises:
        WrongMediaType, TooLarge, and whatever `Inbox.receive` raises.
    """
    site = site_of(request)
    kind = media_type(request)
    if kind not in _INBOX_TYPES:
        raise WrongMediaType(f"send {negotiate.ACTIVITY_JSON}, not {kind or 'nothing'}")
    body = await read_body(request, site.config.limits.request_body_bytes, site.config.timeouts.request_body_s)
    await site.inbox.receive(signed(request, body))
    return Response(status_code=202)
