"""The table of every URL."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedi_artisan.web import activitypub, media, negotiate, public, rights, static, wellknown

Endpoint = Callable[[Request], Awaitable[Response]]


def negotiated(page: Endpoint, document: Endpoint) -> Endpoint:
    """Return an endpoint that answers with the page or the document, as the client prefers."""

    async def endpoint(request: Request) -> Response:
        return await (document if negotiate.wants_document(request) else page)(request)

    return endpoint


_POST = ["POST"]

ROUTES = [
    Route("/", negotiated(public.home, activitypub.actor_of_home)),
    Route("/works/{slug}", negotiated(public.work, activitypub.work_of_page)),
    Route("/media/{name}", media.media),
    Route("/static/{name}", static.static_file),
    Route(rights.ROBOTS, rights.robots_txt),
    Route(rights.TDMREP, rights.tdmrep),
    Route("/ap/inbox", activitypub.shared_inbox, methods=_POST),
    Route("/ap/actors/{uid}", activitypub.actor),
    Route("/ap/actors/{uid}/inbox", activitypub.personal_inbox, methods=_POST),
    Route("/ap/actors/{uid}/outbox", activitypub.outbox),
    Route("/ap/actors/{uid}/followers", activitypub.followers_of),
    Route("/ap/actors/{uid}/following", activitypub.following_of),
    Route("/ap/actors/{uid}/featured", activitypub.featured),
    Route("/ap/works/{uid}", activitypub.work),
    Route("/ap/works/{uid}/likes", activitypub.likes),
    Route("/ap/works/{uid}/shares", activitypub.shares),
    Route("/ap/works/{uid}/replies", activitypub.replies),
    Route("/ap/series/{uid}", activitypub.series),
    Route("/ap/activities/{uid}", activitypub.activity),
    Route("/ap/actor", activitypub.instance_actor),
    Route("/ap/actor/inbox", activitypub.shared_inbox, methods=_POST),
    Route("/ap/actor/outbox", activitypub.nothing),
    Route("/.well-known/webfinger", wellknown.webfinger),
    Route("/.well-known/host-meta", wellknown.host_meta),
    Route("/.well-known/nodeinfo", wellknown.nodeinfo_links),
    Route("/nodeinfo/{version}", wellknown.nodeinfo),
    Route("/tags/{tag}", public.tag),
    Route("/series/{slug}", public.series),
    Route("/@{username}", negotiated(public.profile, activitypub.actor_of_profile)),
]
