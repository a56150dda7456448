"""To whom a work is sent, for every audience: when it is published, revised, and withdrawn."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.facts import parse_edition
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.domain.works import Audience, Draft, Work
from fedi_artisan.errors import BadInput
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import actors, conversation, deliveries, works
from fedi_artisan.vocab.actors import parse_actor
from tests.federation import commands
from tests.federation.delivering import add_followers, arrived
from tests.federation.letterboxes import Letterboxes
from tests.house import House
from tests.neighbour import Person


@dataclass(frozen=True, slots=True)
class Said:
    """One activity, and to which inboxes it goes."""

    type: str
    activity: dict[str, Any]
    inboxes: Sequence[str]


async def said(house: House, work: Work) -> list[Said]:
    """Return all that was said about a work, in order."""
    rows = await house.rows("SELECT * FROM activities WHERE subject_uri = ? ORDER BY id", house.uris.work(work.uid))
    inboxes = "SELECT inbox_url FROM deliveries WHERE activity_id = ? ORDER BY inbox_url"
    return [
        Said(row["type"], json.loads(row["body"]), [one["inbox_url"] for one in await house.rows(inboxes, row["id"])])
        for row in rows
    ]


def somebody(boxes: Letterboxes, name: str) -> Person:
    """Return somebody with an inbox of her own."""
    return boxes.person(name, shared=False)


def inbox_of(person: Person) -> str:
    """Return where somebody gets what is sent to her."""
    return f"{person.uri}/inbox"


async def react(house: House, person: Person, work: Work) -> None:
    """Have somebody who does not follow like a work."""
    async with house.db.write() as tx:
        actor_id = await actors.put(tx, parse_actor(person.document()), utc_now())
        work_id = await works.find_id(tx, work.uid)
        assert work_id is not None
        await conversation.put_reaction(
            tx,
            work_id=work_id,
            actor_id=actor_id,
            kind="Like",
            activity_uri=f"{person.uri}/likes/1",
            content=None,
            now=utc_now(),
        )


def addressing(house: House, audience: Audience) -> dict[str, list[str]]:
    """Return `to` and `cc` for an audience, as Mastodon tells them apart (WIRE 5, "Addressing")."""
    followers = [f"{house.actor_uri}/followers"]
    return {
        Audience.EVERYONE: {"to": [PUBLIC], "cc": followers},
        Audience.FEDIVERSE: {"to": [PUBLIC], "cc": followers},
        Audience.UNLISTED: {"to": followers, "cc": [PUBLIC]},
        Audience.FOLLOWERS: {"to": followers, "cc": []},
    }[audience]


def addressed(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return `to` and `cc` of a document."""
    return {name: document[name] for name in ("to", "cc")}


async def test_each_audience_is_addressed_as_others_read_it(house: House, boxes: Letterboxes) -> None:
    """Followers get every work that is not for the web alone; activity and note say alike for whom it is."""
    await add_followers(house, somebody(boxes, "bob"))
    for audience in Audience:
        await house.publish(Draft(title=f"For {audience}", audience=audience))
    came = await arrived(boxes, len(Audience) - 1)
    notes = {one.activity["object"]["craft:work"]["name"]: one.activity for one in came}
    assert set(notes) == {f"For {audience}" for audience in Audience if audience is not Audience.WEB}
    for audience in set(Audience) - {Audience.WEB}:
        activity = notes[f"For {audience}"]
        note = activity["object"]
        assert addressed(activity) == addressed(note) == addressing(house, audience), audience
        # For what only followers have, nothing leads where there is nothing.
        for name in ("replies", "likes", "shares"):
            assert (name in note) == (audience is not Audience.FOLLOWERS)
        assert ("/works/" in note["content"]) == (audience is not Audience.FOLLOWERS)


@pytest.mark.parametrize("was", Audience)
async def test_what_others_were_told_stays_true(house: House, boxes: Letterboxes, was: Audience) -> None:
    """An audience changes where nobody has to unlearn anything: by an Update, or by a Create to whom it is new."""
    await add_followers(house, bob := somebody(boxes, "bob"))
    public = {Audience.EVERYONE, Audience.UNLISTED, Audience.FEDIVERSE}
    for wanted in Audience:
        work = await house.publish(Draft(title="Jar", audience=was))
        before = len(await said(house, work))
        if was is not Audience.WEB and wanted is not was and not {was, wanted} <= public:
            with pytest.raises(BadInput, match="Withdraw it, and publish a copy"):
                await commands.revise(house, work, audience=wanted)
            assert len(await said(house, work)) == before
            continue
        revised = await commands.revise(house, work, audience=wanted)
        assert revised.draft.audience is wanted
        news = (await said(house, work))[before:]
        if wanted is Audience.WEB:
            assert news == []
            continue
        assert [(one.type, one.inboxes) for one in news] == [
            ("Create" if was is Audience.WEB else "Update", [inbox_of(bob)])
        ]
        assert addressed(news[0].activity) == addressed(news[0].activity["object"]) == addressing(house, wanted)


