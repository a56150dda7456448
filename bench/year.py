"""A year of following many people: how much room their posts take, with all that is forgotten on the way."""

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.size import Size
from bench.table import Aim, Row
from fedi_artisan.config import Limits
from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.federation.queue import INBOX_KEPT
from fedi_artisan.resources import folder as resource
from fedi_artisan.services import posts, room
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors, artisans, following, inbox
from fedi_artisan.storage import room as stored
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.inbox import Arrival
from fedi_artisan.storage.places import Place
from fedi_artisan.storage.schema import migrate
from fedi_artisan.vocab.notes import Note, parse_note

MEGABYTE = 1_000_000
MOST_MB = 200.0
POSTS_A_DAY = 3  # of each person
BEGAN = datetime(2025, 1, 1, 6, tzinfo=UTC)
WORDS = ("kiln", "glaze", "ash", "clay", "bowl", "jar", "wheel", "fire", "slip", "market", "museum", "cobalt", "raku")
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


async def run(size: Size, folder: Path) -> list[Row]:
    """Return how large the database is after the year, and how large it ever was.

    Every post goes in as it does when it arrives, and every day is tidied up after, as a running server does.
    """
    path = folder / "year.sqlite3"
    await migrate(path, resource("migrations"))
    db = await Database.open(path, resource("migrations"))
    try:
        people = await _people(db, size.people)
        dice, most_bytes, number = random.Random(1), 0, 0  # noqa: S311 - not for secrets
        for day in range(size.days):
            now = BEGAN + timedelta(days=day)
            async with db.write() as tx:
                for person in people:
                    uri = person.actor.uri
                    arrivals = []
                    for note, body in _day_of(uri, number, now, dice):
                        number += 1
                        arrivals.append(
                            Arrival(
                                actor_uri=uri, activity_uri=f"{note.uri}/activity", body=body, asks=False, signed_at=now
                            )
                        )
                        await posts.keep(tx, note, author=person, place=Place(), mentioned=(), now=now)
                    await inbox.insert(tx, arrivals, now)
                due = await inbox.list_due(tx, now, number)
                await inbox.finish(tx, {row.id: ("done", "in the timeline") for row in due})
                await inbox.prune(tx, now - INBOX_KEPT)
            await room.tidy(db, Limits(), now)
            if day % 10 == 0:
                most_bytes = max(most_bytes, await _size(path))
        async with db.read() as tx:
            kept = await stored.measure(tx)
    finally:
        await db.close()
    most_bytes = max(most_bytes, await _size(path))
    what = f"{size.days} days of following {size.people} people ({number:,} posts)"
    return [
        Row(
            what=f"{what}: the database, the most ever",
            value=most_bytes / MEGABYTE,
            unit="MB",
            aim=Aim(MOST_MB, at_most=True),
        ),
        Row(what="… posts of them that are kept at the end", value=kept.posts, unit="posts"),
    ]


async def _people(db: Database, count: int) -> list[Known]:
    """Have an artisan follow so many people, each on a server of her own; return them."""
    people = []
    async with db.write() as tx:
        artisan_id = await artisans.insert(tx, uid="m", username="maria", name="Maria", language="en", now=BEGAN)
        for number in range(count):
            origin = f"https://server{number}.example"
            uri = f"{origin}/users/person{number}"
            actor = RemoteActor(
                uri=uri,
                type="Person",
                username=f"person{number}",
                name=f"Person {number}",
                inbox_url=f"{uri}/inbox",
                shared_inbox_url=f"{origin}/inbox",
                followers_uri=f"{uri}/followers",
                icon_url=f"{origin}/media/portrait{number}.jpg",
            )
            actor_id = await actors.put(tx, actor, BEGAN)
            await following.put(tx, artisan_id, actor_id, f"https://own.example/ap/activities/{number}", BEGAN)
            await tx.execute("UPDATE following SET state = 'accepted'")
            people.append(Known(actor_id, actor))
    return people


def _day_of(uri: str, number: int, now: datetime, dice: random.Random) -> Iterator[tuple[Note, bytes]]:
    """Return what one person publishes on a day, each with the activity that brings it."""
    for nth in range(POSTS_A_DAY):
        published_at = now + timedelta(seconds=nth)
        words = " ".join(dice.choices(WORDS, k=dice.randint(8, 60)))
        pictures = [
            {
                "type": "Document",
                "mediaType": "image/jpeg",
                "url": f"{uri}/media/{number + nth}-{place}.jpg",
                "name": " ".join(dice.choices(WORDS, k=12)),
                "width": 1600,
                "height": 1200,
                "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
            }
            for place in range(dice.choice((0, 1, 1, 2, 4)))
        ]
        note = {
            "id": f"{uri}/statuses/{number + nth}",
            "type": "Note",
            "attributedTo": uri,
            "url": f"{uri}/{number + nth}",
            "content": f"<p>{words} <a href='{uri}/tags/raku' class='mention hashtag'>#<span>raku</span></a></p>",
            "contentMap": {"en": words},
            "published": published_at.isoformat(),
            "to": [PUBLIC],
            "cc": [f"{uri}/followers"],
            "attachment": pictures,
        }
        yield parse_note(note), json.dumps(note).encode()


async def _size(path: Path) -> int:
    """Return how large the database is on the disk, with what is being written."""

    def look() -> int:
        return sum(file.stat().st_size for file in path.parent.iterdir() if file.name.startswith(path.name))

    return await asyncio.to_thread(look)
