"""Pages that an artisan writes: they stand on her site and do not travel."""

from collections.abc import Sequence
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.pages import MOST_PAGES, Page, PageDraft
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.errors import BadInput
from fedi_artisan.storage import pages
from fedi_artisan.storage.db import Tx


async def write(tx: Tx, artisan: Artisan, draft: PageDraft, now: datetime, *, uid: str | None = None) -> Page:
    """Add a page to the artisan's site, last in the menu, and return it.

    Where a form carries its *uid*, the page is written once, however often the form is sent.

    Raises:
        BadInput: there are enough of them.
    """
    written = None if uid is None else await pages.find_by_uid(tx, uid)
    if written is not None and written.artisan_id == artisan.id:
        return written
    if await pages.count(tx, artisan.id) >= MOST_PAGES:
        raise BadInput("up to {most} pages are possible; remove one before", most=MOST_PAGES)
    return await pages.insert(
        tx, uid=uid if uid and written is None else new_uid(now), artisan_id=artisan.id, draft=draft, now=now
    )


async def rewrite(tx: Tx, page: Page, draft: PageDraft, now: datetime) -> None:
    """Change what a page says; its address stays."""
    await pages.update(tx, page, draft, now)


async def remove(tx: Tx, page: Page) -> None:
    """Remove a page."""
    await pages.remove(tx, page)


async def arrange(tx: Tx, artisan: Artisan, slugs: Sequence[str]) -> None:
    """Put the artisan's pages into this order; those that are not named follow.

    Raises:
        BadInput: one of them is not hers.
    """
    own = {page.slug for page in await pages.list_all(tx, artisan.id)}
    stranger = next((slug for slug in slugs if slug not in own), None)
    if stranger is not None:
        raise BadInput("there is no page {slug}", slug=stranger)
    await pages.arrange(tx, artisan.id, list(dict.fromkeys(slugs)))
