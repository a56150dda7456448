"""Attacks on posts (WIRE 10.2): whose they are, who may read them, and how much of them there can be."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Mention, PostDraft, Visibility
from fedi_artisan.services import posts, speaking
from fedi_artisan.storage.wanted_posts import MOST_OF_A_SITE
from fedi_artisan.vocab.fields import MOST_TAGS
from fedi_artisan.vocab.notes import Note
from tests.house import House, until
from tests.inbox.answering import ask_to_follow
from tests.inbox.sending import befriend, effect
from tests.inbox.talking import POSTS, followed
from tests.neighbour import PUBLIC, Neighbour, Person, signed_headers
from tests.studio import signed_in
from tests.web.asking import ACTIVITY_JSON, Answer, Asker


async def share(house: House, neighbour: Neighbour, person: Person, uri: str) -> dict[str, Any]:
    """Let a followed person share a post; return the Announce."""
    announce = neighbour.activity("Announce", person, uri, to=[PUBLIC])
    assert await effect(house, neighbour, person, announce) == ("done", "shared")
    return announce


async def test_nobody_changes_what_we_said(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #20, #21: our post, our Like and our Follow stay, whoever updates, deletes, undoes or rejects them."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    await befriend(house, neighbour, mallory)
    follow_uri = await ask_to_follow(house, bob)
    async with house.db.write() as tx:
        post = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="Fired."), utc_now())
    spoken = neighbour.activity("Update", mallory, {"id": post.uri, "type": "Note", "attributedTo": mallory.uri})
    assert (await neighbour.send(mallory, house.uris.shared_inbox, spoken))[0] == 403
    create_uri = await house.value("SELECT uri FROM activities WHERE type = 'Create'")
    for uri in (post.uri, create_uri, follow_uri, house.actor_uri):
        for kind in ("Delete", "Undo", "Reject"):
            await effect(house, neighbour, mallory, neighbour.activity(kind, mallory, uri))
    for inner in ({"type": "Create", "object": post.uri}, {"type": "Follow", "object": bob.uri}):
        whole = {"id": follow_uri, "actor": house.actor_uri, **inner}
        for kind in ("Delete", "Undo", "Reject"):
            await effect(house, neighbour, mallory, neighbour.activity(kind, mallory, whole))
    assert await house.value("SELECT withdrawn_at IS NULL AND source = 'Fired.' FROM posts")
    assert await house.value("SELECT state FROM following") == "requested"


async def test_a_share_is_hers_who_shares(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #21, #22: nobody else takes a share back, nor becomes the author of what was shared."""
    cleo, mallory = await followed(house, neighbour, "cleo"), neighbour.person("mallory", key_number=1)
    eva = elsewhere.person("eva")
    note = elsewhere.note(eva, None)
    announce = await share(house, neighbour, cleo, note["id"])
    await befriend(house, neighbour, mallory)
    whole = {name: value for name, value in announce.items() if name != "@context"}
    for activity in (
        *(neighbour.activity(kind, mallory, announce["id"]) for kind in ("Undo", "Delete")),
        neighbour.activity("Undo", mallory, whole),
        neighbour.activity("Undo", mallory, {"type": "Announce", "object": note["id"]}),
        neighbour.activity("Delete", mallory, note["id"]),
    ):
        await effect(house, neighbour, mallory, activity)
    thief = elsewhere.person("thief", key_number=1)
    stolen = {**note, "attributedTo": thief.uri, "content": "<p>Stolen</p>"}
    await effect(house, elsewhere, thief, elsewhere.activity("Create", thief, stolen, to=[house.actor_uri]))
    await effect(
        house, elsewhere, thief, elsewhere.activity("Update", thief, {**stolen, "updated": "2100-01-01T00:00:00Z"})
    )
    assert await house.value("SELECT count(*) FROM shares") == 1
    assert [row["content_html"] for row in await house.rows(POSTS)] == ["<p>Lovely!</p>"]
    sql = "SELECT actors.uri FROM posts JOIN actors ON actors.id = actor_id"
    assert await house.value(sql) == eva.uri


