"""The yardstick held against itself: two Fedify peers follow, accept, publish and receive, in each mode."""

import aiohttp
import pytest

from tests.federation.fedify import Mode, PeerRefused, fedify


@pytest.mark.parametrize("mode", list(Mode))
async def test_follow_accept_publish_received(mode: Mode) -> None:
    """Two peers of one mode find each other by handle; every delivery is verified, in a dialect of that mode alone."""
    async with fedify(mode) as here, fedify(mode) as there:
        reader = await here.actor("reader")
        maker = await there.actor("maker")

        follow = await reader.follow(maker.handle)
        accept = await here.wait_for("Accept", where=lambda entry: entry.object_id == follow.id)
        # As it was sent: Fedify puts the follower with all she is into the Follow.
        assert (accept.actor, accept.raw["object"]["actor"]["id"]) == (maker.uri, reader.uri)
        assert accept.object is not None
        assert accept.object["type"] == "Follow"
        assert (await maker.relations()).followers == {reader.uri}
        assert (await reader.relations()).following == {maker.uri}

        published = await maker.publish("<p>A bowl, fired twice.</p>")
        create = await here.wait_for("Create")
        assert (create.id, create.actor, create.inbox) == (published.id, maker.uri, None)
        assert create.object is not None
        assert create.object["content"] == "<p>A bowl, fired twice.</p>"

        for peer, verified in ((here, 2), (there, 1)):
            counters = await peer.counters()
            by_dialect = (counters.verified.cavage, counters.verified.rfc9421)
            match mode:
                case Mode.CAVAGE_ONLY:
                    assert by_dialect == (verified, 0)
                    assert counters.sent.rfc9421 == 0
                case Mode.DEFAULT | Mode.RFC9421_ONLY:
                    assert by_dialect == (0, verified)
                    assert counters.sent.cavage == 0
                case Mode.AUTHORIZED_FETCH:
                    # Fedify signs the fragment of `…#main-key` into `@target-uri`, where the receiver sees none: its
                    # RFC 9421 fetch of a key is refused, draft-cavage works, and Fedify stays with that.
                    assert sum(by_dialect) == verified
            assert (counters.refusals, counters.strangers) == ((), ())


@pytest.mark.parametrize(
    ("strict", "understood", "other"),
    [(Mode.CAVAGE_ONLY, "cavage", "rfc9421"), (Mode.RFC9421_ONLY, "rfc9421", "cavage")],
)
async def test_double_knock_finds_the_one_dialect(strict: Mode, understood: str, other: str) -> None:
    """A peer that speaks both reaches a strict one in the understood dialect; the other dialect was refused."""
    async with fedify(strict) as there, fedify(Mode.DEFAULT) as here:
        reader = await here.actor("reader")
        maker = await there.actor("maker")
        await reader.follow(maker.handle)
        follow = await there.wait_for("Follow")
        await here.wait_for("Accept")
        counters = await there.counters()
        assert follow.dialect == understood
        assert getattr(counters.verified, understood) == 1
        assert getattr(counters.verified, other) == 0
        assert getattr(counters.refused, other) == (1 if strict is Mode.CAVAGE_ONLY else 0)


async def test_strangers_of_different_dialects_cannot_talk() -> None:
    """A peer that sends draft-cavage alone is refused by one that understands RFC 9421 alone; nothing gets through."""
    async with fedify(Mode.CAVAGE_ONLY) as here, fedify(Mode.RFC9421_ONLY) as there:
        reader = await here.actor("reader")
        maker = await there.actor("maker")
        with pytest.raises(PeerRefused) as refusal:
            await reader.follow(maker.handle)
        assert refusal.value.status == 401
        assert (await here.counters()).withheld == 1
        assert (await there.counters()).refused.cavage == 1
        assert await there.received() == []


async def test_authorized_fetch_refuses_unsigned() -> None:
    """Actors, notes and collections answer 401 unsigned and 200 signed; the instance actor always answers 200."""
    async with fedify(Mode.AUTHORIZED_FETCH) as there, fedify() as here:
        maker = await there.actor("maker")
        published = await maker.publish("<p>A bowl.</p>")
        note = published.object
        assert note is not None
        for uri in (maker.uri, note, f"{maker.uri}/outbox", f"{maker.uri}/followers"):
            assert (await here.fetch(uri, signed=False)).status == 401
            assert (await here.fetch(uri)).status == 200
        assert (await here.fetch(f"{there.origin}/users/instance", signed=False)).type == "Application"
        assert await here.traverse(f"{maker.uri}/outbox") == [("Create", published.id)]


async def test_everything_a_visitor_does() -> None:
    """Reply, like, announce, edit, delete, undo, update, block, move: each arrives as what it is, about its object."""
    async with fedify() as here, fedify() as there:
        visitor = await here.actor("visitor")
        maker = await there.actor("maker")
        heir = await here.actor("heir", aliases=(visitor.uri,))
        bowl = (await maker.publish("<p>A bowl.</p>")).object
        assert bowl is not None

        follow = await visitor.follow(maker.uri)
        reply = await visitor.reply(bowl, "<p>How lovely!</p>")
        assert reply.object is not None
        like = await visitor.like(bowl)
        announce = await visitor.announce(bowl)
        steps = [
            ("Follow", maker.uri),
            ("Create", reply.object),
            ("Like", bowl),
            ("Announce", bowl),
            ("Update", (await visitor.edit(reply.object, "<p>How very lovely!</p>", to=maker.uri)) and reply.object),
            ("Delete", (await visitor.delete_note(reply.object, to=maker.uri)) and reply.object),
            *[("Undo", (await visitor.undo(sent)) and sent.id) for sent in (like, announce, follow)],
            ("Update", (await visitor.update("A potter too.", to=maker.uri)) and visitor.uri),
            ("Block", (await visitor.block(maker.uri)) and maker.uri),
            ("Move", (await visitor.move(heir.uri, to=maker.uri)) and visitor.uri),
            ("Delete", (await visitor.delete(to=maker.uri)) and visitor.uri),
        ]
        last = await there.wait_for("Delete", where=lambda entry: entry.object_id == visitor.uri)
        received = await there.received()
        assert [(entry.type, entry.object_id) for entry in received] == steps
        assert {entry.inbox for entry in received} == {"maker"}
        assert last.number == len(steps)
        assert (await there.fetch(visitor.uri)).status == 410


async def test_a_bad_signature_is_refused() -> None:
    """A delivery without a signature, or with a forged one, is refused 401 and never listed as received."""
    async with fedify() as there, aiohttp.ClientSession() as session:
        maker = await there.actor("maker")
        activity = {"id": "http://127.0.0.1:9/1", "type": "Like", "actor": maker.uri, "object": maker.uri}
        forged = {
            "Date": "Mon, 23 Nov 2026 12:30:22 GMT",
            "Digest": "SHA-256=AAAA",
            "Signature": f'keyId="{maker.uri}#main-key",headers="(request-target) host date digest",signature="AAAA"',
        }
        for headers in ({}, forged):
            async with session.post(f"{maker.uri}/inbox", json=activity, headers=headers) as answer:
                assert answer.status == 401
        counters = await there.counters()
        assert (counters.refused.unsigned, counters.refused.cavage) == (1, 1)
        assert await there.received() == []
