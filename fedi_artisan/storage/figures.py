"""What is told to an artisan in figures, read from what was counted and from what is known anyway."""

from collections.abc import Iterable
from datetime import date, timedelta

from fedi_artisan.domain.figures import MOST_SERVERS, MOST_WORKS, SPANS_DAYS, Seen, Server
from fedi_artisan.storage.db import Row, Tx, fetch_all
from fedi_artisan.storage.views import day_of, number_of

_DAY_MS = 86_400_000


def _by_day(rows: Iterable[Row]) -> dict[date, int]:
    return {day_of(row["day"]): row["count"] for row in rows}


async def views_by_day(tx: Tx, artisan_id: int, since: date) -> dict[date, int]:
    """Return how often the artisan's pages were opened on each day; the first page and the lists show her as well."""
    sql = """
        SELECT day, sum(count) AS count FROM views WHERE day >= ?1 AND path IN (
            VALUES ('/'), ('/works'), ('/series')
            UNION ALL SELECT '/works/' || slug FROM works WHERE artisan_id = ?2
            UNION ALL SELECT '/series/' || slug FROM series WHERE artisan_id = ?2
            UNION ALL SELECT '/pages/' || slug FROM pages WHERE artisan_id = ?2
            UNION ALL SELECT '/@' || lower(username) FROM artisans WHERE id = ?2
            UNION ALL SELECT '/@' || lower(username) || '/series' FROM artisans WHERE id = ?2)
        GROUP BY day
    """
    return _by_day(await fetch_all(tx, sql, (number_of(since), artisan_id)))


async def list_seen(tx: Tx, artisan_id: int, today: date) -> tuple[Seen, ...]:
    """Return the works that are shown and seen most, over 30 days, then over the year; none that nobody saw."""
    sql = """
        SELECT title, slug, total(count) FILTER (WHERE day > ?1) AS week, total(count) FILTER (WHERE day > ?2) AS month,
            total(count) AS year
        FROM works JOIN views ON path = '/works/' || slug AND day > ?3
        WHERE artisan_id = ?4 AND withdrawn_at IS NULL
        GROUP BY works.id ORDER BY month DESC, year DESC, works.id DESC LIMIT ?5
    """
    since = (number_of(today - timedelta(days=days)) for days in SPANS_DAYS)
    return tuple(
        Seen(row["title"], row["slug"], (int(row["week"]), int(row["month"]), int(row["year"])))
        for row in await fetch_all(tx, sql, (*since, artisan_id, MOST_WORKS))
    )


async def reactions_by_day(tx: Tx, artisan_id: int, kind: str, since: date) -> dict[date, int]:
    """Return how many likes ("Like") or announces ("Announce") came on each day, of those that still stand."""
    sql = """
        SELECT received_at / ?1 AS day, count(*) AS count FROM reactions JOIN works ON works.id = work_id
        WHERE artisan_id = ?2 AND type = ?3 AND received_at >= ?4 GROUP BY day
    """
    return _by_day(await fetch_all(tx, sql, (_DAY_MS, artisan_id, kind, number_of(since) * _DAY_MS)))


async def replies_by_day(tx: Tx, artisan_id: int, since: date) -> dict[date, int]:
    """Return how many public replies came on each day, of those that still stand; one that was changed came anew."""
    sql = """
        SELECT received_at / ?1 AS day, count(*) AS count FROM replies JOIN works ON works.id = work_id
        WHERE artisan_id = ?2 AND public AND received_at >= ?3 GROUP BY day
    """
    return _by_day(await fetch_all(tx, sql, (_DAY_MS, artisan_id, number_of(since) * _DAY_MS)))


async def followers_by_day(tx: Tx, artisan_id: int, since: date) -> tuple[dict[date, int], dict[date, int]]:
    """Return how many followers came on each day, and how many went."""
    sql = "SELECT day, gained, lost FROM follower_days WHERE artisan_id = ? AND day >= ?"
    rows = await fetch_all(tx, sql, (artisan_id, number_of(since)))
    return {day_of(row["day"]): row["gained"] for row in rows}, {day_of(row["day"]): row["lost"] for row in rows}


async def list_servers(tx: Tx, artisan_id: int) -> tuple[tuple[Server, ...], tuple[int, int]]:
    """Return the servers on which most followers live; and how many others there are, with how many followers."""
    sql = """
        SELECT host, count(*) AS count FROM followers JOIN actors ON actors.id = actor_id
        WHERE artisan_id = ? GROUP BY host ORDER BY count DESC, host
    """
    servers = [Server(row["host"], row["count"]) for row in await fetch_all(tx, sql, (artisan_id,))]
    rest = servers[MOST_SERVERS:]
    return tuple(servers[:MOST_SERVERS]), (len(rest), sum(server.followers for server in rest))
