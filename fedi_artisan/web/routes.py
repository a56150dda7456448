"""The table of every URL."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedi_artisan.domain import probes
from fedi_artisan.web import (
    activitypub,
    arriving,
    media,
    negotiate,
    outboxes,
    posts,
    probe,
    quotes,
    readers,
    shelves,
    wellknown,
)
from fedi_artisan.web.later import Later
from fedi_artisan.web.people import home, interact, journal, printing, public, static, works
from fedi_artisan.web.programs import feeds, journal_feeds, oembed, rights, sitemap
from fedi_artisan.web.studio.visit import HOME

Endpoint = Callable[[Request], Awaitable[Response]]


def negotiated(page: Endpoint, document: Endpoint) -> Endpoint:
    """Return an endpoint that answers with the page or the document, as the client prefers."""

    async def endpoint(request: Request) -> Response:
        return await (document if negotiate.wants_document(request) else page)(request)

    return endpoint


def _studio() -> Sequence[Route]:
    """Return the routes of the studio, two thirds of all, which only the artisan needs, and not before she comes."""
    from fedi_artisan.web.studio.routes import STUDIO  # noqa: PLC0415 - what it loads takes as long as half a start

    return STUDIO


_POST = ["POST"]
_FORM = ["GET", "POST"]

ROUTES: list[Route | Later] = [
    # What visitors see
    Route("/", negotiated(home.home, activitypub.actor_of_home)),
    Route(works.PATH, negotiated(works.works, outboxes.outbox_of_works)),
    Route("/works/{slug}", negotiated(public.work, activitypub.work_of_page)),
    Route("/series", negotiated(public.all_series, activitypub.actor_of_home)),
    Route("/series/{slug}", negotiated(public.series, shelves.series_of_page)),
    Route("/tags/{tag}", negotiated(public.tag, shelves.tag)),
    Route("/pages/{slug}", negotiated(public.page, shelves.page_of_page)),
    Route("/journal", negotiated(journal.journal, activitypub.actor_of_home)),
    Route("/posts/{uid}", negotiated(journal.post, posts.post)),
    Route("/@{username}", negotiated(home.profile, activitypub.actor_of_profile)),
    Route("/@{username}/series", negotiated(public.all_series, activitypub.actor_of_profile)),
    Route("/@{username}/journal", negotiated(journal.journal, activitypub.actor_of_profile)),
    # What they do from an account elsewhere
    Route("/follow", interact.follow, methods=_FORM),
    Route("/@{username}/follow", interact.follow, methods=_FORM),
    Route("/works/{slug}/respond", interact.respond, methods=_FORM),
    Route("/posts/{uid}/respond", interact.respond_to_post, methods=_FORM),
    # What an artisan here does with something elsewhere
    Route(arriving.INTERACT, arriving.interact),
    Route(arriving.SHARE, arriving.share),
    # On paper, and on other people's pages
    Route("/works/{slug}/label", printing.label),
    Route("/card", printing.card),
    Route("/@{username}/card", printing.card),
    Route("/embed", oembed.embed),
    Route("/@{username}/embed", oembed.embed),
    Route("/works/{slug}/embed", oembed.embed),
    Route("/series/{slug}/embed", oembed.embed),
    Route("/oembed", oembed.oembed),
    # What brings them back, and search engines here
    Route("/feed.{form}", feeds.of_site),
    Route("/@{username}/feed.{form}", feeds.of_artisan),
    Route("/journal/feed.{form}", journal_feeds.of_site),
    Route("/@{username}/journal/feed.{form}", journal_feeds.of_artisan),
    Route("/series/{slug}/feed.{form}", feeds.of_series),
    Route("/tags/{tag}/feed.{form}", feeds.of_tag),
    Route(sitemap.SITEMAP, sitemap.sitemap),
    Route("/sitemap-{number:int}.xml", sitemap.sitemap_part),
    Route(rights.ROBOTS, rights.robots_txt),
    Route(rights.TDMREP, rights.tdmrep),
    # Files
    Route("/media/{name}", media.media),
    Route("/static/{name}", static.static_file),
    # The artisan's own pages
    Later(HOME, _studio),
    # This server, asking itself
    Route(probes.AMONG_SERVERS + "{token}", probe.probe, methods=_POST),
    # Other servers
    Route("/.well-known/webfinger", wellknown.webfinger),
    Route("/.well-known/host-meta", wellknown.host_meta),
    Route("/.well-known/nodeinfo", wellknown.nodeinfo_links),
    Route("/nodeinfo/{version}", wellknown.nodeinfo),
    Route("/ap/inbox", activitypub.shared_inbox, methods=_POST),
    Route("/ap/actor", activitypub.instance_actor),
    Route("/ap/actor/inbox", activitypub.shared_inbox, methods=_POST),
    Route("/ap/actor/outbox", activitypub.nothing),
    Route("/ap/actors/{uid}", activitypub.actor),
    Route("/ap/actors/{uid}/inbox", activitypub.personal_inbox, methods=_POST),
    Route("/ap/actors/{uid}/outbox", outboxes.outbox),
    Route("/ap/actors/{uid}/followers", activitypub.followers_of),
    Route("/ap/actors/{uid}/followers_synchronization", readers.followers_at),
    Route("/ap/actors/{uid}/following", activitypub.following_of),
    Route("/ap/actors/{uid}/featured", activitypub.featured),
    Route("/ap/works/{uid}", activitypub.work),
    Route("/ap/works/{uid}/likes", activitypub.likes),
    Route("/ap/works/{uid}/shares", activitypub.shares),
    Route("/ap/works/{uid}/replies", activitypub.replies),
    Route("/ap/posts/{uid}", posts.post),
    Route("/ap/posts/{uid}/likes", posts.likes),
    Route("/ap/posts/{uid}/shares", posts.shares),
    Route("/ap/posts/{uid}/replies", posts.replies),
    Route("/ap/series/{uid}", shelves.series),
    Route("/ap/pages/{uid}", shelves.page),
    Route("/ap/quotes/{uid}", quotes.stamp),
    Route("/ap/tags/{tag}", shelves.tag),
    Route("/ap/activities/{uid}", activitypub.activity),
]


def routes_at(path: str) -> Iterator[Route]:
    """Give the routes among which an address is found."""
    for one in ROUTES:
        if isinstance(one, Route):
            yield one
        elif one.holds(path):
            yield from one.routes


def every_route() -> list[Route]:
    """Return all routes."""
    return [route for one in ROUTES for route in ([one] if isinstance(one, Route) else one.routes)]
