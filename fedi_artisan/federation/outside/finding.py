"""Whether others find us: the address, the handle, and the documents that stand behind it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.outside.asking import Asking, Heard, NotAnswered, unreached
from fedi_artisan.federation.outside.front import pass_on
from fedi_artisan.federation.outside.inside import says_origin

ACTIVITY = "application/activity+json"
_JRD = "application/jrd+json"
_PAGE = "text/html"
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 3


async def address(asking: Asking) -> Finding:
    """Look whether it is this server that answers at its public address."""
    origin = asking.config.origin
    try:
        page = await asking.get(f"{origin}/", _PAGE)
        about = await asking.get(f"{origin}/.well-known/nodeinfo", "application/json")
    except NotAnswered as error:
        facts = (said("{origin} answers with the error {status}.", origin=origin, status=str(error.status)),)
        advice = said(
            "The web server in front of this one does not reach it. Is this server running, and does the other pass "
            "everything on to {listen}?",
            listen=asking.config.listen,
        )
        return Finding(Verdict.BROKEN, facts, advice)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return unreached(error, origin)
    return _elsewhere(page, origin) or _somebody_else(page, about, asking)


def _elsewhere(page: Heard, origin: str) -> Finding | None:
    """Return what it means that people are sent away."""
    if page.status not in _REDIRECTS:
        return None
    elsewhere = page.leads_to
    facts = (said("{origin} sends everybody on to {elsewhere}.", origin=origin, elsewhere=elsewhere),)
    advice = said(
        "The address in your settings is the one that others know you by: have the web server in front of this one "
        "answer there itself, and send the other addresses to it."
    )
    return Finding(Verdict.BROKEN, facts, advice)


def _somebody_else(page: Heard, about: Heard, asking: Asking) -> Finding:
    """Return whether it is us who answered."""
    origin = asking.config.origin
    if page.status in {_UNAUTHORIZED, _FORBIDDEN}:
        facts = (said("{origin} lets nobody in: it asks for a password, or refuses.", origin=origin),)
        advice = said(
            "Take the password, or whatever keeps strangers out, away from the web server in front of this one."
        )
        return Finding(Verdict.BROKEN, facts, advice)
    if about.status != _OK or not says_origin(about.body, origin):
        facts = (said("At {origin} something else answers.", origin=origin),)
        return Finding(Verdict.BROKEN, facts, *pass_on(asking.config, about.headers))
    if page.status != _OK or page.media_type != _PAGE:
        facts = (said("{origin} answers, but without its first page.", origin=origin),)
        return Finding(Verdict.BROKEN, facts, *pass_on(asking.config, page.headers))
    return Finding(Verdict.OK, (said("{origin} answers, and it is this server that does.", origin=origin),))


async def webfinger(asking: Asking, artisan: Artisan | None) -> Finding:
    """Look whether others find an artisan by her handle (RFC 7033), as strictly as the strictest of them read it."""
    if artisan is None:
        return Finding(Verdict.OK, (said("There is nobody here yet."),))
    uris = Uris(asking.config.origin)
    handle = f"{artisan.username}@{uris.host}"
    heard, hops = await _follow(
        asking, f"{uris.origin}/.well-known/webfinger?resource={quote(f'acct:{handle}', safe='')}"
    )
    document = _object(heard)
    if heard.status != _OK or not _names(document, handle, uris.actor(artisan.uid)):
        facts: tuple[Sentence, ...] = (said("Nobody is found under @{handle}.", handle=handle),)
        return Finding(Verdict.BROKEN, facts, *pass_on(asking.config, heard.headers, "/.well-known/"))
    facts = (said("Others find you under @{handle}.", handle=handle),)
    if hops:
        facts += (said("They are sent on to {url} for that, which not all of them follow.", url=heard.url),)
        return Finding(Verdict.LOOK, facts, *pass_on(asking.config, heard.headers, "/.well-known/"))
    if heard.media_type != _JRD or heard.headers.get("Access-Control-Allow-Origin") != "*":
        facts += (said("But what stands in front changes the kind of the answer, or who may read it."),)
        advice = said("Have it pass on Content-Type and Access-Control-Allow-Origin as they come from this server.")
        return Finding(Verdict.LOOK, facts, advice)
    return Finding(Verdict.OK, facts)


async def _follow(asking: Asking, url: str) -> tuple[Heard, int]:
    """Return what is found at the end of redirects, and how many there were."""
    hops = 0
    heard = await asking.get(url, _JRD)
    while heard.status in _REDIRECTS and hops < _MOST_HOPS:
        hops += 1
        heard = await asking.get(heard.leads_to, _JRD)
    return heard, hops


def _names(document: Mapping[str, Any], handle: str, actor_uri: str) -> bool:
    """Whether WebFinger's answer is that of an actor of ours."""
    links = document.get("links")
    return document.get("subject") == f"acct:{handle}" and any(
        isinstance(link, dict)
        and (link.get("rel"), link.get("type"), link.get("href")) == ("self", ACTIVITY, actor_uri)
        for link in (links if isinstance(links, list) else ())
    )


async def documents(asking: Asking, artisan: Artisan | None) -> Finding:
    """Look whether servers get documents and people get pages, at the very same address, one after the other.

    What keeps answers in front and does not heed their `Vary` gives the one what was for the other.
    """
    uris = Uris(asking.config.origin)
    actor_uri = uris.instance_actor if artisan is None else uris.actor(artisan.uid)
    home = f"{uris.origin}/"
    page = await asking.get(home, _PAGE, {"Accept-Encoding": "gzip"})
    document = await asking.get(home, ACTIVITY)
    actors = [(await asking.get(uri, ACTIVITY), uri) for uri in dict.fromkeys((actor_uri, uris.instance_actor))]
    for heard, uri in actors:
        if heard.status != _OK or _object(heard).get("id") != uri:
            facts = (said("Other servers ask for {url}, and get something else.", url=uri),)
            return Finding(Verdict.BROKEN, facts, *pass_on(asking.config, heard.headers, "/ap/"))
        if heard.media_type != ACTIVITY:
            facts = (
                said("Other servers get {url} as {kind}, which they do not read.", url=uri, kind=heard.media_type),
            )
            advice = said("Have what stands in front pass on Content-Type as it comes from this server.")
            return Finding(Verdict.BROKEN, facts, advice)
    if page.media_type != _PAGE or document.media_type != ACTIVITY:
        facts = (
            said("At {url}, people and other servers get the same, though they ask for different things.", url=home),
        )
        advice = said(
            "What stands in front keeps answers without heeding Vary, or does not pass on Accept. Have it keep /media/ "
            "and /static/ alone."
        )
        return Finding(Verdict.BROKEN, facts, advice)
    if document.headers.get("Content-Encoding"):
        facts = (said("What stands in front sends compressed answers to those who cannot read them."),)
        advice = said("Have it compress nothing itself, and heed Vary: this server compresses what should be.")
        return Finding(Verdict.LOOK, facts, advice)
    return Finding(Verdict.OK, (said("Other servers get documents, people get pages."),))


def _object(heard: Heard) -> Mapping[str, Any]:
    """Return the JSON object in an answer; an empty one where it is something else."""
    try:
        found = json.loads(heard.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
