"""What is wrong in the house is found, and what is right is left in peace."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Check, Sentence, Size, Verdict, said, said_many
from fedi_artisan.services import house
from fedi_artisan.services.house.looks import bare, furnished
from fedi_artisan.storage.db import Tx, to_ms
from tests.photos import PHOTOS, Shop, open_shop


async def look(shop: Shop, now: datetime | None = None) -> dict[str, Check]:
    """Return all that is found from inside, by name."""
    looks = (*bare(shop.config), *furnished(shop.config, shop.db, lambda: now or utc_now()))
    return {check.name: check for check in await house.go_round(looks)}


def told(check: Check) -> str:
    """Return all that was found, in one line of English, with what to type."""
    sentences = (*check.facts, *filter(None, [check.advice]))
    return " ".join([*(house.in_words(one, "en") for one in sentences), check.command])


async def say_something(tx: Tx, shop: Shop) -> None:
    """Put the activity 1 into the database."""
    sql = """
        INSERT INTO activities (id, uri, artisan_id, type, subject_uri, public, body, created_at)
        VALUES (1, 'u', ?, 'Create', 's', 1, x'', 0)
    """
    await tx.execute(sql, (shop.artisan.id,))


async def test_a_new_house_stands(shop: Shop) -> None:
    """All is well but that there is no copy yet."""
    found = await look(shop)
    assert {name for name, check in found.items() if check.verdict is not Verdict.OK} == {"copy"}
    assert found["copy"].verdict is Verdict.LOOK


async def test_a_full_disk_is_found(tmp_path: Path) -> None:
    """Photographs that take nearly all of their room are worth a look; that no more are taken in is a fault."""
    size_bytes = (PHOTOS / "bowl-tiny.jpg").stat().st_size
    for quota, verdict in ((size_bytes * 10 // 9, Verdict.LOOK), (size_bytes, Verdict.BROKEN)):
        async with open_shop(tmp_path / str(quota), media={"quota_bytes": quota}) as shop:
            await shop.give(PHOTOS / "bowl-tiny.jpg")
            assert (await look(shop))["photographs"].verdict is verdict


async def test_more_room_than_there_is_is_found(tmp_path: Path) -> None:
    """A quota beyond the end of the disk is worth a look: the disk would be full before."""
    async with open_shop(tmp_path / "data", media={"quota_bytes": 10**18}) as shop:
        found = (await look(shop))["photographs"]
    assert (found.verdict, found.advice is not None) == (Verdict.LOOK, True)


@pytest.mark.parametrize(("late", "verdict"), [(timedelta(minutes=5), Verdict.OK), (timedelta(hours=2), Verdict.LOOK)])
async def test_stuck_queues_are_found(shop: Shop, late: timedelta, verdict: Verdict) -> None:
    """What should have been done long ago is worth a look, in each queue; what is due since a moment is not."""
    now = utc_now()
    due = to_ms(now - late)
    await shop.give(PHOTOS / "bowl-tiny.jpg")
    async with shop.db.write() as tx:
        await tx.execute(
            "INSERT INTO inbox (actor_uri, activity_uri, asks, due_at, received_at) VALUES ('a', 'b', 0, ?1, ?1)",
            (due,),
        )
        await say_something(tx, shop)
        await tx.execute(
            "INSERT INTO deliveries (activity_id, inbox_url, host, subject_uri, due_at) VALUES (1, 'i', 'h', 's', ?)",
            (due,),
        )
        await tx.execute("UPDATE photo_jobs SET due_at = ?", (due,))
    found = await look(shop, now)
    assert [found[name].verdict for name in ("inbox", "deliveries", "pictures")] == [verdict] * 3
    # A server that is left in peace keeps what is for it waiting.
    async with shop.db.write() as tx:
        await tx.execute("INSERT INTO hosts (host, closed_until) VALUES ('h', ?)", (to_ms(now + timedelta(hours=1)),))
    assert (await look(shop, now))["deliveries"].verdict is Verdict.OK


@pytest.mark.parametrize(("given_up", "verdict"), [(5, Verdict.OK), (40, Verdict.LOOK)])
async def test_when_nearly_nobody_is_reached_that_is_found(shop: Shop, given_up: int, verdict: Verdict) -> None:
    """A few dead servers are their own business; where most are not reached, something here is in the way."""
    now = utc_now()
    async with shop.db.write() as tx:
        await say_something(tx, shop)
        states = ["given-up"] * given_up + ["delivered"] * 20
        await tx.executemany(
            "INSERT INTO deliveries (activity_id, inbox_url, host, subject_uri, state, due_at, finished_at)"
            " VALUES (1, ?, 'h', 's', ?, 0, ?)",
            [(str(number), state, to_ms(now - timedelta(days=1))) for number, state in enumerate(states)],
        )
    found = (await look(shop, now))["deliveries"]
    assert found.verdict is verdict
    assert f"In the last week {given_up} messages were given up" in house.in_words(found.facts[1], "en")


async def test_photographs_that_cannot_be_made_are_found(shop: Shop) -> None:
    """What was tried again and again is worth a look, however short the wait is."""
    await shop.give(PHOTOS / "bowl-tiny.jpg")
    async with shop.db.write() as tx:
        await tx.execute("UPDATE photo_jobs SET attempts = 5")
    assert (await look(shop))["pictures"].verdict is Verdict.LOOK


@pytest.mark.parametrize(
    ("sentence", "english", "french"),
    [
        (said_many("One waits.", "{count} wait.", 1), "One waits.", "En attente : 1."),
        (said_many("One waits.", "{count} wait.", 1200), "1,200 wait.", "En attente : 1 200."),
        (
            said("Photographs take {taken} of {room}.", taken=Size(2_400_000_000), room=Size(500_000_000)),
            *("Photographs take 2.4 GB of 500 MB.", "Les photos occupent 2,4 Go sur 500 Mo."),
        ),
        (
            said("The oldest should have been done {time} ago.", time=timedelta(hours=3)),
            *("The oldest should have been done 3 hours ago.", "Le plus ancien retard : 3 heures."),
        ),
        (
            said("It cannot be read: {why}.", why="{disk} I/O"),
            *("It cannot be read: {disk} I/O.", "Elle ne peut pas être lue : {disk} I/O."),
        ),
    ],
)
def test_sentences_are_said_in_each_language(sentence: Sentence, english: str, french: str) -> None:
    """Numbers, sizes and times stand as each language writes them; what others said stands as it is."""
    plain = {ord(space): " " for space in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"}
    assert house.in_words(sentence, "en").translate(plain) == english
    assert house.in_words(sentence, "fr").translate(plain) == french
