"""How somebody elsewhere stands to an artisan, and whose works grow too old to be answered."""

from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.policies import Policy, Replying, Tie, Welcome
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, to_ms
from fedi_artisan.storage.places import Place

_DAY_MS = 86_400_000


# How the actor ?2 stands to the artisan `host_id`, of whom ?3 is not counted.
_TIE = """
    EXISTS (SELECT 1 FROM followers WHERE artisan_id = host_id AND actor_id = ?2) AS follows,
    EXISTS (SELECT 1 FROM following WHERE artisan_id = host_id AND actor_id = ?2 AND state = 'accepted') AS followed,
    EXISTS (
        SELECT 1 FROM posts LEFT JOIN works ON works.id = posts.work_id
            LEFT JOIN posts AS own ON own.id = posts.journal_id
        WHERE posts.actor_id = ?2 AND posts.approved AND posts.public AND posts.uri IS NOT ?3
            AND coalesce(works.artisan_id, own.artisan_id) = host_id) AS shown_before
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for somebody's answers in a conversation: who may answer, whose words appear, if it is over."""

    policy: Policy
    welcome: Welcome
    closed: bool
    tie: Tie


async def tie(tx: Tx, artisan_id: int, actor_id: int, *, but_for: str | None = None) -> Tie:
    """Return how the actor stands to the artisan; what was shown of her is asked without the post *but_for*."""
    sql = f"WITH host AS (SELECT ?1 AS host_id) SELECT {_TIE} FROM host"  # noqa: S608 - a constant of ours
    return _tie_of((await fetch_all(tx, sql, (artisan_id, actor_id, but_for)))[0])


def _tie_of(row: Row) -> Tie:
    return Tie(follows=bool(row["follows"]), followed=bool(row["followed"]), shown_before=bool(row["shown_before"]))


async def find_standing(
    tx: Tx, place: Place, actor_id: int, *, but_for: str | None = None, now: datetime
) -> Standing | None:
    """Return what holds for the answers of an actor in this conversation; None where there is none.

    What was shown of her is asked without the post *but_for*. It is one statement, as it is asked of all that comes in.
    """
    sql = f"""
        WITH standing AS (
            SELECT artisan_id AS host_id, coalesce(works.may_reply, artisans.may_reply) AS may_reply, welcome, closed
            FROM works JOIN artisans ON artisans.id = artisan_id WHERE works.id = ?4
            UNION ALL
            SELECT artisan_id, may_reply, welcome, close_after_days > 0 AND published_at + close_after_days * ?6 <= ?7
            FROM posts JOIN artisans ON artisans.id = artisan_id WHERE posts.id = ?5)
        SELECT may_reply, welcome, closed, {_TIE} FROM standing
    """  # noqa: S608 - a constant of ours
    values = (None, actor_id, but_for, place.work_id, place.journal_id, _DAY_MS, to_ms(now))
    row = await fetch_one(tx, sql, values)
    if row is None:
        return None
    return Standing(
        policy=Policy(replies=Replying(row["may_reply"])),
        welcome=Welcome(row["welcome"]),
        closed=bool(row["closed"]),
        tie=_tie_of(row),
    )


async def list_ripe(tx: Tx, now: datetime, limit: int) -> list[str]:
    """Return the uids of some works that are open still, though their days are over (policies.is_closed)."""
    sql = """
        SELECT uid FROM (
            SELECT works.uid, max(published_at, coalesce(told_at, 0)) AS since,
                coalesce(works.close_after_days, artisans.close_after_days) AS days
            FROM works INDEXED BY works_open JOIN artisans ON artisans.id = artisan_id
            WHERE NOT closed AND withdrawn_at IS NULL)
        WHERE days > 0 AND since + days * ?1 <= ?2 LIMIT ?3
    """
    return [row["uid"] for row in await fetch_all(tx, sql, (_DAY_MS, to_ms(now), limit))]


async def settle(tx: Tx, artisan_id: int, now: datetime) -> None:
    """Close those works of an artisan whose days are over, and open the others."""
    sql = """
        UPDATE works SET closed = NOT closed
        FROM (SELECT works.id, max(published_at, coalesce(told_at, 0)) AS since,
                coalesce(works.close_after_days, artisans.close_after_days) AS days
            FROM artisans JOIN works ON artisan_id = artisans.id WHERE artisans.id = ?1) AS terms
        WHERE works.id = terms.id AND withdrawn_at IS NULL AND closed <> (days > 0 AND since + days * ?2 <= ?3)
    """
    await tx.execute(sql, (artisan_id, _DAY_MS, to_ms(now)))
