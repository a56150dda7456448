"""Feeds of journals: of everybody here, and of one artisan; each as Atom, as RSS and as JSON Feed."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.errors import NotFound
from fedi_artisan.language import translation
from fedi_artisan.storage import artisans, own_posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.links import in_language
from fedi_artisan.web.programs.feed import Editor, Feed
from fedi_artisan.web.programs.feeds import NEWEST, answer, editor_of, form_of
from fedi_artisan.web.programs.reservation import refused_by_any


async def of_site(request: Request) -> Response:
    """Return the feed of the journal of the one artisan here, or of everybody where there are several.

    Raises:
        NotFound: there is no such form, or nothing in it.
    """
    form = form_of(request)
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        alone = everybody[0] if len(everybody) == 1 else None
        feed = await _feed(request, tx, everybody, alone, path="/journal")
    return answer(request, form, feed)


async def of_artisan(request: Request) -> Response:
    """Return the feed of the journal of one artisan.

    Raises:
        NotFound: there is no such form, nobody of this name, or nothing in it.
    """
    form = form_of(request)
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        artisan = await artisans.get_by_username(tx, request.path_params["username"])
        path = "/journal" if len(everybody) == 1 else f"/@{artisan.username}/journal"
        feed = await _feed(request, tx, everybody, artisan, path=path)
    return answer(request, form, feed)


async def _feed(request: Request, tx: Tx, everybody: Sequence[Artisan], artisan: Artisan | None, *, path: str) -> Feed:
    """Return the feed of the journal at *path*.

    Raises:
        NotFound: there is nothing in it.
    """
    found = await own_posts.list_entries(tx, artisan_id=None if artisan is None else artisan.id, limit=NEWEST)
    if not found:
        raise NotFound("there is nothing in the journal yet")
    editor: Editor = await editor_of(request, tx, everybody, artisan)
    entries = [editor.entry_of_post(one) for one in found]
    whose = editor.uris.host if artisan is None else artisan.name
    author = None if artisan is None else editor.author(artisan)
    url = editor.uris.origin + path
    return Feed(
        uri=url,
        url=in_language(url, editor.chosen or None),
        path=f"{path}/feed",
        language=editor.language,
        chosen=editor.chosen,
        title=f"{translation(editor.language).gettext('Journal')} – {whose}",
        subtitle="",
        author=author,
        icon_url=None if author is None else author.icon_url,
        updated_at=max(one.updated_at for one in entries),
        entries=entries,
        ai_refused=refused_by_any(everybody),
    )
