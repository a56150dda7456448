"""Somebody whom our artisan follows, and what our artisan says herself, for the tests of the inbox."""

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.services import following
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors
from fedi_artisan.storage.db import to_ms
from fedi_artisan.vocab.actors import parse_actor
from tests.house import House
from tests.inbox.sending import effect
from tests.neighbour import Neighbour, Person

POSTS = "SELECT uri, visibility, work_id, journal_id, approved, content_html FROM posts WHERE actor_id IS NOT NULL"


async def followed(house: House, neighbour: Neighbour, name: str, *, key_number: int = 0) -> Person:
    """Return a new person whom our artisan follows, and who agreed."""
    person = neighbour.person(name, key_number=key_number)
    async with house.db.write() as tx:
        actor = parse_actor(person.document())
        known = Known(await actors.put(tx, actor, utc_now()), actor)
        await following.request(tx, house.uris, house.artisan, known, utc_now())
    follow_uri = await house.value("SELECT follow_uri FROM following WHERE actor_id = ?", known.id)
    accept = neighbour.activity("Accept", person, {"id": follow_uri, "type": "Follow", "actor": house.actor_uri})
    assert await effect(house, neighbour, person, accept) == ("done", "accepted")
    return person


async def say(house: House) -> str:
    """Let our artisan say something; return the id of her post."""
    now = utc_now()
    uid = new_uid(now)
    async with house.db.write() as tx:
        await tx.execute(
            "INSERT INTO posts (uri, artisan_id, uid, visibility, content_html, source, published_at) "
            "VALUES (?, ?, ?, 'public', '<p>From the kiln</p>', 'From the kiln', ?)",
            (house.uris.post(uid), house.artisan.id, uid, to_ms(now)),
        )
    return house.uris.post(uid)
