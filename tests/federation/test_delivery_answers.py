"""Deliveries: what each answer of another server leads to."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fedi_artisan.domain.works import Draft
from tests.federation.delivering import (
    MovableClock,
    add_followers,
    always,
    arrived,
    one_after_another,
    stands,
    tried,
)
from tests.federation.letterboxes import HANG_UP, Arrival, Behaviour, Letterboxes, Reply
from tests.house import House, open_house, until
from tests.neighbour import AS2

INPUT = re.compile(r"sig1=(?P<params>\((?P<covered>[^)]*)\);(?P<rest>.*))", re.DOTALL)


def reads_rfc9421_alone(origin: str, pem: str, otherwise: int) -> Behaviour:
    """Return a server that takes what is signed by RFC 9421, worked out by hand, and answers *otherwise* to others."""
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, RSAPublicKey)

    async def answer(arrival: Arrival) -> Reply:
        match = INPUT.fullmatch(arrival.headers.get("signature-input", ""))
        digest = base64.b64encode(hashlib.sha256(arrival.body).digest()).decode()
        if match is None or arrival.headers.get("content-digest") != f"sha-256=:{digest}:":
            return Reply(otherwise, text="I read RFC 9421")
        meaning = {**arrival.headers, "@method": "POST", "@target-uri": f"{origin}{arrival.path}"}
        names = match["covered"].replace('"', "").split()
        lines = [*(f'"{name}": {meaning[name]}' for name in names), f'"@signature-params": {match["params"]}']
        signature = base64.b64decode(arrival.headers["signature"].removeprefix("sig1=:").removesuffix(":"))
        try:
            public.verify(signature, "\n".join(lines).encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return Reply(otherwise, text="it does not hold")
        return Reply(202 if {"@method", "@target-uri", "content-digest"} <= set(names) else otherwise)

    return answer


def dialects(boxes: Letterboxes) -> list[str]:
    """Return how each arrival was signed."""
    return ["rfc9421" if "signature-input" in one.headers else "cavage" for one in boxes.arrivals]


@pytest.mark.parametrize("otherwise", [400, 401])
async def test_a_server_that_reads_the_other_dialect_is_remembered(
    tmp_path: Path, boxes: Letterboxes, otherwise: int
) -> None:
    """After 400 or 401 the other dialect is tried once; what was read is remembered, restarts included (WIRE 2.3)."""
    async with open_house(tmp_path / "data") as house:
        pem = await house.value("SELECT public_pem FROM keys WHERE artisan_id IS NOT NULL")
        boxes.behave = reads_rfc9421_alone(boxes.origin, pem, otherwise)
        await add_followers(house, boxes.person("bob"))
        await house.publish()
        await stands(house, "delivered")
        assert dialects(boxes) == ["cavage", "rfc9421"]
        assert len({one.body for one in boxes.arrivals}) == 1
        await house.publish()
        await stands(house, "delivered", "delivered")
        assert dialects(boxes) == ["cavage", "rfc9421", "rfc9421"]
        port = urlsplit(house.uris.origin).port or 0
    async with open_house(tmp_path / "data", port=port) as again:
        await again.publish()
        await stands(again, *["delivered"] * 3)
    assert dialects(boxes) == ["cavage", "rfc9421", "rfc9421", "rfc9421"]


@pytest.mark.parametrize(("status", "state"), [(400, "refused"), (401, "waiting")])
async def test_two_knocks_that_fail_are_told_as_the_first(
    house: House, boxes: Letterboxes, status: int, state: str
) -> None:
    """Where neither dialect is read, the first answer counts: 400 for good, 401 until later (WIRE 2.3)."""
    boxes.behave = one_after_another(Reply(status, text="the first"), Reply(403, text="the second"))
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    await until(tried(house, 1), "a try")
    assert await stands(house, state) == [f"{status} the first"]
    assert dialects(boxes) == ["cavage", "rfc9421"]


@pytest.mark.parametrize("status", [402, 403, 404, 405, 406, 413, 415, 422, 451, 501])
async def test_a_refusal_is_final_and_told(house: House, boxes: Letterboxes, status: int) -> None:
    """A refusal that will not change is taken at its word, at once, and kept for the artisan to read (WIRE 5.8)."""
    boxes.behave = always(Reply(status, text="not here"))
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    assert await stands(house, "refused") == [f"{status} not here"]
    assert len(boxes.arrivals) == 1


@pytest.mark.parametrize("reply", [Reply(500), Reply(503), Reply(429), Reply(302, {"location": "/elsewhere"}), HANG_UP])
async def test_trouble_is_tried_again_after_a_wait(
    timed_house: House, clock: MovableClock, boxes: Letterboxes, reply: Reply
) -> None:
    """What may pass is tried again, not before its time and soon after; redirects are not followed (WIRE 5.8)."""
    boxes.behave = one_after_another(reply, Reply(202))
    await add_followers(timed_house, boxes.person("bob"))
    await timed_house.publish()
    await until(tried(timed_house, 1), "the first try")
    due_in_s = await timed_house.value("SELECT (due_at - (SELECT created_at FROM activities)) / 1000.0 FROM deliveries")
    assert 15 < due_in_s < 40
    await clock.move(timed_house, timedelta(seconds=5))
    # Another work to the same inbox is sent meanwhile: the server has looked, and left the first one waiting.
    await timed_house.publish()
    await stands(timed_house, "waiting", "delivered")
    await clock.move(timed_house, timedelta(seconds=60))
    await stands(timed_house, "delivered", "delivered")
    assert {one.path for one in boxes.arrivals} == {"/inbox"}


async def test_retry_after_is_honoured(timed_house: House, clock: MovableClock, boxes: Letterboxes) -> None:
    """A server that asks for an hour gets an hour, even after it has answered others (RFC 9110 10.2.3)."""
    boxes.behave = one_after_another(Reply(429, {"retry-after": "3600"}), Reply(202))
    await add_followers(timed_house, boxes.person("bob"))
    await timed_house.publish()
    await until(tried(timed_house, 1), "the first try")
    await clock.move(timed_house, timedelta(minutes=55))
    await timed_house.publish()
    await stands(timed_house, "waiting", "delivered")
    await clock.move(timed_house, timedelta(minutes=6))
    await stands(timed_house, "delivered", "delivered")


@pytest.fixture
async def patient_house(tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    """Our server, giving up after three tries."""
    async with open_house(tmp_path / "data", clock=clock, delivery={"tries": 3}) as opened:
        yield opened


async def test_a_delivery_is_given_up_in_the_end(patient_house: House, clock: MovableClock, boxes: Letterboxes) -> None:
    """After the last try it rests, with its last answer, and nobody knocks any more."""
    boxes.behave = one_after_another(Reply(500), Reply(500), Reply(503, text="still building"), Reply(202))
    await add_followers(patient_house, boxes.person("bob"))
    await patient_house.publish()
    for count in (1, 2):
        await until(tried(patient_house, count), "a try")
        await clock.move(patient_house, timedelta(minutes=5))
    assert await stands(patient_house, "given-up") == ["503 still building"]
    await clock.move(patient_house, timedelta(days=5))
    await patient_house.publish()
    await stands(patient_house, "given-up", "delivered")
    assert len(boxes.arrivals) == 4


async def test_a_shared_inbox_that_is_gone_gives_way_to_the_personal_ones(house: House, boxes: Letterboxes) -> None:
    """410 from a shared inbox: all that waits for it goes to each follower's own inbox, and later works go there."""
    gone = Reply(410, text="no shared inbox here")
    boxes.inboxes["/inbox"] = always(gone)
    bob, carol, stranger = (boxes.person(name) for name in ("bob", "carol", "stranger"))
    await add_followers(house, bob, carol, stranger)
    async with house.db.write() as tx:
        await tx.execute(
            "DELETE FROM followers WHERE actor_id = (SELECT id FROM actors WHERE uri = ?)", (stranger.uri,)
        )
    # Several at once, so that some of them are found waiting when the first answer comes.
    works = [await house.publish(Draft(title=f"Bowl {number}")) for number in range(5)]

    async def all_there() -> bool:
        return len(boxes.taken) == 2 * len(works)

    await until(all_there, "all works at both personal inboxes")
    for path in ("/users/bob/inbox", "/users/carol/inbox"):
        assert {one.activity["object"]["id"] for one in boxes.at(path)} == {house.uris.work(work.uid) for work in works}
    await house.publish(Draft(title="The next one"))
    await until(lambda: house.value("SELECT count(*) = 12 FROM deliveries WHERE state = 'delivered'"), "the next one")
    assert await house.value("SELECT count(*) FROM deliveries WHERE state = 'waiting'") == 0
    assert {one.path for one in boxes.taken} == {"/users/bob/inbox", "/users/carol/inbox"}
    assert await house.value("SELECT count(*) FROM followers") == 2


