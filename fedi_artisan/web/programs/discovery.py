"""What the head of each kind of page tells programs: its feeds, its schema.org data, what of it can be framed.

Each function returns values for templates/machines.html, which `show` passes on.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.pages import Page
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Series, Work
from fedi_artisan.language import LANGUAGES
from fedi_artisan.storage.series import ShownSeries
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.filters import title_of
from fedi_artisan.web.people.shell import Shell
from fedi_artisan.web.programs import frames, schema_org

Values = dict[str, Any]
_Trail = list[tuple[str, str]]


def of_house(request: Request, shell: Shell, everybody: Sequence[Artisan]) -> Values:
    """Return what is told of the page that introduces several artisans."""
    uris = site_of(request).uris
    page = schema_org.house(everybody, uris, language=_texts(request, shell), name=uris.host)
    return {
        "feeds": _feeds(shell, uris),
        "structured": schema_org.graph(schema_org.website(uris, uris.host, LANGUAGES), page),
    }


def of_portfolio(request: Request, shell: Shell, artisan: Artisan, shown: Sequence[Work], *, first: bool) -> Values:
    """Return what is told of an artisan's portfolio; *first* is whether it is the first page of it."""
    uris = site_of(request).uris
    told = schema_org.portfolio(
        artisan, shown, uris, url=uris.origin + shell.home_path, language=_texts(request, shell)
    )
    whole = [schema_org.website(uris, artisan.name, LANGUAGES)] if shell.alone else []
    return {"feeds": _feeds(shell, uris), "framed": first, "structured": schema_org.graph(*whole, *told)}


def of_work(request: Request, shell: Shell, artisan: Artisan, work: Work) -> Values:
    """Return what is told of a work, and the lines by which it is shown on other pages."""
    uris, language = site_of(request).uris, _texts(request, shell)
    trail = _above(shell, uris)
    if work.series is not None and work.draft.audience.listed:
        trail.append((work.series.wording(language)[1].name, uris.series_url(quote(work.series.slug))))
    trail.append((work.draft.wording(language)[1].title, uris.work_url(work.slug)))
    frame = frames.of_work(work, artisan, language, alone=shell.alone)
    return {
        "feeds": _feeds(shell, uris),
        "framed": True,
        "embed_code": frame.html(uris, frame.size(), request.query_params.get("lang")),
        "structured": schema_org.graph(schema_org.of_work(work, artisan, uris, language), schema_org.crumbs(trail)),
    }


def of_series(request: Request, shell: Shell, series: Series, shown: Sequence[Work]) -> Values:
    """Return what is told of a series."""
    wording = series.wording(_texts(request, shell))[1]
    path = f"/series/{quote(series.slug)}"
    told = of_list(request, shell, shown, path=path, name=wording.name, text=wording.text)
    return told | {"feeds": (f"{path}/feed", wording.name), "framed": True}


def of_tag(request: Request, shell: Shell, tag: str, shown: Sequence[Work]) -> Values:
    """Return what is told of a tag."""
    path = f"/tags/{quote(tag, safe='')}"
    told = of_list(request, shell, shown, path=path, name=f"#{tag}")
    # Feeds of tags are of works.
    return told | ({"feeds": (f"{path}/feed", f"#{tag}")} if shown else {})


def of_list(request: Request, shell: Shell, shown: Sequence[Work], *, path: str, name: str, text: str = "") -> Values:
    """Return what is told of works that stand together at *path*, where their *text* is in Markdown."""
    uris, language = site_of(request).uris, _texts(request, shell)
    members = [(work.draft.wording(language)[1].title, uris.work_url(work.slug)) for work in shown]
    return _listed(shell, uris, members, path=path, name=name, text=text, language=language)


def of_covers(request: Request, shell: Shell, covers: Sequence[ShownSeries], *, path: str, name: str) -> Values:
    """Return what is told of a list of series."""
    uris, language = site_of(request).uris, _texts(request, shell)
    all_series = [one.series for one in covers]
    members = [(one.wording(language)[1].name, uris.series_url(quote(one.slug))) for one in all_series]
    return _listed(shell, uris, members, path=path, name=name, text="", language=language)


def of_written(request: Request, shell: Shell, artisan: Artisan, page: Page) -> Values:
    """Return what is told of a page that an artisan wrote."""
    uris, language = site_of(request).uris, _texts(request, shell)
    trail = [*_above(shell, uris), (page.draft.wording(language)[1].title, uris.page_url(page.slug))]
    told = schema_org.written(page, artisan, uris, language=language)
    return {"feeds": _feeds(shell, uris), "structured": schema_org.graph(told, schema_org.crumbs(trail))}


def of_journal(request: Request, shell: Shell, entries: Sequence[Post], *, name: str) -> Values:
    """Return what is told of a journal."""
    uris, language = site_of(request).uris, _texts(request, shell)
    path = shell.path("journal")
    members = [(begins(one), uris.post_url(one.uid or "")) for one in entries]
    told = _listed(shell, uris, members, path=path, name=name, text="", language=language)
    return told | {"feeds": (f"{path}/feed", f"{name} – {_feeds(shell, uris)[1]}")}


def of_post(request: Request, shell: Shell, artisan: Artisan, post: Post) -> Values:
    """Return what is told of an entry of a journal, or of an answer."""
    uris = site_of(request).uris
    trail = [*_above(shell, uris), (begins(post) or artisan.name, uris.post_url(post.uid or ""))]
    told = schema_org.posting(post, artisan, uris)
    return {"feeds": _feeds(shell, uris), "structured": schema_org.graph(told, schema_org.crumbs(trail))}


def begins(post: Post) -> str:
    """Return the first words of a post, or the day on which it was said."""
    return title_of(post) or post.published_at.date().isoformat()


def of_asking(request: Request, shell: Shell) -> Values:
    """Return what is told of a page on which visitors say whom they follow, or what they like."""
    return {"feeds": _feeds(shell, site_of(request).uris)}


def _listed(
    shell: Shell, uris: Uris, members: Sequence[tuple[str, str]], *, path: str, name: str, text: str, language: str
) -> Values:
    url = uris.origin + path
    page = schema_org.collection(members, uris, url=url, name=name, text=text, language=language)
    trail = schema_org.crumbs([*_above(shell, uris), (name, url)])
    return {"feeds": _feeds(shell, uris), "structured": schema_org.graph(page, trail)}


def _feeds(shell: Shell, uris: Uris) -> tuple[str, str]:
    """Return where the feeds of an artisan or of the site are, without their endings, and their title."""
    return shell.path("feed"), uris.host if shell.artisan is None else shell.artisan.name


def _above(shell: Shell, uris: Uris) -> _Trail:
    """Return name and address of the pages above one of an artisan's, or of everybody's."""
    top = (shell.artisan.name if shell.artisan and shell.alone else uris.host, f"{uris.origin}/")
    if shell.artisan is None or shell.alone:
        return [top]
    return [top, (shell.artisan.name, uris.profile_url(shell.artisan.username))]


def _texts(request: Request, shell: Shell) -> str:
    """Return the language that is wanted of what people wrote."""
    return negotiate.spoken(request, further=shell.tongues).texts
