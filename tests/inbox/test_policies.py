"""Answers that are not permitted stand nowhere; those of whom the artisan trusts stand at once."""

from datetime import timedelta

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.policies import OwnPolicy, Policy, Replying, Welcome
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import conversation, policies
from fedi_artisan.services.publisher import Publisher
from fedi_artisan.storage import following
from fedi_artisan.storage import works as work_rows
from tests.house import House, until
from tests.inbox.sending import befriend, effect
from tests.neighbour import ACTIVITY_JSON, PUBLIC, Neighbour, Person

REPLIES, MENTIONS = "SELECT count(*) FROM replies", "SELECT count(*) FROM mentions"
SHOWN = "SELECT count(*) FROM replies WHERE approved"


async def publish(house: House, **policy: object) -> str:
    """Publish a work with a policy of its own; return its id."""
    own = OwnPolicy(**policy)  # type: ignore[arg-type]
    return house.uris.work((await house.publish(Draft(title="Jar", policy=own))).uid)


async def reply(
    house: House, neighbour: Neighbour, person: Person, work: str, *, names: bool = False, to: str = PUBLIC
) -> tuple[str, str]:
    """Let *person* answer a work, and name our artisan in it or not; return what came of it."""
    tag = [{"type": "Mention", "href": house.actor_uri}] if names else []
    note = neighbour.note(person, work, to=[to], tag=tag)
    return await effect(house, neighbour, person, neighbour.activity("Create", person, note, to=[to]))


async def set_usual(house: House, policy: Policy, welcome: Welcome = Welcome.KNOWN) -> None:
    """Let our artisan say what she permits."""
    async with house.db.write() as tx:
        await policies.set_policy(tx, house.uris, house.artisan, policy=policy, welcome=welcome, now=utc_now())


async def test_what_may_not_be_answered_is_not(house: House, neighbour: Neighbour) -> None:
    """Such words are nowhere, and do not count; where they name the artisan, she alone reads them, as a mention."""
    bob, work = neighbour.person("bob"), await publish(house, replies=Replying.NOBODY)
    assert await reply(house, neighbour, bob, work) == ("done", "may not be answered")
    assert await reply(house, neighbour, bob, work, names=True) == ("done", "mentioned")
    assert (await house.value(REPLIES), await house.value(MENTIONS)) == (0, 1)
    assert await house.value("SELECT replies FROM works") == 0


async def test_only_those_whom_she_knows_may_answer(house: House, neighbour: Neighbour) -> None:
    """Who follows her, and whom she follows; a stranger not, by the policy of the work or by the usual one."""
    bob, carol, dora = (neighbour.person(name) for name in ("bob", "carol", "dora"))
    await befriend(house, neighbour, bob)
    await follow(house, neighbour, carol)
    await set_usual(house, Policy(replies=Replying.KNOWN))
    works = [await publish(house, replies=Replying.KNOWN), await publish(house)]
    answers = [[(await reply(house, neighbour, one, work))[1] for one in (bob, carol, dora)] for work in works]
    assert answers == [["replied", "replied", "may not be answered"]] * 2
    open_to_all = await publish(house, replies=Replying.EVERYBODY)
    assert (await reply(house, neighbour, dora, open_to_all))[1] == "replied"


async def follow(house: House, neighbour: Neighbour, person: Person) -> None:
    """Let our artisan follow *person*, who agrees."""
    await effect(house, neighbour, person, neighbour.activity("Like", person, await publish(house)))
    async with house.db.write() as tx:
        row = await house.value("SELECT id FROM actors WHERE uri = ?", person.uri)
        await following.put(tx, house.artisan.id, row, f"{person.uri}/followed", utc_now())
        await tx.execute("UPDATE following SET state = 'accepted' WHERE actor_id = ?", (row,))


async def test_strangers_wait_and_friends_appear(house: House, neighbour: Neighbour, work: str) -> None:
    """Of whom she follows a public answer appears at once; that of a stranger once she has shown one before."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await follow(house, neighbour, carol)
    await reply(house, neighbour, carol, work)
    assert await house.value(SHOWN) == 1
    await reply(house, neighbour, carol, work, to=house.actor_uri)
    await reply(house, neighbour, bob, work)
    await reply(house, neighbour, bob, work)
    assert await house.value(SHOWN) == 1
    first = (await house.rows("SELECT uri, received_at FROM replies WHERE public ORDER BY id"))[1]
    async with house.db.write() as tx:
        await conversation.show_reply(tx, house.artisan, first["uri"], version=first["received_at"])
    await reply(house, neighbour, bob, work)
    assert await house.value(SHOWN) == 3


@pytest.mark.parametrize(("welcome", "shown"), [(Welcome.EVERYBODY, 2), (Welcome.NOBODY, 0)])
async def test_the_artisan_says_whose_appear(
    house: House, neighbour: Neighbour, work: str, welcome: Welcome, shown: int
) -> None:
    """Everybody's at once, or nobody's, not even those of whom she follows."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await follow(house, neighbour, carol)
    await set_usual(house, Policy(), welcome)
    await reply(house, neighbour, bob, work)
    await reply(house, neighbour, carol, work)
    assert await house.value(SHOWN) == shown