async def test_words_for_followers_of_whom_we_are_none(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """WIRE 10.2 #24: what is for followers is kept only of whom our artisan follows, and who agreed to that."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    follow_uri = await ask_to_follow(house, bob)
    await befriend(house, elsewhere, mallory)
    forged = elsewhere.activity("Accept", mallory, {"id": follow_uri, "type": "Follow", "actor": house.actor_uri})
    await effect(house, elsewhere, mallory, forged)
    for server, person in ((neighbour, bob), (elsewhere, mallory)):
        note = server.note(person, None, to=[f"{person.uri}/followers"])
        state, answer = await effect(house, server, person, server.activity("Create", person, note))
        assert (state, answer) in {("done", "not about anything of ours"), ("dropped", "at the door")}
    assert await house.rows(POSTS) == []


async def test_thousands_are_named(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #42: of a post that names thousands a few are kept, and it waits for the artisan; nobody is asked."""
    bob = neighbour.person("bob")
    others = [f"{neighbour.origin}/users/{number}" for number in range(5000)]
    tag = [{"type": "Mention", "href": uri, "name": f"@{uri[-4:]}"} for uri in (house.actor_uri, *others)]
    note = neighbour.note(bob, work, to=[house.actor_uri, PUBLIC, *others], cc=others, tag=tag)
    state, answer = await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    assert (state, answer) == ("done", "held until the artisan has looked at it")
    assert await house.value("SELECT json_array_length(mentions) FROM posts") <= MOST_TAGS
    assert await house.value("SELECT count(*) FROM addressed") == 1
    assert neighbour.asked() <= 1


async def test_endless_unknown_parents(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #43, #44: of a thousand answers to as many unknown posts of one site, few make us ask there."""
    async with house.db.write() as tx:
        for number in range(1000):
            note = Note(
                uri=f"{neighbour.origin}/notes/{number}",
                attributed_to=f"{neighbour.origin}/users/bob",
                in_reply_to=f"https://x{number}.crawled.example/notes/1",
            )
            await posts.want_above(tx, house.uris, note, steps=1, now=utc_now())
        rows = await tx.execute_fetchall("SELECT count(*) FROM wanted_posts")
        assert next(iter(rows))[0] == MOST_OF_A_SITE
        await tx.execute("DELETE FROM wanted_posts")


async def test_slow_parents_hold_up_nobody(house: House, neighbour: Neighbour, elsewhere: Neighbour, work: str) -> None:
    """WIRE 10.2 #39: while a server gives what it is asked for byte by byte, another is asked, and answers."""
    bob, eva = neighbour.person("bob"), elsewhere.person("eva")
    held = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        await held.wait()
        raise web.HTTPNotFound

    async def answer(server: Neighbour, person: Person, above: str) -> None:
        tag = [{"type": "Mention", "href": house.actor_uri, "name": "@maria"}]
        note = server.note(person, above, cc=[house.actor_uri], tag=tag)
        assert await effect(house, server, person, server.activity("Create", person, note)) == ("done", "mentioned")

    try:
        for number in range(12):
            neighbour.routes[f"/slow/{number}"] = drip
            await answer(neighbour, bob, f"{neighbour.origin}/slow/{number}")
        above = elsewhere.note(eva, work)
        await answer(elsewhere, elsewhere.person("ida"), above["id"])
        sql = "SELECT count(*) FROM posts WHERE uri = ? AND work_id IS NOT NULL"
        await until(lambda: house.value(sql, above["id"]), "the parent of the other server", within_s=5)
    finally:
        held.set()


async def test_what_is_not_for_you_is_not_there(house: House) -> None:
    """WIRE 10.2 #53, #54: a post for followers, a message, one for the web alone, and none: one and the same answer.

    The bytes, the status and all headers are the same at each address; nothing is kept by whoever stands between.
    """
    async with house.db.write() as tx:
        bob = Mention(uri="https://host.example/users/bob", handle="@bob@host.example")
        hiding = (Visibility.FOLLOWERS, Visibility.WEB, Visibility.DIRECT)
        drafts = [PostDraft(text="Psst, @bob@host.example!", visibility=one, mentions=(bob,)) for one in hiding]
        hidden = [await speaking.publish(tx, house.uris, house.artisan, draft, utc_now()) for draft in drafts]
    none = house.uris.post("01jc8znothing0000000000000")
    async with Asker.open(house.config.origin) as ask:
        for part in ("", "/likes", "/replies?page=1"):
            answers = [await ask(uri + part, ("Accept", ACTIVITY_JSON)) for uri in (none, *(one.uri for one in hidden))]
            seen = [
                (one.status, one.body, {name: value for name, value in one.headers.items() if name != "Date"})
                for one in answers
            ]
            assert seen == [seen[0]] * 4
            assert seen[0][0] == 404
            assert "public" not in answers[0].headers.get("Cache-Control", "")


async def test_what_was_given_to_one_is_kept_for_nobody_else(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #54: a follower reads what for others is 404 before and after, and for her too when she has left."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    follow = await befriend(house, neighbour, bob)
    async with house.db.write() as tx:
        draft = PostDraft(text="Psst.", visibility=Visibility.FOLLOWERS)
        post = await speaking.publish(tx, house.uris, house.artisan, draft, utc_now())

    async with Asker.open(house.config.origin) as ask:

        async def read_by(person: Person | None) -> Answer:
            signed = (
                {} if person is None else signed_headers("GET", post.uri, key_id=person.key_id, private=person.private)
            )
            return await ask(post.uri, *signed.items(), ("Accept", ACTIVITY_JSON))

        assert [(await read_by(one)).status for one in (None, mallory, bob, mallory, None)] == [404, 404, 200, 404, 404]
        given = await read_by(bob)
        assert given.headers["Cache-Control"] == "private, no-store"
        assert "Signature" in given.headers["Vary"]
        await effect(house, neighbour, bob, neighbour.activity("Undo", bob, follow))
        assert (await read_by(bob)).status == 404


async def test_an_older_edit_comes_again(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #60: what a post said before is not brought back by sending it anew, under whatever id."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    moments = ["2026-01-01T00:00:00Z", utc_now().isoformat()]
    edits = [{**note, "content": f"<p>{moment}</p>", "updated": moment} for moment in moments]
    for edit in (edits[1], edits[0]):
        await effect(house, neighbour, bob, neighbour.activity("Update", bob, edit))
    first, *others = await house.rows(POSTS)
    assert (first["content_html"], others) == (f"<p>{moments[1]}</p>", [])


async def test_an_answer_to_an_answer_without_end(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #43: of a chain of a thousand answers each page shows a bounded part, and comes."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    sql = """
        WITH RECURSIVE chain (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM chain WHERE number < 1000)
        INSERT INTO posts (uri, actor_id, visibility, in_reply_to, work_id, content_html, approved, published_at)
        SELECT 'https://x.example/' || number, actor_id, 'public',
            iif(number = 1, uri, 'https://x.example/' || (number - 1)), work_id, '<p>' || number || '</p>', 1, number
        FROM posts, chain WHERE uri = ?
    """
    async with house.db.write() as tx:
        await tx.execute(sql, (note["id"],))
        await tx.execute("UPDATE posts SET approved = 1")
    slug = await house.value("SELECT slug FROM works")
    rows = await house.rows("SELECT id FROM posts WHERE uri = ? OR uri LIKE '%/1000'", note["id"])
    async with signed_in(house) as visitor:
        paths = [f"/works/{slug}", "/studio/happened", *(f"/studio/around/{row['id']}" for row in rows)]
        for path in paths:
            answer = await visitor.get(path)
            assert answer.status == 200, path
            assert len(answer.text) < 600_000
    async with Asker.open(house.config.origin) as ask:
        assert (await ask.document(f"{work}/replies"))["totalItems"] == 1001


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Group", "name": "Somebody else", "preferredUsername": "else"},
        {"type": ["Person", "Service"], "name": {"en": "x"}, "preferredUsername": 5},
        {"type": "Tombstone"},
        {"id": "https://elsewhere.example/users/bob"},
        {"inbox": "https://elsewhere.example/inbox"},
        {"publicKey": None},
        {"publicKey": []},
        {"publicKey": {"id": "x", "owner": "y", "publicKeyPem": "z"}},
    ],
)
async def test_an_actor_becomes_another(
    house: House, neighbour: Neighbour, work: str, changes: dict[str, object]
) -> None:
    """An actor who is of another type, name, key or host all at once stays who she was, or is refused; pages come."""
    bob = neighbour.person("bob")
    note = neighbour.note(bob, work)
    await effect(house, neighbour, bob, neighbour.activity("Create", bob, note))
    neighbour.serve({**bob.document(), **changes}, at=bob.uri)
    update = neighbour.activity("Update", bob, {**bob.document(), **changes})
    status, text = await neighbour.send(bob, house.uris.shared_inbox, update)
    assert status < 500, text
    await house.quiet()
    again = neighbour.note(bob, work)
    status, text = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Create", bob, again))
    assert status in {202, 401}, text
    await house.quiet()
    assert await house.value("SELECT count(*) FROM inbox WHERE state = 'waiting'") == 0
    sql = "SELECT DISTINCT actors.uri FROM posts JOIN actors ON actors.id = actor_id"
    assert [row["uri"] for row in await house.rows(sql)] == [bob.uri]
    async with signed_in(house) as visitor:
        post_id = await house.value("SELECT id FROM posts")
        for path in ("/studio/happened", f"/studio/around/{post_id}"):
            assert (await visitor.get(path)).status == 200
