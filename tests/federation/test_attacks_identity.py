"""Attacks on who somebody is (WIRE 10.2, "Identity / signature"), by a hostile server over real sockets."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from fedi_artisan.app import open_parts
from fedi_artisan.errors import RemoteError, RemoteMalformed
from fedi_artisan.storage import followers
from tests.house import House
from tests.inbox.sending import befriend, effect
from tests.neighbour import Neighbour, Person, key, pem


async def refused(house: House, sender: Neighbour, person: Person, activity: Any, **how: Any) -> str:
    """Send what must be answered 401 and leave nothing behind; return the reason."""
    before = await house.value("SELECT count(*) FROM actors")
    status, text = await sender.send(person, house.uris.shared_inbox, activity, **how)
    assert status == 401, text
    assert await house.answer(activity) is None
    assert await house.value("SELECT count(*) FROM actors") <= before + 1
    reason: str = json.loads(text)["error"]
    return reason


async def test_an_actor_of_another_server(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #1: a valid signature by one's own key does not make one somebody of another server."""
    victim, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    forged = {**elsewhere.activity("Follow", mallory, house.actor_uri), "actor": victim.uri}
    for uri in (forged["id"], f"{neighbour.origin}/activities/9"):
        assert "not by" in await refused(house, elsewhere, mallory, {**forged, "id": uri})
    assert await house.value("SELECT count(*) FROM followers") == 0


