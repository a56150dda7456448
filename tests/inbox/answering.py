"""Our artisan follows somebody, and how that stands."""

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import following
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors
from fedi_artisan.vocab.actors import parse_actor
from tests.house import House
from tests.neighbour import Person


async def ask_to_follow(house: House, person: Person) -> str:
    """Let our artisan ask to follow *person*; return the id of the Follow."""
    actor = parse_actor(person.document())
    async with house.db.write() as tx:
        known = Known(await actors.put(tx, actor, utc_now()), actor)
        await following.request(tx, house.uris, house.artisan, known, utc_now())
    return str(await house.value(f"{_OF} WHERE actors.uri = ?", person.uri))


async def state_of(house: House, person: Person) -> str | None:
    """Return how our Follow of *person* stands, or None where there is none."""
    state: str | None = await house.value(f"{_OF.replace('follow_uri', 'state')} WHERE actors.uri = ?", person.uri)
    return state


_OF = "SELECT follow_uri FROM following JOIN actors ON actors.id = actor_id"
