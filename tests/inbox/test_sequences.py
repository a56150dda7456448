"""Whatever people do, in whatever order it arrives, twice or with gaps: the end is the same, and all is sound."""

import itertools
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.works import Draft
from fedi_artisan.federation.resolving import must_ask
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import safety, speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import actors, following, inbox
from fedi_artisan.storage.inbox import Arrival
from fedi_artisan.vocab import activity as activities
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.types import ActivityType
from tests.house import House, key_pair
from tests.inbox.stories import Story, stories
from tests.inbox.telling import ENTRY, FOLLOWED, PEOPLE, THERE, US, WORK, Deed
from tests.neighbour import Neighbour, Person, key
from tests.studio import signed_in

# `SEQUENCES=5000 pytest tests/inbox/test_sequences.py` looks for longer, and each time elsewhere.
_MANY = os.environ.get("SEQUENCES")
SOME = settings(
    max_examples=int(_MANY or 20),
    derandomize=_MANY is None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate, Phase.shrink] if _MANY else [Phase.generate, Phase.shrink],
)
_WORLDS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class World:
    """An artisan of ours of her own, with a work and an entry of her journal, and people elsewhere at *there*."""

    house: House
    neighbour: Neighbour
    artisan: Artisan
    there: str
    ours: dict[str, str]

    def alive(self, value: Any) -> Any:
        """Return a document of a story with the addresses of this world."""
        text = json.dumps(value)
        for name, uri in ((THERE, self.there), *self.ours.items()):
            text = text.replace(json.dumps(name)[1:-1], uri)
        return json.loads(text)

    def told(self, value: Any) -> Any:
        """Return something of the database with the addresses of stories."""
        if not isinstance(value, str):
            return value
        for name, uri in ((THERE, self.there), *self.ours.items()):
            value = value.replace(uri, name)
        return value

    async def happens(self, deeds: Sequence[Deed]) -> None:
        """Let these arrive, and return when all has taken effect.

        What others must be asked about holds up its own actor alone, and so changes the order between several: nothing
        else arrives meanwhile.
        """
        come: list[Arrival] = []
        for deed in deeds:
            come.append(self._arrival(deed))
            if come[-1].asks:
                await self._take_in(come)
                come = []
        await self._take_in(come)

    def _arrival(self, deed: Deed) -> Arrival:
        document = self.alive(deed.activity)
        activity = activities.parse(document)
        return Arrival(
            actor_uri=activity.actor_uri,
            activity_uri=activity.uri,
            body=json.dumps(document).encode(),
            asks=must_ask(activity, self.house.uris),
            signed_at=deed.signed_at,
            ends=activity.type is ActivityType.DELETE,
        )

    async def _take_in(self, come: Sequence[Arrival]) -> None:
        """Put these into the inbox and knock at the door, so that it is looked into; return when nothing waits."""
        async with self.house.db.write() as tx:
            await inbox.insert(tx, come, utc_now())
        waker = self.neighbour.person("waker")
        like = self.neighbour.activity("Like", waker, self.house.uris.work("nothing"))
        assert (await self.neighbour.send(waker, self.house.uris.shared_inbox, like))[0] == 202
        await self.house.quiet()

    async def state(self) -> set[tuple[Any, ...]]:
        """Return all that came of what happened, in the words of the story."""
        found: set[tuple[Any, ...]] = set()
        for name, sql in _STATE.items():
            rows = await self.house.rows(sql, f"{self.there}/%", self.artisan.id)
            found |= {(name, *map(self.told, row)) for row in rows}
        return found


_STATE = {
    "followers": """
        SELECT uri, moved_to_uri FROM followers JOIN actors ON actors.id = actor_id
        WHERE uri LIKE ? AND artisan_id = ?""",
    "blocks": "SELECT uri FROM blocks JOIN actors ON actors.id = actor_id WHERE uri LIKE ? AND artisan_id = ?",
    "following": """
        SELECT uri, state FROM following JOIN actors ON actors.id = actor_id WHERE uri LIKE ? AND artisan_id = ?""",
    "reactions": """
        SELECT uri, reactions.type FROM reactions JOIN actors ON actors.id = actor_id JOIN works ON works.id = work_id
        WHERE uri LIKE ? AND artisan_id = ?""",
    "post reactions": """
        SELECT actors.uri, post_reactions.type FROM post_reactions JOIN actors ON actors.id = post_reactions.actor_id
            JOIN posts ON posts.id = post_id WHERE actors.uri LIKE ? AND posts.artisan_id = ?""",
    "posts": """
        SELECT posts.uri, actors.uri, visibility, in_reply_to, content_html,
            work_id IS NOT NULL, journal_id IS NOT NULL, held,
            approved AND public, EXISTS (SELECT 1 FROM addressed WHERE post_id = posts.id AND addressed.artisan_id = ?2)
        FROM posts JOIN actors ON actors.id = posts.actor_id WHERE posts.uri LIKE ?1""",
    "shares": """
        SELECT actors.uri, posts.uri FROM shares JOIN actors ON actors.id = shares.actor_id
            JOIN posts ON posts.id = post_id WHERE actors.uri LIKE ?1 AND ?2""",
    "quotes": """
        SELECT uri, instrument_uri FROM quotes JOIN actors ON actors.id = actor_id
        WHERE uri LIKE ? AND artisan_id = ? AND revoked_at IS NULL""",
    "moves": """
        SELECT old.uri, new.uri FROM moves JOIN actors AS old ON old.id = moves.actor_id
            JOIN actors AS new ON new.id = moves.target_id WHERE old.uri LIKE ? AND artisan_id = ?""",
    "counts": "SELECT likes, announces, replies FROM works WHERE ?1 <> '' AND artisan_id = ?2",
}


