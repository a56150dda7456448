"""The life of a post, as every kind of server tells it to those who follow its author."""

from typing import Any

from tests.house import House
from tests.inbox.shapes import DATA, Visitor, shapes, visit
from tests.neighbour import Neighbour, open_neighbour

LIFE = {
    "create_post": "published",
    "create_article": "published",
    "update_post": "post revised",
    "delete_post": "post forgotten",
}
SHARES = "SELECT count(*) FROM shares"


async def befriended(visitor: Visitor) -> None:
    """Let our artisan follow the visitor, who agrees."""
    async with visitor.house.db.write() as tx:
        await tx.execute("DELETE FROM following")
    follow_uri = await visitor.is_followed()
    accept = {"id": f"{visitor.neighbour.origin}/accept", "type": "Accept", "actor": visitor.uri, "object": follow_uri}
    assert await visitor.send(accept) == ("done", "accepted"), visitor.software


def named(activity: dict[str, Any], uri: str) -> dict[str, Any]:
    """Return an Announce, or the Undo of one, that is of *uri*."""
    target = activity["object"]
    if activity["type"] == "Undo":
        return activity if isinstance(target, str) else {**activity, "object": named(target, uri)}
    return {**activity, "object": {**target, "id": uri} if isinstance(target, dict) else uri}


async def test_every_server_can_be_followed(house: House, elsewhere: Neighbour, work: str) -> None:
    """A post of every kind of server is kept while it is there, in its newest words; so is what its author shares."""
    note = elsewhere.note(elsewhere.person("eva"), None)
    met = 0
    for software in sorted({software for software, _ in shapes("create_post")}):
        async with open_neighbour() as neighbour:
            visitor = visit(software, house, neighbour, work)
            await befriended(visitor)
            for name, answer in LIFE.items():
                if (DATA / software / f"{name}.json").exists():
                    activity = visitor.read(name)
                    assert await visitor.send(activity) == ("done", answer), (software, name)
                    target = activity["object"]
                    uri = target if isinstance(target, str) else target["id"]
                    kept = await house.value("SELECT count(*) FROM posts WHERE uri = ?", uri)
                    assert kept == (name != "delete_post"), (software, name)
            async with house.db.write() as tx:
                await tx.execute("DELETE FROM posts WHERE uri != ?", (note["id"],))
            if (DATA / software / "announce_post.json").exists():
                share = named(visitor.read("announce_post"), note["id"])
                if share["actor"] == visitor.uri:
                    met += 1
                    assert await visitor.send(share) == ("done", "shared"), software
                    assert await house.value(SHARES) == 1
                if (DATA / software / "undo_announce_post.json").exists():
                    undo = named(visitor.read("undo_announce_post"), note["id"])
                    assert await visitor.send(undo) == ("done", "taken back"), software
                    assert await house.value(SHARES) == 0
                async with house.db.write() as tx:
                    await tx.execute("DELETE FROM shares")
    assert elsewhere.asked(note["id"]) == 1
    assert met > 5


async def test_every_server_can_write_to_her(house: House, work: str) -> None:
    """A private message, a post for followers and a poll of every kind of server arrive as what they are."""
    kinds = {"create_direct": "direct", "create_followers": "followers", "create_unlisted": "unlisted"}
    for software, name in shapes(*kinds, "create_poll", "create_vote", "create_quote", "create_article"):
        async with open_neighbour() as neighbour:
            visitor = visit(software, house, neighbour, work)
            await befriended(visitor)
            create = visitor.read(name)
            state, answer = await visitor.send(create)
            assert state == "done", (software, name, answer)
            row = (await house.rows("SELECT visibility, type, quote_uri FROM posts") or [None])[0]
            if name == "create_vote":
                assert row is None, software
                continue
            assert row is not None, (software, name, answer)
            assert row["visibility"] == kinds.get(name, row["visibility"]), (software, name)
            assert (row["type"] == "Question") == (name == "create_poll"), (software, name)
            assert (row["quote_uri"] is not None) == (name == "create_quote"), (software, name)
            async with house.db.write() as tx:
                await tx.execute("DELETE FROM posts")
