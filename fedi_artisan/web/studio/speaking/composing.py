"""The page on which an artisan says something, or says otherwise what she said.

All that is sent is kept, whatever is wrong with it; the page without anything sent shows it again.
"""

import hashlib
from contextlib import nullcontext
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.drafts import State
from fedi_artisan.domain.post_drafts import FIELDS, LONGEST_ALT_TYPED, Given, PostInWriting
from fedi_artisan.domain.posts import LONGEST_POST, MOST_PICTURES, Post, Visibility
from fedi_artisan.domain.uris import uid_of_number
from fedi_artisan.errors import Changed, NotFound
from fedi_artisan.services import post_drafts
from fedi_artisan.services.post_drafts import Target
from fedi_artisan.storage import own_posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.bodies import FORM, Fields, media_type
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site.tongues import tongues
from fedi_artisan.web.studio.speaking.form import Form, begun, form_of, readers_of, said, values_of
from fedi_artisan.web.studio.speaking.naming import Named, named_in
from fedi_artisan.web.studio.typed import key_of, typed_in, version_of
from fedi_artisan.web.studio.visit import local_path, told_path
from fedi_artisan.web.studio.writing.photo_forms import read_sent

PATH = "/studio/posts"
NEW = f"{PATH}/new"


async def new(request: Request, studio: Studio) -> Response:
    """Return the form for something new; after a POST, keep it and do what its button says.

    `?text=` stands in it, `?to=` is what it answers, `?quote=` what it quotes, `?with=` to whom alone it is; `?draft=`
    is what was begun.

    Raises:
        NotFound: what was begun is not there any more.
    """
    if request.method == "POST":
        return await _press(request, studio, new=True)
    draft = request.query_params.get("draft")
    async with site_of(request).db.read() as tx:
        form = await begun(tx, request, studio) if draft is None else await _kept(tx, studio, draft)
        if isinstance(form, str):
            return see(form)
        return await _page(tx, request, studio, form, None)


async def edit(request: Request, studio: Studio) -> Response:
    """Return the form of a post of hers; after a POST, keep it and do what its button says.

    Raises:
        NotFound: she has no such post.
    """
    if request.method == "POST":
        return await _press(request, studio, new=False)
    async with site_of(request).db.read() as tx:
        post = await own_post(tx, request, studio)
        draft = request.query_params.get("draft")
        form = said(request, post) if draft is None else await _kept(tx, studio, draft)
        if isinstance(form, str):
            return see(form)
        return await _page(tx, request, studio, form, post)


async def own_post(tx: Tx, request: Request, studio: Studio) -> Post:
    """Return the post of the path, if it is hers and was not withdrawn.

    Raises:
        NotFound: it is not.
    """
    post = await own_posts.get(tx, request.path_params["uid"])
    if post.artisan_id != studio.artisan.id or post.withdrawn_at is not None:
        raise NotFound("there is no such post")
    return post


async def _kept(tx: Tx, studio: Studio, uid: str) -> Form | str:
    """Return the form of what was begun; where it was said already, the page that shows that."""
    kept = await post_drafts.get(tx, studio.artisan, uid)
    if kept.state is State.PUBLISHED:
        return f"{PATH}?said=out"
    return form_of(kept)


async def _press(request: Request, studio: Studio, *, new: bool) -> Response:
    """Keep what was sent, something new or a change of the post of the path, then do what the button says.

    Raises:
        NotFound: she has no such post.
        Forbidden, WrongMediaType, BadInput, TooLarge, Stalled: it could not be read.
    """
    site = site_of(request)
    with nullcontext() if media_type(request) == FORM else site.gate.entered():
        sent = await read_sent(request, studio, draft=None, open_to_all=False)
    fields = Fields(sent.fields)
    request.state.sent = fields
    key, given = key_of(fields) or _key_from(studio, fields), _given(fields, sent.kept)
    # A script keeps what is typed, whatever it is.
    by_itself = request.headers.get("accept", "").startswith("application/json")
    async with site.db.write() as tx:
        post = None if new else await own_post(tx, request, studio)
        kept = await post_drafts.keep(
            tx,
            studio.artisan,
            key,
            given,
            site.clock(),
            post_uid=None if post is None else post.uid,
            reopens=not by_itself,
        )
        if fields.get("do") == "discard":
            await post_drafts.discard(tx, kept)
    deed = fields.get("do", "publish")
    if deed == "discard":
        return see(PATH)
    if by_itself:
        return JSONResponse({"key": kept.uid})
    if deed == "publish" and not sent.refused:
        return await _publish(request, studio, kept, post, anyway="anyway" in fields)
    if sent.refused:
        return await _again(request, studio, form_of(kept, refused=tuple(sent.refused)), post)
    at = NEW if post is None else f"{PATH}/{post.uid}/edit"
    return see(f"{at}?{urlencode({'draft': kept.uid})}#pictures")


