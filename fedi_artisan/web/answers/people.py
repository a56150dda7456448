"""Whether a person opened a page: a browser that somebody sits at, not a program, and not the artisan herself.

Nothing of what is looked at here is kept.
"""

import re
from functools import lru_cache

from starlette.types import Scope

from fedi_artisan.web import negotiate
from fedi_artisan.web.negotiate import LONGEST_HEADER

# Every browser in use begins so, and those without pictures by their names.
_BROWSER = re.compile(r"(?:Mozilla|Opera)/|(?:Lynx|Links|ELinks|w3m|Dillo|NetSurf|Ladybird)\b")
# Programs that begin so as well. Nearly all of them say where one can read about them; no browser names an address.
# "Cubot" makes telephones.
_PROGRAM = re.compile(
    r"://|(?<!cu)bot\b|(?<!cu)bot[/_-]|crawl|spider|slurp|scrap|preview|prerender|fetch|externalhit|externalagent|monitor"
    r"|headless|phantomjs|lighthouse|pagespeed|gtmetrix|pingdom|uptime|validator|archiver|httrack|wget|curl|python|okhttp"
    r"|whatsapp|google-read-aloud|feed|inspectiontool",
    re.IGNORECASE,
)
_SESSION = re.compile(rb"(?:^|;\s*)(?:__Host-)?studio=[^;\s]")
_MADE_AHEAD = (b"prefetch", b"prerender", b"preview")
_AHEAD = frozenset({b"purpose", b"sec-purpose", b"x-purpose", b"x-moz"})
_READ = frozenset({b"user-agent", b"accept", b"cookie", b"sec-fetch-dest"}) | _AHEAD


def opened_by_a_person(scope: Scope) -> bool:
    """Whether the request *scope* (ASGI 3) comes from somebody who looks at the page now, and is not the artisan.

    A browser says for what it asks (Sec-Fetch-Dest): a script or a frame is no visit. What it fetches before anybody
    asked for it (Sec-Purpose, and Purpose, X-Moz of older ones) may never be looked at. Whoever wants the document that
    stands at the same address is another server.

    Source: Fetch Metadata Request Headers 2.1; HTML, speculative loading 7.6.
    """
    # One pass over the headers: this stands before every page that is sent.
    agent = accept = b""
    for name, value in scope["headers"]:
        if name not in _READ:
            continue
        if name == b"user-agent":
            agent = value
        elif name == b"accept":
            accept = accept + b", " + value if accept else value
        elif name == b"sec-fetch-dest":
            if value != b"document":
                return False
        elif name == b"cookie":
            if b"studio=" in value and _SESSION.search(value):
                return False
        elif value.lower().startswith(_MADE_AHEAD):
            return False
    return _is_browser(agent) and _wants_page(accept)


@lru_cache(maxsize=512)
def _is_browser(agent: bytes) -> bool:
    """Whether a program that calls itself so is one that people look at pages with."""
    said = agent[:500].decode("latin-1")
    return _BROWSER.match(said) is not None and _PROGRAM.search(said) is None


@lru_cache(maxsize=256)
def _wants_page(accept: bytes) -> bool:
    return not negotiate.prefers_document(accept.decode("latin-1")[:LONGEST_HEADER])
