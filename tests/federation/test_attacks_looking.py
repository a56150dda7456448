"""Looking for people and posts, and attacks on it (WIRE 10.2 #17, #18, #26, #29, #30, #31, #37, #38, #39, #45)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import MOST_MENTIONS
from fedi_artisan.domain.sought import Missing
from fedi_artisan.federation import looking as module
from fedi_artisan.federation.looking import MOST_AT_ONCE, Found, Looking
from fedi_artisan.federation.mentioning import resolve_mentions
from fedi_artisan.storage import actors
from fedi_artisan.storage.db import Database
from fedi_artisan.vocab.actors import parse_actor
from tests.federation.homes import PrivateNames
from tests.federation.looking import alternate, fingered, host_of, lead_on, open_looking, page, tell
from tests.neighbour import ACTIVITY_JSON, Neighbour


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[Looking, Database]]:
    """What looks, and its database."""
    async with open_looking(tmp_path, allow_private_networks=True, timeouts={"total_s": 2.0}) as both:
        yield both


@pytest.fixture
def looking(opened: tuple[Looking, Database]) -> Looking:
    """What looks."""
    return opened[0]


# What is found


async def test_a_person_is_found_by_whatever_is_at_hand(looking: Looking, neighbour: Neighbour) -> None:
    """By her handle, id, negotiated page, a page that names her in its head or header, and a link of FEP-07d7."""
    bob = fingered(neighbour, "bob", summary="<p>Potter<script>x</script></p>")
    neighbour.serve(bob.document(), at=f"{neighbour.origin}/@bob")
    host = host_of(neighbour)
    in_head = page(neighbour, "/bob", alternate("/users/bob"))
    header = {"Link": f'<{bob.uri}>; rel="alternate"; type="{ACTIVITY_JSON}"'}
    in_header = page(neighbour, "/b", "<p>Hello</p>", header)
    ways = [f"@bob@{host}", f"acct:bob@{host}", bob.uri, f"{neighbour.origin}/@bob", in_head, in_header]
    for way in (*ways, f"web+ap://{host}/users/bob", f"http://{host}/@bob@{host}"):
        found = await looking.find(way)
        assert isinstance(found, Found), way
        assert (found.uri, found.note, found.actor.summary_html) == (bob.uri, None, "<p>Potter</p>")


async def test_a_post_is_found_with_its_author(looking: Looking, neighbour: Neighbour) -> None:
    """By its id or page; asked for again within some minutes, nobody is asked for anything."""
    bob = fingered(neighbour, "bob")
    note = neighbour.note(bob, None, "<p>A kiln, at last</p>")
    where = page(neighbour, "/@bob/1", alternate(note["id"]))
    found = await looking.find(where)
    assert isinstance(found, Found)
    assert found.note is not None
    assert (found.uri, found.actor.uri, found.note.content_html) == (note["id"], bob.uri, "<p>A kiln, at last</p>")
    neighbour.requests.clear()
    assert await looking.find(note["id"]) is found
    assert await looking.find(where) is found
    assert neighbour.requests == []


async def test_what_is_not_found_has_a_reason(looking: Looking, neighbour: Neighbour) -> None:
    """Nobody of that name, a page of nobody, a collection, a refusal, a server that is away: told apart."""
    neighbour.serve({"id": f"{neighbour.origin}/list", "type": "Collection"})
    neighbour.serve({}, at=f"{neighbour.origin}/private", status=401)
    neighbour.serve({}, at=f"{neighbour.origin}/away", status=503)
    host = host_of(neighbour)
    wanted = {
        f"@nobody@{host}": Missing.NOBODY,
        f"{neighbour.origin}/nothing": Missing.NOBODY,
        page(neighbour, "/shop", "<p>Hello</p>"): Missing.NEITHER,
        f"{neighbour.origin}/list": Missing.NEITHER,
        f"{neighbour.origin}/private": Missing.REFUSED,
        f"{neighbour.origin}/away": Missing.SILENT,
        "http://127.0.0.1:1/x": Missing.SILENT,
        "http://127.0.0.1:9/@nobody": Missing.NEITHER,
    }
    assert {way: await looking.find(way) for way in wanted} == wanted


# Who it is said to be


async def test_18_what_is_served_as_something_else_is_nobody(looking: Looking, neighbour: Neighbour) -> None:
    """WIRE 10.2 #18: a document uploaded as a text, as JSON or without its profile proves nothing."""
    bob = fingered(neighbour, "bob")
    for kind in ("text/plain", "application/json", "application/octet-stream", "application/ld+json", "text/html"):
        neighbour.serve(bob.document(), at=f"{neighbour.origin}/upload", kind=kind)
        assert await looking.find(f"{neighbour.origin}/upload") is Missing.NEITHER, kind