async def test_a_key_that_claims_an_owner(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #2: a key elsewhere that names the victim as its owner is nobody's; the victim is not even asked."""
    victim, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    key_id = f"{elsewhere.origin}/keys/1"
    elsewhere.serve({"id": key_id, "type": "Key", "owner": victim.uri, "publicKeyPem": pem(key(1))})
    forged = neighbour.activity("Follow", victim, house.actor_uri)
    await refused(house, elsewhere, mallory, forged, key_id=key_id)
    assert not neighbour.requests


async def test_a_key_that_its_owner_does_not_list(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #2: a key on the victim's own server that she does not list is not hers (WIRE 2.4 step 8)."""
    victim = neighbour.person("bob")
    key_id = f"{neighbour.origin}/uploads/key"
    for name in ("owner", "controller"):
        neighbour.serve({"id": key_id, "type": "Key", name: victim.uri, "publicKeyPem": pem(key(1))})
        forged = neighbour.activity("Follow", victim, house.actor_uri)
        await refused(house, neighbour, victim, forged, key_id=key_id, private=key(1))


async def test_a_key_that_its_owner_lists(house: House, neighbour: Neighbour) -> None:
    """WIRE 2.4 steps 7 and 8: a key with an address of its own is good where its owner lists it."""
    key_id = f"{neighbour.origin}/keys/bob"
    listed = {"id": key_id, "owner": f"{neighbour.origin}/users/bob", "publicKeyPem": pem(key(0))}
    bob = neighbour.person("bob", publicKey=listed)
    neighbour.serve({"type": "Key", **listed})
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    status, text = await neighbour.send(bob, house.uris.shared_inbox, follow, key_id=key_id)
    assert status == 202, text


async def test_keys_of_others_cannot_be_taken_over(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #2: an actor who lists the key ids of others takes nothing from them."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    await befriend(house, neighbour, bob)
    own = mallory.document()["publicKey"]
    theft = {**mallory.document(), "publicKey": [own, {**own, "id": bob.key_id}]}
    elsewhere.serve(theft)
    await befriend(house, elsewhere, mallory)
    await effect(house, elsewhere, mallory, elsewhere.activity("Update", mallory, theft))
    rows = await house.rows("SELECT pem FROM actor_keys WHERE key_id = ?", bob.key_id)
    assert [row["pem"] for row in rows] == [pem(key(0))]
    await befriend(house, neighbour, bob)


@pytest.mark.parametrize("via", ["redirect", "open redirect", "another id", "own id"])
async def test_a_victim_s_address_that_leads_elsewhere(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, via: str
) -> None:
    """WIRE 10.2 #3: a document counts at the address that gave it and that it names; wherever else it was found."""
    path = "/go?to=elsewhere" if via == "open redirect" else "/users/bob"
    victim = Person(f"{neighbour.origin}{path}", key(1))
    mallory = Person(f"{elsewhere.origin}/users/mallory", key(1))
    document = {**victim.document(), "inbox": f"{neighbour.origin}/inbox", "preferredUsername": "bob"}
    if via == "another id":
        document = {**document, "id": mallory.uri}
        neighbour.serve(document, at=victim.uri)
    elif via == "own id":
        document = {**document, "id": f"{neighbour.origin}/users/carol"}
        neighbour.serve(document, at=victim.uri)
    else:

        async def lead(request: web.Request) -> web.Response:
            raise web.HTTPFound(f"{elsewhere.origin}/document")

        neighbour.routes[path] = lead
        elsewhere.serve(document, at=f"{elsewhere.origin}/document")
    forged = {**neighbour.activity("Follow", victim, house.actor_uri)}
    await refused(house, elsewhere, victim, forged)
    assert await house.value("SELECT count(*) FROM actors") == 0


async def test_a_key_under_another_name(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #4: a key document with another id than was asked for is refused, and known under neither."""
    bob = neighbour.person("bob")
    asked, told = f"{neighbour.origin}/keys/1", f"{neighbour.origin}/keys/2"
    for uri in (asked, told):
        neighbour.serve({"id": told, "type": "Key", "owner": bob.uri, "publicKeyPem": pem(key(0))}, at=uri)
    await refused(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri), key_id=asked)
    assert await house.value("SELECT count(*) FROM actor_keys") == 0


async def test_an_id_of_another_server(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #5: an activity under the id of another server is 403, and the id stays free for its owner."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    real = neighbour.activity("Follow", bob, house.actor_uri)
    forged = {**elsewhere.activity("Follow", mallory, house.actor_uri), "id": real["id"]}
    status, _ = await elsewhere.send(mallory, house.uris.shared_inbox, forged)
    assert (status, await house.answer(forged)) == (403, None)
    assert await effect(house, neighbour, bob, real) == ("done", "follows")


async def test_an_id_of_a_neighbour_on_the_same_server(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #5: who uses the activity id of another actor of her own server does not take it from her."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    real = neighbour.activity("Follow", bob, house.actor_uri)
    await effect(house, neighbour, mallory, {**real, "actor": mallory.uri})
    await effect(house, neighbour, bob, real)
    assert await house.value("SELECT count(*) FROM followers") == 2


@pytest.mark.parametrize(
    "key_id",
    [
        "javascript:alert(1)",
        "acct:bob@bob.example",
        "data:application/json,{}",
        "file:///etc/passwd",
        "ftp://bob.example/key",
        "bob",
        "//bob.example/key",
        "http://",
        "https://user@bob.example/key",
        "https://bob.example/a#https://evil.example/b",
        "https://bob.example/" + "a" * 3000,
        "https://bob.example/" + "a" * 10_000,
    ],
)
async def test_key_addresses_that_are_none(house: House, neighbour: Neighbour, key_id: str) -> None:
    """WIRE 10.2 #12: a key id that is no plain address is 401, and nobody is asked."""
    bob = neighbour.person("bob")
    follow = neighbour.activity("Follow", bob, house.actor_uri)
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, follow, key_id=key_id)
    assert (status, neighbour.requests) == (401, [])


async def test_a_key_is_asked_for_once(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 2.4 step 7: however many deliveries come at once, and after, a key is asked for once."""
    bob = neighbour.person("bob")
    likes = [neighbour.activity("Like", bob, work) for _ in range(12)]
    answers = await asyncio.gather(*(neighbour.send(bob, house.uris.shared_inbox, like) for like in likes))
    assert {status for status, _ in answers} == {202}
    await effect(house, neighbour, bob, neighbour.activity("Announce", bob, work))
    assert neighbour.asked() == 1


async def test_a_changed_key_is_read_again_once(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #13: a key that does not fit is read again; a flood of bad ones asks no more than once."""
    bob = neighbour.person("bob")
    await befriend(house, neighbour, bob)
    renewed = Person(bob.uri, key(3))
    neighbour.serve(renewed.document())
    assert await effect(house, neighbour, renewed, neighbour.activity("Like", renewed, work)) == ("done", "liked")
    assert neighbour.asked(bob.uri) == 2
    for _ in range(10):
        forged = neighbour.activity("Announce", bob, work)
        await refused(house, neighbour, bob, forged, private=key(4))
    assert neighbour.asked(bob.uri) == 2


async def test_a_missing_key_is_not_asked_for_again(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #13: that there is no such key is remembered; the next deliveries cost nobody a question."""
    bob = Person(f"{neighbour.origin}/users/nobody", key())
    for _ in range(5):
        await refused(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri))
    assert neighbour.asked() == 1


async def test_a_first_bad_signature_costs_one_question(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #13: a key that was read this very moment is not read again because it does not fit."""
    bob = neighbour.person("bob")
    await refused(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri), private=key(4))
    assert neighbour.asked() == 1


async def test_gotosocial_keys(house: House, neighbour: Neighbour) -> None:
    """WIRE 2.4 step 7: a key address that gives a stub of the actor leads to the actor, who must list it."""
    uri = f"{neighbour.origin}/users/lena"
    listed = {"id": f"{uri}/main-key", "owner": uri, "publicKeyPem": pem(key(0))}
    lena = neighbour.person("lena", publicKey=listed)
    stub = {"id": uri, "type": "Person", "preferredUsername": "lena", "publicKey": listed}
    neighbour.serve(stub, at=listed["id"])
    follow = neighbour.activity("Follow", lena, house.actor_uri)
    assert (await neighbour.send(lena, house.uris.shared_inbox, follow, key_id=listed["id"]))[0] == 202
    assert [path for _, path in neighbour.requests[:2]] == ["/users/lena/main-key", "/users/lena"]


@pytest.mark.parametrize("proof", ["signature", "proof"])
async def test_signatures_inside_are_not_believed(
    house: House, neighbour: Neighbour, elsewhere: Neighbour, proof: str
) -> None:
    """WIRE 10.2 #15: an embedded signature or proof makes nobody the author; the HTTP signature does."""
    bob, mallory = neighbour.person("bob"), elsewhere.person("mallory", key_number=1)
    inside = {"type": "RsaSignature2017", "creator": bob.key_id, "signatureValue": "AAAA", "created": "2026-11-01"}
    forged = {**neighbour.activity("Follow", bob, house.actor_uri), proof: inside}
    await refused(house, elsewhere, mallory, forged)


@pytest.mark.parametrize("trick", ["@graph", "@included", "@reverse"])
async def test_rearranged_documents(house: House, neighbour: Neighbour, trick: str) -> None:
    """WIRE 10.2 #15: what stands inside @graph and the like is not looked at, and contexts rename nothing."""
    bob = neighbour.person("bob")
    hidden = neighbour.activity("Follow", bob, house.actor_uri)
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, json.dumps({trick: [hidden]}).encode())
    assert status == 400
    renamed = {"@context": {"tue": "as:type"}, "tue": "Follow", "id": f"{bob.uri}#1", "actor": bob.uri, "object": "x"}
    assert (await neighbour.send(bob, house.uris.shared_inbox, renamed))[0] == 400


async def test_only_the_fetched_copy_counts(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #16: of a note that had to be asked for, only what its server says is taken."""
    bob, carol = neighbour.person("bob"), neighbour.person("carol")
    hers = neighbour.note(carol, work)
    create = neighbour.activity("Create", bob, hers["id"], to=[house.actor_uri], content="<p>Mine</p>", inReplyTo=work)
    assert (await effect(house, neighbour, bob, create))[0] == "refused"
    mine = neighbour.note(bob, work, "<p>Fetched</p>")
    create = neighbour.activity("Create", bob, mine["id"], to=[house.actor_uri], content="<p>Delivered</p>")
    await effect(house, neighbour, bob, create)
    assert await house.value("SELECT content_html FROM replies") == "<p>Fetched</p>"


@pytest.mark.parametrize("change", ["#main", "?x=1", "/", "/../bob", "%20", "//bob", "."])
async def test_variants_of_an_id(house: House, neighbour: Neighbour, change: str) -> None:
    """WIRE 10.2 #30: an actor is exactly the id that was fetched; variants of it are others."""
    bob = neighbour.person("bob")
    variant = {**neighbour.activity("Follow", bob, house.actor_uri), "actor": bob.uri + change}
    await refused(house, neighbour, bob, variant)


@pytest.mark.parametrize("actor", [7, None, True, [], {}, {"id": 7}, ["x"], [[]], {"id": {"id": "x"}}])
async def test_actors_that_are_no_ids(house: House, neighbour: Neighbour, actor: object) -> None:
    """WIRE 10.2 #30: an actor that is no address is 400."""
    bob = neighbour.person("bob")
    activity = {**neighbour.activity("Follow", bob, house.actor_uri), "actor": actor}
    assert (await neighbour.send(bob, house.uris.shared_inbox, activity))[0] == 400


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("http://user@{host}/1", 400),
        ("http://{host}@evil.example/1", 400),
        ("http://{host}.evil.example/1", 400),
        ("http://{name}.evil.example/1", 403),
        ("http://evil.example/{host}/1", 403),
        ("https://{host}/1", 403),
        ("http://{name}/1", 403),
        ("http://{name}%2eevil.example/1", 400),
        ("http://ⓔvil.example/1", 403),
        ("http://\u202e{host}/1", 400),
        ("http://{host}\\@evil.example/1", 400),
        ("http://{host}/ 1", 400),
    ],
)
async def test_confusing_hosts(house: House, neighbour: Neighbour, uri: str, status: int) -> None:
    """WIRE 10.2 #26: whose an id is, is decided by scheme, host and port as they are parsed, never by how it begins."""
    bob = neighbour.person("bob")
    host = neighbour.origin.removeprefix("http://")
    told = uri.replace("{host}", host).replace("{name}", "127.0.0.1")
    activity = {**neighbour.activity("Follow", bob, house.actor_uri), "id": told}
    assert (await neighbour.send(bob, house.uris.shared_inbox, activity))[0] == status


@pytest.mark.parametrize("target", ["{us}.evil.example/", "{us}@evil.example/", "{us}x/", "evil.example/{us}/"])
async def test_hosts_that_look_like_ours(house: House, neighbour: Neighbour, target: str) -> None:
    """WIRE 10.2 #26: what only looks like ours is not ours."""
    bob = neighbour.person("bob")
    path = house.actor_uri.removeprefix(house.uris.origin + "/")
    uri = "http://" + target.replace("{us}", house.uris.host) + path
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Follow", bob, uri))
    assert status in {202, 400}
    await house.quiet()
    assert await house.value("SELECT count(*) FROM followers") == 0


def serve_webfinger(server: Neighbour, resource: str, subject: str, uri: str) -> None:
    """Let *server* say that *resource* is the actor *uri*."""
    links = [{"rel": "self", "type": "application/activity+json", "href": uri}]

    async def answer(request: web.Request) -> web.Response:
        body = json.dumps({"subject": subject, "links": links})
        return web.Response(text=body, content_type="application/jrd+json")

    server.routes[f"/.well-known/webfinger?resource={quote(resource, safe=':@')}"] = answer
    server.routes[f"/.well-known/webfinger?resource={quote(resource, safe='')}"] = answer


async def test_a_handle_that_points_at_somebody_else(house: House, neighbour: Neighbour, elsewhere: Neighbour) -> None:
    """WIRE 10.2 #29: a handle is believed only where the actor's own server says the same."""
    victim = neighbour.person("bob")
    evil = f"acct:bob@{elsewhere.origin.removeprefix('http://')}"
    async with open_parts(house.config) as parts:
        serve_webfinger(elsewhere, evil, evil, victim.uri)
        with pytest.raises(RemoteError):
            await parts.webfinger.resolve(evil)
        home = f"acct:bob@{neighbour.origin.removeprefix('http://')}"
        serve_webfinger(neighbour, home, home, f"{neighbour.origin}/users/other")
        with pytest.raises(RemoteMalformed):
            await parts.webfinger.resolve(evil)
        serve_webfinger(neighbour, home, home, victim.uri)
        assert (await parts.webfinger.resolve(home)).uri == victim.uri


@pytest.mark.parametrize("name", ["carol@victim.example", "@carol", "carol@", "a b", "", "x" * 200, "c\u202e", 7, None])
async def test_a_name_that_looks_like_a_handle(house: House, neighbour: Neighbour, name: object) -> None:
    """WIRE 10.2 #29: nobody calls herself by a name that could be read as a handle of another server."""
    bob = neighbour.person("bob", preferredUsername=name)
    await refused(house, neighbour, bob, neighbour.activity("Follow", bob, house.actor_uri))


async def test_a_follower_is_shown_where_she_lives(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #29: whatever a follower says about herself, her handle has the host of her id."""
    bob = neighbour.person("bob", webfinger="bob@victim.example", url="https://victim.example/@bob")
    await befriend(house, neighbour, bob)
    async with house.db.read() as tx:
        [shown] = await followers.list_all(tx, house.artisan.id)
    assert shown.handle == f"@bob@{neighbour.origin.removeprefix('http://')}"
    assert await house.value("SELECT url FROM actors") is None
