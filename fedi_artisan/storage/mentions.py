"""Words of others to an artisan that answer no work of hers: the newest, so that nobody fills the disk with them."""

from fedi_artisan.storage.db import Tx

MOST = 500
MOST_OF_ONE = 50


async def prune(tx: Tx, artisan_id: int, actor_id: int) -> None:
    """Forget the oldest words to an artisan beyond the limits, first those of this actor.

    So one who writes without end pushes out her own words before anybody else's. What is no longer for anybody, and
    stands nowhere else, is forgotten with the next round.
    """
    sql = """
        DELETE FROM addressed WHERE artisan_id = ?1 AND post_id IN (
            SELECT id FROM mentions WHERE artisan_id = ?1 AND actor_id = ?2
            ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?3)
    """
    await tx.execute(sql, (artisan_id, actor_id, MOST_OF_ONE))
    sql = """
        DELETE FROM addressed WHERE artisan_id = ?1 AND post_id IN (
            SELECT id FROM mentions WHERE artisan_id = ?1 ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET ?2)
    """
    await tx.execute(sql, (artisan_id, MOST))
