"""Attacks by size, number and slowness (WIRE 10.2, "resource exhaustion"), and on what is told and shown."""

import asyncio
import json
import time
from typing import Any

import pytest
from aiohttp import web

from fedi_artisan.app import open_parts
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.federation.inbox import MOST_ASKING_OF_A_HOST, Inbox
from fedi_artisan.federation.outbound import Outbound
from fedi_artisan.federation.process import ASKING_AT_ONCE_OF_A_HOST, Processor
from fedi_artisan.federation.queue import Queue
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.storage import inbox
from tests.house import House, until
from tests.inbox.sending import befriend, effect
from tests.neighbour import ACTIVITY_JSON, PUBLIC, Neighbour, Person, key

SOON_S = 5.0


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/inbox", "http://localhost:1/inbox", "https://x/i", 7, None]
)
async def test_an_inbox_somewhere_else(house: House, neighbour: Neighbour, address: object) -> None:
    """WIRE 10.2 #35: an actor whose inbox is not on her own server is nobody we deliver to: 401, no follower."""
    bob = neighbour.person("bob", inbox=address)
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    assert (await neighbour.send(bob, house.uris.shared_inbox, follow))[0] == 401
    assert await house.value("SELECT count(*) FROM actors") == 0


async def test_a_shared_inbox_somewhere_else(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #35: a shared inbox elsewhere is left out: we deliver to the actor's own and knock nowhere else."""
    bob = neighbour.person("bob", endpoints={"sharedInbox": f"{elsewhere.origin}/inbox"})
    await befriend(house, neighbour, bob)
    await house.publish()

    async def delivered() -> bool:
        return {one["type"] for one in neighbour.received} == {"Accept", "Create"}

    await until(delivered, "the delivery to the own inbox")
    assert not elsewhere.requests


async def test_an_actor_without_measure(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #42: of an actor with endless names, aliases and keys a bounded part is kept."""
    keys = [{"id": f"{neighbour.origin}/k/{n}", "owner": f"{neighbour.origin}/users/bob"} for n in range(200)]
    own = {"id": f"{neighbour.origin}/users/bob#main-key", "owner": f"{neighbour.origin}/users/bob"}
    bob = neighbour.person(
        "bob",
        name="x" * 300_000,
        alsoKnownAs=[f"https://a.example/{n}" for n in range(3000)],
        summary="y" * 100_000,
    )
    pem = bob.document()["publicKey"]["publicKeyPem"]
    document = {**bob.document(), "publicKey": [{**one, "publicKeyPem": pem} for one in (own, *keys)]}
    neighbour.serve(document)
    await befriend(house, neighbour, bob)
    sql = "SELECT length(name), json_array_length(also_known_as), (SELECT count(*) FROM actor_keys) FROM actors"
    [[name, aliases, listed]] = await house.rows(sql)
    assert (name, aliases, listed) == (2048, 256, 10)


async def test_a_reply_without_measure(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #42: of an endless reply a bounded part is kept."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)  # of a stranger it would be held
    tags = [{"type": "Mention", "href": f"https://a.example/{n}"} for n in range(3000)]
    note = neighbour.note(bob, work, "<p>" + "word " * 100_000, tag=tags, to=[PUBLIC] * 900)
    assert (await effect(house, neighbour, bob, neighbour.activity("Create", bob, note)))[0] == "done"
    assert await house.value("SELECT length(content_html) FROM replies") < 50_000


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>ok",
        '<a href="javascript:alert(1)">ok</a>',
        '<img src=x onerror="alert(1)">ok',
        "<svg><animate onbegin=alert(1)>ok",
        "<math><annotation encoding='text/html'><p>ok",
        "<annotation>ok",
        "<style>*{}</style><p style='x'>ok",
        "<" * 5000 + "ok",
        "<p>" * 5000 + "ok",
        "\u202eok<plaintext>",
    ],
)
async def test_hostile_words(house: House, neighbour: Neighbour, work: str, content: str) -> None:
    """WIRE 10.2 #48, #49: a reply is made safe before it is stored; no HTML, however odd, stops the inbox."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work, content)
    assert (await effect(house, neighbour, bob, neighbour.activity("Create", bob, note)))[0] == "done"
    stored = await house.value("SELECT content_html FROM replies") or ""
    for danger in ("<script", "javascript:", "onerror", "<svg", "<math", "<style", "style=", "onbegin"):
        assert danger not in stored
    assert await effect(house, neighbour, bob, neighbour.activity("Like", bob, work)) == ("done", "liked")


async def test_a_vote_is_no_reply(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #59: a note with a name and without words is a vote in a poll, and not kept."""
    bob = neighbour.person("bob")
    for content in (None, ""):
        vote = neighbour.note(bob, work, content or "", name="Yes", to=[house.actor_uri])
        create = neighbour.activity("Create", bob, vote, to=[house.actor_uri])
        assert await effect(house, neighbour, bob, create) == ("done", "a vote, not a reply")
    assert await house.value("SELECT count(*) FROM replies") == 0


async def test_what_is_private_looks_like_nothing(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #53: an activity of ours for one person alone is answered like one that never was."""
    await befriend(house, neighbour, neighbour.person("bob"))
    accept = await house.value("SELECT uri FROM activities WHERE type = 'Accept'")
    answers = []
    for uri in (accept, house.uris.activity("never")):
        async with neighbour.session.get(uri, headers={"accept": ACTIVITY_JSON}) as answer:
            answers.append((answer.status, await answer.text()))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_a_flood_of_farewells(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #46: Delete and Update of actors unknown here are 202 without a check, a question or a row."""
    begun = time.monotonic()
    for number in range(200):
        uri = f"{neighbour.origin}/users/{number}"
        kind = "Delete" if number % 2 else "Update"
        body = {"id": f"{uri}#gone", "type": kind, "actor": uri, "object": uri}
        headers = {"content-type": ACTIVITY_JSON}
        async with neighbour.session.post(house.uris.shared_inbox, json=body, headers=headers) as answer:
            assert answer.status == 202
    assert time.monotonic() - begun < SOON_S
    assert not neighbour.requests
    assert await house.value("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM actors)") == 0


async def test_notes_that_never_come(house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str) -> None:
    """WIRE 10.2 #43: notes that a server names and never gives wait few at a time, few in all, and hold up nobody."""
    release = asyncio.Event()
    most = now = 0

    async def hang(request: web.Request) -> web.Response:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await release.wait()
        now -= 1
        return web.Response(status=404)

    statuses = []
    people = [neighbour.person(f"mallory{number}") for number in range(MOST_ASKING_OF_A_HOST // 5)]
    for number in range(MOST_ASKING_OF_A_HOST + 10):
        neighbour.routes[f"/notes/x{number}"] = hang
        person = people[number % len(people)]
        create = neighbour.activity("Create", person, f"{neighbour.origin}/notes/x{number}", to=[house.actor_uri])
        statuses.append((await neighbour.send(person, house.uris.shared_inbox, create))[0])
    # The queue counts anew now and then while others arrive: one or two more or less may fit.
    taken = statuses.count(202)
    assert abs(taken - MOST_ASKING_OF_A_HOST) <= 3
    assert statuses.count(429) == len(statuses) - taken
    carol = elsewhere.person("carol")
    note = elsewhere.note(carol, work)
    for target in (note["id"], note):
        create = elsewhere.activity("Create", carol, target, to=[house.actor_uri])
        assert (await elsewhere.send(carol, house.uris.shared_inbox, create))[0] == 202

    async def replied() -> bool:
        return bool(await house.value("SELECT count(*) FROM replies"))

    await until(replied, "the reply of another server", within_s=SOON_S)
    release.set()
    await house.quiet()
    assert most <= ASKING_AT_ONCE_OF_A_HOST
    assert await house.value("SELECT count(*) FROM inbox WHERE state = 'refused'") == taken


async def test_keys_that_never_come(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #13, #44: a server that gives its keys never, is asked for few at once, and holds up no other."""
    release = asyncio.Event()
    most = now = 0

    async def hang(request: web.Request) -> web.Response:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await release.wait()
        now -= 1
        return web.Response(status=404)

    sending = []
    for number in range(20):
        person = Person(f"{neighbour.origin}/users/x{number}", key())
        neighbour.routes[f"/users/x{number}"] = hang
        follow = neighbour.activity("Follow", person, house.actor_uri)
        sending.append(asyncio.create_task(neighbour.send(person, house.uris.shared_inbox, follow)))

    async def asked() -> bool:
        return now > 0

    await until(asked, "the first question")
    await befriend(house, elsewhere, elsewhere.person("carol"))
    release.set()
    assert {status for status, _ in await asyncio.gather(*sending)} == {401}
    assert most <= 2


async def test_types_that_mean_nothing_here(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 5.3: other types are 202, unchecked and unasked; the sender of endless new ones fills nothing."""
    headers = {"content-type": ACTIVITY_JSON}
    for kind in ("View", "Dislike", "Travel", "Add", "Zzz", "<b>", "é" * 60, ["Listen", "Read"]):
        body = {"id": f"{neighbour.origin}/1", "type": kind, "actor": f"{neighbour.origin}/u", "object": work}
        async with neighbour.session.post(house.uris.shared_inbox, json=body, headers=headers) as answer:
            assert answer.status == 202
    assert not neighbour.requests
    assert await house.value("SELECT count(*) FROM inbox") == 0


async def test_types_that_mean_nothing_are_counted(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #44: what is ignored is counted by type when the server tidies up; only so many names are kept."""
    clock = utc_now
    async with open_parts(house.config) as parts:
        door = Inbox(parts.db, parts.actors, parts.hosts, parts.uris, guard=parts.guard, clock=clock, most_waiting=10)
        processor = Processor(parts.db, door, parts.actors, parts.uris, guard=parts.guard, clock=clock)
        outbound = Outbound(
            house.config, parts.db, parts.client, actors=parts.actors, hosts=parts.hosts, uris=parts.uris, clock=clock
        )
        queue = Queue(parts.db, door, processor, outbound, actors=parts.actors, limits=house.config.limits, clock=clock)

        async def send(kind: str) -> None:
            body: dict[str, Any] = {"id": "http://a.example/1", "type": kind, "actor": "http://a.example/u"}
            body["object"] = "http://a.example/2"
            url = house.uris.shared_inbox
            await door.receive(SignedRequest(method="POST", url=url, headers={}, body=json.dumps(body).encode()))

        for kind in ("View", "View", "Travel", "<b>", "a b"):
            await send(kind)
        await queue.tidy()
        await send("View")
        await queue.tidy()
        async with house.db.read() as tx:
            assert await inbox.list_ignored(tx) == {"View": 3, "Travel": 1, "(odd)": 2}
        for block in range(8):
            for number in range(250):
                await send(f"T{block}x{number}")
            await queue.tidy()
        async with house.db.read() as tx:
            counts = await inbox.list_ignored(tx)
    assert len(counts) <= 1000


async def test_refused_bodies_do_not_fill_the_disk(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.3 step 10: what was refused is kept to be looked into, unless it is long."""
    bob = neighbour.person("bob")
    nobody = house.uris.actor("nobody")
    short = neighbour.activity("Follow", bob, nobody)
    long = neighbour.activity("Follow", bob, nobody, summary="x" * 500_000)
    for follow in (short, long):
        assert (await effect(house, neighbour, bob, follow))[0] == "refused"
    kept = await house.rows("SELECT activity_uri FROM inbox WHERE body IS NOT NULL")
    assert [row["activity_uri"] for row in kept] == [short["id"]]
