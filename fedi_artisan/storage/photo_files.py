"""Which files of photographs something speaks of, and how much room they take."""

from collections.abc import Collection
from datetime import datetime

from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms

USED = """
    SELECT file FROM renditions UNION SELECT file FROM former_pictures
    UNION SELECT file FROM small_copies
"""
USED_ORIGINALS = """
    SELECT original AS file FROM photos WHERE original IS NOT NULL
    UNION SELECT json_extract(watermark, '$.image') FROM artisans
        WHERE json_extract(watermark, '$.image') IS NOT NULL
"""


async def list_used(tx: Tx) -> set[str]:
    """Return the names of all public pictures that something shows, or showed lately."""
    return {row["file"] for row in await fetch_all(tx, USED)}


async def list_used_originals(tx: Tx) -> set[str]:
    """Return the names of all originals, and of the pictures that serve as watermarks."""
    return {row["file"] for row in await fetch_all(tx, USED_ORIGINALS)}


async def forget_former(tx: Tx, before: datetime) -> int:
    """Forget what was replaced before *before*; return how many pictures."""
    sql = "DELETE FROM former_pictures WHERE replaced_at < ? RETURNING file"
    return len(await fetch_all(tx, sql, (to_ms(before),)))


async def list_files(tx: Tx, work_id: int) -> tuple[set[str], set[str]]:
    """Return the names of a work's public pictures, former ones of its photographs included, and of its originals."""
    sql = """
        SELECT file FROM renditions JOIN photos ON photos.id = photo_id WHERE work_id = ?1
        UNION SELECT file FROM former_pictures JOIN photos ON photos.id = photo_id WHERE work_id = ?1
    """
    shown = await fetch_all(tx, sql, (work_id,))
    sql = "SELECT original FROM photos WHERE work_id = ? AND original IS NOT NULL"
    originals = await fetch_all(tx, sql, (work_id,))
    return {row["file"] for row in shown}, {row["original"] for row in originals}


async def list_without(tx: Tx, there: Collection[str]) -> list[int]:
    """Return the rows of the photographs with an original of which a public picture is not among these files."""
    sql = "SELECT DISTINCT id, file FROM renditions JOIN photos ON id = photo_id WHERE original IS NOT NULL"
    return sorted({int(row["id"]) for row in await fetch_all(tx, sql) if row["file"] not in there})


async def total_bytes(tx: Tx) -> int:
    """Return how much room all originals and public pictures take, each file once, as far as their size is known."""
    sql = """
        SELECT coalesce(sum(bytes), 0) FROM (
            SELECT file, max(size_bytes) AS bytes FROM (
                SELECT file, size_bytes FROM renditions UNION ALL SELECT file, size_bytes FROM former_pictures)
            GROUP BY file
            UNION ALL SELECT original, max(original_bytes) FROM photos WHERE original IS NOT NULL GROUP BY original
            UNION ALL SELECT file, max(size_bytes) FROM small_copies GROUP BY file)
    """
    return await fetch_value(tx, sql)


async def is_ai_refused(tx: Tx, file: str) -> bool:
    """Whether machines are asked not to learn from this picture: by the terms of any work that shows or showed it.

    Of a picture that no artisan here gave, such as somebody else's portrait, nobody here can allow it.
    """
    sql = """
        SELECT max(coalesce(works.ai_refused, artisans.ai_refused)) FROM (
            SELECT photo_id FROM renditions WHERE file = ?1 UNION SELECT photo_id FROM former_pictures WHERE file = ?1
        ) AS shown JOIN photos ON photos.id = shown.photo_id JOIN artisans ON artisans.id = photos.artisan_id
            LEFT JOIN works ON works.id = photos.work_id
    """
    row = await fetch_one(tx, sql, (file,))
    return row is None or row[0] is None or bool(row[0])
