"""All that is said here and is no work: by people elsewhere, and by our artisans."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.posts import Mention, Picture, Post, Visibility
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, to_ms
from fedi_artisan.storage.people import COLUMNS, person_of
from fedi_artisan.storage.photos import photo_of
from fedi_artisan.storage.places import Place, find_owner
from fedi_artisan.vocab.notes import Note

MOST_QUOTERS = 20
# For statements about posts: what `post_of` reads, from `posts` and whom it is by.
SELECT = f"""
    SELECT posts.id, posts.uri, posts.uid, artisan_id, posts.type, visibility, in_reply_to, work_id, journal_id,
        posts.url, title, content_html, source, warning, sensitive, language, pictures, mentions, quote_uri, approved,
        published_at, updated_at, received_at, edits, withdrawn_at, posts.featured, quote_stamp_uri,
        iif(posts.artisan_id IS NULL, '[]', (
            SELECT json_group_array(json(value)) FROM (
                SELECT value FROM post_photos JOIN photo_values ON photo_values.id = post_photos.photo_id
                WHERE post_photos.post_id = posts.id ORDER BY post_photos.position))) AS photos, {COLUMNS}
    FROM posts LEFT JOIN actors ON actors.id = posts.actor_id LEFT JOIN avatars ON avatars.actor_id = actors.id
"""  # noqa: S608 - a constant of ours
# Whether the artisan of the row ?1 wants to read what its author says, of a row of `posts`.
HEARD = """
    NOT EXISTS (SELECT 1 FROM unheard WHERE unheard.artisan_id = ?1 AND unheard.actor_id = posts.actor_id)
"""
# Whether a row of `posts` is for the artisan of the row ?1. What is written to another artisan of this house alone is
# not, nor what those publish for their followers whom only the other follows.
_FOR_HER = """
    (posts.visibility IN ('public', 'unlisted', 'web') OR posts.artisan_id = ?1
        OR EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id AND addressed.artisan_id = ?1)
        OR (posts.visibility = 'followers' AND EXISTS (
            SELECT 1 FROM following
            WHERE following.artisan_id = ?1 AND following.actor_id = posts.actor_id AND state = 'accepted')))
