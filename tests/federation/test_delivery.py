"""Deliveries: to whom, in which order, and that none is lost when the server stops."""

import asyncio
import base64
import contextlib
import hashlib
import re
import resource
import time
from collections.abc import Iterator
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
from tests.federation import commands
from tests.federation.delivering import (
    MovableClock,
    add_followers,
    arrived,
    one_after_another,
    run_command,
    stands,
    tried,
)
from tests.federation.letterboxes import Arrival, Letterboxes, Reply, take
from tests.house import House, open_house, until

SIGNED = re.compile(r'(\w+)="([^"]*)"')


def is_signed_with(arrival: Arrival, pem: str) -> bool:
    """Whether a delivery is signed by draft-cavage with this key, worked out by hand."""
    digest = base64.b64encode(hashlib.sha256(arrival.body).digest()).decode()
    given = dict(SIGNED.findall(arrival.headers["signature"]))
    meaning = {**arrival.headers, "(request-target)": f"post {arrival.path}", "digest": f"SHA-256={digest}"}
    text = "\n".join(f"{name}: {meaning[name]}" for name in given["headers"].split())
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, RSAPublicKey)
    try:
        public.verify(base64.b64decode(given["signature"]), text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return {"(request-target)", "host", "date", "digest"} <= set(given["headers"].split())


async def public_pem(house: House) -> str:
    """Return the artisan's public key as it is now."""
    return str(await house.value("SELECT public_pem FROM keys WHERE artisan_id IS NOT NULL"))


async def test_there_is_one_delivery_for_each_distinct_inbox(
    house: House, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """Followers behind one shared inbox get one copy together; the others get one each (WIRE 5.7)."""
    await add_followers(
        house,
        *(boxes.person(f"shared{number}") for number in range(3)),
        *(boxes.person(f"single{number}", shared=False) for number in range(2)),
        other_boxes.person("elsewhere"),
    )
    await house.publish()
    await stands(house, *["delivered"] * 4)
    assert sorted(one.path for one in boxes.taken) == ["/inbox", "/users/single0/inbox", "/users/single1/inbox"]
    assert [one.path for one in other_boxes.taken] == ["/inbox"]


async def test_a_delivery_is_signed_and_whole(house: House, boxes: Letterboxes) -> None:
    """What arrives is the Create with the whole work, as JSON of the right kind, signed over its bytes (WIRE 2.1)."""
    await add_followers(house, boxes.person("bob"))
    work = await house.publish(Draft(title="Moon jar", text="Thrown in *two* halves."))
    [arrival] = await arrived(boxes, 1)
    assert arrival.headers["content-type"] == "application/activity+json"
    assert arrival.headers["host"] == urlsplit(boxes.origin).netloc
    assert house.uris.origin in arrival.headers["user-agent"]
    assert is_signed_with(arrival, await public_pem(house))
    assert arrival.activity["object"]["id"] == house.uris.work(work.uid)
    assert "<em>two</em>" in arrival.activity["object"]["content"]
    assert arrival.activity["actor"] == house.actor_uri


async def test_all_about_one_work_keeps_its_order_when_the_first_try_fails(
    timed_house: House, clock: MovableClock, boxes: Letterboxes
) -> None:
    """An Update waits behind its Create, and a Delete behind both, even while the Create is not taken (WIRE 5.4)."""
    boxes.behave = one_after_another(Reply(503), Reply(500), Reply(202))
    await add_followers(timed_house, boxes.person("bob"))
    work = await timed_house.publish()
    await until(tried(timed_house, 1), "the first try")
    await commands.revise(timed_house, work, title="Moon jar, again")
    await commands.withdraw(timed_house, work)
    await clock.move(timed_house, timedelta(minutes=2))
    await until(tried(timed_house, 2), "the second try")
    await clock.move(timed_house, timedelta(minutes=2))
    await stands(timed_house, "delivered", "delivered", "delivered")
    assert [one.type for one in boxes.arrivals] == ["Create", "Create", "Create", "Update", "Delete"]


async def test_one_work_does_not_wait_for_another(timed_house: House, boxes: Letterboxes) -> None:
    """Order is kept for each work alone: what is not taken today holds up nothing else to the same inbox."""

    async def behave(arrival: Arrival) -> Reply:
        return Reply(503 if "Refused" in arrival.activity["object"]["content"] else 202)

    boxes.behave = behave
    await add_followers(timed_house, boxes.person("bob"))
    await timed_house.publish(Draft(title="Refused for now"))
    await arrived(boxes, 1)
    await timed_house.publish(Draft(title="Welcome"))
    await stands(timed_house, "waiting", "delivered")


async def test_each_inbox_keeps_its_own_order(timed_house: House, boxes: Letterboxes) -> None:
    """An inbox that fails does not hold up what another inbox is told about the same work."""
    bob, carol = boxes.person("bob", shared=False), boxes.person("carol", shared=False)
    boxes.inboxes["/users/bob/inbox"] = one_after_another(Reply(503))
    await add_followers(timed_house, bob, carol)
    work = await timed_house.publish()
    await commands.revise(timed_house, work, title="Moon jar, again")
    await until(lambda: _taken(boxes, "/users/carol/inbox", ["Create", "Update"]), "both at carol's")
    assert {one.type for one in boxes.arrivals if one.path == "/users/bob/inbox"} == {"Create"}


async def _taken(boxes: Letterboxes, path: str, types: list[str]) -> bool:
    """Whether exactly these were taken at an inbox."""
    return [one.type for one in boxes.at(path)] == types


async def test_what_a_command_publishes_leaves_within_a_second(tmp_path: Path, boxes: Letterboxes) -> None:
    """`fedi-artisan publish` beside the running server: the work is on its way before a second is over."""
    async with open_house(tmp_path / "data") as house:
        await add_followers(house, boxes.person("bob"))
        await run_command(house, "publish", "--title", "Moon jar", "--tag", "wood ash")
        published_at = await house.value("SELECT published_at FROM works")
        [arrival] = await arrived(boxes, 1)
        assert time.time() - published_at / 1000 < 1.5  # the command itself still had to end
        assert arrival.activity["object"]["tag"][0]["name"] == "#woodash"


async def test_what_is_published_without_a_server_leaves_when_it_starts(tmp_path: Path, boxes: Letterboxes) -> None:
    """The row is the promise: whoever starts next keeps it."""
    async with open_house(tmp_path / "data") as house:
        await add_followers(house, boxes.person("bob"))
        port = urlsplit(house.uris.origin).port or 0
    await run_command(house, "publish", "--title", "Moon jar")
    assert not boxes.arrivals
    async with open_house(tmp_path / "data", port=port) as again:
        await stands(again, "delivered")
    assert [one.type for one in boxes.taken] == ["Create"]


async def test_a_stop_in_the_middle_loses_and_doubles_nothing(tmp_path: Path, boxes: Letterboxes) -> None:
    """Stopped while deliveries hang and others wait: after the next start each inbox has each work once by its id."""
    count = 60
    gate = asyncio.Event()

    async def half_hang(arrival: Arrival) -> Reply:
        if len(boxes.arrivals) % 2:
            await gate.wait()
        return await take(arrival)

    boxes.behave = half_hang
    async with open_house(tmp_path / "data", delivery={"concurrency": 8, "per_host": 8}) as house:
        await add_followers(house, *(boxes.person(f"p{number}", shared=False) for number in range(count)))
        works = [await house.publish() for _ in range(2)]
        await arrived(boxes, 12)
        port = urlsplit(house.uris.origin).port or 0
    boxes.behave = take
    gate.set()
    async with open_house(tmp_path / "data", port=port) as again:
        await stands(again, *["delivered"] * 2 * count)
    got = {(one.path, one.activity["object"]["id"], one.id) for one in boxes.taken}
    assert len(got) == 2 * count
    assert {(path, uri) for path, uri, _ in got} == {
        (f"/users/p{number}/inbox", house.uris.work(work.uid)) for number in range(count) for work in works
    }


async def test_a_new_key_signs_the_next_delivery(house: House, boxes: Letterboxes) -> None:
    """After `key rotate` the very next delivery is signed with the new key, and tells of it."""
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    [first] = await arrived(boxes, 1)
    old = await public_pem(house)
    await commands.rotate_key(house)
    new = await public_pem(house)
    await until(lambda: _taken(boxes, "/inbox", ["Create", "Update"]), "the Update")
    assert is_signed_with(first, old)
    assert not is_signed_with(first, new)
    assert is_signed_with(boxes.taken[1], new)
    assert boxes.taken[1].activity["object"]["publicKey"]["publicKeyPem"] == new


async def test_a_slow_host_delays_nobody(tmp_path: Path, boxes: Letterboxes, other_boxes: Letterboxes) -> None:
    """While one server holds every connection without a word, all others get their works."""
    gate = asyncio.Event()

    async def hang(arrival: Arrival) -> Reply:
        await gate.wait()
        return await take(arrival)

    boxes.behave = hang
    settings = {"concurrency": 4, "slow_after_s": 0.1, "per_host": 4}
    async with open_house(tmp_path / "data", delivery=settings) as house:
        await add_followers(house, *(boxes.person(f"slow{number}", shared=False) for number in range(20)))
        await add_followers(house, *(other_boxes.person(f"p{number}", shared=False) for number in range(20)))
        await house.publish()

        async def all_others() -> bool:
            return len(other_boxes.taken) == 20

        await until(all_others, "the works at the quick server", within_s=5)
        assert len(boxes.arrivals) == 4
        assert not boxes.taken
        gate.set()
        await stands(house, *["delivered"] * 40)


async def test_what_has_arrived_is_written_down_while_others_hang(
    house: House, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """A delivery that has ended is not held in memory until a slow one ends: its Update can go at once."""
    gate = asyncio.Event()

    async def hang(arrival: Arrival) -> Reply:
        await gate.wait()
        return await take(arrival)

    boxes.behave = hang
    await add_followers(house, *(boxes.person(f"slow{number}", shared=False) for number in range(9)))
    await add_followers(house, other_boxes.person("quick"))
    work = await house.publish()
    await arrived(other_boxes, 1)
    await commands.revise(house, work, title="Moon jar, again")
    await until(lambda: _taken(other_boxes, "/inbox", ["Create", "Update"]), "the Update", within_s=5)
    gate.set()


async def test_a_failing_database_ends_nothing(
    house: House, boxes: Letterboxes, caplog: pytest.LogCaptureFixture
) -> None:
    """When the database fails just as a delivery ends, it is found waiting and sent again, in the same process."""
    gate = asyncio.Event()

    async def hang(arrival: Arrival) -> Reply:
        await gate.wait()
        return await take(arrival)

    boxes.behave = hang
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    await arrived(boxes, 1)
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE deliveries RENAME TO away")
    gate.set()
    await until(lambda: _told(caplog, "is started again"), "a failure")
    async with house.db.write() as tx:
        await tx.execute("ALTER TABLE away RENAME TO deliveries")
    await house.publish()
    await stands(house, "delivered", "delivered")


async def test_what_a_full_disk_cannot_note_is_not_sent_again(
    house: House, boxes: Letterboxes, caplog: pytest.LogCaptureFixture
) -> None:
    """What arrived while the disk took nothing is kept in mind until it does: it is not sent again."""
    gate = asyncio.Event()

    async def hang(arrival: Arrival) -> Reply:
        await gate.wait()
        return await take(arrival)

    boxes.behave = hang
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    await arrived(boxes, 1)
    with no_more_room(house.config.database):
        gate.set()
        await until(lambda: _told(caplog, "cannot be written down"), "a failure")
        assert [row["state"] for row in await house.rows("SELECT state FROM deliveries")] == ["waiting"]
    await stands(house, "delivered")
    await house.publish()
    await stands(house, "delivered", "delivered")
    assert len(boxes.arrivals) == 2


@contextlib.contextmanager
def no_more_room(database: Path) -> Iterator[None]:
    """Have the system let no file grow beyond what the log of this database is, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.with_name(f"{database.name}-wal").stat().st_size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def _told(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    """Whether the log holds these words."""
    return words in caplog.text


@pytest.mark.parametrize("count", [1, 120])
async def test_followers_on_many_inboxes_all_get_it_once(house: House, boxes: Letterboxes, count: int) -> None:
    """However many inboxes there are, each gets the work, and gets it once."""
    await add_followers(house, *(boxes.person(f"p{number}", shared=False) for number in range(count)))
    await house.publish()
    await stands(house, *["delivered"] * count)
    assert sorted(one.path for one in boxes.arrivals) == sorted(f"/users/p{number}/inbox" for number in range(count))
