"""Create of a post that answers no work: accepted, repeated, by a stranger, for someone else, malformed (WIRE 5.3)."""

from typing import Any

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.talking import POSTS, followed, say
from tests.neighbour import PUBLIC, Neighbour


async def test_posts_of_those_whom_she_follows_are_kept(house: House, neighbour: Neighbour) -> None:
    """What a followed person publishes is kept with who may read it, and all that a page needs of it; once each."""
    ann = await followed(house, neighbour, "ann")
    followers = f"{ann.uri}/followers"
    picture = {"type": "Document", "mediaType": "image/jpeg", "url": f"{neighbour.origin}/1.jpg", "name": "A bowl"}
    whole: dict[str, Any] = {
        "attachment": [{**picture, "width": 800, "height": 600, "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"}],
        "tag": [{"type": "Mention", "href": f"{neighbour.origin}/users/eva", "name": "@eva"}],
        "summary": "clay",
        "sensitive": True,
        "contentMap": {"fr": "<p>Bol</p>"},
        "quoteUrl": f"{neighbour.origin}/notes/q",
    }
    for to, cc, more in (([PUBLIC], [followers], whole), ([followers], [PUBLIC], {}), ([followers], [], {})):
        create = neighbour.activity("Create", ann, neighbour.note(ann, None, to=to, cc=cc, **more), to=to, cc=cc)
        for _ in range(2):
            assert await effect(house, neighbour, ann, create) == ("done", "published")
    rows = await house.rows("SELECT * FROM posts")
    assert [row["visibility"] for row in rows] == ["public", "unlisted", "followers"]
    kept = {name: rows[0][name] for name in ("warning", "sensitive", "language", "quote_uri", "approved")}
    assert kept == {
        "warning": "clay",
        "sensitive": 1,
        "language": "fr",
        "quote_uri": f"{neighbour.origin}/notes/q",
        "approved": 0,
    }
    assert '"alt": "A bowl"' in rows[0]["pictures"]
    assert '"width_px": 800' in rows[0]["pictures"]
    assert f'"uri": "{neighbour.origin}/users/eva"' in rows[0]["mentions"]
    assert neighbour.asked() == 0


async def test_what_is_not_for_her_is_not_kept(house: House, neighbour: Neighbour) -> None:
    """Posts of strangers, words of a followed person for others alone, and votes are not kept; nobody is asked."""
    ann, bob = await followed(house, neighbour, "ann"), neighbour.person("bob", key_number=1)
    stranger = neighbour.activity("Create", bob, neighbour.note(bob, None), to=[PUBLIC])
    assert await effect(house, neighbour, bob, stranger) == ("dropped", "at the door")
    private = neighbour.note(ann, None, to=[bob.uri])
    assert await effect(house, neighbour, ann, neighbour.activity("Create", ann, private, to=[bob.uri])) == (
        "done",
        "not about anything of ours",
    )
    vote = neighbour.note(ann, stranger["object"]["id"], "", name="blue")
    assert await effect(house, neighbour, ann, neighbour.activity("Create", ann, vote)) == (
        "done",
        "a vote, not a reply",
    )
    assert await house.rows(POSTS) == []
    assert neighbour.asked() == 0


async def test_after_leaving_nothing_more_is_kept(house: House, neighbour: Neighbour) -> None:
    """When a followed person refuses to be followed any more, her next post is dropped at the door."""
    ann = await followed(house, neighbour, "ann")
    follow_uri = await house.value("SELECT follow_uri FROM following")
    await effect(house, neighbour, ann, neighbour.activity("Reject", ann, follow_uri))
    create = neighbour.activity("Create", ann, neighbour.note(ann, None), to=[PUBLIC])
    assert await effect(house, neighbour, ann, create) == ("dropped", "at the door")


async def test_answers_to_her_own_posts(house: House, neighbour: Neighbour) -> None:
    """Answers to a post of ours stand in its conversation, however nested, as do those that name nobody here.

    Those of a person whom she follows are shown at once, those of strangers wait.
    """
    own = await say(house)
    ann, bob = await followed(house, neighbour, "ann"), neighbour.person("bob", key_number=1)
    first = neighbour.note(bob, own)
    second = neighbour.note(ann, first["id"])
    third = neighbour.note(bob, second["id"])
    for person, note in ((bob, first), (ann, second), (bob, third)):
        create = neighbour.activity("Create", person, note, to=[PUBLIC])
        assert await effect(house, neighbour, person, create) == ("done", "replied")
    rows = await house.rows(f"{POSTS} ORDER BY id")
    own_id = await house.value("SELECT id FROM posts WHERE uri = ?", own)
    assert [(row["journal_id"], row["approved"]) for row in rows] == [(own_id, 0), (own_id, 1), (own_id, 0)]


async def test_what_answers_a_letter_is_a_letter(house: House, neighbour: Neighbour) -> None:
    """What somebody writes to the artisan alone in answer to a letter of hers is a letter too, and no other news."""
    own, bob = await say(house), neighbour.person("bob")
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET visibility = 'direct' WHERE uri = ?", (own,))
    to = [house.actor_uri]
    create = neighbour.activity("Create", bob, neighbour.note(bob, own, to=to), to=to)
    assert await effect(house, neighbour, bob, create) == ("done", "mentioned")
    kinds = {row["kind"] for row in await house.rows("SELECT kind FROM happenings")}
    assert kinds == {"message"}


async def test_one_whose_words_were_shown_before_is_welcome(house: House, neighbour: Neighbour, work: str) -> None:
    """Once the artisan has shown something of a stranger, what she answers next is shown at once; in private never."""
    bob = neighbour.person("bob")
    for to in ([PUBLIC], [PUBLIC], [house.actor_uri]):
        note = neighbour.note(bob, work, to=to)
        await effect(house, neighbour, bob, neighbour.activity("Create", bob, note, to=to))
        async with house.db.write() as tx:
            await tx.execute("UPDATE posts SET approved = 1 WHERE id = (SELECT min(id) FROM posts)")
    rows = await house.rows(POSTS)
    assert [(row["visibility"], row["approved"]) for row in rows] == [("public", 1), ("public", 1), ("direct", 0)]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"type": "Question", "oneOf": [{"type": "Note", "name": "blue"}]}, "published"),
        ({"type": ["Note", "x"], "tag": [None, 7, {"type": "Mention"}], "attachment": "x"}, "published"),
        ({"attributedTo": "https://elsewhere.example/u"}, None),
        ({"type": "Tombstone"}, None),
        ({"tag": [{"type": "Mention", "href": f"https://x.example/{n}"} for n in range(3000)]}, "published"),
    ],
)
async def test_odd_posts(house: House, neighbour: Neighbour, changes: dict[str, Any], answer: str | None) -> None:
    """What can be understood is kept, however odd; what cannot is refused."""
    ann = await followed(house, neighbour, "ann")
    create = neighbour.activity("Create", ann, {**neighbour.note(ann, None), **changes}, to=[PUBLIC])
    state, said = await effect(house, neighbour, ann, create)
    assert (state, said if answer else None) == ("done" if answer else "refused", answer)
    assert len(await house.rows(POSTS)) == bool(answer)
