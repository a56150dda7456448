"""Words that an artisan does not want to read."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime

from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.unwanted import Action, Word, caught
from fedi_artisan.storage.conversation import OF_ARTISAN
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms
from fedi_artisan.vocab.html import plain_text


async def put(tx: Tx, artisan_id: int, phrase: str, now: datetime, *, whole: bool, action: Action) -> None:
    """Record a word or phrase; one that is there is treated anew."""
    sql = """
        INSERT INTO unwanted_words (artisan_id, phrase, whole, action, added_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (artisan_id, phrase) DO UPDATE SET whole = excluded.whole, action = excluded.action
    """
    await tx.execute(sql, (artisan_id, phrase, whole, action, to_ms(now)))


async def delete(tx: Tx, artisan_id: int, word_id: int) -> str | None:
    """Forget a word, and return it; None where there is none."""
    sql = "DELETE FROM unwanted_words WHERE artisan_id = ? AND id = ? RETURNING phrase"
    row = await fetch_one(tx, sql, (artisan_id, word_id))
    return None if row is None else str(row["phrase"])


async def list_all(tx: Tx, artisan_id: int) -> list[Word]:
    """Return all words, the last first."""
    sql = "SELECT id, phrase, whole, action FROM unwanted_words WHERE artisan_id = ? ORDER BY id DESC"
    return [
        Word(id=row["id"], phrase=row["phrase"], whole=bool(row["whole"]), action=Action(row["action"]))
        for row in await fetch_all(tx, sql, (artisan_id,))
    ]


async def count(tx: Tx, artisan_id: int) -> int:
    """Return how many words there are."""
    return await fetch_value(tx, "SELECT count(*) FROM unwanted_words WHERE artisan_id = ?", (artisan_id,))


async def leave_out(tx: Tx, artisan_id: int, found: Sequence[Post], *, asked_id: int | None = None) -> list[Post]:
    """Return these posts as the artisan wants to read them: without those that have a word in them that she hides.

    Those of which she is warned stand behind the word; so does the one that she asked for herself, of the row
    *asked_id*. What is written to her was judged when it came, and what she says herself she knows.
    """
    words = await list_all(tx, artisan_id)
    if not words or not found:
        return [*found]
    judged = await _list_judged(tx, artisan_id, found)
    read = [post if post.id in judged else _veiled(post, words, asked=post.id == asked_id) for post in found]
    return [post for post in read if post is not None]


async def find_caught(tx: Tx, artisan_id: int, post: Post) -> Word | None:
    """Return the strictest of her words that stands in a post which was not judged for the artisan yet."""
    words = await list_all(tx, artisan_id)
    return None if not words or await _list_judged(tx, artisan_id, [post]) else _caught(words, post)


def _caught(words: Sequence[Word], post: Post) -> Word | None:
    return caught(words, "\n".join((post.title, post.warning, plain_text(post.html))), post.language)


def _veiled(post: Post, words: Sequence[Word], *, asked: bool) -> Post | None:
    """Return a post as it is read by who does not want to read some words; None where she does not read it."""
    word = _caught(words, post)
    if word is None:
        return post
    if word.action is Action.HIDE and not asked:
        return None
    return dataclasses.replace(post, warning=post.warning or word.phrase)


async def _list_judged(tx: Tx, artisan_id: int, found: Sequence[Post]) -> set[int]:
    """Return the rows of those of these posts that are by somebody here, or to this artisan."""
    sql = f"""
        SELECT id FROM posts WHERE id IN (SELECT value FROM json_each(?2)) AND (posts.actor_id IS NULL OR {OF_ARTISAN}
            OR EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id AND addressed.artisan_id = ?1))
    """  # noqa: S608 - a constant of ours
    rows = await fetch_all(tx, sql, (artisan_id, json.dumps([post.id for post in found])))
    return {row["id"] for row in rows}
