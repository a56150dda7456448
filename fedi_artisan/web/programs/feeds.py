"""Feeds: of everything here, of an artisan, of a series, of a tag; each as Atom, as RSS and as JSON Feed."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import NotFound
from fedi_artisan.language import SOURCE, nearest
from fedi_artisan.storage import artisans, languages, works
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import json
from fedi_artisan.vocab.render.moments import moment
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import raw_document
from fedi_artisan.web.people.filters import excerpt
from fedi_artisan.web.people.links import in_language
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.programs.feed import Author, Editor, Entry, Feed, Picture
from fedi_artisan.web.programs.reservation import refused_by_any
from fedi_artisan.web.programs.xml import allowed

NEWEST = 20
# The forms in the order in which pages name them, by the ending of their addresses.
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


async def of_site(request: Request) -> Response:
    """Return the feed of the one artisan here, or of everybody where there are several.

    Raises:
        NotFound: there is no such form, or nobody here yet.
    """
    form = form_of(request)
    site = site_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        newest = await works.list_newest(tx, limit=NEWEST)
        editor = await editor_of(request, tx, everybody)
    if not everybody:
        raise NotFound("there is nobody here yet")
    if len(everybody) == 1:
        return answer(request, form, _of_artisan(editor, everybody[0], newest, alone=True))
    feed = _feed(editor, newest, uri=f"{site.uris.origin}/", url="/", path="/feed", title=site.uris.host)
    return answer(request, form, feed)


async def of_artisan(request: Request) -> Response:
    """Return the feed of one artisan.

    Raises:
        NotFound: there is no such form, or nobody of this name.
    """
    form = form_of(request)
    async with site_of(request).db.read() as tx:
        everybody = await artisans.list_all(tx)
        artisan = await artisans.get_by_username(tx, request.path_params["username"])
        newest = await works.list_shown(tx, artisan.id, limit=NEWEST)
        editor = await editor_of(request, tx, everybody, artisan)
    return answer(request, form, _of_artisan(editor, artisan, newest, alone=len(everybody) == 1))


async def of_series(request: Request) -> Response:
    """Return the feed of a series.

    Raises:
        NotFound: there is no such form or series, or nothing of it is shown.
    """
    form = form_of(request)
    async with site_of(request).db.read() as tx:
        found = await series_rows.find(tx, slug=request.path_params["slug"])
        newest = [] if found is None else await works.list_in_series(tx, found[0].uid, limit=NEWEST)
        if found is None or not newest:
            raise NotFound("there is no such series")
        everybody = await artisans.list_all(tx)
        artisan = next(maker for maker in everybody if maker.id == found[1])
        editor = await editor_of(request, tx, everybody, artisan)
    series = found[0]
    wording = series.wording(editor.chosen)[1]
    path = f"/series/{quote(series.slug)}"
    feed = _feed(
        editor,
        newest,
        uri=editor.uris.series(series.uid),
        url=path,
        path=f"{path}/feed",
        title=f"{wording.name} – {artisan.name}",
        subtitle=excerpt(wording.text),
        author=artisan,
    )
    return answer(request, form, feed)


async def of_tag(request: Request) -> Response:
    """Return the feed of a tag.

    Raises:
        NotFound: there is no such form, or no work has the tag.
    """
    form = form_of(request)
    asked = request.path_params["tag"]
    async with site_of(request).db.read() as tx:
        newest = await works.list_tagged(tx, asked, limit=NEWEST)
        if not newest:
            raise NotFound("no work here has this tag")
        everybody = await artisans.list_all(tx)
        editor = await editor_of(request, tx, everybody)
    name = newest[0].draft.tag_named(asked)
    path = f"/tags/{quote(name, safe='')}"
    whose = everybody[0].name if len(everybody) == 1 else editor.uris.host
    feed = _feed(editor, newest, uri=editor.uris.tag(name), url=path, path=f"{path}/feed", title=f"#{name} – {whose}")
    return answer(request, form, feed)


def form_of(request: Request) -> str:
    """Return the ending of the address.

    Raises:
        NotFound: it is none of ours.
    """
    form: str = request.path_params["form"]
    if form not in TYPES:
        raise NotFound("there is no such feed")
    return form


async def editor_of(request: Request, tx: Tx, everybody: Sequence[Artisan], artisan: Artisan | None = None) -> Editor:
    """Return who makes entries, in the language that `?lang=` asks for.

    Without it a feed speaks the artisan's own language and leaves each work in its own: the programs that fetch feeds
    for people do not say what these read.

    Raises:
        UnknownLanguage: nothing here is written in it.
    """
    site = site_of(request)
    chosen = negotiate.spoken(request, further=await languages.list_written(tx)).chosen or ""
    if artisan is None and len(everybody) == 1:
        artisan = everybody[0]
    own = None if artisan is None else nearest(artisan.language)
    makers = {maker.id: maker for maker in everybody}
    return Editor(site.pages, site.uris, makers, language=nearest(chosen or "-") or own or SOURCE, chosen=chosen)


def _of_artisan(editor: Editor, artisan: Artisan, newest: Sequence[Work], *, alone: bool) -> Feed:
    """Return the feed of one artisan; where she is alone it is the site's."""
    return _feed(
        editor,
        newest,
        uri=editor.uris.actor(artisan.uid),
        url="/" if alone else f"/@{artisan.username}",
        path="/feed" if alone else f"/@{artisan.username}/feed",
        title=artisan.name,
        subtitle=excerpt(artisan.summary_in(editor.chosen)[1]),
        author=artisan,
    )


