"""What is forgotten in time, and what never is."""

from datetime import datetime, timedelta

from fedi_artisan.domain.deliveries import DeliveryState
from fedi_artisan.storage import actors, deliveries, followers, hosts, inbox
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_value
from fedi_artisan.storage.deliveries import Said, Settled
from fedi_artisan.storage.hosts import HostTrouble
from fedi_artisan.storage.inbox import Arrival
from tests.unit.storage.conftest import NOW, put_actor

LATER = NOW + timedelta(days=100)


async def say(tx: Tx, artisan_id: int, name: str, *inboxes: str, public: bool, now: datetime = NOW) -> None:
    """Enqueue an activity."""
    said = Said(
        uri=f"https://atelier.example/ap/activities/{name}",
        artisan_id=artisan_id,
        type="Create" if public else "Accept",
        subject_uri=f"https://atelier.example/ap/works/{name}",
        public=public,
        body=b"{}",
    )
    await deliveries.enqueue(tx, said, inboxes, now)


async def deliver_all(tx: Tx) -> None:
    """Record that everything has arrived."""
    rows = await fetch_all(tx, "SELECT id FROM deliveries")
    settled = [Settled(row["id"], DeliveryState.DELIVERED, None, "202") for row in rows]
    await deliveries.settle(tx, settled, NOW)


async def test_answers_are_forgotten_and_works_are_not(db: Database, artisan_id: int) -> None:
    """What only its receiver wanted goes once it is settled and old; what was said of works stays for their Delete."""
    async with db.write() as tx:
        await say(tx, artisan_id, "accept", "https://a.example/inbox", public=False)
        await say(tx, artisan_id, "create", "https://a.example/inbox", public=True)
        await deliver_all(tx)
        await say(tx, artisan_id, "waiting", "https://b.example/inbox", public=False)
        await say(tx, artisan_id, "young", "https://a.example/inbox", public=False, now=LATER)
        assert await deliveries.prune(tx, LATER) == 1
        uris = {row["uri"].rsplit("/", 1)[1] for row in await fetch_all(tx, "SELECT uri FROM activities")}
        assert uris == {"create", "waiting", "young"}
        assert await fetch_value(tx, "SELECT count(*) FROM deliveries") == 3
        assert await deliveries.list_reached(tx, "https://atelier.example/ap/works/create") == [
            "https://a.example/inbox"
        ]


async def test_strangers_are_forgotten_and_friends_are_not(db: Database, artisan_id: int) -> None:
    """An actor read long ago who has nothing to do with anybody here goes; a follower stays for ever."""
    async with db.write() as tx:
        await put_actor(tx, "stranger")
        await followers.put(tx, artisan_id, await put_actor(tx, "friend"), "https://host.example/f", NOW)
        assert await actors.prune(tx, NOW) == 0
        assert await actors.prune(tx, LATER) == 1
        assert await actors.find(tx, "https://host.example/users/friend") is not None
        assert await actors.find(tx, "https://host.example/users/stranger") is None


async def test_what_waits_in_the_inbox_is_never_forgotten(db: Database) -> None:
    """What took effect is forgotten in time; what was promised and still waits is not, however old."""
    async with db.write() as tx:
        arrivals = [
            Arrival(
                actor_uri="https://host.example/users/bob",
                activity_uri=f"https://host.example/{name}",
                body=b"{}",
                asks=False,
                signed_at=NOW,
            )
            for name in ("done", "waiting")
        ]
        await inbox.insert(tx, arrivals, NOW)
        [done, _] = await inbox.list_due(tx, NOW, 9)
        await inbox.finish(tx, {done.id: ("done", "liked")})
        assert await inbox.prune(tx, NOW) == 0
        assert await inbox.prune(tx, LATER) == 1
        assert await inbox.count_waiting(tx) == 1


async def test_hosts_are_forgotten_unless_they_fail(db: Database) -> None:
    """A dialect learned long ago goes; a host that fails is remembered until it answers."""
    async with db.write() as tx:
        await hosts.put_schemes(tx, {"old.example": "rfc9421", "failing.example": "rfc9421"}, NOW)
        await hosts.put_schemes(tx, {"new.example": "rfc9421"}, LATER)
        await hosts.record_failures(tx, [HostTrouble("failing.example", 3, NOW)], NOW)
        assert await hosts.prune(tx, LATER) == 1
        assert await hosts.list_schemes(tx, NOW - timedelta(days=1)) == dict.fromkeys(
            ("failing.example", "new.example"), "rfc9421"
        )
        assert await hosts.list_failures(tx) == {"failing.example": 3}


async def test_what_waits_for_the_dead_is_given_up(db: Database, artisan_id: int) -> None:
    """After days of silence nothing waits for a host any more; others keep what waits for them."""
    async with db.write() as tx:
        await say(tx, artisan_id, "create", "https://dead.example/inbox", "https://slow.example/inbox", public=True)
        await hosts.record_failures(tx, [HostTrouble("dead.example", 1, NOW)], NOW)
        await hosts.record_failures(tx, [HostTrouble("dead.example", 9, NOW)], LATER)
        await hosts.record_failures(tx, [HostTrouble("slow.example", 9, NOW)], LATER)
        assert await hosts.give_up_dead(tx, NOW, LATER) == 0
        assert await hosts.give_up_dead(tx, LATER, LATER) == 1
        states = {row["host"]: row["state"] for row in await fetch_all(tx, "SELECT host, state FROM deliveries")}
        assert states == {"dead.example": "given-up", "slow.example": "waiting"}


async def test_ignored_types_add_up(db: Database) -> None:
    """What nothing is done about is counted by type, over all restarts."""
    async with db.write() as tx:
        await inbox.count_ignored(tx, {"Arrive": 2, "Listen": 1})
        await inbox.count_ignored(tx, {"Arrive": 3})
        assert await inbox.list_ignored(tx) == {"Arrive": 5, "Listen": 1}
