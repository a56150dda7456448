"""The pages on which a visitor with an account elsewhere follows an artisan, or likes, boosts or answers a work.

Nothing is done here: we find the page of her own server for it, show where that is, and she goes there by herself.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.intents import LONGEST_ADDRESS, Deed, Destination, Home, Obstacle, read_address
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.policies import is_closed, is_shut
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadInput, Gone, NotFound
from fedi_artisan.storage import artisans, followers, own_posts, works
from fedi_artisan.web.bodies import read_form
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.shell import Shell, shell_of
from fedi_artisan.web.people.showing import show
from fedi_artisan.web.programs import discovery, frames
from fedi_artisan.web.senders import from_here
from fedi_artisan.web.tries import Pace, visitor_of

RESPONSES = (Deed.LIKE, Deed.ANNOUNCE, Deed.REPLY)
BUSY_S = 10.0
# How often visitors may have us ask other servers: each for herself, and all together.
PACE_OF_A_VISITOR = Pace(10, 30.0)
PACE_OF_ALL = Pace(30, 2.0)

STATUS: Mapping[Obstacle, HTTPStatus] = {
    Obstacle.FORGED: HTTPStatus.FORBIDDEN,
    Obstacle.GARBLED: HTTPStatus.BAD_REQUEST,
    Obstacle.EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Obstacle.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Obstacle.MAIL: HTTPStatus.UNPROCESSABLE_ENTITY,
    Obstacle.CLOSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Obstacle.OURS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Obstacle.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
    Obstacle.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Obstacle.UNKNOWN: HTTPStatus.NOT_FOUND,
    Obstacle.SILENT: HTTPStatus.GATEWAY_TIMEOUT,
    Obstacle.BROKEN: HTTPStatus.BAD_GATEWAY,
    Obstacle.NO_PAGE: HTTPStatus.NOT_FOUND,
    Obstacle.ASTRAY: HTTPStatus.BAD_GATEWAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in the form: what was given before, and why that did not do.

    Args:
        deed: what is to be done.
        given: the visitor's address as she gave it.
        place: the host in it, where it could be read.
        obstacle: why she cannot be sent on; None before the first try.
        wait_s: after how many seconds she may try again, where she has to wait.
    """

    deed: Deed
    given: str = ""
    place: str = ""
    obstacle: Obstacle | None = None
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whom or what it is about: the artisan, the work or the post with the id *uri*, and the page at *path* that asks.

    *cover* is the picture that stands for the artisan's works, and the language of its words; *is_shut* tells that
    nobody may answer.
    """

    template: str
    path: str
    uri: str
    artisan: Artisan
    shell: Shell
    work: Work | None = None
    post: Post | None = None
    is_shut: bool = False
    followers: int = 0
    cover: tuple[Photo | None, str] = (None, "")


async def follow(request: Request) -> Response:
    """Return how to follow the only artisan here, or the one of the path; after a POST, the way to do it.

    Where there are several and none is named, the answer lets one be chosen.

    Raises:
        NotFound: nobody here has this name; a form that names nobody was sent.
    """
    username = request.path_params.get("username")
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        if username is not None:
            artisan = await artisans.find_by_username(tx, username)
        else:
            artisan = everybody[0] if len(everybody) == 1 else None
        shell = await shell_of(tx, artisan)
        total = 0 if artisan is None else await followers.count(tx, artisan.id)
        cover = (None, "") if artisan is None else await frames.cover(tx, artisan)
    if artisan is None:
        if username is not None or not everybody or request.method == "POST":
            raise NotFound("there is nobody of this name here")
        return _choice(request, shell, everybody)
    subject = _Subject(
        template="follow.html",
        path=shell.path("follow"),
        uri=site_of(request).uris.actor(artisan.uid),
        artisan=artisan,
        shell=shell,
        followers=total,
        cover=cover,
    )
    # Nobody is sent on a way that leads nowhere: the page says where the artisan is now.
    if request.method == "POST" and artisan.moved_to is None:
        return await _send_on(request, subject, (Deed.FOLLOW,))
    return _page(request, subject, Form(deed=Deed.FOLLOW))


async def respond(request: Request) -> Response:
    """Return how to like, boost or answer a work from one's own account; after a POST, the way to do it.

    Raises:
        NotFound: there was never such a work, or it is here alone; `?act=` names nothing that can be done.
        Gone: it was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        work = await works.get_shown(tx, request.path_params["slug"])
        if not work.draft.audience.documented:
            raise NotFound("no other server knows this work")
        artisan = await artisans.get(tx, work.artisan_id)
        shell = await shell_of(tx, artisan)
    subject = _Subject(
        template="respond.html",
        path=f"/works/{work.slug}/respond",
        uri=site.uris.work(work.uid),
        artisan=artisan,
        shell=shell,
        work=work,
        is_shut=is_shut(work.draft.policy.within(artisan.policy), closed=work.closed),
    )
    return await _respond(request, subject)


