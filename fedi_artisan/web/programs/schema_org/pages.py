"""Pages for search engines: what each is about, what it leads to, and where in the site it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.pages import Page
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.web.people.filters import excerpt
from fedi_artisan.web.programs.schema_org.makers import Node, maker, person

# Name and address of each page from the first one of the site down to this.
Trail = Sequence[tuple[str, str]]


def graph(*nodes: Node) -> Node:
    """Return the document that tells all of these."""
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def website(uris: Uris, name: str, languages: Iterable[str]) -> Node:
    """Return the whole site."""
    url = f"{uris.origin}/"
    return {"@type": "WebSite", "@id": f"{url}#site", "url": url, "name": name, "inLanguage": list(languages)}


def portfolio(artisan: Artisan, shown: Sequence[Work], uris: Uris, *, url: str, language: str) -> list[Node]:
    """Return the page of an artisan at *url* with the works that are *shown* there, and herself."""
    page: Node = {
        "@type": ["ProfilePage", "CollectionPage"],
        "@id": url,
        "url": url,
        "name": artisan.name,
        "inLanguage": language,
        "dateCreated": _moment(artisan.created_at),
        "dateModified": _moment(max([artisan.updated_at, *(work.updated_at or work.published_at for work in shown)])),
        "isPartOf": {"@id": f"{uris.origin}/#site"},
        "mainEntity": {"@id": person(artisan, uris)["@id"]},
    }
    if shown:
        # By their ids alone, because this stands on the page whose weight matters most; their own pages tell the rest.
        page["hasPart"] = [{"@id": uris.work_url(work.slug)} for work in shown]
    return [page, *maker(artisan, uris, language)]


def house(everybody: Iterable[Artisan], uris: Uris, *, language: str, name: str) -> Node:
    """Return the page that introduces several artisans."""
    people = [(artisan.name, uris.profile_url(artisan.username)) for artisan in everybody]
    return _list(f"{uris.origin}/", name, language, people, uris)


def collection(
    members: Sequence[tuple[str, str]], uris: Uris, *, url: str, name: str, text: str = "", language: str
) -> Node:
    """Return a page of things that have something in common, by name and address; *text* is in Markdown."""
    return _list(url, name, language, members, uris) | _description(text)


def written(page: Page, artisan: Artisan, uris: Uris, *, language: str) -> Node:
    """Return a page that an artisan wrote: prices, a life, the law; all of it is about her."""
    url = uris.page_url(page.slug)
    written_in, wording = page.draft.wording(language)
    node: Node = {
        "@type": "AboutPage",
        "@id": url,
        "url": url,
        "name": wording.title,
        "inLanguage": written_in,
        "datePublished": _moment(page.created_at),
        "dateModified": _moment(page.updated_at),
        "isPartOf": {"@id": f"{uris.origin}/#site"},
        "author": person(artisan, uris),
        "about": {"@id": person(artisan, uris)["@id"]},
    }
    return node | _description(wording.text)


def crumbs(trail: Trail) -> Node:
    """Return the way to a page, this one last."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(trail, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _list(url: str, name: str, language: str, members: Sequence[tuple[str, str]], uris: Uris) -> Node:
    """Return a page at *url* whose matter is a list of these names and addresses."""
    items = [
        {"@type": "ListItem", "position": place, "name": title, "url": address}
        for place, (title, address) in enumerate(members, start=1)
    ]
    return {
        "@type": "CollectionPage",
        "@id": url,
        "url": url,
        "name": name,
        "inLanguage": language,
        "isPartOf": {"@id": f"{uris.origin}/#site"},
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items},
    }


def _description(markdown: str) -> dict[str, Any]:
    words = excerpt(markdown)
    return {"description": words} if words else {}


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