async def test_17_and_30_a_document_counts_at_its_own_id_alone(
    looking: Looking, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """WIRE 10.2 #17, #30: what a stranger tells of another is asked for where that one lives, and not believed."""
    bob = fingered(neighbour, "bob", name="Bob")
    elsewhere.serve({**bob.document(), "name": "Forged"}, at=f"{elsewhere.origin}/bob")
    found = await looking.find(f"{elsewhere.origin}/bob")
    assert isinstance(found, Found)
    assert found.actor.name == "Bob"
    note = {"id": f"{elsewhere.origin}/1", "type": "Note", "attributedTo": bob.uri, "content": "Forged"}
    elsewhere.serve(note)
    assert await looking.find(note["id"]) is Missing.NEITHER
    for twin in ("?x=1", "/", "#me"):
        document = {**bob.document(), "id": f"{bob.uri}{twin}"}
        neighbour.serve(document, at=f"{neighbour.origin}/twin")
        there = await looking.find(f"{neighbour.origin}/twin")
        # What stands behind a sharp sign is not sent: who answers is she herself, by her own id.
        assert (there.uri if isinstance(there, Found) else "") == (bob.uri if twin == "#me" else ""), twin
    neighbour.serve({**bob.document(), "id": [bob.uri]}, at=f"{neighbour.origin}/list")
    assert await looking.find(f"{neighbour.origin}/list") is Missing.NEITHER


async def test_29_a_handle_that_does_not_lead_back(
    looking: Looking, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """WIRE 10.2 #29: whose own server knows her not by her name, or by another id, is nobody; so is who wrote a post.

    A handle elsewhere that points at her finds her under her own handle.
    """
    silent = neighbour.person("silent")
    assert await looking.find(silent.uri) is Missing.UNCONFIRMED
    liar = fingered(neighbour, "liar", points_to=f"{neighbour.origin}/users/other")
    assert await looking.find(liar.uri) is Missing.UNCONFIRMED
    assert await looking.find(neighbour.note(liar, None)["id"]) is Missing.UNCONFIRMED
    bob = fingered(neighbour, "bob")
    tell(elsewhere, "famous", bob.uri)
    found = await looking.find(f"@famous@{host_of(elsewhere)}")
    assert isinstance(found, Found)
    assert (found.actor.username, found.actor.uri) == ("bob", bob.uri)
    tell(elsewhere, "hijacked", liar.uri)
    assert await looking.find(f"@hijacked@{host_of(elsewhere)}") is Missing.BROKEN


async def test_26_a_page_names_documents_of_its_own_server(
    looking: Looking, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """WIRE 10.2 #26: not of another host or port, behind a user name, or of another scheme; nobody there is asked."""
    bob = fingered(elsewhere, "bob")
    host = host_of(neighbour)
    for number, href in enumerate(
        (
            bob.uri,
            f"//{host_of(elsewhere)}/users/bob",
            f"http://{host}@{host_of(elsewhere)}/users/bob",
            "data:,x",
            "//[",
        )
    ):
        assert await looking.find(page(neighbour, f"/{number}", alternate(href))) is Missing.NEITHER, href
    assert elsewhere.requests == []


async def test_37_no_spelling_leads_to_this_machine(tmp_path: Path, neighbour: Neighbour) -> None:
    """WIRE 10.2 #31, #37: handles and addresses of private networks are not asked, whatever a name server says."""
    port = neighbour.origin.rpartition(":")[2]
    async with open_looking(tmp_path, names=PrivateNames()) as (looking, _):
        for host in ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "private.example"):
            for way in (f"@bob@{host}:{port}", f"http://{host}:{port}/@bob", f"web+ap://{host}:{port}/@bob"):
                assert isinstance(await looking.find(way), Missing), way
    assert neighbour.requests == []


async def test_27_a_blocked_server_is_not_asked(tmp_path: Path, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #27: neither itself nor through another that leads to it; the rest is found as ever."""
    bob, ana = fingered(neighbour, "bob"), fingered(elsewhere, "ana")
    tell(elsewhere, "alias", bob.uri)
    blocked = host_of(neighbour)
    async with open_looking(tmp_path, refuses=lambda url: blocked in url, allow_private_networks=True) as (looking, _):
        for way in (f"@bob@{blocked}", bob.uri, f"@alias@{host_of(elsewhere)}"):
            assert await looking.find(way) is Missing.BLOCKED, way
        assert isinstance(await looking.find(ana.uri), Found)


async def test_32_and_36_nothing_leads_back_to_this_server(looking: Looking, neighbour: Neighbour) -> None:
    """WIRE 10.2 #32, #36: no redirect, no link of a page and no template of host-meta leads to ourselves or to data."""
    own = "http://127.0.0.1:9/ap/actors/maria"
    assert isinstance(await looking.find(lead_on(neighbour, "/r", own)), Missing)
    assert isinstance(await looking.find(page(neighbour, "/p", alternate(own))), Missing)
    asked = len(neighbour.requests)
    for template in ("http://127.0.0.1:9/{uri}", "data:application/jrd+json,{uri}", "file:///etc/passwd?{uri}"):
        link = f'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="{template}"/></XRD>'

        async def describe(_request: web.Request, text: str = link) -> web.StreamResponse:
            return web.Response(text=text, content_type="application/xrd+xml")

        neighbour.routes["/.well-known/host-meta"] = describe
        found = await looking.find(f"@nobody@{host_of(neighbour)}")
        assert found in {Missing.UNREADABLE, Missing.NOBODY}, template
    assert len(neighbour.requests) == asked + 6


# What it costs


async def test_38_three_hops_in_all(looking: Looking, neighbour: Neighbour) -> None:
    """WIRE 10.2 #38: redirects, the link of a page and the way to the id count together; no circle is gone twice."""
    bob = fingered(neighbour, "bob")
    named = page(neighbour, "/page", alternate("/copy"))
    neighbour.serve(bob.document(), at=f"{neighbour.origin}/copy")
    assert isinstance(await looking.find(lead_on(neighbour, "/one", named)), Found)
    neighbour.requests.clear()
    assert await looking.find(lead_on(neighbour, "/two", lead_on(neighbour, "/one", named))) is Missing.NEITHER
    assert len(neighbour.requests) == 4
    for circle in (
        lead_on(neighbour, "/circle", f"{neighbour.origin}/circle"),
        page(neighbour, "/self", alternate("/self")),
        page(neighbour, "/a", alternate("/b")),
    ):
        page(neighbour, "/b", alternate("/a"))
        neighbour.requests.clear()
        assert await looking.find(circle) is Missing.NEITHER
        assert len(neighbour.requests) <= 2


async def test_45_a_page_without_an_end(looking: Looking, neighbour: Neighbour) -> None:
    """WIRE 10.2 #40, #45: a page of tags that never end is read within a second; one of more than 1 MB is not."""
    begun = time.monotonic()
    assert await looking.find(page(neighbour, "/tags", "<a " * 300_000)) is Missing.NEITHER
    link = {"Link": "<a>; " * 1_000}
    assert await looking.find(page(neighbour, "/header", "<p>", link)) is Missing.NEITHER
    assert await looking.find(page(neighbour, "/huge", " " * 1_100_000 + alternate("/users/bob"))) is Missing.NEITHER
    assert time.monotonic() - begun < 3


async def test_39_whoever_is_slow_is_not_waited_for(
    looking: Looking, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WIRE 10.2 #39: all hops together have one deadline, and only so many are looked for at once."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return web.Response(status=404)

    neighbour.routes["/slow"] = wait
    waiting = [asyncio.create_task(looking.find(f"{neighbour.origin}/slow")) for _ in range(MOST_AT_ONCE)]
    await asked.wait()
    assert await looking.find(f"{neighbour.origin}/slow") is Missing.BUSY
    go_on.set()
    assert set(await asyncio.gather(*waiting)) <= {Missing.NOBODY, Missing.SILENT}
    monkeypatch.setattr(looking, "_patience_s", 0.05)
    go_on.clear()
    assert await looking.find(f"{neighbour.origin}/slow") is Missing.SILENT
    go_on.set()
    assert module.PATIENCE_S < 30


# Whom a text names


async def test_mentions_are_resolved_before_they_go_out(opened: tuple[Looking, Database], neighbour: Neighbour) -> None:
    """Who is known is not asked for; others by WebFinger; who is not found stays plain words, and is told."""
    looking, db = opened
    known, bob, host = fingered(neighbour, "known"), fingered(neighbour, "bob"), host_of(neighbour)
    async with db.write() as tx:
        await actors.put(tx, parse_actor(known.document()), utc_now())
    text = f"@Known@{host} @bob@{host}, @nobody@{host} and @maria@127.0.0.1:9"
    named = await resolve_mentions(db, looking, text)
    assert [(mention.handle, mention.uri) for mention in named.mentions] == [
        (f"@Known@{host}", known.uri),
        (f"@bob@{host}", bob.uri),
    ]
    assert named.unknown == (f"@nobody@{host}",)
    assert neighbour.asked(known.uri) == 0
    async with db.read() as tx:
        assert await actors.find_id(tx, bob.uri) is not None


async def test_43_a_text_of_a_thousand_names(opened: tuple[Looking, Database], neighbour: Neighbour) -> None:
    """WIRE 10.2 #43: of a thousand names no more are looked for than tell that they are too many."""
    looking, db = opened
    text = " ".join(f"@n{number}@{host_of(neighbour)}" for number in range(1_000))
    named = await resolve_mentions(db, looking, text)
    assert (len(named.mentions), len(named.unknown)) == (0, MOST_MENTIONS + 1)
    assert len({path for _, path in neighbour.requests if "webfinger" in path}) <= MOST_MENTIONS + 1