async def open_world(house: House, neighbour: Neighbour, story: Story) -> World:
    """Return a world in which nothing of the story has happened yet."""
    number, now = next(_WORLDS), utc_now()
    there = f"{neighbour.origin}/w{number}x"
    people = [Person(f"{there}/users/{name}", key()) for name in PEOPLE]
    for one in people:
        heir = Person(f"{one.uri}2", key(), {"alsoKnownAs": [one.uri]})
        neighbour.serve(heir.document())
    async with house.db.write() as tx:
        artisan = await artisans_service.create(
            tx, username=f"w{number}", name=f"Atelier {number}", language="en", key=key_pair(), now=now
        )
        # How much may come from one server is limited, and all worlds are on one.
        await safety.set_limits(tx, artisan, {"requests": 1_000_000, "followers": 1_000_000}, now)
        work = await works_service.publish(tx, house.uris, artisan, Draft(title=f"Jar {number}"), now)
        entry = await speaking.publish(tx, house.uris, artisan, PostDraft(text="From the kiln"), now)
        await tx.execute("UPDATE artisans SET welcome = ? WHERE id = ?", (story.welcome, artisan.id))
        for one in people:
            actor_id = await actors.put(tx, parse_actor(one.document()), now)
            if one.uri.endswith(f"/{FOLLOWED}"):
                follow_uri = house.uris.activity(f"w{number}")
                await following.put(tx, artisan.id, actor_id, follow_uri, now)
                assert await following.set_state(tx, one.uri, "accepted", follow_uri=follow_uri, artisan_uid=None)
    ours = {US: house.uris.actor(artisan.uid), WORK: house.uris.work(work.uid), ENTRY: entry.uri}
    world = World(house, neighbour, artisan, there, ours)
    for document in story.served:
        alive = world.alive(document)
        neighbour.serve(alive, status=410 if alive["type"] == "Tombstone" else 200)
    return world


@SOME
@given(story=stories())
async def test_the_order_of_arrival_does_not_matter(
    house: House, neighbour: Neighbour, caplog: pytest.LogCaptureFixture, story: Story
) -> None:
    """What comes in another order, twice, in two parts, ends as what comes in its own; none is a fault of ours."""
    plain, odd = [await open_world(house, neighbour, story) for _ in range(2)]
    await plain.happens(story.come)
    for deeds in (story.mixed[: story.first_part], story.mixed[story.first_part :]):
        await odd.happens(deeds)
    assert await plain.state() ^ await odd.state() == set()
    await check_sound(house)
    await check_pages(odd)
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not faults, faults[0].getMessage() + str(faults[0].exc_info)


async def check_sound(house: House) -> None:
    """Every count is that of its rows, nothing hangs on what is gone, and nothing is left behind in the inbox."""
    counted = """
        SELECT id, likes, announces, replies FROM works WHERE
            likes <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Like')
            OR announces <> (SELECT count(*) FROM reactions WHERE work_id = works.id AND type = 'Announce')
            OR replies <> (SELECT count(*) FROM posts WHERE work_id = works.id AND public AND withdrawn_at IS NULL)
    """
    assert await house.rows(counted) == []
    assert await house.rows("PRAGMA foreign_key_check") == []
    assert await house.rows("SELECT * FROM inbox WHERE state = 'waiting'") == []
    apart = "SELECT uri FROM posts WHERE work_id IS NOT NULL AND journal_id IS NOT NULL"
    assert await house.rows(apart) == []


async def check_pages(world: World) -> None:
    """Everybody's pages, documents and the studio's rooms can be opened."""
    house = world.house
    [slug] = [row["slug"] for row in await house.rows("SELECT slug FROM works WHERE artisan_id = ?", world.artisan.id)]
    posts = await house.rows("SELECT id FROM posts WHERE uri LIKE ?", f"{world.there}/%")
    paths = ["/studio/around", "/studio/messages", "/studio/happened", f"/works/{slug}"]
    paths += [world.ours[WORK].removeprefix(house.config.origin) + "/replies"]
    async with signed_in(house, world.artisan) as visitor:
        for path in paths:
            answer = await visitor.get(path)
            assert answer.status == 200, (path, answer.status)
        for row in posts[-1:]:
            # What is for followers cannot be read any more when nobody here is one.
            assert (await visitor.get(f"/studio/around/{row['id']}")).status in {200, 404}
