"""What artisans here say themselves: entries of their journals, answers, messages."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.posts import Post, PostDraft, Visibility
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage.db import Tx, fetch_all, fetch_one, fetch_value, to_ms
from fedi_artisan.storage.places import Place
from fedi_artisan.storage.posts import find_by_id, find_own, list_these

# As in the index posts_entries.
_ENTRY = """
    artisan_id IS NOT NULL AND in_reply_to IS NULL AND visibility IN ('public', 'web') AND withdrawn_at IS NULL
"""


class Published(NamedTuple):
    """What stands in an outbox: the row of a work, or of a post."""

    uid: str
    work_id: int | None
    post_id: int | None


async def insert(
    tx: Tx, draft: PostDraft, *, uid: str, uri: str, url: str, html: str, artisan_id: int, place: Place, now: datetime
) -> Post:
    """Store a new post of an artisan and return it; it needs nobody's approval."""
    sql = """
        INSERT INTO posts (uri, artisan_id, uid, url, visibility, in_reply_to, work_id, journal_id, content_html,
            source, warning, sensitive, language, mentions, quote_uri, approved, published_at, received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) RETURNING id
    """
    stands = (draft.visibility, draft.in_reply_to, place.work_id, place.journal_id)
    said = (html, draft.text, draft.warning, draft.sensitive, draft.language, _mentions(draft), draft.quote_uri)
    rows = await fetch_all(tx, sql, (uri, artisan_id, uid, url, *stands, *said, to_ms(now), to_ms(now)))
    await put_photos(tx, rows[0]["id"], artisan_id, draft.photos)
    return await get(tx, uid)


async def update(tx: Tx, post: Post, draft: PostDraft, *, html: str, now: datetime) -> Post:
    """Store *draft* as the next edit of an artisan's *post* and return it as it is now; what it answers stays."""
    sql = """
        UPDATE posts SET visibility = ?, content_html = ?, source = ?, warning = ?, sensitive = ?, language = ?,
            mentions = ?, quote_uri = ?, quote_stamp_uri = ?, updated_at = ?, received_at = ?, edits = edits + 1
        WHERE id = ?
    """
    said = (draft.visibility, html, draft.text, draft.warning, draft.sensitive, draft.language, _mentions(draft))
    quoted = (draft.quote_uri, post.quote_stamp_uri if draft.quote_uri == post.quote_uri else None)
    await tx.execute(sql, (*said, *quoted, to_ms(now), to_ms(now), post.id))
    await put_photos(tx, post.id, post.artisan_id or 0, draft.photos)
    return await get(tx, post.uid or "")


async def touch(tx: Tx, post: Post, now: datetime) -> Post:
    """Store that others are told anew of *post*, which changed beside its words; return it as it is now."""
    await tx.execute("UPDATE posts SET updated_at = ? WHERE id = ?", (to_ms(now), post.id))
    return await get(tx, post.uid or "")


async def withdraw(tx: Tx, post: Post, now: datetime) -> None:
    """Withdraw *post*: its row stays as a tombstone, what it said is gone."""
    sql = """
        UPDATE posts SET content_html = '', source = '', warning = '', sensitive = 0, mentions = '[]', quote_uri = NULL,
            quote_stamp_uri = NULL, featured = 0, withdrawn_at = ?
        WHERE id = ?
    """
    await tx.execute(sql, (to_ms(now), post.id))
    await tx.execute("DELETE FROM photos WHERE id IN (SELECT photo_id FROM post_photos WHERE post_id = ?)", (post.id,))
    await tx.execute("DELETE FROM post_tags WHERE post_id = ?", (post.id,))


def _mentions(draft: PostDraft) -> str:
    """Return whom a post names, as it is stored."""
    return json.dumps([asdict(mention) for mention in draft.mentions], ensure_ascii=False)


async def put_tags(tx: Tx, post_id: int, names: Sequence[str]) -> None:
    """Store the tags of a post in place of those it had."""
    await tx.execute("DELETE FROM post_tags WHERE post_id = ?", (post_id,))
    sql = "INSERT OR IGNORE INTO post_tags (post_id, tag, name) VALUES (?, ?, ?)"
    await tx.executemany(sql, [(post_id, name.casefold(), name) for name in names])


