"""The rules of the house hold for whatever comes: blocked people and servers, silenced ones, words, spam, floods."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.safety import Severity
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.services import safety, speaking
from fedi_artisan.storage import happenings, settings
from tests.house import House, open_house, until
from tests.inbox.answering import ask_to_follow, state_of
from tests.inbox.sending import befriend, effect
from tests.neighbour import PUBLIC, Neighbour, Person

NOT_TAKEN = ("done", "not taken from this actor")
HELD = ("done", "held until the artisan has looked at it")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, under a name: the neighbour is the one at the number."""
    async with open_house(tmp_path / "data", host="localhost") as opened:
        yield opened


def written(house: House, neighbour: Neighbour, person: Person, work: str, *names: str, text: str) -> dict[str, object]:
    """Return a Create of an answer to the work that names people."""
    tags = [{"type": "Mention", "href": f"{house.uris.origin}/ap/actors/{name}"} for name in names]
    note = neighbour.note(person, work, text, tag=tags)
    return neighbour.activity("Create", person, note, to=[PUBLIC])


async def block(house: House, whom: str) -> bool:
    """Let our artisan block somebody."""
    async with house.db.write() as tx:
        return await safety.block(tx, house.uris, house.artisan, whom, utc_now())


async def rule(house: House, severity: Severity, domain: str = "127.0.0.1") -> None:
    """Let the house treat the neighbour otherwise than others, and see to it that the door knows."""
    async with house.db.write() as tx:
        await safety.rule_server(tx, house.uris, house.artisan, domain, severity=severity, now=utc_now())
    await safety.clear(house.db, utc_now())


async def test_a_block_takes_all_away_and_is_told(house: House, neighbour: Neighbour, work: str) -> None:
    """Who is blocked follows no more and is followed no more; what she did and said is gone; her server hears of it."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    for person in (bob, carol):
        await befriend(house, neighbour, person)
        await effect(house, neighbour, person, neighbour.activity("Like", person, work))
        create = written(house, neighbour, person, work, text=f"<p>by {person.uri}</p>")
        await effect(house, neighbour, person, create)
    await ask_to_follow(house, bob)
    assert await block(house, bob.uri)
    assert not await block(house, bob.uri)
    left = await house.rows("SELECT likes, replies, (SELECT count(*) FROM followers) AS f FROM works")
    assert [tuple(row) for row in left] == [(1, 1, 1)]
    assert await state_of(house, bob) is None
    said = await house.rows("SELECT type FROM activities WHERE type IN ('Undo', 'Reject', 'Block') ORDER BY id")
    assert [row["type"] for row in said] == ["Undo", "Reject", "Block"]
    for kind, target in (("Follow", house.actor_uri), ("Like", work), ("Announce", work)):
        assert await effect(house, neighbour, bob, neighbour.activity(kind, bob, target)) == NOT_TAKEN
    assert await effect(house, neighbour, bob, written(house, neighbour, bob, work, text="<p>hey</p>")) == NOT_TAKEN
    assert await house.value("SELECT likes + replies FROM works") == 2
    assert await house.value("SELECT deed FROM moderation_log") == "block"


async def test_unblocking_brings_nothing_back(house: House, neighbour: Neighbour, work: str) -> None:
    """Whoever is not blocked any more may follow anew; her server is told, and the log says so."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    await block(house, bob.uri)
    async with house.db.write() as tx:
        assert await safety.unblock(tx, house.uris, house.artisan, bob.uri, utc_now())
        assert not await safety.unblock(tx, house.uris, house.artisan, bob.uri, utc_now())
    assert await house.value("SELECT count(*) FROM followers") == 0
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Undo'") == 1
    assert await house.value("SELECT undone_at FROM moderation_log WHERE deed = 'block'") is not None
    await befriend(house, neighbour, bob)


async def test_somebody_unknown_is_blocked_by_her_handle(house: House, neighbour: Neighbour, work: str) -> None:
    """A handle of a list keeps out whoever comes with it later, however it is written."""
    host = neighbour.origin.removeprefix("http://")
    await block(house, f"@BOB@{host}")
    bob = neighbour.person("Bob")
    assert await effect(house, neighbour, bob, neighbour.activity("Like", bob, work)) == NOT_TAKEN


