"""The languages in which people's texts on this site can be read."""

from fedi_artisan.storage.db import Tx, fetch_all


async def list_written(tx: Tx) -> list[str]:
    """Return the codes of all languages in which a page here says something of a work, series or artisan."""
    sql = """
        SELECT language FROM works WHERE opens
        UNION SELECT key FROM works, json_each(others) WHERE opens AND others != '{}'
        UNION SELECT language FROM pages UNION SELECT key FROM pages, json_each(others)
        UNION SELECT key FROM series, json_each(others)
        UNION SELECT language FROM artisans UNION SELECT key FROM artisans, json_each(summaries)
        ORDER BY 1
    """
    return [row["language"] for row in await fetch_all(tx, sql)]
