"""Two of our servers: what one says, the other takes in, whatever happens to either in between."""

import dataclasses
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.resources import folder
from fedi_artisan.services import outbox
from fedi_artisan.storage import deliveries
from fedi_artisan.storage.db import Database, fetch_one
from fedi_artisan.vocab import render
from tests.federation import commands
from tests.house import House, open_house, until

ACTIVITY_JSON = "application/activity+json"


@pytest.fixture
async def maria(tmp_path: Path) -> AsyncIterator[House]:
    """One of the two."""
    async with open_house(tmp_path / "maria") as opened:
        yield opened


@pytest.fixture
async def nour(tmp_path: Path) -> AsyncIterator[House]:
    """The other one."""
    async with open_house(tmp_path / "nour", username="nour") as opened:
        yield opened


def port_of(house: House) -> int:
    """Return where a house listens."""
    port = urlsplit(house.uris.origin).port
    assert port is not None
    return port


async def is_followed(house: House, by: House) -> None:
    """Follow *house*, and return once the Accept has come home."""
    await commands.follow(by, house.handle)
    sql = "SELECT state = 'accepted' FROM following JOIN actors ON actors.id = actor_id WHERE uri = ?"
    await until(lambda: by.value(sql, house.actor_uri), f"the Accept of {house.handle}")


async def sent(house: House, kind: str) -> None:
    """Return once every delivery of this type has arrived."""
    sql = """
        SELECT count(*) > 0 AND sum(state <> 'delivered') = 0
        FROM deliveries JOIN activities ON activities.id = activity_id WHERE type = ?
    """
    await until(lambda: house.value(sql, kind), f"the arrival of each {kind}")


async def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    """Return rows as plain tuples."""
    return [tuple(row) for row in await house.rows(sql)]


async def test_each_follows_the_other(maria: House, nour: House) -> None:
    """Both find the other by handle and are accepted; each row of inbox and outbox says what came of it."""
    await is_followed(maria, nour)
    await is_followed(nour, maria)
    for house, other in ((maria, nour), (nour, maria)):
        await sent(house, "Accept")
        await house.quiet()
        followers = "SELECT uri, username, inbox_url FROM followers JOIN actors ON actors.id = actor_id"
        assert await rows(house, followers) == [(other.actor_uri, other.artisan.username, f"{other.actor_uri}/inbox")]
        said = "SELECT type, state, substr(answer, 1, 3) FROM activities JOIN deliveries ON activity_id = activities.id"
        assert sorted(await rows(house, said)) == [("Accept", "delivered", "202"), ("Follow", "delivered", "202")]
        heard = "SELECT actor_uri, state, answer FROM inbox"
        assert sorted(await rows(house, heard)) == [
            (other.actor_uri, "done", "accepted"),
            (other.actor_uri, "done", "follows"),
        ]


async def test_a_work_goes_out_is_revised_and_withdrawn(maria: House, nour: House) -> None:
    """Create, Update and Delete are taken (202) by the other's shared inbox, and the id answers 410 at the end."""
    await is_followed(maria, nour)
    work = await maria.publish(await commands.photographed(maria, "A bowl of ash wood"))
    uri = maria.uris.work(work.uid)
    await commands.revise(maria, work, title="Ash bowl, oiled")
    await commands.withdraw(maria, work)
    await sent(maria, "Delete")

    said = """
        SELECT type, inbox_url, state, attempts FROM activities JOIN deliveries ON activity_id = activities.id
        WHERE activities.subject_uri = ? ORDER BY finished_at, deliveries.id
    """
    arrived = [tuple(row) for row in await maria.rows(said, uri)]
    assert arrived == [(kind, nour.uris.shared_inbox, "delivered", 1) for kind in ("Create", "Update", "Delete")]
    async with aiohttp.ClientSession() as session, session.get(uri, headers={"Accept": ACTIVITY_JSON}) as answer:
        tombstone = await answer.json()
    assert (answer.status, answer.content_type) == (410, ACTIVITY_JSON)
    assert (tombstone["id"], tombstone["type"], tombstone["formerType"]) == (uri, "Tombstone", "Note")