async def test_a_blocked_server_is_stopped_at_the_door(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #27: its people are forgotten, and what comes is answered 403 before anybody is asked."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    await rule(house, Severity.BLOCKED)
    assert (await house.value("SELECT likes FROM works"), await house.value("SELECT count(*) FROM actors")) == (0, 0)

    async def refused() -> bool:
        like = neighbour.activity("Like", neighbour.person("dora"), work)
        return (await neighbour.send(neighbour.person("dora"), house.uris.shared_inbox, like))[0] == 403

    await until(refused, "the door knows the rule")
    asked = neighbour.asked()
    assert await refused()
    assert neighbour.asked() == asked


async def test_nothing_blocked_comes_in_by_another_way(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #27: a key, an object or a picture on a blocked server is answered 403, and nobody is asked for it."""
    bob = neighbour.person("bob")
    await rule(house, Severity.BLOCKED, "evil.example")
    picture = {"type": "Image", "url": "https://media.evil.example/1.jpg"}
    note = neighbour.note(bob, work, attachment=[picture])
    ways = {
        "picture": (neighbour.activity("Create", bob, note, to=[PUBLIC]), None),
        "object": (neighbour.activity("Announce", bob, "https://EVIL.example:443/notes/1"), None),
        "key": (neighbour.activity("Like", bob, work), "https://www.evil.example/key"),
    }

    async def knows() -> bool:
        activity, _ = ways["object"]
        return (await neighbour.send(bob, house.uris.shared_inbox, activity))[0] == 403

    await until(knows, "the door knows the rule")
    for activity, key_id in ways.values():
        assert (await neighbour.send(bob, house.uris.shared_inbox, activity, key_id=key_id))[0] == 403
    assert neighbour.asked() == 0


async def test_who_is_blocked_has_no_other_account(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #27: somebody who says that she was the blocked one is blocked, and is not followed instead of her."""
    bob = neighbour.person("bob")
    await block(house, bob.uri)
    new = neighbour.person("new", alsoKnownAs=[bob.uri])
    assert await effect(house, neighbour, new, neighbour.activity("Follow", new, house.actor_uri)) == NOT_TAKEN
    assert await effect(house, neighbour, new, neighbour.activity("Like", new, work)) == NOT_TAKEN


async def test_a_silenced_server_is_held(house: House, neighbour: Neighbour, work: str) -> None:
    """Of its people only those come through whom our artisan follows; others wait, and do not count."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await ask_to_follow(house, carol)
    await rule(house, Severity.SILENCED)
    assert await effect(house, neighbour, bob, neighbour.activity("Like", bob, work)) == NOT_TAKEN
    assert await effect(house, neighbour, bob, written(house, neighbour, bob, work, text="<p>hey</p>")) == HELD
    waits = ("done", "waits for the artisan's answer")
    assert await effect(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri)) == waits
    assert await effect(house, neighbour, carol, neighbour.activity("Like", carol, work)) == ("done", "liked")
    create = written(house, neighbour, carol, work, text="<p>hey</p>")
    assert await effect(house, neighbour, carol, create) == ("done", "replied")
    assert tuple((await house.rows("SELECT likes, replies FROM works"))[0]) == (1, 1)


async def test_what_is_held_counts_nowhere_until_it_is_shown(house: House, neighbour: Neighbour, work: str) -> None:
    """A held answer is in no list, no count and no news; shown, it stands below the work; a removed one is gone."""
    bob = neighbour.person("bob")
    async with house.db.write() as tx:
        await safety.add_word(tx, house.artisan, "casino", utc_now(), whole=True, action=Action.HIDE)
    uris = []
    for number in range(2):
        create = written(house, neighbour, bob, work, text=f"<p>A <b>CASINO</b> {number}</p>")
        assert await effect(house, neighbour, bob, create) == HELD
        uris.append(create["object"]["id"])  # type: ignore[index]
    async with house.db.write() as tx:
        entry = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="The kiln"), utc_now())
    assert await effect(house, neighbour, bob, written(house, neighbour, bob, entry.uri, text="<p>casino</p>")) == HELD
    assert (await house.value("SELECT replies FROM works"), await house.value("SELECT count(*) FROM replies")) == (0, 0)
    async with house.db.read() as tx:
        assert await happenings.count_unread(tx, house.artisan.id) == 0
        assert await happenings.find_newest(tx, house.artisan.id) is None
    async with house.db.write() as tx:
        await safety.show(tx, house.artisan, uris[0], utc_now())
        await safety.remove(tx, house.artisan, uris[1], utc_now())
    assert await house.value("SELECT count(*) FROM replies WHERE approved") == 1
    assert (await house.value("SELECT replies FROM works"), await house.value("SELECT count(*) FROM posts")) == (1, 3)


async def test_words_can_stand_behind_a_warning(house: House, neighbour: Neighbour, work: str) -> None:
    """What has a word in it that she is to be warned of stands behind that word; an edit is held like a new one."""
    bob = neighbour.person("bob")
    async with house.db.write() as tx:
        await safety.add_word(tx, house.artisan, "spider", utc_now(), whole=True, action=Action.WARN)
        await safety.add_word(tx, house.artisan, "casino", utc_now(), whole=True, action=Action.HIDE)
    create = written(house, neighbour, bob, work, text="<p>a spider!</p>")
    assert await effect(house, neighbour, bob, create) == ("done", "replied")
    assert tuple((await house.rows("SELECT warning, held FROM posts"))[0]) == ("spider", None)
    note = {**create["object"], "content": "<p>casino</p>", "updated": utc_now().isoformat()}  # type: ignore[dict-item]
    await effect(house, neighbour, bob, neighbour.activity("Update", bob, note))
    assert await house.value("SELECT held FROM posts") == "word"


async def test_a_wave_of_spam_is_held(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #58: new and unknown, naming many, with a link: held; without the link, or of a follower, not."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await befriend(house, neighbour, carol)
    names = ("a", "b", "c", house.artisan.uid)
    spam = '<p>Look <a href="https://spam.example/">here</a></p>'
    assert await effect(house, neighbour, bob, written(house, neighbour, bob, work, *names, text=spam)) == HELD
    plain = written(house, neighbour, bob, work, *names, text="<p>Look</p>")
    assert await effect(house, neighbour, bob, plain) == ("done", "replied")
    of_carol = written(house, neighbour, carol, work, *names, text=spam)
    assert await effect(house, neighbour, carol, of_carol) == ("done", "replied")


async def test_who_is_muted_is_not_read(house: House, neighbour: Neighbour, work: str) -> None:
    """What a muted person says is kept, and left out of the news until the mute is over."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    async with house.db.write() as tx:
        await safety.mute(tx, house.uris, house.artisan, bob.uri, utc_now(), until=utc_now() + timedelta(hours=1))
    note = neighbour.note(bob, None, "<p>hey</p>", to=[house.actor_uri])
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note, to=[house.actor_uri]))
    assert (await house.value("SELECT count(*) FROM posts"), await house.value("SELECT count(*) FROM mentions")) == (
        1,
        0,
    )
    async with house.db.write() as tx:
        await safety.mute(tx, house.uris, house.artisan, bob.uri, utc_now(), until=utc_now() - timedelta(hours=1))
    assert await house.value("SELECT count(*) FROM mentions") == 1


@pytest.mark.parametrize(("limit", "expected"), [("requests", "waits for the artisan's answer"), ("new_people", "429")])
async def test_too_many_of_one_server_are_slowed_down(
    house: House, neighbour: Neighbour, work: str, limit: str, expected: str
) -> None:
    """WIRE 10.2 #44: beyond the limit, requests wait for the artisan, and unknown people are asked to come later."""
    async with house.db.write() as tx:
        await settings.put(tx, f"safety.{limit}", 1)
    await befriend(house, neighbour, neighbour.person("ann"))
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    if expected == "429":
        assert (await neighbour.send(bob, house.uris.shared_inbox, follow))[0] == 429
    else:
        assert await effect(house, neighbour, bob, follow) == ("done", expected)
