"""Whether a page elsewhere links back to an artisan's, which shows the world that both are hers.

Source: microformats.org/wiki/rel-me, as Mastodon's green ticks have it.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from fedi_artisan.domain.links import Verdict
from fedi_artisan.domain.uris import origin_of
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.vocab.rel_me import rel_me

PATIENCE_S = 5.0  # she waits
_KINDS = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Backlinks:
    """Looks at pages elsewhere; each has *patience_s* seconds to answer."""

    client: Client
    patience_s: float = PATIENCE_S

    async def check(self, url: str, own: Collection[str]) -> Verdict:
        """Return whether the page at *url* links back to one of the addresses *own*; this asks the network."""
        try:
            async with asyncio.timeout(self.patience_s):
                page = await self.client.get_text(url, accept="text/html", media_types=_KINDS)
        except (RemoteError, TimeoutError):
            return Verdict.SILENT
        found = await asyncio.to_thread(rel_me, page)
        own_pages = {_page(one) for one in own}
        return Verdict.BACK if any(_page(one) in own_pages for one in found) else Verdict.NOT_YET


def _page(url: str) -> tuple[object, str]:
    """Return what two spellings of the same page have in common."""
    origin = origin_of(url)
    if origin is None:
        return None, url
    path = url.partition("#")[0].partition("://")[2].partition("/")[2]
    return origin, path.rstrip("/")