def _feed(
    editor: Editor,
    newest: Sequence[Work],
    *,
    uri: str,
    url: str,
    path: str,
    title: str,
    subtitle: str = "",
    author: Artisan | None = None,
) -> Feed:
    """Return the feed of these works; *url* and *path* are below the origin."""
    entries = [editor.entry(work) for work in newest]
    makers = editor.makers.values() if author is None else (author,)
    whose = None if author is None else editor.author(author)
    # Robots.txt cannot tell which feed has whose works: where anybody refuses, feeds are refused.
    refused = refused_by_any(editor.makers.values()) or any(editor.terms(one).ai_refused for one in newest)
    return Feed(
        uri=uri,
        url=in_language(editor.uris.origin + url, editor.chosen or None),
        path=path,
        language=editor.language,
        chosen=editor.chosen,
        title=title,
        subtitle=subtitle,
        author=whose,
        icon_url=None if whose is None else whose.icon_url,
        updated_at=max((one.updated_at for one in entries), default=max(maker.created_at for maker in makers)),
        entries=entries,
        ai_refused=refused,
    )


def answer(request: Request, form: str, feed: Feed) -> Response:
    """Return *feed* in one form, or 304 where the client has it."""
    site = site_of(request)
    body = _WRITERS[form](site.pages, site.uris.origin, feed)
    media_type = f"{TYPES[form]}; charset=utf-8"
    response = raw_document(request, body, media_type=media_type, ai_refused=feed.ai_refused)
    response.headers["Content-Language"] = feed.language
    return response


def _atom(pages: Pages, origin: str, feed: Feed) -> bytes:
    """Return *feed* as Atom (RFC 4287), with Media RSS for those who want each photograph's words."""
    return pages.render_xml("atom.xml", feed=feed, origin=origin)


def _rss(pages: Pages, origin: str, feed: Feed) -> bytes:
    """Return *feed* as RSS 2.0, with the whole text in content:encoded."""
    return pages.render_xml("rss.xml", feed=feed, origin=origin)


def _json_feed(_pages: Pages, origin: str, feed: Feed) -> bytes:
    """Return *feed* as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.own_url(origin, "json"),
        "description": feed.subtitle,
        "icon": feed.icon_url,
        "language": feed.language,
        "authors": [_json_author(feed.author)] if feed.author else None,
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps({name: value for name, value in document.items() if value or name == "items"})


def _json_item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.uri,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "image": entry.pictures[0].url if entry.pictures else None,
        "date_published": moment(entry.published_at),
        "date_modified": moment(entry.updated_at),
        "authors": [_json_author(entry.author)],
        "tags": list(entry.tags),
        "language": entry.language,
        "attachments": [_json_attachment(shown) for shown in entry.pictures],
        "_rights": {"text": entry.rights} | ({"license": entry.licence.url} if entry.licence.url else {}),
    }
    return {name: value for name, value in item.items() if value or name == "content_html"}


def _json_author(author: Author) -> dict[str, str]:
    return {"name": author.name, "url": author.url} | ({"avatar": author.icon_url} if author.icon_url else {})


def _json_attachment(shown: Picture) -> dict[str, Any]:
    document = {"url": shown.url, "mime_type": shown.media_type, "size_in_bytes": shown.size_bytes}
    words = shown.caption[1] or shown.alt[1]
    return document | ({"title": allowed(words)} if words else {})


_WRITERS: dict[str, Callable[[Pages, str, Feed], bytes]] = {"atom": _atom, "rss": _rss, "json": _json_feed}