async def put_photos(tx: Tx, post_id: int, artisan_id: int, photos: Sequence[Photo]) -> None:
    """Let a post show exactly these photographs, in this order, with what each shows.

    Raises:
        BadInput: one of them is not the artisan's, or stands somewhere else.
    """
    kept = json.dumps([photo.uid for photo in photos])
    sql = """
        DELETE FROM photos WHERE id IN (SELECT photo_id FROM post_photos WHERE post_id = ?)
            AND uid NOT IN (SELECT value FROM json_each(?))
    """
    await tx.execute(sql, (post_id, kept))
    for position, photo in enumerate(photos):
        sql = """
            UPDATE photos SET alts = ?1, focal_x = ?2, focal_y = ?3 WHERE uid = ?4 AND artisan_id = ?5
                AND work_id IS NULL AND id NOT IN own_photos
                AND id NOT IN (SELECT photo_id FROM post_photos WHERE post_id <> ?6)
            RETURNING id
        """
        rows = await fetch_all(
            tx, sql, (json.dumps(dict(photo.alts)), *photo.focal_point, photo.uid, artisan_id, post_id)
        )
        if not rows:
            raise BadInput("one of these photographs is not here any more; give it again")
        sql = """
            INSERT INTO post_photos (photo_id, post_id, position) VALUES (?, ?, ?)
            ON CONFLICT (photo_id) DO UPDATE SET position = excluded.position
        """
        await tx.execute(sql, (rows[0]["id"], post_id, position))


async def get(tx: Tx, uid: str) -> Post:
    """Return the post of ours with this uid, withdrawn or not.

    Raises:
        NotFound: there is none.
    """
    post = await find_own(tx, uid)
    if post is None:
        raise NotFound("there is no such post")
    return post


async def find_with_photo(tx: Tx, photo_id: int) -> Post | None:
    """Return the post that shows the photograph of this row, unless it was withdrawn."""
    row = await fetch_one(tx, "SELECT post_id FROM post_photos WHERE photo_id = ?", (photo_id,))
    return None if row is None else await find_by_id(tx, row["post_id"])


async def count_reactions(tx: Tx, post_id: int) -> tuple[int, int]:
    """Return how many like a post of ours, and how many share it."""
    sql = "SELECT type, count(*) AS many FROM post_reactions WHERE post_id = ? GROUP BY type"
    found = {row["type"]: int(row["many"]) for row in await fetch_all(tx, sql, (post_id,))}
    return found.get("Like", 0), found.get("Announce", 0)


async def count_answers(tx: Tx, uri: str) -> int:
    """Return how many public answers to what has this id are known here."""
    sql = "SELECT count(*) FROM posts WHERE in_reply_to = ? AND public AND withdrawn_at IS NULL"
    return await fetch_value(tx, sql, (uri,))


async def list_answers(tx: Tx, uri: str, limit: int) -> list[str]:
    """Return the ids of the public answers to what has this id that are shown, the first one first."""
    sql = """
        SELECT uri FROM posts WHERE in_reply_to = ? AND public AND approved AND withdrawn_at IS NULL
        ORDER BY published_at, id LIMIT ?
    """
    return [row["uri"] for row in await fetch_all(tx, sql, (uri, limit))]


async def list_inboxes(tx: Tx, artisan_id: int, uris: Collection[str], *, shared: bool) -> list[str]:
    """Return the distinct inboxes of the actors with these ids, as far as they are known and do hear from the artisan.

    Args:
        tx: the transaction.
        artisan_id: who speaks.
        uris: to whom.
        shared: whether by the inbox of a whole server, where there is one.
    """
    sql = """
        SELECT DISTINCT iif(?2, coalesce(shared_inbox_url, inbox_url), inbox_url) AS inbox FROM actors
        WHERE uri IN (SELECT value FROM json_each(?1))
            AND NOT EXISTS (SELECT 1 FROM blocks WHERE artisan_id = ?3 AND actor_id = actors.id)
    """
    return [row["inbox"] for row in await fetch_all(tx, sql, (json.dumps([*uris]), shared, artisan_id))]


async def may_read(tx: Tx, artisan_id: int, post: Post) -> bool:
    """Whether a post is for this artisan: public, her own, addressed to her, or for followers of whom she is one."""
    if post.visibility.is_public or post.artisan_id == artisan_id:
        return True
    sql = """
        SELECT EXISTS (SELECT 1 FROM addressed WHERE post_id = ?1 AND artisan_id = ?2) OR (?3 AND EXISTS (
            SELECT 1 FROM following WHERE artisan_id = ?2 AND actor_id = ?4 AND state = 'accepted'))
    """
    follows = post.visibility is Visibility.FOLLOWERS
    return bool(await fetch_value(tx, sql, (post.id, artisan_id, follows, post.author and post.author.id)))


async def list_inboxes_around(tx: Tx, post: Post) -> list[str]:
    """Return the distinct inboxes of all who liked, shared or answered a post of ours."""
    sql = """
        SELECT DISTINCT coalesce(shared_inbox_url, inbox_url) AS inbox FROM actors WHERE id IN (
            SELECT actor_id FROM post_reactions WHERE post_id = ?1
            UNION SELECT actor_id FROM posts WHERE in_reply_to = ?2 OR journal_id = ?1)
    """
    return [row["inbox"] for row in await fetch_all(tx, sql, (post.id, post.uri))]


