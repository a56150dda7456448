"""From a visitor's own account to the page where she follows, likes, announces or replies: on her server, not on ours.

Source: FEP-3b86 (Activity Intents); OStatus subscribe as Mastodon, Pixelfed and Misskey serve it; WIRE 9, 10.1.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from fedi_artisan.config import Config
from fedi_artisan.domain.intents import Deed, Destination, Home, Obstacle
from fedi_artisan.domain.uris import Origin, host_of, origin_of
from fedi_artisan.errors import AddressRefused, RemoteError, RemoteGone, RemoteUnavailable
from fedi_artisan.federation.addresses import check_url
from fedi_artisan.federation.webfinger import WebFinger

PATIENCE_S = 8.0  # somebody waits
MOST_AT_ONCE = 8
MOST_LINKS = 100
LONGEST_TEMPLATE = 1000

_FEP_3B86 = "https://w3id.org/fep/3b86"
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_OBJECT = f"{_FEP_3B86}/Object"
# What to look for, the best first. Where no page is made for a deed, the one that shows the work offers it.
_RELATIONS: Mapping[Deed, Sequence[str]] = {
    Deed.FOLLOW: (f"{_FEP_3B86}/Follow", _SUBSCRIBE, _OBJECT),
    Deed.LIKE: (f"{_FEP_3B86}/Like", _OBJECT, _SUBSCRIBE),
    Deed.ANNOUNCE: (f"{_FEP_3B86}/Announce", _OBJECT, _SUBSCRIBE),
    Deed.REPLY: (f"{_FEP_3B86}/Create", _OBJECT, _SUBSCRIBE),
}
_PLACES = {f"{_FEP_3B86}/Create": "inReplyTo", _SUBSCRIBE: "uri"}
_PLACE = re.compile(r"\{([^{}]*)\}")


class Intents:
    """Finds the pages of visitors' own servers. A class, because it counts who is being looked for at this moment."""

    def __init__(self, config: Config, webfinger: WebFinger) -> None:
        self._config = config
        self._webfinger = webfinger
        self._patience_s = min(PATIENCE_S, config.timeouts.total_s)
        self._asking = 0

    async def find(self, home: Home, deed: Deed, uri: str) -> Destination | Obstacle:
        """Return the page on which the visitor confirms *deed*, or why there is none.

        Her server is asked once, without a signature. The page stands on the host she named or on the one that
        answered for it, or below one of them; nothing else is ever returned.

        Args:
            home: her account, as she wrote it.
            deed: what she wants to do.
            uri: the ActivityStreams id of the artisan or the work. Not a handle: Pixelfed takes nothing but addresses.
        """
        if self._asking >= MOST_AT_ONCE:
            return Obstacle.BUSY
        self._asking += 1
        try:
            async with asyncio.timeout(self._patience_s):
                answer, answered_by = await self._webfinger.look_up(f"acct:{home.username}@{home.host}", home.host)
        except (TimeoutError, RemoteUnavailable):
            return Obstacle.SILENT
        except RemoteGone:
            return Obstacle.UNKNOWN
        except RemoteError:
            return Obstacle.BROKEN
        finally:
            self._asking -= 1
        asked = origin_of(f"{'http' if self._config.plain_http else 'https'}://{home.host}")
        own = [origin for origin in (asked, origin_of(answered_by)) if origin is not None]
        return _choose(self._config, answer, deed, uri, own)


def _choose(
    config: Config, answer: Mapping[str, object], deed: Deed, uri: str, own: Sequence[Origin]
) -> Destination | Obstacle:
    """Return the best page for *deed* that *answer* names, of those that belong to one of *own*."""
    none = Obstacle.NO_PAGE
    for relation in _RELATIONS[deed]:
        for template in _templates(answer, relation):
            filled = _fill(template, _PLACES.get(relation, "object"), uri)
            if filled is None:
                continue
            page = _page(config, filled, own)
            if page is not None:
                return page
            none = Obstacle.ASTRAY
    return none


def _page(config: Config, url: str, own: Sequence[Origin]) -> Destination | None:
    """Return *url* as a page to send somebody to, or None where it does not belong to one of *own*."""
    try:
        checked = check_url(
            url,
            plain_http=config.plain_http,
            own_host=config.host,
            allow_private_networks=config.allow_private_networks,
        )
    except AddressRefused:
        return None
    origin = origin_of(str(checked))
    if origin is None or not any(_within(origin, other) for other in own):
        return None
    return Destination(str(checked), host_of(str(checked)))


def _within(origin: Origin, other: Origin) -> bool:
    """Whether *origin* is the host and port of *other*, or below that host; `check_url` has judged the scheme."""
    below = origin.host.endswith(f".{other.host}")
    return origin.port == other.port and (origin.host == other.host or below)


def _templates(answer: Mapping[str, object], relation: str) -> Iterator[str]:
    """Give the templates of this relation; early drafts of FEP-3b86 have them under `href`."""
    links = answer.get("links")
    for link in links[:MOST_LINKS] if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("rel") == relation:
            template = link.get("template", link.get("href"))
            if isinstance(template, str) and len(template) <= LONGEST_TEMPLATE:
                yield template


def _fill(template: str, place: str, uri: str) -> str | None:
    """Return *template* with *uri* in *place* and nothing in any other place; None where it has no such place.

    Source: FEP-3b86 3.2, 3.3: unknown places are left empty, values are percent-encoded.
    """
    bare = template.partition("#")[0]
    if f"{{{place}}}" not in bare:
        return None
    value = quote(uri, safe="")
    filled = _PLACE.sub(lambda match: value if match[1] == place else "", bare)
    return None if "{" in filled or "}" in filled else filled
