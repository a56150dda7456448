"""What is remembered of actors is what the database holds, whatever becomes of a transaction."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.app import Parts, open_parts
from fedi_artisan.config import parse
from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.storage import actors, inbox
from fedi_artisan.storage.inbox import Arrival
from fedi_artisan.vocab.actors import parse_actor
from tests.house import furnish
from tests.neighbour import Person, key


class Undone(Exception):
    """A transaction is given up."""


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    """The parts of a server that does not run."""
    config = parse({"origin": "http://127.0.0.1:9", "data_dir": str(tmp_path), "allow_private_networks": True})
    await furnish(config)
    async with open_parts(config) as opened:
        yield opened


@pytest.fixture
def bob() -> RemoteActor:
    """An actor elsewhere."""
    return parse_actor(Person("http://127.0.0.1:8/users/bob", key()).document())


async def name_of(parts: Parts, uri: str) -> str | None:
    """Return the name by which an actor is known in a transaction of its own."""
    async with parts.actors.write() as tx:
        known = await parts.actors.known(tx, uri)
    return None if known is None else known.actor.name


async def put_and_undo(parts: Parts, actor: RemoteActor, *, look_inside: bool) -> None:
    """Store an actor in a transaction that is given up; within it she is known as stored."""
    async with parts.actors.write() as tx:
        await parts.actors.put(tx, actor)
        if look_inside:
            known = await parts.actors.known(tx, actor.uri)
            assert known is not None
            assert known.actor == actor
        raise Undone


@pytest.mark.parametrize("look_inside", [False, True])
async def test_an_undone_change_is_not_remembered(parts: Parts, bob: RemoteActor, look_inside: bool) -> None:
    """Within a transaction its own changes are seen; once it is undone, nobody sees them any more."""
    async with parts.actors.write() as tx:
        await parts.actors.put(tx, bob)
    assert await name_of(parts, bob.uri) == "Bob"
    with pytest.raises(Undone):
        await put_and_undo(parts, replace(bob, name="Robert"), look_inside=look_inside)
    assert await name_of(parts, bob.uri) == "Bob"


async def test_an_actor_of_an_undone_transaction_is_unknown(parts: Parts, bob: RemoteActor) -> None:
    """An actor who was stored by a transaction that failed is not known, though she was looked up within it."""
    with pytest.raises(Undone):
        await put_and_undo(parts, bob, look_inside=True)
    assert not await parts.actors.is_known(bob.uri)
    assert await name_of(parts, bob.uri) is None


async def test_a_change_is_seen_after_it_was_read_too_early(parts: Parts, bob: RemoteActor) -> None:
    """What was read while a change was under way is read anew when it is complete."""
    async with parts.actors.write() as tx:
        await parts.actors.put(tx, bob)
    async with parts.actors.write() as tx:
        await parts.actors.put(tx, replace(bob, name="Robert"))
        assert await parts.actors.is_known(bob.uri)
    assert await name_of(parts, bob.uri) == "Robert"


async def test_strangers_are_forgotten_but_not_while_they_are_awaited(parts: Parts, bob: RemoteActor) -> None:
    """An actor who has nothing to do with anybody here is forgotten after a while, unless something of hers waits."""
    carol = replace(bob, uri="http://127.0.0.1:8/users/carol", keys=())
    later = utc_now() + timedelta(hours=1)
    async with parts.actors.write() as tx:
        await parts.actors.put(tx, bob)
        await parts.actors.put(tx, carol)
        arrival = Arrival(actor_uri=bob.uri, activity_uri=f"{bob.uri}#1", body=b"{}", asks=False, signed_at=utc_now())
        await inbox.insert(tx, [arrival], utc_now())
    async with parts.db.write() as tx:
        assert await actors.prune(tx, later) == 1
        assert await actors.find_id(tx, carol.uri) is None
        assert await actors.find_id(tx, bob.uri) is not None
