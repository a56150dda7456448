"""What the whole server says to machines that want to learn: robots.txt, and the file of the TDM Reservation Protocol.

Both are made of the same rules, so that they never disagree; each page, document and picture says the same of itself
(`reservation.py`).
"""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.uris import Uris
from fedi_artisan.storage import artisans, rights
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.pages import known
from fedi_artisan.web.programs.ai_crawlers import AI_CRAWLERS, LISTED_ON
from fedi_artisan.web.programs.reservation import refused_by_any
from fedi_artisan.web.programs.sitemap import SITEMAP

ROBOTS = "/robots.txt"
TDMREP = "/.well-known/tdmrep.json"
# Crawlers need not read more than 500 KiB of a robots.txt (RFC 9309 2.5); a line about a picture has up to 62 bytes.
MOST_FILES = 5000

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
}
# What takes something in, and what answers programs alone: nothing that anybody searches.
_CLOSED = ("/ap/inbox", "/ap/actor/inbox", "/ap/actors/*/inbox", "/works/*/respond", "/posts/*/respond", "/oembed?")
_FEEDS = ("/feed.", "/@*/feed.", "/journal/feed.", "/@*/journal/feed.", "/series/*/feed.", "/tags/*/feed.")
# Cloudflare's word for it, which has no paths (https://contentsignals.org).
_SIGNAL = "Content-Signal: search=yes, ai-input=no, ai-train=no"


class _Rules(NamedTuple):
    """Whether the server refuses machines, and the places of which the contrary is true.

    Places are written as in robots.txt: what begins so, "$" being the end.
    """

    ai_refused: bool
    exceptions: Sequence[str]


async def robots_txt(request: Request) -> Response:
    """Return who may read what here (RFC 9309): search engines everything, machines that learn what they may."""
    site = site_of(request)
    async with site.db.read() as tx:
        rules = await _rules(tx, site.uris)
    text = f"{_robots(rules)}\nSitemap: {site.uris.origin}{SITEMAP}\n"
    return _answer(request, text.encode("ascii"), "text/plain; charset=utf-8")


async def tdmrep(request: Request) -> Response:
    """Return the reservation of rights for text and data mining, place by place, the most specific first."""
    site = site_of(request)
    async with site.db.read() as tx:
        rules = await _rules(tx, site.uris)
    said = [{"location": place, "tdm-reservation": int(not rules.ai_refused)} for place in rules.exceptions]
    said.append({"location": "/", "tdm-reservation": int(rules.ai_refused)})
    return _answer(request, json.dumps(said, indent=1).encode("ascii"), "application/json")


async def _rules(tx: Tx, uris: Uris) -> _Rules:
    """Return what holds as things stand.

    Where one of several artisans refuses, what they show together is refused, and whoever does not is an exception.
    """
    everybody = await artisans.list_all(tx)
    refused = refused_by_any(everybody)
    places = []
    for artisan in everybody:
        if artisan.terms.ai_refused != refused:
            home = f"/@{artisan.username}"
            places += [
                *_page(home),
                *_page(f"{home}/embed"),
                *_page(f"{home}/journal"),
                _path(uris.actor(artisan.uid), uris),
            ]
    for uid, slug in await rights.list_series(tx, ai_refused=not refused):
        places += [*_page(f"/series/{slug}"), *_page(f"/series/{slug}/embed"), _path(uris.series(uid), uris)]
    for uid, slug in await rights.list_pages(tx, ai_refused=not refused):
        places += [*_page(f"/pages/{slug}"), _path(uris.page(uid), uris)]
    for uid in await rights.list_posts(tx, ai_refused=not refused):
        places += [*_page(f"/posts/{uid}"), _path(uris.post(uid), uris)]
    works = await rights.list_works(tx, ai_refused=not refused)
    for uid, slug in works:
        # Below its page are its label, its card and what else shows nothing but this work.
        places += [*_page(f"/works/{slug}"), f"/works/{slug}/", _path(uris.work(uid), uris)]
    if works and not refused:
        # What was said about a work holds the whole of it, and its address does not tell which; so do feeds.
        places += ["/ap/activities/", *_FEEDS]
    files = await rights.list_files(tx, ai_refused=not refused, limit=MOST_FILES + 1)
    if len(files) <= MOST_FILES:
        places += [f"/media/{file}" for file in files]
    elif not refused:
        places.append("/media/")
    return _Rules(refused, places)


def _page(path: str) -> tuple[str, str]:
    """Return the places of a page, in whatever language, and of none whose name only begins the same."""
    return f"{path}$", f"{path}?"


def _path(uri: str, uris: Uris) -> str:
    return uri.removeprefix(uris.origin)


def _robots(rules: _Rules) -> str:
    """Return the rules as the text of a robots.txt."""
    closed = [f"Disallow: {place}" for place in _CLOSED]
    lines = ["User-agent: *", *closed]
    if rules.ai_refused and not rules.exceptions:
        lines.append(_SIGNAL)
    if rules.ai_refused or rules.exceptions:
        lines += ["", f"# Whoever gathers for artificial intelligence, as known on {LISTED_ON}"]
        lines += [f"User-agent: {crawler.name}" for crawler in AI_CRAWLERS]
        # A crawler reads the lines about itself and no others.
        lines += ["Disallow: /", f"Allow: {TDMREP}"] if rules.ai_refused else closed
        lines += [f"{'Allow' if rules.ai_refused else 'Disallow'}: {place}" for place in rules.exceptions]
    return "\n".join(lines) + "\n"


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    """Return *body*, or 304 where the client has it."""
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = _HEADERS | {"ETag": etag, "Content-Type": media_type}
    if known(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)
