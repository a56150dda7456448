"""Pages and documents of every kind: how many a second, beside a bare Starlette that answers the same bytes."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.caller import call
from bench.rate import Request, ask, bare, beside
from bench.site import SERIES, TAG, Site
from bench.size import Size
from bench.table import Aim, Row
from fedi_artisan.web.answers.cache import LONGEST_ADDRESS

AIM = Aim(0.7, share=True)
RENDERED = 40
KILOBYTE = 1000
HOME_KB = 50.0
ACTIVITY_JSON = "application/activity+json"
LIMIT_IS = "bare Starlette, same bytes"
NOT_THERE = "not there yet"


class Kind(NamedTuple):
    """One kind of answer that is asked for.

    Args:
        name: as the table has it.
        request: in full; pages are asked for as a browser does.
        status: of the answer.
        held: whether whoever asks has it already.
    """

    name: str
    request: Request
    status: int = 200
    held: bool = False


def kinds(site: Site) -> Sequence[Kind]:
    """Return everything that is asked for: a kind of page that is missing here is measured by nobody."""
    work = urlsplit(site.pages[0]).path
    html = {"Accept": "text/html"}
    webfinger = f"/.well-known/webfinger?resource=acct:maria@{site.config.host}"
    return [
        Kind("home", Request("/", html)),
        Kind("home in brotli", Request("/", html | {"Accept-Encoding": "gzip, br"})),
        Kind("home that is held already", Request("/", html), status=304, held=True),
        Kind("home by HEAD", Request("/", html, "HEAD")),
        Kind("home from a shared link", Request("/?utm_source=card&lang=fr&fbclid=x", html)),
        Kind("work page", Request(work, html)),
        Kind("works by tag and year", Request(f"/works?tag={TAG}&year=2026", html)),
        Kind("search", Request("/works?q=moon", html)),
        Kind("series", Request(f"/series/{SERIES.lower()}", html)),
        Kind("tag", Request(f"/tags/{TAG}", html)),
        Kind("follow", Request("/follow", html)),
        Kind("label", Request(f"{work}/label?size=a6", html)),
        Kind("feed", Request("/feed.atom", {"Accept": "application/atom+xml"})),
        Kind("a page that is missing", Request("/works/nothing", html), status=404),
        Kind("actor", Request(urlsplit(site.actor_uri).path, {"Accept": ACTIVITY_JSON})),
        Kind("WebFinger", Request(webfinger, {"Accept": "application/jrd+json"})),
    ]


async def run(site: Site, size: Size) -> list[Row]:
    """Return the rates of all kinds, ours and the bare one taking turns; what rendering costs; how large home is."""
    asked = {f"/{number}": await _as_asked(site, kind) for number, kind in enumerate(kinds(site))}
    # Of a HEAD the bare one must know what it would answer to a GET.
    answers = {path: await ask(site.port, replace(kind.request, method="GET")) for path, kind in asked.items()}
    rows = []
    async with bare(site.config_file.with_name("bare.json"), answers) as bare_port:
        for path, kind in asked.items():
            given = answers[path]
            if given.status != kind.status:
                rows.append(Row(what=f"{kind.name}: {NOT_THERE} ({given.status})", value=0, unit="/s"))
                continue
            what = f"{kind.name} ({len(given.body):,} bytes)"
            limit = replace(kind.request, target=path)
            rows += await beside(what, (site.port, kind.request), (bare_port, limit), size, limit_is=LIMIT_IS, aim=AIM)
    anew = Row(what="home, rendered anew", value=await _rendering_ms(site.port), unit="ms")
    return [*rows, anew, await _weight(site.port)]


async def _as_asked(site: Site, kind: Kind) -> Kind:
    """Return *kind* with what a visitor sends who was here before."""
    if not kind.held:
        return kind
    given = await ask(site.port, kind.request)
    headers = {**kind.request.headers, "If-None-Match": given.headers["etag"]}
    return kind._replace(request=replace(kind.request, headers=headers))


async def _rendering_ms(port: int) -> float:
    """Return the milliseconds that home takes where nothing is kept: of addresses as long as these nothing is."""
    long = "x" * LONGEST_ADDRESS
    requests = (Request(f"/?url={long}{number}", {"Accept": "text/html"}).raw for number in range(RENDERED))
    answers = await call(port, requests)
    assert set(answers.statuses) == {b"200"}, answers.statuses
    return statistics.median(answers.took_s) * 1000


async def _weight(port: int) -> Row:
    """Return how large the home page is with its style sheets, as they are before they are made smaller for the way."""
    page = await ask(port, Request("/", {"Accept": "text/html"}))
    styles = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page.body)
    assert styles, page.body
    sizes = [len((await ask(port, Request(style.decode()))).body) for style in styles]
    what = f"home, HTML of {_works_on(page.body)} works and CSS, uncompressed"
    kilobytes = (len(page.body) + sum(sizes)) / KILOBYTE
    return Row(what=what, value=kilobytes, unit="kB", aim=Aim(HOME_KB, at_most=True))


def _works_on(page: bytes) -> int:
    """Return how many works a page shows."""
    return len(set(re.findall(rb'href="(/works/[^"?/]+)', page)))