@pytest.mark.parametrize(("status", "followers"), [(200, 1), (403, 1), (503, 1), (404, 0), (410, 0)])
async def test_a_follower_is_gone_when_her_actor_says_so(
    house: House, boxes: Letterboxes, status: int, followers: int
) -> None:
    """410 from a personal inbox drops its follower only once the actor herself answers 410 or 404 (WIRE 5.8)."""
    bob = boxes.person("bob", shared=False)
    await add_followers(house, bob)
    boxes.behave = always(Reply(410))
    boxes.documents[urlsplit(bob.uri).path] = (status, bob.document() if status == 200 else {"error": "no"})
    await house.publish()
    await stands(house, "refused")
    assert await house.value("SELECT count(*) FROM followers") == followers


async def test_a_dead_host_is_left_in_peace(
    timed_house: House, clock: MovableClock, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """After failures in a row nobody knocks for a while, whatever is due; one success opens all doors again."""
    boxes.behave = always(Reply(502))
    people = [boxes.person(f"p{number}", shared=False) for number in range(5)]
    await add_followers(timed_house, *people, other_boxes.person("neighbour"))
    await timed_house.publish()
    await until(lambda: timed_house.value("SELECT closed_until FROM hosts WHERE failures = 5"), "a closed door")
    boxes.behave = always(Reply(202))
    await clock.move(timed_house, timedelta(seconds=50))
    # All of these are due by now. That another server gets its copy shows that somebody has looked.
    await timed_house.publish()
    await arrived(other_boxes, 2)
    assert len(boxes.arrivals) == 5
    await clock.move(timed_house, timedelta(seconds=20))
    await until(lambda: timed_house.value("SELECT count(*) = 12 FROM deliveries WHERE state = 'delivered'"), "the rest")
    assert await timed_house.value("SELECT failures FROM hosts WHERE failing_since IS NULL") == 0


async def test_a_host_that_comes_to_us_is_there_again(timed_house: House, boxes: Letterboxes) -> None:
    """Any signed word from a host that is left in peace opens its door: what waits is sent at once (WIRE 5.8)."""
    boxes.behave = always(Reply(503))
    people = [boxes.person(f"p{number}", shared=False) for number in range(5)]
    await add_followers(timed_house, *people)
    work = await timed_house.publish()
    await until(lambda: timed_house.value("SELECT closed_until FROM hosts WHERE failures = 5"), "a closed door")
    boxes.behave = always(Reply(202))
    like = {
        "@context": AS2,
        "id": f"{boxes.origin}/likes/1",
        "type": "Like",
        "actor": people[0].uri,
        "object": timed_house.uris.work(work.uid),
    }
    assert await boxes.send(people[0], timed_house.uris.shared_inbox, like) == 202
    await stands(timed_house, *["delivered"] * 5)
    assert await timed_house.value("SELECT failures FROM hosts") == 0


async def test_refusals_do_not_close_a_door(house: House, boxes: Letterboxes) -> None:
    """A server that refuses is there: only silence and its own faults count towards leaving it in peace."""
    boxes.behave = always(Reply(403))
    await add_followers(house, *(boxes.person(f"p{number}", shared=False) for number in range(9)))
    await house.publish()
    await stands(house, *["refused"] * 9)
    assert len(boxes.arrivals) == 9
    assert await house.value("SELECT count(*) FROM hosts WHERE failures > 0") == 0