async def test_what_comes_from_the_web_is_new_to_others(house: House, boxes: Letterboxes) -> None:
    """Servers show nobody what is dated long ago: they get the date on which they are told; pages keep their own."""
    await add_followers(house, somebody(boxes, "bob"))
    past = datetime(2023, 5, 31, 12, tzinfo=UTC)
    async with house.db.write() as tx:
        work = await works_service.publish(
            tx, house.uris, house.artisan, Draft(title="Jar", audience=Audience.WEB), utc_now(), published_at=past
        )
    revised = await commands.revise(house, work, audience=Audience.EVERYONE)
    create = (await said(house, work))[0].activity
    assert revised.published_at == past
    assert create["published"] == create["object"]["published"] == create["object"]["updated"] > "2026"
    await commands.revise(house, work, title="Moon jar")
    update = (await said(house, work))[1].activity
    assert update["object"]["published"] == create["published"]


async def test_a_past_date_wakes_nobody(house: House, boxes: Letterboxes) -> None:
    """No follower is told of such a work, nor of its edits; who reacted to it is; of its end hear all."""
    bob, eve = somebody(boxes, "bob"), somebody(boxes, "eve")
    await add_followers(house, bob)
    past = datetime(2023, 5, 31, 12, tzinfo=UTC)
    async with house.db.write() as tx:
        work = await works_service.publish(
            tx, house.uris, house.artisan, Draft(title="Jar"), utc_now(), published_at=past
        )
    await commands.revise(house, work, title="Moon jar")
    await react(house, eve, work)
    await commands.revise(house, work, title="Moon jar no. 2")
    await commands.withdraw(house, work)
    told = await said(house, work)
    assert [(one.type, one.inboxes) for one in told] == [
        ("Create", []),
        ("Update", []),
        ("Update", [inbox_of(eve)]),
        ("Delete", [inbox_of(bob), inbox_of(eve)]),
    ]
    assert told[0].activity["published"] == told[0].activity["object"]["published"] == "2023-05-31T12:00:00Z"


@pytest.mark.parametrize(
    ("days", "audience", "why"),
    [
        (1, Audience.EVERYONE, "still to come"),
        (-40_000, Audience.EVERYONE, "begin with 1970"),
        (-1, Audience.FOLLOWERS, "nobody would see"),
    ],
)
async def test_a_date_that_makes_no_sense_is_refused(house: House, days: int, audience: Audience, why: str) -> None:
    """Neither the future, nor what other servers cannot count, nor a work that reaches nobody; nothing is published."""
    now = utc_now()
    draft = Draft(title="Jar", audience=audience)
    moment = now + timedelta(days=days)
    async with house.db.write() as tx:
        with pytest.raises(BadInput, match=why):
            await works_service.publish(tx, house.uris, house.artisan, draft, now, published_at=moment)
    assert await house.rows("SELECT 1 FROM works UNION SELECT 1 FROM activities") == []


async def test_who_follows_no_more_learns_nothing_new(house: House, boxes: Letterboxes) -> None:
    """An edit of a work for followers goes to those who follow now; of its end hears everybody who ever had it."""
    bob, ada, eve = (somebody(boxes, name) for name in ("bob", "ada", "eve"))
    await add_followers(house, bob, ada)
    work = await house.publish(Draft(title="Jar", audience=Audience.FOLLOWERS))
    await react(house, eve, work)
    async with house.db.write() as tx:
        await tx.execute("DELETE FROM followers WHERE actor_id = (SELECT id FROM actors WHERE uri = ?)", (ada.uri,))
    await commands.revise(house, work, text="Only for you.")
    await commands.withdraw(house, work)
    create, update, delete = await said(house, work)
    assert create.inboxes == sorted([inbox_of(ada), inbox_of(bob)])
    assert update.inboxes == [inbox_of(bob)]
    assert delete.inboxes == sorted([inbox_of(ada), inbox_of(bob), inbox_of(eve)])
    assert addressed(delete.activity) == addressing(house, Audience.FOLLOWERS)


async def test_what_followers_were_told_is_remembered(house: House, boxes: Letterboxes) -> None:
    """Tidying up forgets no Create that is not public: by it a later Delete finds its way."""
    await add_followers(house, bob := somebody(boxes, "bob"))
    work = await house.publish(Draft(title="Jar", audience=Audience.FOLLOWERS))
    await arrived(boxes, 1)
    async with house.db.write() as tx:
        await tx.execute("UPDATE deliveries SET state = 'delivered'")
        await deliveries.prune(tx, utc_now() + timedelta(days=400))
        assert await deliveries.list_reached(tx, house.uris.work(work.uid)) == [inbox_of(bob)]


async def test_the_edition_travels(house: House) -> None:
    """Which of how many stands among the facts, in words of each language and for programs."""
    work = await house.publish(Draft(title="Lune", language="fr", edition=parse_edition("3/12")))
    note = (await said(house, work))[0].activity["object"]
    assert "exemplaire 3/12" in note["content"]
    assert note["craft:work"]["edition"] == {"number": "3", "size": "12"}
    work = await house.publish(Draft(title="Moon", edition=parse_edition("edition of 12")))
    note = (await said(house, work))[0].activity["object"]
    assert "edition of 12" in note["content"]
    assert note["craft:work"]["edition"] == {"size": "12"}


def test_audiences_change_both_ways_or_not_at_all() -> None:
    """Only from the web is there a way that does not lead back."""
    for was, wanted in product(Audience, repeat=2):
        if was.can_become(wanted) and not wanted.can_become(was):
            assert was is Audience.WEB
