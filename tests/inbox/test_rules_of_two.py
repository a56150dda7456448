"""What one artisan decided about others holds for her alone, and nothing comes around it (WIRE 10.2 #27)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.policies import Policy, Welcome
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import following, people, policies, safety
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors, held, settings, unwelcome
from fedi_artisan.storage import following as follows
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import parse_note
from tests.house import House, key_pair, open_house
from tests.inbox.sending import effect
from tests.inbox.talking import followed
from tests.neighbour import Neighbour, Person


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, under a name: the neighbour is the one at the number."""
    async with open_house(tmp_path / "data", host="localhost") as opened:
        yield opened


async def second(house: House) -> Artisan:
    """Return another artisan of this house."""
    async with house.db.write() as tx:
        return await artisans_service.create(
            tx, username="nora", name="Nora", language="en", key=key_pair(), now=utc_now()
        )


async def follow(house: House, artisan: Artisan, person: Person) -> None:
    """Let an artisan follow somebody, who agreed."""
    async with house.db.write() as tx:
        row = await actors.put(tx, parse_actor(person.document()), utc_now())
        await follows.put(tx, artisan.id, row, f"{person.uri}/{artisan.username}", utc_now())
        await tx.execute("UPDATE following SET state = 'accepted' WHERE actor_id = ?", (row,))


async def welcome_all(house: House) -> None:
    """Let whatever is answered to our artisan appear at once."""
    async with house.db.write() as tx:
        await policies.set_policy(
            tx, house.uris, house.artisan, policy=Policy(), welcome=Welcome.EVERYBODY, now=utc_now()
        )


async def block(house: House, whom: str, artisan: Artisan | None = None) -> None:
    """Let an artisan block somebody."""
    async with house.db.write() as tx:
        await safety.block(tx, house.uris, artisan or house.artisan, whom, utc_now())


async def publish(house: House, neighbour: Neighbour, person: Person, note: dict[str, object]) -> str:
    """Send the Create of a note; return what came of it."""
    create = neighbour.activity("Create", person, note, to=note["to"], cc=note["cc"])
    return (await effect(house, neighbour, person, create))[1]


async def revise(house: House, neighbour: Neighbour, person: Person, note: dict[str, object], content: str) -> str:
    """Send other words for a note; return what came of it."""
    newer = {**note, "content": content, "updated": utc_now().isoformat()}
    update = neighbour.activity("Update", person, newer, to=note["to"], cc=note["cc"])
    return (await effect(house, neighbour, person, update))[1]


async def hide(house: House, phrase: str) -> None:
    """Let our artisan not want to read a word."""
    async with house.db.write() as tx:
        await safety.add_word(tx, house.artisan, phrase, whole=True, action=Action.HIDE, now=utc_now())


async def test_newer_words_pass_no_other_door(house: House, neighbour: Neighbour, work: str) -> None:
    """What would not have been taken as a new post is not as newer words of one that was: it goes."""
    await welcome_all(house)
    await hide(house, "casino")
    async with house.db.write() as tx:
        await settings.put(tx, "safety.held", 0)
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    assert await publish(house, neighbour, bob, note) == "replied"
    assert await revise(house, neighbour, bob, note, "<p>A casino!</p>") == "not taken from this actor"
    assert await house.value("SELECT count(*) FROM posts") == 0


async def test_a_word_of_one_holds_nothing_that_comes_by(house: House, neighbour: Neighbour) -> None:
    """What is to nobody here is for all who follow its author: her word neither holds it nor lets it wait; nor edited.

    What names her is held, for it waits for her.
    """
    await hide(house, "casino")
    ann = await followed(house, neighbour, "ann")
    note = neighbour.note(ann, None, "<p>A casino!</p>")
    assert await publish(house, neighbour, ann, note) == "published"
    assert await revise(house, neighbour, ann, note, "<p>Two casino</p>") == "post revised"
    assert await house.value("SELECT held FROM posts") is None
    tag = [{"type": "Mention", "href": house.actor_uri}]
    named = neighbour.note(ann, None, "<p>A casino!</p>", cc=[house.actor_uri], tag=tag)
    assert await publish(house, neighbour, ann, named) == "held until the artisan has looked at it"
    async with house.db.read() as tx:
        assert await held.count(tx, house.artisan.id) == 1