async def test_edited_words_of_a_stranger_wait_again(house: House, neighbour: Neighbour, work: str) -> None:
    """That she has shown these words says nothing of others that come in their place; of a friend's they stay."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    await follow(house, neighbour, carol)
    for person, after in ((bob, 0), (carol, 1)):
        note = neighbour.note(person, work)
        await effect(house, neighbour, person, neighbour.activity("Create", person, note, to=[PUBLIC]))
        async with house.db.write() as tx:
            await tx.execute("UPDATE posts SET approved = 1 WHERE uri = ?", (note["id"],))
        later = (utc_now() + timedelta(seconds=1)).isoformat()
        edited = {**note, "content": "<p>Buy pills</p>", "updated": later}
        await effect(house, neighbour, person, neighbour.activity("Update", person, edited))
        assert await house.value("SELECT approved FROM posts WHERE uri = ?", note["id"]) == after


async def test_comments_close_by_themselves(house: House, neighbour: Neighbour) -> None:
    """When its days are over, a work says so, on its page and to other servers, and takes no answer; once is enough."""
    bob, work = neighbour.person("bob"), await publish(house, days=7)
    await befriend(house, neighbour, bob)
    other = await publish(house)
    day = [utc_now() + timedelta(days=6, hours=23)]
    publisher = Publisher(house.db, house.uris, clock=lambda: day[0])
    await publisher.close_due()
    assert "commentsEnabled" not in await served(neighbour, work)
    assert (await reply(house, neighbour, bob, work))[1] == "replied"
    day[0] += timedelta(hours=2)
    for _ in range(2):
        await publisher.close_due()
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Update'") == 1
    assert (await reply(house, neighbour, bob, work))[1] == "may not be answered"
    assert (await reply(house, neighbour, bob, other))[1] == "replied"
    async with house.db.read() as tx:
        closed = await work_rows.get(tx, work.rsplit("/", 1)[-1])
    assert (closed.closed, closed.updated_at) == (True, None)
    async with neighbour.session.get(house.uris.work_url(closed.slug)) as page:
        assert "Comments are closed." in await page.text()

    async def said() -> bool:
        return (await served(neighbour, work)).get("commentsEnabled") is False

    await until(said, "the word that comments are closed")


async def served(neighbour: Neighbour, uri: str) -> dict[str, object]:
    """Return a document as it is served."""
    async with neighbour.session.get(uri, headers={"accept": ACTIVITY_JSON}) as answer:
        found: dict[str, object] = await answer.json(content_type=None)
        return found


async def test_a_new_policy_is_told_of_what_it_changes(house: House, neighbour: Neighbour) -> None:
    """Works that say the same as before are not sent again, and none is marked as edited; closed ones open again."""
    await befriend(house, neighbour, neighbour.person("bob"))
    await publish(house, replies=Replying.EVERYBODY, days=0)
    await publish(house)
    told = "SELECT count(*) FROM activities WHERE type = 'Update'"
    await set_usual(house, Policy(replies=Replying.NOBODY))
    assert await house.value(told) == 1
    await set_usual(house, Policy(replies=Replying.NOBODY))
    assert await house.value(told) == 1
    await set_usual(house, Policy(days=1))
    await Publisher(house.db, house.uris, clock=lambda: utc_now() + timedelta(days=2)).close_due()
    assert await house.value("SELECT count(*) FROM works WHERE closed") == 1
    await set_usual(house, Policy())
    assert await house.value("SELECT count(*) FROM works WHERE closed") == 0
    assert await house.value("SELECT count(*) FROM works WHERE updated_at IS NOT NULL") == 0


async def test_a_quote_that_was_not_asked_for_is_a_mention(house: House, neighbour: Neighbour, work: str) -> None:
    """Many servers never ask: to the artisan such a post is one that names her, and it is in no conversation."""
    bob = neighbour.person("bob")
    for dialect in ("quoteUrl", "quoteUri", "_misskey_quote"):
        note = neighbour.note(bob, None, **{dialect: work})
        create = neighbour.activity("Create", bob, note, to=[PUBLIC])
        assert await effect(house, neighbour, bob, create) == ("done", "mentioned")
    assert (await house.value(REPLIES), await house.value(MENTIONS)) == (0, 3)
    assert await house.value("SELECT count(*) FROM quotes") == 0
