"""What those whom an artisan follows publish and share, and the conversations in which it stands."""

import json
from collections.abc import Mapping, Sequence

from fedi_artisan.domain.conversation import branches
from fedi_artisan.domain.people import Person
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.timeline import Entry, Moment, Stretch, Thread
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.storage import people, posts, unwanted_words
from fedi_artisan.storage.conversation import OF_ARTISAN
from fedi_artisan.storage.db import Row, Tx, fetch_all, from_ms, to_ms
from fedi_artisan.storage.posts import HEARD, READABLE

# What is held, and what people say whom she does not want to read, is left out.
# Of the answers of those whom she follows she reads those to people whom she knows: herself, and others she follows.
# What they share and she does not read anyway stands once, where it was shared last.
# The plus signs let it go back in time along posts_timeline and shares_timeline until there is enough, instead of
# through all that each of them ever said.
_TIMELINE = """
    WITH hushed AS (SELECT actor_id FROM unheard WHERE artisan_id = ?1),
        followed AS (
            SELECT actor_id FROM following WHERE artisan_id = ?1 AND state = 'accepted' AND actor_id NOT IN hushed)
    SELECT posts.id AS post_id, NULL AS sharer_id, published_at AS at FROM posts
    WHERE actor_id IS NOT NULL AND +actor_id IN followed AND visibility <> 'direct' AND held IS NULL
        AND (published_at, posts.id) < (?2, ?3)
        AND (NOT ?4 OR pictures <> '[]')
        AND (in_reply_to IS NULL OR work_id IS NOT NULL OR journal_id IS NOT NULL OR EXISTS (
            SELECT 1 FROM posts AS answered WHERE answered.uri = posts.in_reply_to
                AND (answered.artisan_id IS NOT NULL OR answered.actor_id IN followed)))
    UNION ALL
    SELECT post_id, shares.actor_id, shared_at FROM shares JOIN posts ON posts.id = post_id
    WHERE +shares.actor_id IN followed AND (shared_at, post_id) < (?2, ?3)
        AND public AND posts.artisan_id IS NULL AND posts.actor_id NOT IN followed
        AND held IS NULL AND posts.actor_id NOT IN hushed AND (NOT ?4 OR pictures <> '[]')
        AND NOT EXISTS (
            SELECT 1 FROM shares AS later WHERE later.post_id = shares.post_id AND later.actor_id IN followed
                AND (later.shared_at, later.actor_id) > (shares.shared_at, shares.actor_id))
    ORDER BY at DESC, post_id DESC LIMIT ?5
"""
_FAR_AWAY = (2**53, 2**53)
MOST_ABOVE = 40
MOST_IN_A_THREAD = 300


async def list_timeline(tx: Tx, artisan_id: int, *, before: Moment | None, pictures: bool, limit: int) -> Stretch:
    """Return what the artisan's people published and shared, the newest first.

    Args:
        tx: the transaction.
        artisan_id: who follows them.
        before: the place below which it stands; None for the newest.
        pictures: whether only posts with pictures.
        limit: how many at most.
    """
    place = _FAR_AWAY if before is None else (to_ms(before.at), before.post_id)
    rows = await fetch_all(tx, _TIMELINE, (artisan_id, *place, pictures, limit + 1))
    rows, more = rows[:limit], len(rows) > limit
    found = await posts.list_these(tx, [row["post_id"] for row in rows])
    sharers = await people.list_people(tx, {row["sharer_id"] for row in rows} - {None})
    shared_by = {row["post_id"]: sharers[row["sharer_id"]] for row in rows if row["sharer_id"] in sharers}
    older = Moment(at=from_ms(rows[-1]["at"]), post_id=rows[-1]["post_id"]) if more else None
    return Stretch(entries=await list_entries(tx, artisan_id, found, shared_by), older=older)


async def list_entries(
    tx: Tx,
    artisan_id: int,
    found: Sequence[Post],
    shared_by: Mapping[int, Person] | None = None,
    *,
    asked_id: int | None = None,
) -> list[Entry]:
    """Return these posts as she reads them: with what she did about each, and with what they quote.

    What she does not want to read for the words in it is left out, but for what she asked for herself.

    Args:
        tx: the transaction.
        artisan_id: who reads.
        found: the posts.
        shared_by: by the row of a post, who showed it to her.
        asked_id: the row of the post that she asked for.
    """
    found = await unwanted_words.leave_out(tx, artisan_id, found, asked_id=asked_id)
    ids = json.dumps([post.id for post in found])
    done = await _list_reactions(tx, artisan_id, ids)
    shown = await _list_hers(tx, artisan_id, ids)
    quotable = await _list_quotable(tx, artisan_id, ids)
    quoted = await _list_quoted(tx, artisan_id, {post.quote_uri for post in found} - {None})
    return [
        Entry(
            post=post,
            version=to_ms(post.received_at),
            liked=(post.id, "Like") in done,
            shared=(post.id, "Announce") in done,
            sharer=(shared_by or {}).get(post.id),
            shown=shown.get(post.id, (None, False))[0],
            waits=shown.get(post.id, (None, False))[1],
            quotable=post.id in quotable,
            quoted=quoted.get(post.quote_uri or ""),
        )
        for post in found
    ]


async def _list_reactions(tx: Tx, artisan_id: int, ids: str) -> set[tuple[int, str]]:
    """Return which of these posts the artisan likes, and which she shares."""
    sql = """
        SELECT post_id, type FROM own_reactions
        WHERE artisan_id = ? AND post_id IN (SELECT value FROM json_each(?))
    """
    return {(row["post_id"], row["type"]) for row in await fetch_all(tx, sql, (artisan_id, ids))}