"""
# Whether she may read it: what is held back is for nobody yet.
READABLE = f"(posts.held IS NULL AND {_FOR_HER})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """The row of a new post, and whether posts that came before answer it."""

    id: int
    awaited: bool


def post_of(row: Row) -> Post:
    """Return the post in a row of SELECT."""
    return Post(
        id=row["id"],
        uri=row["uri"],
        uid=row["uid"],
        author=None if row["person_id"] is None else person_of(row),
        artisan_id=row["artisan_id"],
        type=row["type"],
        visibility=Visibility(row["visibility"]),
        in_reply_to=row["in_reply_to"],
        work_id=row["work_id"],
        journal_id=row["journal_id"],
        url=row["url"] or row["uri"],
        title=row["title"],
        html=row["content_html"],
        source=row["source"],
        warning=row["warning"],
        sensitive=bool(row["sensitive"]),
        language=row["language"],
        pictures=tuple(Picture(**picture) for picture in json.loads(row["pictures"])),
        mentions=tuple(Mention(**mention) for mention in json.loads(row["mentions"])),
        quote_uri=row["quote_uri"],
        approved=bool(row["approved"]),
        published_at=from_ms(row["published_at"]),
        updated_at=None if row["updated_at"] is None else from_ms(row["updated_at"]),
        received_at=from_ms(row["received_at"]),
        edits=row["edits"],
        withdrawn_at=None if row["withdrawn_at"] is None else from_ms(row["withdrawn_at"]),
        photos=tuple(photo_of(photo) for photo in json.loads(row["photos"])),
        featured=bool(row["featured"]),
        quote_stamp_uri=row["quote_stamp_uri"],
    )


async def insert(
    tx: Tx,
    note: Note,
    *,
    actor_id: int,
    place: Place,
    addressed: Iterable[int] = (),
    approved: bool,
    now: datetime,
    visibility: Visibility | None = None,
) -> Inserted | None:
    """Store what somebody elsewhere wrote and return its row; None where it is known by its id already.

    Args:
        tx: the transaction.
        note: what she wrote.
        actor_id: the row of its author.
        place: where it stands.
        addressed: the rows of the artisans here whom it is for.
        approved: whether it is shown there at once.
        now: when it came.
        visibility: who may read it, where that is known better than from the note alone.
    """
    sql = """
        INSERT INTO posts (uri, actor_id, type, visibility, in_reply_to, work_id, journal_id, url, title, content_html,
            warning, sensitive, language, pictures, mentions, quote_uri, quotable, approved, published_at, updated_at,
            received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uri) DO NOTHING
        RETURNING id, EXISTS (SELECT 1 FROM posts AS below WHERE below.in_reply_to = posts.uri) AS awaited
    """
    stands = (visibility or note.visibility(), note.in_reply_to, place.work_id, place.journal_id)
    words = (note.url, note.name, note.content_html, note.summary, note.sensitive, note.language)
    more = (_pictures(note), _mentions(note), note.quote_uri, _quotable(note))
    published_at = min(note.published_at or now, now)
    edited_at = None if note.updated_at is None or note.updated_at <= published_at else to_ms(min(note.updated_at, now))
    moments = (to_ms(published_at), edited_at, to_ms(now))
    rows = await fetch_all(tx, sql, (note.uri, actor_id, note.type, *stands, *words, *more, approved, *moments))
    if not rows:
        return None
    inserted = Inserted(id=rows[0]["id"], awaited=bool(rows[0]["awaited"]))
    await address(tx, inserted.id, addressed, now)
    return inserted


async def address(tx: Tx, post_id: int, artisan_ids: Iterable[int], now: datetime) -> None:
    """Record for which artisans a post is."""
    rows = [(post_id, artisan_id, to_ms(now)) for artisan_id in artisan_ids]
    if rows:
        await tx.executemany(
            "INSERT OR IGNORE INTO addressed (post_id, artisan_id, received_at) VALUES (?, ?, ?)", rows
        )


async def update(
    tx: Tx,
    note: Note,
    actor_id: int,
    *,
    updated_at: datetime,
    now: datetime,
    visibility: Visibility | None = None,
    stays_shown: bool = False,
) -> int | None:
    """Store the newer words of a post by this actor and return its row; None where it is not hers, or not older.

    Others than those that were approved are news, and wait for approval again, unless it *stays_shown* whatever it
    says. Where it stands, and when it was written, does not change.
    """
    sql = """
        UPDATE posts SET content_html = ?1, title = ?2, warning = ?3, pictures = ?4, mentions = ?5, sensitive = ?6,
            language = ?7, url = ?8, quote_uri = ?9, visibility = coalesce(?10, visibility), updated_at = ?11,
            quotable = ?16, approved = approved AND (?12 OR same), received_at = iif(same, received_at, ?13),
            edits = edits + (NOT same)
        FROM (SELECT id AS same_id, (content_html, title, warning, pictures) IS (?1, ?2, ?3, ?4) AS same
              FROM posts WHERE uri = ?14)
        WHERE id = same_id AND actor_id = ?15 AND coalesce(updated_at, published_at) < ?11 RETURNING id
    """
    words = (note.content_html, note.name, note.summary, _pictures(note), _mentions(note), note.sensitive)
    more = (note.language, note.url, note.quote_uri, visibility, to_ms(updated_at), stays_shown, to_ms(now))
    rows = await fetch_all(tx, sql, (*words, *more, note.uri, actor_id, _quotable(note)))
    if not rows:
        return None
    post_id: int = rows[0]["id"]
    sql = "UPDATE addressed SET received_at = (SELECT received_at FROM posts WHERE id = ?1) WHERE post_id = ?1"
    await tx.execute(sql, (post_id,))
    return post_id


def _pictures(note: Note) -> str:
    """Return the pictures of a note as they are stored."""
    return json.dumps(
        [
            {
                "url": picture.url,
                "alt": picture.alt,
                "width_px": picture.width_px or 0,
                "height_px": picture.height_px or 0,
                "blurhash": picture.blurhash or "",
            }
            for picture in note.pictures
        ],
        ensure_ascii=False,
    )


def _quotable(note: Note) -> str | None:
    """Return who may quote a note, as it is stored; of long lists how they begin."""
    policy = note.quote_policy
    if policy is None:
        return None
    allowed = {"automatic": policy.automatic[:MOST_QUOTERS], "manual": policy.manual[:MOST_QUOTERS]}
    return json.dumps(allowed)


def _mentions(note: Note) -> str:
    """Return whom a note names, as it is stored."""
    return json.dumps([{"uri": one.uri, "handle": one.handle} for one in note.mentioned], ensure_ascii=False)


async def delete(tx: Tx, uri: str, actor_id: int) -> bool:
    """Forget a post of this actor; return whether there was one."""
    return bool(await fetch_all(tx, "DELETE FROM posts WHERE uri = ? AND actor_id = ? RETURNING id", (uri, actor_id)))


async def find(tx: Tx, uri: str) -> Post | None:
    """Return the post with this id, also one of ours, and one that was withdrawn."""
    row = await fetch_one(tx, f"{SELECT} WHERE posts.uri = ?", (uri,))
    return None if row is None else post_of(row)


async def find_by_id(tx: Tx, post_id: int) -> Post | None:
    """Return the post of this row."""
    row = await fetch_one(tx, f"{SELECT} WHERE posts.id = ?", (post_id,))
    return None if row is None else post_of(row)


async def find_own(tx: Tx, uid: str) -> Post | None:
    """Return the post of ours with this uid, also one that was withdrawn."""
    row = await fetch_one(tx, f"{SELECT} WHERE posts.uid = ?", (uid,))
    return None if row is None else post_of(row)


async def list_these(tx: Tx, ids: Collection[int]) -> list[Post]:
    """Return the posts of these rows, in this order; those that are gone are left out."""
    sql = f"{SELECT} WHERE posts.id IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant of ours
    rows = await fetch_all(tx, sql, (json.dumps([*ids]),))
    found = {row["id"]: post_of(row) for row in rows}
    return [found[post_id] for post_id in ids if post_id in found]


async def list_of_actor(tx: Tx, artisan_id: int, actor_id: int, *, limit: int) -> list[Post]:
    """Return what somebody elsewhere wrote that is for this artisan, the last first; what is held back as well."""
    sql = f"{SELECT} WHERE posts.actor_id = ?2 AND {_FOR_HER} ORDER BY published_at DESC, posts.id DESC LIMIT ?3"
    return [post_of(row) for row in await fetch_all(tx, sql, (artisan_id, actor_id, limit))]


async def find_written_to(tx: Tx, uri: str) -> frozenset[int]:
    """Return the rows of the artisans in whose conversation a post is, or whom it names."""
    row = await fetch_one(tx, "SELECT id, work_id, journal_id FROM posts WHERE uri = ?", (uri,))
    if row is None:
        return frozenset()
    owner = await find_owner(tx, Place(work_id=row["work_id"], journal_id=row["journal_id"]))
    if owner is not None:
        return frozenset({owner})
    rows = await fetch_all(tx, "SELECT artisan_id FROM addressed WHERE post_id = ?", (row["id"],))
    return frozenset(row["artisan_id"] for row in rows)


async def may_read(tx: Tx, artisan_id: int, post_id: int) -> bool:
    """Whether an artisan may read the post of this row."""
    sql = f"SELECT 1 FROM posts WHERE id = ?2 AND {READABLE}"  # noqa: S608 - a constant of ours
    return await fetch_one(tx, sql, (artisan_id, post_id)) is not None


async def is_unheard(tx: Tx, artisan_id: int, actor_id: int) -> bool:
    """Whether an artisan wants to read nothing of an actor: she blocks her, or mutes her."""
    sql = "SELECT 1 FROM unheard WHERE artisan_id = ? AND actor_id = ?"
    return await fetch_one(tx, sql, (artisan_id, actor_id)) is not None
