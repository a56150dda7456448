"""Whom a text names: found out before it is said, because another server may have to be asked."""

from starlette.requests import Request

from fedi_artisan.federation.mentioning import Named, resolve_mentions
from fedi_artisan.web.context import site_of

__all__ = ["Named", "named_in"]


async def named_in(request: Request, text: str) -> Named:
    """Return whom *text* names, as far as they can be found; whoever is here needs no finding."""
    site = site_of(request)
    return await resolve_mentions(site.db, site.looking, text)