async def test_a_block_of_one_takes_nothing_from_another(house: House, neighbour: Neighbour) -> None:
    """A post that names who blocks its author reaches who follows her, and not who blocks her: now, and when edited."""
    ann, nora = await followed(house, neighbour, "ann"), await second(house)
    await block(house, ann.uri, nora)
    uri = house.uris.actor(nora.uid)
    note = neighbour.note(ann, None, cc=[uri], tag=[{"type": "Mention", "href": uri}])
    assert await publish(house, neighbour, ann, note) == "mentioned"
    assert await revise(house, neighbour, ann, note, "<p>Again</p>") == "post revised"
    assert await house.value("SELECT count(*) FROM posts") == 1
    assert await house.value("SELECT count(*) FROM addressed") == 0


async def test_what_another_follows_does_not_come_below_her_work(house: House, neighbour: Neighbour, work: str) -> None:
    """Whom she blocks stands not below her work because the post between came later than his answer to it."""
    await welcome_all(house)
    nora, ann, bob = await second(house), neighbour.person("ann"), neighbour.person("bob")
    await follow(house, nora, bob)
    between = neighbour.note(ann, work)
    assert await publish(house, neighbour, bob, neighbour.note(bob, between["id"])) == "published"
    await block(house, bob.uri)
    assert await publish(house, neighbour, ann, between) == "replied"
    assert await house.value("SELECT count(*) FROM replies") == 1


async def test_what_comes_to_stand_below_her_work_later_is_held(house: House, neighbour: Neighbour, work: str) -> None:
    """What first only came by, and stands below her work once the post between has come, waits for her words' sake."""
    await hide(house, "casino")
    ann, bob = neighbour.person("ann"), await followed(house, neighbour, "bob")
    between = neighbour.note(ann, work)
    assert await publish(house, neighbour, bob, neighbour.note(bob, between["id"], "<p>casino</p>")) == "published"
    assert await publish(house, neighbour, ann, between) == "replied"
    async with house.db.read() as tx:
        assert await held.count(tx, house.artisan.id) == 1


async def test_what_another_looks_up_does_not_come_below_her_work(
    house: House, neighbour: Neighbour, work: str
) -> None:
    """Whom she blocks stands not below her work because another artisan looked up and liked what he said there."""
    await welcome_all(house)
    bob = neighbour.person("bob")
    await block(house, bob.uri)
    note = parse_note(neighbour.note(bob, work, cc=[house.actor_uri]))
    async with house.db.write() as tx:
        actor = parse_actor(bob.document())
        author = Known(await actors.put(tx, actor, utc_now()), actor)
        await people.remember_post(tx, house.uris, note, author, utc_now())
    assert await house.value("SELECT work_id IS NULL FROM posts") == 1
    assert await house.value("SELECT count(*) FROM addressed") == 0


@pytest.mark.parametrize("blocked", [True, False])
async def test_a_handle_of_a_list_is_not_read(house: House, neighbour: Neighbour, blocked: bool) -> None:
    """Whom a list names by a handle before anybody knew her is left out of what she reads once she is known."""
    handle = f"ann@{neighbour.origin.removeprefix('http://')}"
    async with house.db.write() as tx:
        put = unwelcome.block_handles if blocked else unwelcome.mute_handles
        await put(tx, house.artisan.id, [handle], utc_now())
        actor = parse_actor(neighbour.person("Ann").document())
        await actors.put(tx, actor, utc_now())
    assert await house.value("SELECT count(*) FROM unheard") == 1


async def test_who_is_blocked_by_a_handle_is_not_followed_in_a_new_place(house: House, neighbour: Neighbour) -> None:
    """A move of somebody whom she follows to whom a list names by a handle ends the follow, and begins none."""
    ann = await followed(house, neighbour, "ann")
    new = neighbour.person("new", alsoKnownAs=[ann.uri])
    async with house.db.write() as tx:
        handle = f"new@{neighbour.origin.removeprefix('http://')}"
        await unwelcome.block_handles(tx, house.artisan.id, [handle], utc_now())
        actor = parse_actor(new.document())
        known = Known(await actors.put(tx, actor, utc_now()), actor)
        await following.go_along(tx, house.uris, ann.uri, known, utc_now())
    assert await house.value("SELECT count(*) FROM following") == 0
