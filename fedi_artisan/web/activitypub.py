"""ActivityStreams documents under `/ap/`, and the inboxes."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import MOST_FEATURED, Work
from fedi_artisan.errors import NotFound, WrongMediaType
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.storage import artisans, conversation, deliveries, followers, following, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab import render
from fedi_artisan.web import negotiate
from fedi_artisan.web.bodies import media_type, read_body
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document, raw_document

OUTBOX_PAGE = 20
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
        return await _actor_document(request, tx, await _artisan(request, tx))


async def actor_of_profile(request: Request) -> Response:
    """Return the actor whose page this is, to a server that asked the page (WIRE 1.5).

    Raises:
        NotFound: nobody here has this name.
    """
    async with site_of(request).db.read() as tx:
        artisan = await artisans.find_by_username(tx, request.path_params["username"])
        if artisan is None:
            raise NotFound("nobody here has this name")
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


async def _artisan(request: Request, tx: Tx) -> Artisan:
    """Return the artisan of the path.

    Raises:
        NotFound: there is none.
    """
    artisan = await artisans.find_by_uid(tx, request.path_params["uid"])
    if artisan is None:
        raise NotFound("there is no such actor")
    return artisan


async def outbox(request: Request) -> Response:
    """Return what an artisan published, the newest first; `?page=1` and `?before=` give its pages (WIRE 6).

    Raises:
        NotFound: there is no such actor, or no such page.
    """
    site = site_of(request)
    before = request.query_params.get("before")
    async with site.db.read() as tx:
        artisan = await _artisan(request, tx)
        uri = outbox_of(site.uris, artisan)
        if before is None and not _is_first_page(request):
            return await _outbox(request, tx, artisan)
        if before is not None and await works.find(tx, before) is None:
            raise NotFound("there is no such page")
        shown = await works.list_shown(tx, artisan.id, limit=OUTBOX_PAGE + 1, before=before, reader=Reader.SERVER)
        page = shown[:OUTBOX_PAGE]
        said = await deliveries.find_creates(tx, [site.uris.work(work.uid) for work in page])
    creates = [
        render.create(work, artisan, site.uris, activity_uri=said[site.uris.work(work.uid)])
        for work in page
        if site.uris.work(work.uid) in said
    ]
    items = [{key: value for key, value in create.items() if key != "@context"} for create in creates]
    this_uri = f"{uri}?page=1" if before is None else f"{uri}?before={before}"
    next_uri = f"{uri}?before={page[-1].uid}" if len(shown) > OUTBOX_PAGE else None
    content = render.collection_page(this_uri, part_of=uri, items=items, next_uri=next_uri)
    return document(request, content, ai_refused=artisan.terms.ai_refused)


async def outbox_of_works(request: Request) -> Response:
    """Return the outbox of the artisan whose works a page lists, or the empty one of the server where it lists more.

    That is what a server gets that asks for the page of all works, by whatever they are chosen.
    """
    asked = request.query_params.get("artisan", "")
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        alone = len(everybody) == 1
        whose = [artisan for artisan in everybody if alone or artisan.username == asked.casefold()]
        return await (_outbox(request, tx, whose[0]) if whose else nothing(request))


async def _outbox(request: Request, tx: Tx, artisan: Artisan) -> Response:
    """Return the outbox itself, which counts and names its first page."""
    uri = outbox_of(site_of(request).uris, artisan)
    total = await works.count_shown(tx, artisan.id, reader=Reader.SERVER)
    return document(request, render.collection(uri, total=total, first=f"{uri}?page=1"))


def outbox_of(uris: Uris, artisan: Artisan | None) -> str:
    """Return the id of an artisan's outbox, or of the server's own for None."""
    return f"{uris.instance_actor if artisan is None else uris.actor(artisan.uid)}/outbox"


def _is_first_page(request: Request) -> bool:
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
        artisan = await _artisan(request, tx)
        total = await followers.count(tx, artisan.id)
    return document(request, render.collection(f"{site.uris.actor(artisan.uid)}/followers", total=total))


async def following_of(request: Request) -> Response:
    """Return how many an artisan follows; who they are stays private."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await _artisan(request, tx)
        total = await following.count(tx, artisan.id)
    return document(request, render.collection(f"{site.uris.actor(artisan.uid)}/following", total=total))


async def featured(request: Request) -> Response:
    """Return the works that a stranger sees first, by their ids (WIRE 6)."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await _artisan(request, tx)
        chosen = await works.list_featured(tx, artisan.id, limit=MOST_FEATURED, reader=Reader.SERVER)
    items = [site.uris.work(work.uid) for work in chosen]
    uri = f"{site.uris.actor(artisan.uid)}/featured"
    return document(request, render.collection(uri, total=len(items), items=items))


async def work(request: Request) -> Response:
    """Return a work as a Note, or 410 with its tombstone once it was withdrawn (WIRE 4.7, 5.5).

    Raises:
        NotFound: there was never such a work, or none that other servers may read.
    """
    async with site_of(request).db.read() as tx:
        return await _work_document(request, tx, await works.get(tx, request.path_params["uid"]))


async def work_of_page(request: Request) -> Response:
    """Return the work whose page this is, to a server that asked the page.

    Raises:
        NotFound: there was never such a work.
    """
    async with site_of(request).db.read() as tx:
        found = await works.find_by_slug(tx, request.path_params["slug"])
        if found is None:
            raise NotFound("there is no such work")
        return await _work_document(request, tx, found)


async def _work_document(request: Request, tx: Tx, found: Work) -> Response:
    uris = site_of(request).uris
    if not found.draft.audience.documented:
        raise NotFound("there is no such work")
    if found.withdrawn_at is not None:
        return document(request, render.tombstone(found, uris), status=410)
    artisan = await artisans.get(tx, found.artisan_id)
    refused = found.draft.terms.within(artisan.terms).ai_refused
    return document(request, render.note(found, artisan, uris), ai_refused=refused)


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
        approved = await conversation.list_approved(tx, found.id, MOST_REPLIES)
    uri = f"{site.uris.work(found.uid)}/replies"
    if _is_first_page(request):
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
        await _artisan(request, tx)
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
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    signed = SignedRequest(
        method="POST",
        # Ours to say, not the sender's: the address is the configured one (WIRE 2.4, step 4).
        url=f"{site.config.origin}{path}{'?' if query else ''}{query}",
        headers=_headers(request),
        body=body,
    )
    await site.inbox.receive(signed)
    return Response(status_code=202)


def _headers(request: Request) -> dict[str, str]:
    """Return the headers with lower-case names, repeated lines joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