async def test_what_is_said_while_the_other_is_away_arrives(tmp_path: Path, maria: House) -> None:
    """A server that comes back gets what it missed, once, and still knows whom it follows; so does the speaker."""
    async with open_house(tmp_path / "nour", username="nour") as nour:
        await is_followed(maria, nour)
        port = port_of(nour)
    work = await maria.publish()

    async def tried() -> Any:
        return await maria.value("SELECT attempts FROM deliveries WHERE subject_uri = ?", maria.uris.work(work.uid))

    await until(tried, "a first try in vain")
    async with open_house(tmp_path / "nour", username="nour", port=port) as nour:
        assert await nour.value("SELECT state FROM following") == "accepted"
        async with maria.db.write() as tx:
            await deliveries.retry(tx, utc_now())
        await sent(maria, "Create")
        assert (
            await maria.value("SELECT count(*) FROM deliveries WHERE subject_uri = ?", maria.uris.work(work.uid)) == 1
        )


async def test_a_speaker_who_was_stopped_goes_on(tmp_path: Path, nour: House) -> None:
    """What was published just before the end is sent after the next start: a row is all it takes."""
    async with open_house(tmp_path / "maria") as maria:
        await is_followed(maria, nour)
        port = port_of(maria)
    # The server does not run any more; the command writes all the same.
    db = await Database.open(maria.config.database, folder("migrations"))
    try:
        work = await dataclasses.replace(maria, db=db).publish()
    finally:
        await db.close()
    async with open_house(tmp_path / "maria", port=port) as again:
        assert again.actor_uri == maria.actor_uri
        await sent(again, "Create")
        sql = "SELECT inbox_url FROM deliveries WHERE subject_uri = ?"
        assert await again.value(sql, again.uris.work(work.uid)) == nour.uris.shared_inbox


async def test_a_follower_who_is_refused_knows_it(maria: House, nour: House) -> None:
    """A Reject ends an accepted Follow: the one who asked knows that it was refused (WIRE 5.2)."""
    await is_followed(maria, nour)
    async with maria.db.write() as tx:
        row = await fetch_one(tx, "SELECT follow_uri FROM followers")
        assert row is not None
        reject = render.reject_follow(
            maria.artisan,
            maria.uris,
            activity_uri=maria.uris.activity(new_uid(utc_now())),
            follow_uri=row["follow_uri"],
            follower_uri=nour.actor_uri,
        )
        inboxes = [f"{nour.actor_uri}/inbox"]
        await outbox.say(tx, maria.artisan, reject, subject_uri=nour.actor_uri, inbox_urls=inboxes, now=utc_now())
    await until(lambda: nour.value("SELECT state = 'rejected' FROM following"), "the Reject")


async def test_a_new_key_is_read_anew(maria: House, nour: House) -> None:
    """After a rotation each delivery verifies at the first try: the other reads the key anew (WIRE 2.4, step 9)."""
    await is_followed(maria, nour)
    key = "SELECT pem FROM actor_keys JOIN actors ON actors.id = actor_id WHERE uri = ?"
    before = await nour.value(key, maria.actor_uri)
    await commands.rotate_key(maria)
    await sent(maria, "Update")
    await maria.publish()
    await sent(maria, "Create")
    after = await nour.value(key, maria.actor_uri)
    assert before != after == await maria.value("SELECT public_pem FROM keys WHERE artisan_id IS NOT NULL")
    assert await maria.value("SELECT sum(attempts) = count(*) FROM deliveries")


async def test_followers_go_along_and_come_back(tmp_path: Path, maria: House, nour: House) -> None:
    """Who follows the one house follows the other after a Move (WIRE 8), and the first again after one back."""
    following = "SELECT uri FROM following JOIN actors ON actors.id = actor_id WHERE state = 'accepted'"
    async with open_house(tmp_path / "ada", username="ada") as ada:
        await is_followed(maria, ada)

        async def goes(old: House, new: House) -> bool:
            return await rows(ada, following) == [(new.actor_uri,)] and not await old.value("SELECT 1 FROM followers")

        for old, new in ((maria, nour), (nour, maria)):
            await commands.name_account(new, old.handle)
            await commands.move(old, new.handle)
            await until(functools.partial(goes, old, new), f"the way from {old.handle} to {new.handle}")
            # Nobody can follow who has moved, so that the way back is open only once that is taken back.
            await commands.come_back(old)
