"""Quotes between servers: asked, granted and taken back, with Fedify as the other side, and between two of ours."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft
from fedi_artisan.services import quotes, speaking
from fedi_artisan.storage import own_posts
from tests.federation import commands
from tests.federation.fedify import FedifyPeer, Sent, fedify
from tests.house import House, open_house, until


@pytest.fixture
async def peer() -> AsyncIterator[FedifyPeer]:
    """A Fedify server."""
    async with fedify() as opened:
        yield opened


@pytest.fixture
async def nour(tmp_path: Path) -> AsyncIterator[House]:
    """Another house of ours."""
    async with open_house(tmp_path / "nour", username="nour") as opened:
        yield opened


async def outcome(house: House, sent: Sent) -> str:
    """Return what came of an activity that the peer delivered."""

    async def done() -> Any:
        return await house.value("SELECT answer FROM inbox WHERE activity_uri = ? AND state <> 'waiting'", sent.id)

    return str(await until(done, f"the processing of {sent.id}"))


async def say(house: House, text: str, quote_uri: str | None = None) -> Post:
    """Let an artisan write into her journal."""
    async with house.db.write() as tx:
        draft = PostDraft(text=text, quote_uri=quote_uri)
        return await speaking.publish(tx, house.uris, house.artisan, draft, utc_now())


async def is_followed(by: House, handle: str, uri: str) -> None:
    """Follow somebody, and return once she has agreed."""
    await commands.follow(by, handle)
    sql = "SELECT state = 'accepted' FROM following JOIN actors ON actors.id = actor_id WHERE uri = ?"
    await until(lambda: by.value(sql, uri), f"the Accept of {handle}")


async def has(house: House, uri: str) -> None:
    """Return once a post of somebody else has come."""
    await until(lambda: house.value("SELECT 1 FROM posts WHERE uri = ?", uri), f"the arrival of {uri}")


async def stamped(house: House, post: Post, *, quotes: str | None) -> Post:
    """Return a post once it is permitted to quote this, or once it quotes nothing any more."""

    async def found() -> Post | None:
        async with house.db.read() as tx:
            now = await own_posts.get(tx, post.uid or "")
        settled = now.quote_uri == quotes and (quotes is None) == (now.quote_stamp_uri is None)
        return now if settled else None

    settled: Post = await until(found, f"that {post.uri} quotes {quotes}")
    return settled


async def withdraw(house: House) -> None:
    """Take back the only permission that was given."""
    uid = await house.value("SELECT uid FROM quotes")
    async with house.db.write() as tx:
        await quotes.withdraw(tx, house.uris, house.artisan, uid, utc_now())


async def test_fedify_quotes_us(house: House, peer: FedifyPeer) -> None:
    """It asks, reads the permission as such, and hears that it was taken back; it is gone then."""
    visitor = await peer.actor("visitor")
    work = house.uris.work((await house.publish()).uid)
    quoting = await visitor.quote(work, "<p>Look!</p>")
    assert await outcome(house, quoting) == "may quote"
    accept = await peer.wait_for("Accept")
    assert accept.raw["object"]["instrument"] == quoting.object
    stamp = await peer.fetch(accept.raw["result"])
    assert (stamp.type, stamp.id) == ("QuoteAuthorization", accept.raw["result"])
    assert stamp.document is not None
    assert (stamp.document["interactingObject"], stamp.document["interactionTarget"]) == (quoting.object, work)
    await withdraw(house)
    delete = await peer.wait_for("Delete")
    assert delete.object_id == stamp.id

    async def gone() -> bool:
        return (await peer.fetch(accept.raw["result"])).status == 410

    await until(gone, "the end of the permission")


async def test_fedify_is_quoted_by_us(house: House, peer: FedifyPeer) -> None:
    """We ask, verify what it permits, say so in the post, and let go of the quote when it takes that back."""
    maker = await peer.actor("maker")
    await is_followed(house, maker.handle, maker.uri)
    note = (await maker.publish("<p>Kiln is open.</p>", quotable=True)).object
    assert note is not None
    await has(house, note)
    post = await say(house, "She opened it!", note)
    request = await peer.wait_for("QuoteRequest")
    assert (request.object_id, request.raw["instrument"]) == (note, post.uri)
    assert request.id is not None
    given = await maker.permit(request.id, note, instrument=post.uri, to=house.actor_uri)
    assert await outcome(house, given) == "may be quoted"

    async def read() -> Any:
        document = (await peer.fetch(post.uri)).document or {}
        return document.get("quoteAuthorization") == given.object and document["quote"] == note

    await until(read, "the permission in the post")
    assert given.object is not None
    assert await outcome(house, await maker.revoke(given.object, to=house.actor_uri)) == "may not be quoted any more"
    await stamped(house, post, quotes=None)


async def test_two_houses_quote_each_other(house: House, nour: House) -> None:
    """One quotes an entry of the other, is permitted at once, and quotes it no more when that is taken back."""
    await is_followed(nour, house.handle, house.actor_uri)
    entry = await say(house, "The kiln is open.")
    await has(nour, entry.uri)
    quoting = await say(nour, "At last!", entry.uri)
    permitted = await stamped(nour, quoting, quotes=entry.uri)
    assert permitted.quote_stamp_uri == house.uris.quote(await house.value("SELECT uid FROM quotes"))
    assert await house.value("SELECT instrument_uri FROM quotes") == quoting.uri
    await withdraw(house)
    await stamped(nour, quoting, quotes=None)