async def respond_to_post(request: Request) -> Response:
    """Return how to like, boost or answer an entry of a journal, or an answer; after a POST, the way to do it.

    Raises:
        NotFound: there was never such a post, or it is here alone; `?act=` names nothing that can be done.
        Gone: it was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        post = await own_posts.get(tx, request.path_params["uid"])
        if not (post.visibility.is_public and post.visibility.is_sent):
            raise NotFound("no other server knows this post")
        if post.withdrawn_at is not None:
            raise Gone("this post was withdrawn")
        artisan = await artisans.get(tx, post.artisan_id or 0)
        shell = await shell_of(tx, artisan)
    subject = _Subject(
        template="respond.html",
        path=f"/posts/{post.uid}/respond",
        uri=post.uri,
        artisan=artisan,
        shell=shell,
        post=post,
        is_shut=is_shut(artisan.policy, closed=is_closed(artisan.policy, post.published_at, site.clock())),
    )
    return await _respond(request, subject)


async def _respond(request: Request, subject: _Subject) -> Response:
    """Return the page on which it is chosen what to do with a work or a post; after a POST, the way to do it.

    Raises:
        NotFound: `?act=` names nothing that can be done.
    """
    possible = tuple(deed for deed in RESPONSES if deed is not Deed.REPLY or not subject.is_shut)
    if request.method == "POST":
        return await _send_on(request, subject, possible)
    asked = request.query_params.get("act", Deed.LIKE)
    if asked not in RESPONSES:
        raise NotFound("this cannot be done here")
    return _page(request, subject, Form(deed=Deed(asked) if asked in possible else Deed.LIKE))


async def _send_on(request: Request, subject: _Subject, possible: tuple[Deed, ...]) -> Response:
    """Return the page that shows a visitor where she is going, or the form again with what stands in her way."""
    form = await _read(request, possible)
    if form.obstacle is None:
        found = await _find(request, form, subject.uri)
        if isinstance(found, Destination):
            return _going(request, subject, form, found)
        form = found
    return _page(request, subject, form)


async def _read(request: Request, possible: tuple[Deed, ...]) -> Form:
    """Return what was filled in, with the obstacle where it was not filled in on our page or cannot be read.

    Raises:
        WrongMediaType, TooLarge, BadJson: no browser sends a form like this.
    """
    if not from_here(request):
        return Form(deed=possible[0], obstacle=Obstacle.FORGED)
    try:
        fields = await read_form(request, site_of(request).config.timeouts.request_body_s)
    except BadInput:
        return Form(deed=possible[0], obstacle=Obstacle.GARBLED)
    asked = fields.get("act", possible[0])
    if asked not in possible or "address" not in fields:
        return Form(deed=possible[0], obstacle=Obstacle.GARBLED)
    return Form(deed=Deed(asked), given=fields["address"])


async def _find(request: Request, form: Form, uri: str) -> Destination | Form:
    """Return where the visitor goes from here, or the form with what stands in her way."""
    site = site_of(request)
    home = read_address(form.given, site.config.host)
    if isinstance(home, Obstacle):
        return _refused(form, home)
    visitor = visitor_of(request.client.host if request.client else "")
    wait_s = site.tries.take((f"asks:{visitor}", PACE_OF_A_VISITOR), ("asks", PACE_OF_ALL))
    if wait_s > 0:
        return _refused(form, Obstacle.TOO_OFTEN, home, wait_s)
    found = await site.intents.find(home, form.deed, uri)
    if isinstance(found, Destination):
        return found
    return _refused(form, found, home, BUSY_S if found is Obstacle.BUSY else 0.0)


def _refused(form: Form, obstacle: Obstacle, home: Home | None = None, wait_s: float = 0.0) -> Form:
    """Return the form with what stands in the way, and what was given as far as it can be seen."""
    given = "".join(sign for sign in form.given[:LONGEST_ADDRESS] if sign.isprintable())
    place = "" if home is None else home.host
    return Form(deed=form.deed, given=given, place=place, obstacle=obstacle, wait_s=wait_s)


def _page(request: Request, subject: _Subject, form: Form) -> Response:
    """Return the page with the form: anew, or with what stands in the way and the status that says so."""
    terms = subject.artisan.terms if subject.work is None else subject.work.draft.terms.within(subject.artisan.terms)
    refused = form.obstacle is not None
    response = show(
        request,
        subject.template,
        shell=subject.shell,
        canonical=None if refused else f"{site_of(request).uris.origin}{subject.path}",
        ai_refused=terms.ai_refused,
        document_uri=None if refused else subject.uri,
        status=HTTPStatus.OK if form.obstacle is None else STATUS[form.obstacle],
        work=subject.work,
        post=subject.post,
        followers=subject.followers,
        cover=subject.cover,
        form=form,
        is_shut=subject.is_shut,
        path=subject.path,
        place="" if subject.work or subject.post else "follow",
        **discovery.of_asking(request, subject.shell),
    )
    if form.wait_s:
        response.headers["Retry-After"] = str(math.ceil(form.wait_s))
    return response


def _going(request: Request, subject: _Subject, form: Form, destination: Destination) -> Response:
    """Return the page that says where the visitor is going, with the link that takes her there."""
    return show(
        request,
        "going.html",
        shell=subject.shell,
        work=subject.work,
        post=subject.post,
        form=form,
        path=subject.path,
        destination=destination,
    )


def _choice(request: Request, shell: Shell, everybody: list[Artisan]) -> Response:
    """Return the page on which one of several artisans is chosen."""
    uris = site_of(request).uris
    canonical, document_uri = f"{uris.origin}/follow", uris.instance_actor
    return show(
        request, "follow_whom.html", shell=shell, canonical=canonical, document_uri=document_uri, makers=everybody
    )