async def _list_hers(tx: Tx, artisan_id: int, ids: str) -> dict[int, tuple[bool, bool]]:
    """Return those of these posts that can be shown in a conversation of the artisan's: are they, and do they wait."""
    sql = f"""
        SELECT posts.id, posts.approved, NOT posts.approved AND NOT posts.settled AS waits FROM posts
        WHERE posts.id IN (SELECT value FROM json_each(?2)) AND posts.public AND {OF_ARTISAN}
    """  # noqa: S608 - a constant of ours
    rows = await fetch_all(tx, sql, (artisan_id, ids))
    return {row["id"]: (bool(row["approved"]), bool(row["waits"])) for row in rows}


async def _list_quotable(tx: Tx, artisan_id: int, ids: str) -> set[int]:
    """Return which of these posts their authors let anybody quote, or whoever follows them as the artisan does."""
    sql = """
        SELECT DISTINCT posts.id FROM posts JOIN actors ON actors.id = actor_id, json_tree(quotable) AS allowed
        WHERE posts.id IN (SELECT value FROM json_each(?2)) AND posts.public AND (
            allowed.value = ?3 OR allowed.value = followers_uri AND EXISTS (
                SELECT 1 FROM following
                WHERE artisan_id = ?1 AND following.actor_id = posts.actor_id AND state = 'accepted'))
    """
    return {row["id"] for row in await fetch_all(tx, sql, (artisan_id, ids, PUBLIC))}


async def _list_quoted(tx: Tx, artisan_id: int, uris: set[str | None]) -> dict[str, Post]:
    """Return the posts with these ids that are here and the artisan may read."""
    if not uris:
        return {}
    sql = f"""
        {posts.SELECT} WHERE posts.uri IN (SELECT value FROM json_each(?2)) AND withdrawn_at IS NULL
            AND {READABLE} AND {HEARD}
    """  # noqa: S608 - constants of ours
    rows = await fetch_all(tx, sql, (artisan_id, json.dumps([*uris])))
    found = await unwanted_words.leave_out(tx, artisan_id, [posts.post_of(row) for row in rows])
    return {post.uri: post for post in found}


async def find_thread(tx: Tx, artisan_id: int, post: Post) -> Thread:
    """Return the conversation in which *post* stands: what it answers, and all that answers that, for her to read.

    Source: the conversation of a post is found by what answers what; no word of others about it is needed.
    """
    above = await _list_above(tx, post)
    first = above[-1]
    sql = """
        WITH RECURSIVE below (id, uri, in_reply_to) AS (
            SELECT id, uri, in_reply_to FROM posts WHERE uri = ?1
            UNION SELECT posts.id, posts.uri, posts.in_reply_to FROM below
            JOIN posts ON posts.in_reply_to = below.uri LIMIT ?2)
        SELECT id, uri, in_reply_to FROM below
    """
    below = await fetch_all(tx, sql, (first["uri"], MOST_IN_A_THREAD + 1))
    known = {row["id"]: row for row in (*above, *below[:MOST_IN_A_THREAD])}
    found = await _list_readable(tx, artisan_id, list(known), post.id)
    sql = "SELECT id FROM posts WHERE uri = ?"
    beyond = await fetch_all(tx, sql, (first["in_reply_to"],)) if first["in_reply_to"] not in _uris(known) else []
    return Thread(
        branches=branches(
            await list_entries(tx, artisan_id, found, asked_id=post.id),
            {row["uri"]: row["in_reply_to"] for row in known.values()},
        ),
        answers_uri=None if beyond or first["in_reply_to"] in _uris(known) else first["in_reply_to"],
        above_id=beyond[0]["id"] if beyond else None,
        more=len(below) > MOST_IN_A_THREAD,
        taken_back=any(row["withdrawn_at"] is not None for row in above),
    )


def _uris(known: Mapping[int, Row]) -> set[str]:
    return {row["uri"] for row in known.values()}


async def _list_above(tx: Tx, post: Post) -> list[Row]:
    """Return *post*, what it answers, what that answers, and so on; MOST_ABOVE steps at most, and no round twice."""
    sql = """
        WITH RECURSIVE above (id, uri, in_reply_to, withdrawn_at, height) AS (
            SELECT id, uri, in_reply_to, withdrawn_at, 0 FROM posts WHERE id = ?1
            UNION SELECT posts.id, posts.uri, posts.in_reply_to, posts.withdrawn_at, height + 1 FROM above
            JOIN posts ON posts.uri = above.in_reply_to WHERE height < ?2)
        SELECT id, uri, in_reply_to, withdrawn_at FROM above ORDER BY height
    """
    rows: dict[int, Row] = {}
    for row in await fetch_all(tx, sql, (post.id, MOST_ABOVE)):
        rows.setdefault(row["id"], row)
    return list(rows.values())


async def _list_readable(tx: Tx, artisan_id: int, ids: Sequence[int], asked_id: int) -> list[Post]:
    """Return those of the posts of these rows that the artisan may and wants to read, the first one first.

    She wants to read the one that she asked for, whoever wrote it.
    """
    sql = f"""
        {posts.SELECT} WHERE posts.id IN (SELECT value FROM json_each(?2)) AND withdrawn_at IS NULL AND {READABLE}
            AND (posts.id = ?3 OR {HEARD})
        ORDER BY published_at, posts.id
    """  # noqa: S608 - constants of ours
    return [posts.post_of(row) for row in await fetch_all(tx, sql, (artisan_id, json.dumps(ids), asked_id))]
