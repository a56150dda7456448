"""Pages that artisans write themselves."""

import json
from dataclasses import asdict
from datetime import datetime

from fedi_artisan.domain.pages import Page, PageDraft, PageWording, Place
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.slugs import free_slug


def _page(row: Row) -> Page:
    draft = PageDraft(
        title=row["title"],
        text=row["text"],
        language=row["language"],
        others={code: PageWording(**raw) for code, raw in json.loads(row["others"]).items()},
        place=Place(row["place"]),
    )
    return Page(
        id=row["id"],
        uid=row["uid"],
        slug=row["slug"],
        artisan_id=row["artisan_id"],
        draft=draft,
        position=row["position"],
        created_at=from_ms(row["created_at"]),
        updated_at=from_ms(row["updated_at"]),
    )


def _said(draft: PageDraft) -> tuple[object, ...]:
    others = json.dumps({code: asdict(wording) for code, wording in draft.others.items()})
    return (draft.title, draft.text, draft.language, others, draft.place)


async def insert(tx: Tx, *, uid: str, artisan_id: int, draft: PageDraft, now: datetime) -> Page:
    """Store a new page, last in the menu, and return it."""
    slug = await free_slug(tx, "pages", draft.title)
    sql = """
        INSERT INTO pages (title, text, language, others, place, uid, slug, artisan_id, created_at, updated_at,
            position)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9,
            (SELECT coalesce(max(position) + 1, 0) FROM pages WHERE artisan_id = ?8))
        RETURNING *
    """
    rows = await fetch_all(tx, sql, (*_said(draft), uid, slug, artisan_id, to_ms(now)))
    return _page(rows[0])


async def update(tx: Tx, page: Page, draft: PageDraft, now: datetime) -> None:
    """Store what a page says now; its address stays."""
    sql = "UPDATE pages SET title = ?, text = ?, language = ?, others = ?, place = ?, updated_at = ? WHERE id = ?"
    await tx.execute(sql, (*_said(draft), to_ms(now), page.id))


async def remove(tx: Tx, page: Page) -> None:
    """Remove a page."""
    await tx.execute("DELETE FROM pages WHERE id = ?", (page.id,))


async def arrange(tx: Tx, artisan_id: int, slugs: list[str]) -> None:
    """Put an artisan's pages into the order of *slugs*; all others follow, as they stood."""
    rest = [page.slug for page in await list_all(tx, artisan_id) if page.slug not in slugs]
    places = [(place, artisan_id, slug) for place, slug in enumerate([*slugs, *rest])]
    await tx.executemany("UPDATE pages SET position = ? WHERE artisan_id = ? AND slug = ?", places)


async def find_by_slug(tx: Tx, slug: str) -> Page | None:
    """Return the page at this address, or None."""
    row = await fetch_one(tx, "SELECT * FROM pages WHERE slug = ?", (slug,))
    return None if row is None else _page(row)


async def find_by_uid(tx: Tx, uid: str) -> Page | None:
    """Return the page with this uid, or None."""
    row = await fetch_one(tx, "SELECT * FROM pages WHERE uid = ?", (uid,))
    return None if row is None else _page(row)


async def list_all(tx: Tx, artisan_id: int) -> list[Page]:
    """Return an artisan's pages in the order of the menu."""
    sql = "SELECT * FROM pages WHERE artisan_id = ? ORDER BY position, id"
    return [_page(row) for row in await fetch_all(tx, sql, (artisan_id,))]


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many pages an artisan has."""
    return await fetch_value(tx, "SELECT count(*) FROM pages WHERE artisan_id = ?", (artisan_id,))
