"""The page of one post with the conversation in which it stands, and what is done about a post from any page."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.conversation import flat
from fedi_artisan.domain.posts import Post
from fedi_artisan.errors import ArtisanError, BadInput, NotFound
from fedi_artisan.services import conversation, reacting
from fedi_artisan.services import timeline as timeline_service
from fedi_artisan.services.reacting import Reaction
from fedi_artisan.storage import posts, timeline, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import asked_path, local_path, told_path

PATH = "/studio/around/{id:row}"


async def thread(request: Request, studio: Studio) -> Response:
    """Return the conversation in which a post stands, as far as it is known here; after a POST, do something about it.

    Raises:
        NotFound: there is no such post, or none that she may read.
        BadInput: the form does not say what to do.
    """
    if request.method != "POST":
        return await _page(request, studio)
    try:
        async with site_of(request).db.write() as tx:
            await _do(tx, request, studio, await _find(tx, request, studio))
    except BadInput as error:
        return await _page(request, studio, refused=error)
    back = studio.fields.get("back", "").partition("#")[0] or request.scope["path"]
    return see(f"{local_path(back)}#post-{request.path_params['id']}")


async def _find(tx: Tx, request: Request, studio: Studio) -> Post:
    """Return the post of the path."""
    post = await posts.find_by_id(tx, request.path_params["id"])
    if post is None or post.withdrawn_at is not None or not await posts.may_read(tx, studio.artisan.id, post.id):
        raise NotFound("there is no such post any more")
    return post


async def _do(tx: Tx, request: Request, studio: Studio, post: Post) -> None:
    """Do with a post what the form says; done already, it is as it was wanted."""
    uris, artisan, now = site_of(request).uris, studio.artisan, site_of(request).clock()
    match studio.fields.get("deed"):
        case "like":
            await reacting.like(tx, uris, artisan, post, now)
        case "share":
            await reacting.announce(tx, uris, artisan, post, now)
        case "unlike":
            await reacting.take_back(tx, uris, artisan, post, kind=Reaction.LIKE, now=now)
        case "unshare":
            await reacting.take_back(tx, uris, artisan, post, kind=Reaction.ANNOUNCE, now=now)
        case "show":
            await conversation.show_reply(tx, artisan, post.uri, version=_version(studio))
        case "hide":
            await conversation.hide_reply(tx, artisan, post.uri)
        case _:
            raise BadInput("the form does not say what to do")


def _version(studio: Studio) -> int:
    """Return which words of a post she has read; zero where the form does not say."""
    given = studio.fields.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= len("10000000000000") else 0


async def _page(request: Request, studio: Studio, refused: ArtisanError | None = None) -> Response:
    """Return the page; *refused* says why something could not be done."""
    async with site_of(request).db.read() as tx:
        post = await _find(tx, request, studio)
        found = await timeline.find_thread(tx, studio.artisan.id, post)
        said = (entry.post for entry in flat(found.branches))
        quoted = await timeline_service.list_quoted_works(tx, site_of(request).uris, said)
        work = None if post.work_id is None else (await works.list_these(tx, [post.work_id]))[0]
    back = request.query_params.get("back", "").partition("#")[0]
    about = None if work is None else site_of(request).uris.work(work.uid)
    return show(
        request,
        studio,
        "studio/thread.html",
        status=HTTPStatus.OK if refused is None else refused.status,
        post=post,
        thread=found,
        quoted_works=quoted,
        work=work,
        unknown=found.answers_uri if found.answers_uri != about else None,
        refused=refused,
        here=told_path(asked_path(request)),
        back=local_path(back) + f"#post-{post.id}" if back else None,
    )
