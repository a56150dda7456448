"""What can be found here, as far as search engines need it: light rows, however many works there are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.storage.db import Row, Tx, fetch_all, from_ms


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: the part of its address that is its own, the languages of its texts, and when it last changed."""

    name: str
    languages: tuple[str, ...]
    changed_at: datetime


def _listed(row: Row) -> Listed:
    return Listed(row["name"], (row["language"], *json.loads(row["others"])), from_ms(row["changed_at"]))


async def list_works(tx: Tx) -> list[Listed]:
    """Return the works that are shown, by their slugs, the oldest first: so most stay in their places."""
    sql = """
        SELECT slug AS name, language, others, coalesce(updated_at, published_at) AS changed_at
        FROM works WHERE listed ORDER BY id
    """
    return [_listed(row) for row in await fetch_all(tx, sql)]


async def list_series(tx: Tx) -> list[Listed]:
    """Return the series of which something is shown, by their slugs."""
    sql = """
        SELECT series.slug AS name, series.language, series.others,
            max(coalesce(works.updated_at, works.published_at)) AS changed_at
        FROM series JOIN works ON works.series_id = series.id AND works.listed
        GROUP BY series.id ORDER BY series.id
    """
    return [_listed(row) for row in await fetch_all(tx, sql)]


async def list_tags(tx: Tx) -> list[Listed]:
    """Return the tags of works that are shown, each as its newest work writes it."""
    sql = """
        SELECT max(coalesce(works.updated_at, works.published_at)) AS changed_at, (
            SELECT again.name FROM tags AS again JOIN works AS newest ON newest.id = again.work_id
            WHERE again.tag = tags.tag AND newest.listed ORDER BY newest.id DESC LIMIT 1) AS name
        FROM tags JOIN works ON works.id = tags.work_id AND works.listed
        GROUP BY tags.tag ORDER BY min(works.id)
    """
    return [Listed(row["name"], (), from_ms(row["changed_at"])) for row in await fetch_all(tx, sql)]


async def list_pages(tx: Tx) -> list[Listed]:
    """Return the pages that artisans wrote, by their slugs."""
    sql = "SELECT slug AS name, language, others, updated_at AS changed_at FROM pages ORDER BY id"
    return [_listed(row) for row in await fetch_all(tx, sql)]


async def list_entries(tx: Tx) -> list[tuple[Listed, tuple[str, ...]]]:
    """Return the entries of journals by their uids, each with the files of its pictures, unless these are hidden."""
    sql = """
        SELECT uid AS name, coalesce(language, 'en') AS language, '[]' AS others,
            coalesce(updated_at, published_at) AS changed_at, iif(sensitive OR warning <> '', '[]', (
                SELECT json_group_array(file) FROM post_photos JOIN renditions USING (photo_id)
                WHERE post_photos.post_id = posts.id AND role = 'post')) AS files
        FROM posts WHERE artisan_id IS NOT NULL AND in_reply_to IS NULL AND visibility IN ('public', 'web')
            AND withdrawn_at IS NULL
        ORDER BY id
    """
    return [(_listed(row), tuple(json.loads(row["files"]))) for row in await fetch_all(tx, sql)]


async def list_pictures(tx: Tx, slugs: Sequence[str]) -> dict[str, list[str]]:
    """Return the files of the photographs of these works, by the slugs of the works, in their order."""
    sql = """
        SELECT slug, file FROM json_each(?) AS wanted JOIN works ON works.slug = wanted.value
            JOIN photos ON photos.work_id = works.id JOIN renditions ON photo_id = photos.id AND role = 'post'
        ORDER BY works.id, photos.position
    """
    found: dict[str, list[str]] = {}
    for row in await fetch_all(tx, sql, (json.dumps(list(slugs)),)):
        found.setdefault(row["slug"], []).append(row["file"])
    return found
