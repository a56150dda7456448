"""What happened is told once, and no longer than it stands: whatever comes twice, late, or is taken back."""

from typing import Any

import pytest

from fedi_artisan.domain.happenings import Kind
from tests.house import House
from tests.inbox.happening import happened, unread
from tests.inbox.sending import befriend, effect
from tests.neighbour import PUBLIC, Neighbour, Person


def doing(house: House, neighbour: Neighbour, person: Person, work: str, kind: Kind) -> dict[str, Any]:
    """Return the activity by which something of this kind happens."""
    if kind in {Kind.REPLY, Kind.MENTION}:
        mention = {"tag": {"type": "Mention", "href": house.actor_uri}, "cc": [house.actor_uri]}
        note = neighbour.note(person, work if kind is Kind.REPLY else None, "<p>Oh!</p>", **mention)
        return neighbour.activity("Create", person, note, to=[PUBLIC], cc=[house.actor_uri])
    if kind is Kind.FOLLOW:
        return neighbour.activity("Follow", person, house.actor_uri)
    return neighbour.activity("Like" if kind is Kind.LIKE else "Announce", person, work)


def undoing(neighbour: Neighbour, person: Person, done: dict[str, Any]) -> dict[str, Any]:
    """Return the activity that takes back what was *done*."""
    if done["type"] == "Create":
        return neighbour.activity("Delete", person, {"id": done["object"]["id"], "type": "Tombstone"})
    return neighbour.activity("Undo", person, done)


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.MENTION, Kind.LIKE, Kind.BOOST, Kind.FOLLOW])
async def test_it_is_told_once_and_until_it_is_taken_back(
    house: House, neighbour: Neighbour, work: str, kind: Kind
) -> None:
    """Each kind is news once, however often it comes; taken back it is no news; late, behind its Undo, it is none."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    done, again = (doing(house, neighbour, bob, work, kind) for _ in range(2))
    if kind in {Kind.REPLY, Kind.MENTION}:
        again = {**done, "id": again["id"]}
    for activity in (done, done, again):
        await effect(house, neighbour, bob, activity)
    [told] = await happened(house)
    assert (told.kind, told.person.uri, told.unread, await unread(house)) == (kind, bob.uri, True, 1)
    assert (told.words is not None and told.words.html == "<p>Oh!</p>") == (kind in {Kind.REPLY, Kind.MENTION})

    # Nobody else takes it back.
    await effect(house, neighbour, carol, {**undoing(neighbour, bob, done), "actor": carol.uri})
    assert await unread(house) == 1
    await effect(house, neighbour, bob, undoing(neighbour, bob, again))
    assert (await happened(house), await unread(house)) == ([], 0)
    # One who is known here, as nothing is kept of what strangers take back.
    known = doing(house, neighbour, carol, work, Kind.BOOST if kind is Kind.LIKE else Kind.LIKE)
    late = doing(house, neighbour, carol, work, kind)
    for activity in (known, undoing(neighbour, carol, late), late):
        await effect(house, neighbour, carol, activity)
    assert await happened(house, kind) == []


async def test_a_follower_who_moves_is_told_with_where_she_went(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str
) -> None:
    """The Move of a follower is news, once; that of somebody who only liked something is none."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    new = elsewhere.person("bobby", alsoKnownAs=[bob.uri, carol.uri])
    await befriend(house, neighbour, bob)
    await effect(house, neighbour, carol, neighbour.activity("Like", carol, work))
    for person in (bob, bob, carol):
        await effect(house, neighbour, person, neighbour.activity("Move", person, person.uri, target=new.uri))
    [move] = await happened(house, Kind.MOVE)
    assert move.moved_to is not None
    assert (move.person.uri, move.moved_to.uri) == (bob.uri, new.uri)
    await effect(house, neighbour, bob, neighbour.activity("Delete", bob, bob.uri))
    assert await happened(house, Kind.MOVE) == []


async def test_a_mention_is_kept_as_it_was_last(house: House, neighbour: Neighbour) -> None:
    """Of words to the artisan the newest stand, cleaned, whoever sends them in whatever order; others' stay theirs."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    note = neighbour.note(
        bob, None, "<p>Old<script>x</script></p>", to=[house.actor_uri], published="2026-01-01T00:00Z"
    )
    create = neighbour.activity("Create", bob, note["id"], to=[house.actor_uri])
    assert await effect(house, neighbour, bob, create) == ("done", "mentioned")
    [first] = await happened(house, Kind.MESSAGE)
    assert first.words is not None
    assert (first.words.html, first.words.public) == ("<p>Old</p>", False)

    for content, updated in (("<p>New</p>", "2026-01-03T00:00Z"), ("<p>Between</p>", "2026-01-02T00:00Z")):
        edit = {**note, "content": content, "updated": updated}
        neighbour.serve(edit)
        target: Any = note["id"] if content == "<p>New</p>" else edit
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, target))
    forged = {**note, "attributedTo": mallory.uri, "content": "<p>Forged</p>", "updated": "2026-01-05T00:00Z"}
    await effect(house, neighbour, mallory, neighbour.activity("Update", mallory, forged))
    await effect(house, neighbour, mallory, neighbour.activity("Delete", mallory, note["id"]))
    [last] = await happened(house, Kind.MESSAGE)
    assert last.words is not None
    assert last.words.html == "<p>New</p>"
    assert last.happened_at > first.happened_at


async def test_new_words_of_a_reply_are_news_and_wait_again(house: House, neighbour: Neighbour, work: str) -> None:
    """What was shown and then changed is shown no more, and is news; an Update that changes no word is neither."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work, "<p>Lovely</p>", published="2026-01-01T00:00Z")
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note, to=[PUBLIC]))
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET approved = TRUE")
        await tx.execute("INSERT INTO happenings_read SELECT id, unixepoch() * 1000 + 1000 FROM artisans")
        await tx.execute("UPDATE posts SET received_at = 1")
    edits = (("<p>Lovely</p>", "2026-01-02T00:00Z", True), ("<p>Ugly</p>", "2026-01-03T00:00Z", False))
    for content, updated, shown in edits:
        edit = {**note, "content": content, "updated": updated}
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, edit))
        [reply] = await happened(house, Kind.REPLY)
        assert reply.words is not None
        assert (reply.words.shown, reply.words.version == 1) == (shown, shown)
