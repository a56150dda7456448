"""People elsewhere whom the artisan follows, and what they say: in the timeline, in conversations, to her alone."""

import json
from collections.abc import Sequence
from datetime import timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.posts import Mention, PostDraft, Visibility
from fedi_artisan.services import speaking
from fedi_artisan.storage import works
from fedi_artisan.storage.db import Tx, fetch_all, to_ms
from tests.house import House
from tests.unit.storage.conftest import put_actor

FOLLOWED = (("bob", "Bob Leach"), ("carol", "Carol"), ("dora", "Musée du Petit Pot"))


async def furnish_company(house: House) -> dict[str, str]:
    """Let the artisan follow three people who published, shared and wrote to her; return what stands in paths."""
    async with house.db.write() as tx:
        people = {name: await put_actor(tx, name) for name in ("bob", "carol", "dora", "frieda")}
        for name, called in FOLLOWED:
            await tx.execute("UPDATE actors SET name = ? WHERE id = ?", (called, people[name]))
            await tx.execute(
                "INSERT INTO following (artisan_id, actor_id, follow_uri, state, requested_at) VALUES (?, ?, ?, ?, 0)",
                (house.artisan.id, people[name], f"{house.config.origin}/ap/activities/follow{name}", "accepted"),
            )
        said = await _say_all(tx, house, people)
        message = await _write(tx, house, people["bob"])
        await _answer_journal(tx, house, people["carol"])
    return {"person": str(people["bob"]), "message": str(message)} | said


async def _say_all(tx: Tx, house: House, people: dict[str, int]) -> dict[str, str]:
    """Let them publish, share and answer each other; return the rows of a post and of an answer to it."""
    views = [
        work.draft.photos[0] for work in await works.list_shown(tx, house.artisan.id, limit=9) if work.draft.photos
    ]
    bob, carol, dora, frieda = people.values()
    kiln = await _say(tx, bob, 1, "<p>Opened the kiln: #raku at last, one crack.</p>", hours=2, photos=views[:2])
    await _say(tx, carol, 2, "<p>Market at Saint-Céré on Sunday, from nine. Come and say hello!</p>", hours=5)
    await _say(tx, dora, 3, "<p>Un grès de 1962.</p>", hours=8, photos=views[2:3], language="fr", quotes=2)
    await _say(tx, dora, 4, "<p>The glaze that failed, in detail.</p>", hours=9, warning="Broken pots")
    shared = await _say(tx, frieda, 5, "<p>How we fire with wood.</p>", hours=30, photos=views[1:4])
    sql = "INSERT INTO shares VALUES (?, ?, 'https://host.example/a/1', ?)"
    await tx.execute(sql, (bob, shared, to_ms(utc_now() - timedelta(hours=1))))
    answer = await _say(tx, carol, 6, "<p>Only one? I lost three.</p>", hours=1, answers=1)
    await _say(tx, frieda, 7, "<p>What was the clay?</p>", hours=1, answers=6)
    return {"post": str(kiln), "answer": str(answer)}


async def _write(tx: Tx, house: House, actor_id: int) -> int:
    """Let somebody write to the artisan alone, and her answer; return the row of the message."""
    message = await _say(
        tx, actor_id, 8, "<p>Could you make two more like the moon jar?</p>", hours=3, visibility=Visibility.DIRECT
    )
    moment = to_ms(utc_now() - timedelta(hours=3))
    await tx.execute("INSERT INTO addressed VALUES (?, ?, ?)", (message, house.artisan.id, moment))
    bob = Mention(uri="https://host.example/users/bob", handle="@bob@host.example")
    draft = PostDraft(
        text="In spring, yes.",
        visibility=Visibility.DIRECT,
        in_reply_to="https://host.example/posts/8",
        mentions=(bob,),
    )
    await speaking.publish(tx, house.uris, house.artisan, draft, utc_now() - timedelta(hours=2))
    return message


async def _answer_journal(tx: Tx, house: House, actor_id: int) -> None:
    """Let the artisan write in her journal, and somebody answer and like it; the answer waits."""
    now = utc_now() - timedelta(hours=4)
    draft = PostDraft(text="The kiln is open on **Saturday**.")
    entry = await speaking.publish(tx, house.uris, house.artisan, draft, now)
    answer = await _say(tx, actor_id, 9, "<p>I will bring cake.</p>", hours=3)
    sql = "UPDATE posts SET in_reply_to = ?, journal_id = ? WHERE id = ?"
    await tx.execute(sql, (entry.uri, entry.id, answer))
    sql = "INSERT INTO post_reactions VALUES (?, ?, 'Like', 'https://host.example/l/9', '🔥', ?)"
    await tx.execute(sql, (entry.id, actor_id, to_ms(now)))


async def _say(
    tx: Tx,
    actor_id: int,
    number: int,
    html: str,
    *,
    hours: int,
    photos: Sequence[Photo] = (),
    warning: str = "",
    language: str = "en",
    answers: int | None = None,
    quotes: int | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> int:
    """Store a post of some hours ago and return its row; our copies of its pictures are those of *photos*."""
    moment = to_ms(utc_now() - timedelta(hours=hours))
    pictures = [
        {
            "url": f"https://host.example/{photo.uid}",
            "alt": alt,
            "width_px": photo.width_px,
            "height_px": photo.height_px,
        }
        for photo, alt in zip(photos, ("A wide bowl with a blue rim", "", "A jar"), strict=False)
    ]
    sql = """
        INSERT INTO posts (uri, actor_id, visibility, in_reply_to, url, content_html, warning, language, pictures,
            quote_uri, published_at, received_at)
        VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6, ?7, ?8, ?9, ?10, ?10) RETURNING id
    """
    words = (html, warning, language, json.dumps(pictures), _uri(quotes))
    rows = await fetch_all(tx, sql, (_uri(number), actor_id, visibility, _uri(answers), *words, moment))
    post_id = int(rows[0]["id"])
    sql = "INSERT INTO glimpses VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5)"
    for place, (photo, picture) in enumerate(zip(photos, pictures, strict=True), start=1):
        file = photo.small(1280).file
        await tx.execute(sql, (post_id, place, picture["url"], file, moment))
    return post_id


def _uri(number: int | None) -> str | None:
    return None if number is None else f"https://host.example/posts/{number}"