async def list_outbox(tx: Tx, artisan_id: int, *, limit: int, before: str | None = None) -> list[Published]:
    """Return what other servers find of an artisan, works and posts, the newest first; with *before*, what is older."""
    sql = """
        WITH said AS (
            SELECT published_at, uid, id AS work_id, NULL AS post_id FROM works WHERE artisan_id = ?1 AND collected
            UNION ALL SELECT published_at, uid, NULL, id FROM posts
            WHERE artisan_id = ?1 AND public AND withdrawn_at IS NULL)
        SELECT uid, work_id, post_id FROM said WHERE ?2 IS NULL OR (published_at, uid) < (
            SELECT published_at, uid FROM works WHERE uid = ?2
            UNION ALL SELECT published_at, uid FROM posts WHERE uid = ?2)
        ORDER BY published_at DESC, uid DESC LIMIT ?3
    """
    rows = await fetch_all(tx, sql, (artisan_id, before, limit))
    return [Published(row["uid"], row["work_id"], row["post_id"]) for row in rows]


async def count_outbox(tx: Tx, artisan_id: int) -> int:
    """Return how many posts of an artisan other servers find."""
    sql = "SELECT count(*) FROM posts WHERE artisan_id = ? AND public AND withdrawn_at IS NULL"
    return await fetch_value(tx, sql, (artisan_id,))


async def list_entries(
    tx: Tx, *, artisan_id: int | None = None, tag: str | None = None, limit: int, offset: int = 0
) -> list[Post]:
    """Return entries of the journal of an artisan, or of all, the newest first; of those with this *tag* alone."""
    sql = f"""
        SELECT id FROM posts WHERE {_ENTRY} AND (?1 IS NULL OR artisan_id = ?1)
            AND (?2 IS NULL OR id IN (SELECT post_id FROM post_tags WHERE tag = ?2))
        ORDER BY published_at DESC, id DESC LIMIT ?3 OFFSET ?4
    """  # noqa: S608 - a constant of ours
    rows = await fetch_all(tx, sql, (artisan_id, None if tag is None else tag.casefold(), limit, offset))
    return await list_these(tx, [row["id"] for row in rows])


async def list_pinnable(tx: Tx, artisan_id: int, limit: int) -> list[Post]:
    """Return the entries of an artisan's journal that can be shown first: those that are, and her newest."""
    sql = f"""
        SELECT id FROM posts WHERE {_ENTRY} AND visibility = 'public' AND artisan_id = ?
        ORDER BY featured DESC, published_at DESC, id DESC LIMIT ?
    """  # noqa: S608 - a constant of ours
    return await list_these(tx, [row["id"] for row in await fetch_all(tx, sql, (artisan_id, limit))])


async def has_entries(tx: Tx, artisan_id: int | None = None) -> bool:
    """Whether there is anything in the journal of an artisan, or in any."""
    sql = f"SELECT EXISTS (SELECT 1 FROM posts WHERE {_ENTRY} AND (?1 IS NULL OR artisan_id = ?1))"  # noqa: S608 - a constant of ours
    return bool(await fetch_value(tx, sql, (artisan_id,)))


async def find_tag(tx: Tx, tag: str) -> str:
    """Return a tag that an entry has, as it was written last, whatever the case of its letters here."""
    sql = "SELECT name FROM post_tags WHERE tag = ? ORDER BY post_id DESC LIMIT 1"
    row = await fetch_one(tx, sql, (tag.casefold(),))
    return tag if row is None else str(row["name"])


async def list_said(tx: Tx, artisan_id: int, *, limit: int, offset: int = 0, entries: bool = False) -> list[Post]:
    """Return what an artisan has said and not withdrawn, the newest first; of her journal alone, if wanted."""
    sql = """
        SELECT id FROM posts WHERE artisan_id = ? AND withdrawn_at IS NULL
            AND (NOT ? OR (in_reply_to IS NULL AND visibility IN ('public', 'web')))
        ORDER BY published_at DESC, id DESC LIMIT ? OFFSET ?
    """
    return await list_these(tx, [row["id"] for row in await fetch_all(tx, sql, (artisan_id, entries, limit, offset))])


async def list_files(tx: Tx, post_id: int) -> tuple[set[str], set[str]]:
    """Return the names of a post's public pictures, former ones of its photographs included, and of its originals."""
    sql = """
        SELECT file FROM renditions JOIN post_photos USING (photo_id) WHERE post_id = ?1
        UNION SELECT file FROM former_pictures JOIN post_photos USING (photo_id) WHERE post_id = ?1
    """
    shown = await fetch_all(tx, sql, (post_id,))
    sql = """
        SELECT original FROM photos JOIN post_photos ON photo_id = photos.id
        WHERE post_id = ? AND original IS NOT NULL
    """
    return {row["file"] for row in shown}, {row["original"] for row in await fetch_all(tx, sql, (post_id,))}