def _given(fields: Fields, brought: list[str]) -> Given:
    """Return what a form says, with the photographs that it *brought* after those that stood in it."""
    typed = {name: text[: FIELDS[name]] for name, text in typed_in(fields, FIELDS).items()}
    removed = fields.get("do", "").removeprefix("remove-")
    uids = [uid for name, uid in fields.multi_items() if name == "photo" and uid != removed]
    return Given(
        fields=typed, alts={uid: fields.get(f"alt-{uid}", "")[:LONGEST_ALT_TYPED] for uid in [*uids, *brought]}
    )


def _key_from(studio: Studio, fields: Fields) -> str:
    """Return the key of a form that carries none, as the small ones below an answer: sent twice, it is the same."""
    sent = repr([studio.token, *(fields.get(name, "") for name in ("to", "text", "visibility"))])
    return uid_of_number(
        int.from_bytes(hashlib.blake2b(sent.encode("utf-8", "surrogatepass"), digest_size=16).digest())
    )


async def _publish(
    request: Request, studio: Studio, kept: PostInWriting, post: Post | None, *, anyway: bool
) -> Response:
    """Say it, or show what stands in the way."""
    site = site_of(request)
    named = await named_in(request, kept.fields.get("text", "")) if kept.published_uid is None else Named()
    if named.unknown and not anyway:
        return await _again(request, studio, form_of(kept, unknown=named.unknown), post)
    async with site.db.write() as tx:
        kept = await post_drafts.get(tx, studio.artisan, kept.uid)
        if kept.post_uid is not None and kept.published_uid is None:
            standing = version_of(values_of(await own_posts.get(tx, kept.post_uid)))
            if kept.fields.get("version", "") not in {standing, ""}:
                form = form_of(kept, problems={"": Changed("this was said otherwise in another window meanwhile")})
                form.values["version"] = standing
                return await _page(tx, request, studio, form, post)
        pressed = await post_drafts.publish(
            tx, site.uris, studio.artisan, kept, mentions=named.mentions, now=site.clock()
        )
        if pressed.problems:
            return await _page(tx, request, studio, form_of(kept, problems=pressed.problems), post)
    outcome = "waits" if pressed.post is None else "changed" if post is not None else "out"
    back = kept.fields.get("back", "")
    return see(told_path(local_path(back), f"said-{outcome}") if back else f"{PATH}?said={outcome}")


async def _again(request: Request, studio: Studio, form: Form, post: Post | None) -> Response:
    async with site_of(request).db.read() as tx:
        return await _page(tx, request, studio, form, post)


async def _page(tx: Tx, request: Request, studio: Studio, form: Form, post: Post | None) -> Response:
    """Return the page with the form; *post* is what it says otherwise."""
    target, quoted = [
        await post_drafts.find_target(tx, site_of(request).uris, studio.artisan, form.values[name])
        for name in ("to", "quote")
    ]
    return show(
        request,
        studio,
        "studio/speak.html",
        status=form.status,
        form=form,
        post=post,
        target=target,
        back=local_path(form.values["back"]) if form.values["back"] else None,
        quoted=quoted,
        choices=_choices(target, post),
        tongues=tongues(*studio.artisan.languages, form.values["language"]),
        most_pictures=MOST_PICTURES,
        longest=LONGEST_POST,
    )


def _choices(target: Target | None, post: Post | None) -> list[str]:
    """Return who can be chosen to see it: never more than who sees what it answers, or who saw it already."""
    if post is not None:
        return [one.value for one in Visibility if post.visibility.can_become(one)]
    if target is None:
        return [one.value for one in Visibility]
    widest = readers_of(target)
    return [one.value for one in Visibility if one.within(widest) is one]
