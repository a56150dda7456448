"""What differs, on this server, from the answer that most of it gives to machines that want to learn."""

from fedi_artisan.storage.db import Tx, fetch_all


async def list_works(tx: Tx, *, ai_refused: bool) -> list[tuple[str, str]]:
    """Return uid and slug of the works whose terms refuse machines, or of those whose terms do not.

    Only of works that are listed: what is told here must not tell of others, which say it themselves.
    """
    sql = """
        SELECT works.uid, slug FROM works JOIN artisans ON artisans.id = artisan_id
        WHERE listed AND coalesce(works.ai_refused, artisans.ai_refused) = ? ORDER BY works.id
    """
    return [(row["uid"], row["slug"]) for row in await fetch_all(tx, sql, (ai_refused,))]


async def list_series(tx: Tx, *, ai_refused: bool) -> list[tuple[str, str]]:
    """Return uid and slug of the series on pages, of artisans whose terms refuse machines, or of the others."""
    sql = """
        SELECT series.uid, slug FROM series JOIN artisans ON artisans.id = artisan_id
        WHERE ai_refused = ? AND EXISTS (SELECT 1 FROM works WHERE series_id = series.id AND listed) ORDER BY series.id
    """
    return [(row["uid"], row["slug"]) for row in await fetch_all(tx, sql, (ai_refused,))]


async def list_pages(tx: Tx, *, ai_refused: bool) -> list[tuple[str, str]]:
    """Return uid and slug of the pages that artisans wrote whose terms refuse machines, or of the others."""
    sql = """
        SELECT pages.uid, slug FROM pages JOIN artisans ON artisans.id = artisan_id
        WHERE ai_refused = ? ORDER BY pages.id
    """
    return [(row["uid"], row["slug"]) for row in await fetch_all(tx, sql, (ai_refused,))]


async def list_posts(tx: Tx, *, ai_refused: bool) -> list[str]:
    """Return the uids of the entries of journals of artisans whose terms refuse machines, or of the others."""
    sql = """
        SELECT posts.uid FROM posts JOIN artisans ON artisans.id = artisan_id
        WHERE ai_refused = ? AND in_reply_to IS NULL AND visibility IN ('public', 'web') AND withdrawn_at IS NULL
        ORDER BY posts.id
    """
    return [row["uid"] for row in await fetch_all(tx, sql, (ai_refused,))]


async def list_files(tx: Tx, *, ai_refused: bool, limit: int) -> list[str]:
    """Return the names of up to *limit* pictures that `photo_files.is_ai_refused` tells so of.

    Only of listed works and of the artisans themselves, as above.
    """
    # From the photographs to their files (a CROSS JOIN keeps this order), never through all files: mostly few differ.
    sql = """
        WITH told AS MATERIALIZED (
            SELECT photos.id AS photo_id FROM photos JOIN artisans ON artisans.id = photos.artisan_id
                LEFT JOIN works ON works.id = photos.work_id
            WHERE coalesce(works.ai_refused, artisans.ai_refused) = ?1
                AND (works.listed OR photos.id IN (SELECT photo_id FROM own_photos) OR photos.id IN (
                    SELECT photo_id FROM post_photos JOIN posts ON posts.id = post_id
                    WHERE visibility IN ('public', 'web')))
        ), files AS (
            SELECT file FROM told CROSS JOIN renditions USING (photo_id)
            UNION SELECT file FROM told CROSS JOIN former_pictures USING (photo_id)
        )
        SELECT file FROM files WHERE ?1 OR NOT EXISTS (
            SELECT 1 FROM (
                SELECT photo_id FROM renditions WHERE renditions.file = files.file
                UNION ALL SELECT photo_id FROM former_pictures WHERE former_pictures.file = files.file
            ) AS again JOIN photos ON photos.id = again.photo_id JOIN artisans ON artisans.id = photos.artisan_id
                LEFT JOIN works ON works.id = photos.work_id
            WHERE coalesce(works.ai_refused, artisans.ai_refused))
        ORDER BY file LIMIT ?2
    """
    return [row["file"] for row in await fetch_all(tx, sql, (ai_refused, limit))]
