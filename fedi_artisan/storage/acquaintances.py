"""What was between an artisan and somebody elsewhere, and what is kept here of what that one wrote."""

from datetime import datetime

from fedi_artisan.domain.people import Acquaintance
from fedi_artisan.domain.posts import Post
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, moment_or_none, to_ms
from fedi_artisan.storage.people import COLUMNS, person_of
from fedi_artisan.storage.posts import READABLE, SELECT, post_of

_FIND = f"""
    SELECT {COLUMNS}, summary_html, moved_to_uri, following.state, following.requested_at, followers.followed_at,
        (SELECT count(*) FROM reactions JOIN works ON works.id = work_id
            WHERE actor_id = ?2 AND type = 'Like' AND artisan_id = ?1)
        + (SELECT count(*) FROM post_reactions JOIN posts ON posts.id = post_id
            WHERE post_reactions.actor_id = ?2 AND post_reactions.type = 'Like' AND artisan_id = ?1) AS likes,
        (SELECT count(*) FROM reactions JOIN works ON works.id = work_id
            WHERE actor_id = ?2 AND type = 'Announce' AND artisan_id = ?1)
        + (SELECT count(*) FROM post_reactions JOIN posts ON posts.id = post_id
            WHERE post_reactions.actor_id = ?2 AND post_reactions.type = 'Announce' AND artisan_id = ?1) AS shares,
        (SELECT count(*) FROM posts LEFT JOIN works ON works.id = posts.work_id
            LEFT JOIN posts AS own ON own.id = posts.journal_id
            WHERE posts.actor_id = ?2 AND coalesce(works.artisan_id, own.artisan_id) = ?1) AS answers,
        (SELECT count(*) FROM posts JOIN addressed ON post_id = posts.id
            WHERE posts.actor_id = ?2 AND visibility = 'direct' AND addressed.artisan_id = ?1) AS letters,
        (SELECT count(*) FROM posts JOIN own_reactions ON post_id = posts.id
            WHERE posts.actor_id = ?2 AND own_reactions.artisan_id = ?1 AND own_reactions.type = 'Like') AS liked,
        (SELECT count(*) FROM posts JOIN own_reactions ON post_id = posts.id
            WHERE posts.actor_id = ?2 AND own_reactions.artisan_id = ?1 AND own_reactions.type = 'Announce') AS shared
    FROM actors LEFT JOIN avatars ON avatars.actor_id = actors.id
    LEFT JOIN following ON following.actor_id = actors.id AND following.artisan_id = ?1
    LEFT JOIN followers ON followers.actor_id = actors.id AND followers.artisan_id = ?1
    WHERE actors.id = ?2
"""  # noqa: S608 - a constant of ours


async def find(tx: Tx, artisan_id: int, actor_id: int) -> Acquaintance | None:
    """Return what was between the artisan and the actor of this row; None where there is no such actor."""
    row = await fetch_one(tx, _FIND, (artisan_id, actor_id))
    if row is None:
        return None
    return Acquaintance(
        person=person_of(row),
        about_html=row["summary_html"],
        state=row["state"],
        followed_at=moment_or_none(row["requested_at"]),
        follows_at=moment_or_none(row["followed_at"]),
        moved_to_uri=row["moved_to_uri"],
        likes=row["likes"],
        shares=row["shares"],
        answers=row["answers"],
        letters=row["letters"],
        liked=row["liked"],
        shared=row["shared"],
    )


async def list_posts(
    tx: Tx, artisan_id: int, actor_id: int, *, before: datetime | None = None, limit: int
) -> list[Post]:
    """Return what is kept of the actor's posts and the artisan may read, the newest first.

    Args:
        tx: the transaction.
        artisan_id: who reads.
        actor_id: who wrote.
        before: only what was published before this moment.
        limit: how many.
    """
    sql = f"""
        {SELECT} WHERE posts.actor_id = ?2 AND {READABLE} AND (?3 IS NULL OR published_at < ?3)
        ORDER BY published_at DESC, posts.id DESC LIMIT ?4
    """
    moment = None if before is None else to_ms(before)
    return [post_of(row) for row in await fetch_all(tx, sql, (artisan_id, actor_id, moment, limit))]
