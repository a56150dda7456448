"""Announce of posts: accepted, repeated, by a stranger, for someone else, malformed (ActivityPub 7.11; FEP-1b12)."""

import json
from typing import Any

import pytest

from fedi_artisan.domain.works import Audience, Draft
from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.talking import POSTS, followed, say
from tests.neighbour import PUBLIC, Neighbour

SHARES = "SELECT uri, shared_at FROM shares JOIN posts ON posts.id = post_id"


async def test_a_share_brings_the_post_from_its_own_server(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """What a followed person shares is asked for once at its own server, however often it is shared, with its author.

    The copy that was sent along is not believed. Undone, the share is gone.
    """
    ann, joe = await followed(house, neighbour, "ann"), await followed(house, neighbour, "joe", key_number=1)
    note = elsewhere.note(elsewhere.person("eva"), None, "<p>True</p>")
    false = {**note, "content": "<p>False</p>"}
    shares = [neighbour.activity("Announce", ann, false), neighbour.activity("Announce", joe, note["id"])]
    for person, share in ((ann, shares[0]), (ann, shares[0]), (joe, shares[1])):
        assert await effect(house, neighbour, person, share) == ("done", "shared")
    [row] = await house.rows(POSTS)
    assert (row["uri"], row["content_html"], row["work_id"]) == (note["id"], "<p>True</p>", None)
    assert len(await house.rows(SHARES)) == 2
    assert elsewhere.asked(note["id"]) == 1
    for person, taken in ((ann, shares[0]), (joe, shares[1]["id"])):
        undo = neighbour.activity("Undo", person, taken)
        assert await effect(house, neighbour, person, undo) == ("done", "taken back")
    assert await house.rows(SHARES) == []


async def test_what_strangers_share_is_dropped_unasked(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """WIRE 10.2 #43: an Announce by somebody who is not followed makes us ask nobody."""
    bob = neighbour.person("bob")
    share = neighbour.activity("Announce", bob, f"{elsewhere.origin}/notes/1")
    assert await effect(house, neighbour, bob, share) == ("dropped", "at the door")
    assert not elsewhere.requests


async def test_shares_of_ours_are_reactions(house: House, neighbour: Neighbour, work: str) -> None:
    """A work or a post of ours that a followed person shares is counted where it stands, and nothing is asked for.

    So are Likes of a post, with the sign of them; both can be taken back, by their id and by what they were to.
    """
    ann, own = await followed(house, neighbour, "ann"), await say(house)
    for uri in (work, own):
        share = neighbour.activity("Announce", ann, uri)
        assert await effect(house, neighbour, ann, share) == ("done", "announced")
    emoji = neighbour.activity("EmojiReact", ann, own, content="🏺")
    assert await effect(house, neighbour, ann, emoji) == ("done", "liked")
    assert await house.rows(SHARES) == []
    assert await house.value("SELECT announces FROM works") == 1
    rows = await house.rows("SELECT type, content FROM post_reactions ORDER BY type")
    assert [tuple(row) for row in rows] == [("Announce", None), ("Like", "🏺")]
    for taken in (emoji["id"], {"id": "https://x.example/1", "type": "Announce", "actor": ann.uri, "object": own}):
        undo = neighbour.activity("Undo", ann, taken)
        assert await effect(house, neighbour, ann, undo) == ("done", "taken back")
    assert await house.value("SELECT count(*) FROM post_reactions") == 0
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET withdrawn_at = 1")
    assert await effect(house, neighbour, ann, neighbour.activity("Like", ann, own)) == ("done", "no such work")
    assert neighbour.asked() == 0


async def test_reactions_to_what_is_for_few_count_of_those_alone(house: House, neighbour: Neighbour) -> None:
    """A Like of a letter counts of whom it names, of what is for followers of these too; an Announce of neither.

    All others are told what they are told of what never was. A work for followers is as a post for them.
    """
    bob, carol, own = neighbour.person("bob"), neighbour.person("carol"), await say(house)
    work = house.uris.work((await house.publish(Draft(title="Moon jar", audience=Audience.FOLLOWERS))).uid)
    assert await effect(house, neighbour, carol, neighbour.activity("Follow", carol, house.actor_uri))
    named = json.dumps([{"uri": bob.uri, "handle": "@bob@host.example"}])
    for visibility, likes in (("direct", {bob.uri}), ("followers", {bob.uri, carol.uri})):
        async with house.db.write() as tx:
            await tx.execute("DELETE FROM post_reactions")
            await tx.execute("UPDATE posts SET visibility = ?, mentions = ?", (visibility, named))
        for person in (bob, carol, neighbour.person("dan")):
            for kind in ("Like", "EmojiReact", "Announce"):
                _, answer = await effect(house, neighbour, person, neighbour.activity(kind, person, own))
                counts = kind != "Announce" and person.uri in likes
                assert answer == ("liked" if counts else "no such work")
        rows = await house.rows(
            "SELECT actors.uri, post_reactions.type FROM post_reactions JOIN actors ON actors.id = actor_id ORDER BY 1"
        )
        assert [*map(tuple, rows)] == [(uri, "Like") for uri in sorted(likes)]
    for person in (bob, carol):
        for kind in ("Like", "Announce"):
            await effect(house, neighbour, person, neighbour.activity(kind, person, work))
    assert tuple((await house.rows("SELECT likes, announces FROM works"))[0]) == (1, 0)


async def test_what_a_group_passes_on(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """FEP-1b12: of a Create inside an Announce the post is asked for; all else is neither believed nor asked for.

    Some servers give the id of the activity alone.
    """
    group = await followed(house, neighbour, "group")
    eva = elsewhere.person("eva")
    one, two = elsewhere.note(eva, None, type="Page", name="A kiln"), elsewhere.note(eva, None)
    passed = elsewhere.activity("Create", eva, {**one, "content": "<p>False</p>"})
    named = elsewhere.activity("Create", eva, two["id"])
    elsewhere.serve(named)
    for inner in (passed, named["id"]):
        share = neighbour.activity("Announce", group, inner)
        assert await effect(house, neighbour, group, share) == ("done", "shared")
    rows = await house.rows("SELECT uri, title FROM posts")
    assert [tuple(row) for row in rows] == [(one["id"], "A kiln"), (two["id"], "")]
    before = elsewhere.asked()
    for kind in ("Like", "Delete", "Undo"):
        share = neighbour.activity("Announce", group, elsewhere.activity(kind, eva, one["id"]))
        assert (await effect(house, neighbour, group, share))[0] == "done"
    assert len(await house.rows(POSTS)) == 2
    assert elsewhere.asked() == before


@pytest.mark.parametrize(
    "changes",
    [{"to": [], "cc": []}, {"id": "https://x.example/1"}, {"attributedTo": "https://x.example/u"}, {"type": "Person"}],
)
async def test_what_cannot_be_shared(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, changes: dict[str, Any]
) -> None:
    """What is not for everybody, not at its own address, not by an actor of its server or no post is not kept."""
    ann = await followed(house, neighbour, "ann")
    note = elsewhere.note(elsewhere.person("eva"), None)
    elsewhere.serve({**note, **changes}, at=note["id"])
    await effect(house, neighbour, ann, neighbour.activity("Announce", ann, note["id"], to=[PUBLIC]))
    assert await house.rows(POSTS) == []
    assert await house.rows(SHARES) == []
