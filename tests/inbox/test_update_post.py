"""Newer words, ends and strange turns of posts, in whatever order they come (WIRE 5.4, 5.5; 10.2 #20 to #23, #30)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.talking import POSTS, followed
from tests.neighbour import PUBLIC, Neighbour, Person


def later(seconds: float) -> str:
    """Return a moment as it is written."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def send(
    house: House, neighbour: Neighbour, person: Person, kind: str, target: Any, **more: Any
) -> tuple[str, str]:
    """Send an activity of *person*; return what came of it."""
    return await effect(house, neighbour, person, neighbour.activity(kind, person, target, **more))


async def test_newer_words_before_the_first(house: House, neighbour: Neighbour) -> None:
    """An Update that overtakes its Create is taken as the post; the older words that follow change nothing."""
    ann = await followed(house, neighbour, "ann")
    note = neighbour.note(ann, None, "<p>Old</p>", published=later(-60))
    newer = {**note, "content": "<p>New</p>", "updated": later(-30)}
    assert await send(house, neighbour, ann, "Update", newer) == ("done", "published")
    assert await send(house, neighbour, ann, "Create", note, to=[PUBLIC]) == ("done", "published")
    assert await send(house, neighbour, ann, "Update", {**newer, "content": "<p>?</p>", "updated": later(-40)}) == (
        "done",
        "nothing newer of hers here",
    )
    assert [row["content_html"] for row in await house.rows(POSTS)] == ["<p>New</p>"]
    old = neighbour.note(ann, None, published=later(-3 * 86400), updated=later(-5))
    assert await send(house, neighbour, ann, "Update", old) == ("done", "nothing of hers here by that id")


async def test_newer_words_of_an_unknown_answer(house: House, neighbour: Neighbour, work: str) -> None:
    """The Update of an answer to a work is taken as the answer, though nobody knew its author."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work, published=later(-60), updated=later(-5))
    assert await send(house, neighbour, bob, "Update", note) == ("done", "replied")


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (("public", "unlisted"), "unlisted"),
        (("unlisted", "public"), "unlisted"),
        (("direct", "public"), "direct"),
        (("public", "direct"), "direct"),
    ],
)
async def test_readers_never_become_more(
    house: House, neighbour: Neighbour, work: str, change: tuple[str, str], kept: str
) -> None:
    """An Update may take readers away, and never gives a post more; the count of a work follows."""
    bob = neighbour.person("bob")
    told: dict[str, dict[str, Any]] = {
        "public": {"to": [PUBLIC], "cc": []},
        "unlisted": {"to": [], "cc": [PUBLIC]},
        "direct": {"to": [house.actor_uri], "cc": []},
    }
    before, after = change
    note = neighbour.note(bob, work, published=later(-60), **told[before])
    await send(house, neighbour, bob, "Create", note)
    newer = {**note, **told[after], "updated": later(-30)}
    assert await send(house, neighbour, bob, "Update", newer) == ("done", "post revised")
    [row] = await house.rows("SELECT visibility, replies FROM posts JOIN works ON works.id = work_id")
    assert tuple(row) == (kept, int(kept != "direct"))


async def test_changed_words_wait_again_unless_she_is_welcome(house: House, neighbour: Neighbour, work: str) -> None:
    """Shown words of a stranger wait again when they, their warning or pictures change; a friend's stay shown."""
    ann, bob = await followed(house, neighbour, "ann"), neighbour.person("bob", key_number=1)
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{neighbour.origin}/1.png"}
    for person, stays in ((ann, 1), (bob, 0)):
        note = neighbour.note(person, work, published=later(-60))
        await send(house, neighbour, person, "Create", note)
        edits: list[dict[str, Any]] = [{}, {"content": "<p>!</p>"}, {"summary": "x"}, {"attachment": [picture]}]
        for number, changes in enumerate(edits):
            async with house.db.write() as tx:
                await tx.execute("UPDATE posts SET approved = 1 WHERE uri = ?", (note["id"],))
            note = {**note, **changes, "updated": later(number - 50)}
            assert await send(house, neighbour, person, "Update", note) == ("done", "post revised")
            shown = await house.value("SELECT approved FROM posts WHERE uri = ?", note["id"])
            assert shown == (stays if changes else 1), changes
        assert await house.value("SELECT edits FROM posts WHERE uri = ?", note["id"]) == 3


async def test_nobody_touches_the_posts_of_others(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #20 to #23: author and id of a post never change, whoever creates, updates or deletes it."""
    ann, eva = await followed(house, neighbour, "ann"), await followed(house, elsewhere, "eva")
    joe = await followed(house, neighbour, "joe", key_number=1)
    note = neighbour.note(ann, None, published=later(-60))
    await send(house, neighbour, ann, "Create", note)
    before = [tuple(row) for row in await house.rows("SELECT * FROM posts")]
    theft = {**note, "content": "<p>Mine</p>", "updated": later(-5)}
    for kind in ("Create", "Update"):
        assert (await send(house, neighbour, joe, kind, theft))[0] == "refused"
        assert (await send(house, neighbour, joe, kind, {**theft, "attributedTo": joe.uri}))[0] == "done"
        forged = elsewhere.activity(kind, eva, theft)
        assert (await elsewhere.send(eva, house.uris.shared_inbox, forged))[0] == 403
    for target in (note["id"], {"id": note["id"], "type": "Tombstone"}):
        await send(house, neighbour, joe, "Delete", target)
        await send(house, elsewhere, eva, "Delete", target)
    assert [tuple(row) for row in await house.rows("SELECT * FROM posts")] == before


async def test_a_person_who_changes_and_goes(house: House, neighbour: Neighbour, work: str) -> None:
    """Who becomes a group of another name with another key stays the author of her words; they go when she goes."""
    ann = await followed(house, neighbour, "ann")
    await send(house, neighbour, ann, "Create", neighbour.note(ann, work))
    await send(house, neighbour, ann, "Create", neighbour.note(ann, None), to=[PUBLIC])
    other = neighbour.person("ann", key_number=1)
    changed = {**other.document(), "type": "Group", "name": "\u202eAnn<b>", "preferredUsername": "a"}
    assert await send(house, neighbour, ann, "Update", changed) == ("done", "actor updated")
    sql = "SELECT count(*) FROM posts JOIN actors ON actors.id = actor_id WHERE actors.type = 'Group'"
    assert await house.value(sql) == 2
    ann = other
    assert await send(house, neighbour, ann, "Delete", ann.uri) == ("done", "actor forgotten")
    assert await house.rows(POSTS) == []
    assert await house.value("SELECT replies FROM works") == 0


async def test_a_share_deleted_before_it_came(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """An Undo that overtakes its Announce wins."""
    ann = await followed(house, neighbour, "ann")
    note = elsewhere.note(elsewhere.person("eva"), None)
    share = neighbour.activity("Announce", ann, note["id"])
    await send(house, neighbour, ann, "Undo", share)
    await effect(house, neighbour, ann, share)
    assert await house.value("SELECT count(*) FROM shares") == 0
