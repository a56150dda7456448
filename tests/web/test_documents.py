"""What we serve at each id, held against the rules of the servers that read it (WIRE 3 to 6)."""

from dataclasses import replace
from typing import Any

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft
from fedi_artisan.domain.works import Availability, Draft
from fedi_artisan.services import pages as pages_service
from tests.conformance.validator import complaints, complaints_served
from tests.federation import commands
from tests.house import House, until
from tests.neighbour import Neighbour
from tests.web.asking import ACTIVITY_JSON, Answer, Asker

WHOLE = Draft(
    title="Moon jar no. 14",
    text="Thrown in *two halves*.\n\n- one\n- two",
    materials=("stoneware",),
    availability=Availability.AVAILABLE,
    series="Moon jars",
    tags=("stoneware", "céramique"),
    year=2026,
)


def accepted(answer: Answer) -> Any:
    """Return the document of an answer with which no other server finds fault."""
    assert answer.status == 200, answer
    document = answer.json()
    found = complaints_served(document, url=answer.url, content_type=answer.headers["Content-Type"], loopback=True)
    assert found == []
    return document


async def addresses(house: House) -> list[str]:
    """Return the id of everything that a house with a work serves."""
    draft = replace(await commands.photographed(house, "A bowl"), series="Bowls", featured=True)
    work = await house.publish(draft)
    async with house.db.write() as tx:
        page = await pages_service.write(tx, house.artisan, PageDraft(title="About", text="A *bowl*."), utc_now())
    assert work.series is not None
    said = await house.value("SELECT uri FROM activities WHERE type = 'Create'")
    actor, uri, server = house.actor_uri, house.uris.work(work.uid), house.uris.instance_actor
    return [
        *(server, f"{server}/outbox", actor, f"{actor}/outbox", f"{actor}/outbox?page=1"),
        *(f"{actor}/followers", f"{actor}/following", f"{actor}/featured"),
        *(uri, f"{uri}/likes", f"{uri}/shares", f"{uri}/replies", f"{uri}/replies?page=1"),
        *(house.uris.series(work.series.uid), house.uris.tag("ash"), house.uris.page(page.uid), said),
    ]


async def test_every_id_serves_itself(house: House, ask: Asker) -> None:
    """Each document is at its own id, of the right type of content, and to the liking of four other servers."""
    for uri in await addresses(house):
        answer = await ask(uri)
        accepted(answer)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


async def test_every_address_in_a_document_leads_somewhere(house: House, ask: Asker) -> None:
    """Whatever actor and work name of ours is there: collections, pages, pictures, tags, the inbox (405 to a GET)."""
    await addresses(house)
    [work] = (await ask.document((await ask.document(f"{house.actor_uri}/outbox"))["first"]))["orderedItems"]
    named = {house.actor_uri}

    def gather(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)
        elif isinstance(value, str) and value.startswith(house.uris.origin):
            named.add(value.partition("#")[0])

    for document in (work, await ask.document(house.actor_uri), await ask.document(house.uris.instance_actor)):
        gather(document)
    statuses = {uri: (await ask(uri)).status for uri in named}
    inboxes = {house.uris.shared_inbox, f"{house.actor_uri}/inbox"}
    assert inboxes <= set(statuses)
    assert statuses == {uri: 405 if uri in inboxes else 200 for uri in named}


async def test_head_and_conditional_requests(house: House, ask: Asker) -> None:
    """HEAD has the headers of GET and no body; a matching If-None-Match is 304 with the same tag (RFC 9110 13)."""
    for uri in [*await addresses(house), f"{house.uris.origin}/", f"{house.uris.origin}/nodeinfo/2.1"]:
        whole = await ask(uri)
        head = await ask(uri, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        names = ("Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control")
        assert [head.headers[name] for name in names] == [whole.headers[name] for name in names]
        etag = whole.headers["ETag"]
        for held in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            for method in ("GET", "HEAD"):
                again = await ask(uri, ("If-None-Match", held), method=method)
                assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
                assert again.headers["Vary"] == whole.headers["Vary"]
        assert (await ask(uri, ("If-None-Match", '"x"'))).status == 200


async def test_the_instance_actor_is_an_application(house: House, ask: Asker) -> None:
    """WIRE 1.4: type, key, inbox and outbox, closed to followers, named after the host, readable unsigned."""
    actor = accepted(await ask(house.uris.instance_actor))
    assert (actor["type"], actor["preferredUsername"]) == ("Application", house.uris.host.partition(":")[0])
    assert actor["manuallyApprovesFollowers"] is True
    assert actor["publicKey"]["owner"] == actor["id"]
    assert actor["publicKey"]["publicKeyPem"] == await house.value(
        "SELECT public_pem FROM keys WHERE artisan_id IS NULL"
    )
    outbox = accepted(await ask(actor["outbox"]))
    assert (outbox["totalItems"], outbox["orderedItems"]) == (0, [])


async def test_a_work_is_one_note_with_all_its_facts(house: House, ask: Asker) -> None:
    """The served work is what was sent in the Create, but for the counts that moved since (WIRE 4.7)."""
    work = await house.publish(WHOLE)
    served = accepted(await ask(house.uris.work(work.uid)))
    create = accepted(await ask(await house.value("SELECT uri FROM activities")))
    assert {key: value for key, value in served.items() if key != "@context"} == create["object"]
    assert work.series is not None
    assert served["craft:work"]["series"] == {"id": house.uris.series(work.series.uid), "name": "Moon jars"}
    assert "updated" not in served


async def test_an_edit_is_served_with_its_moment(house: House, ask: Asker) -> None:
    """The served work shows the `updated` of the last Update (WIRE 5.4), within a second of the edit."""
    work = await house.publish(WHOLE)
    uri = house.uris.work(work.uid)
    assert "updated" not in await ask.document(uri)
    await commands.revise(house, work, text="Thrown twice.")
    sent = await house.value(
        "SELECT json_extract(CAST(body AS TEXT), '$.object.updated') FROM activities WHERE type = 'Update'"
    )

    async def shown() -> bool:
        return bool((await ask.document(uri)).get("updated") == sent)

    await until(shown, "the edit", within_s=1)


async def test_a_withdrawn_work_leaves_a_tombstone_and_nothing_else(house: House, ask: Asker) -> None:
    """410 with a Tombstone at the id, 410 at the page; what was said of it is not repeated at any other id."""
    work = await house.publish(replace(WHOLE, title="A regrettable vase"))
    uri = house.uris.work(work.uid)
    await commands.revise(house, work, text="Still regrettable.")
    said = [row[0] for row in await house.rows("SELECT uri FROM activities")]
    assert [(await ask(one)).status for one in (uri, *said)] == [200, 200, 200]
    await commands.withdraw(house, work)

    async def gone() -> bool:
        return (await ask(uri)).status == 410

    await until(gone, "the withdrawal", within_s=1)
    answer = await ask(uri)
    tombstone = answer.json()
    assert complaints(tombstone, loopback=True) == []
    assert (answer.media_type, tombstone["id"], tombstone["type"]) == (ACTIVITY_JSON, uri, "Tombstone")
    assert set(tombstone) == {"@context", "id", "type", "formerType", "published", "deleted"}
    assert (await ask(f"/works/{work.slug}", ("Accept", ACTIVITY_JSON))).json() == tombstone
    assert (await ask(f"/works/{work.slug}")).status == 410
    delete = await house.value("SELECT uri FROM activities WHERE type = 'Delete'")
    assert accepted(await ask(delete))["object"] == {"id": uri, "type": "Tombstone"}
    for where in (*said, *(f"{uri}/{name}" for name in ("likes", "shares", "replies"))):
        answer = await ask(where)
        assert answer.status in {404, 410}
        assert b"regrettable" not in answer.body
    outbox = accepted(await ask(f"{house.actor_uri}/outbox"))
    assert outbox["totalItems"] == 0
    assert accepted(await ask(outbox["first"]))["orderedItems"] == []


async def test_empty_collections(house: House, ask: Asker) -> None:
    """Nothing published, nobody there: all collections stand, count zero and have their arrays (WIRE 6)."""
    actor = house.actor_uri
    for name in ("followers", "following", "featured", "outbox"):
        assert accepted(await ask(f"{actor}/{name}"))["totalItems"] == 0
    assert accepted(await ask(f"{actor}/featured"))["orderedItems"] == []
    page = accepted(await ask(f"{actor}/outbox?page=1"))
    assert (page["orderedItems"], "next" in page) == ([], False)


async def test_who_follows_is_not_told(house: House, ask: Asker, neighbour: Neighbour) -> None:
    """Followers and following tell numbers only: without `first`, other servers know that the rest is hidden."""
    bob = neighbour.person("bob")
    await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Follow", bob, house.actor_uri))

    async def counted() -> bool:
        return bool((await ask.document(f"{house.actor_uri}/followers"))["totalItems"] == 1)

    await until(counted, "the count", within_s=2)
    for query in ("", "?page=1", "?page=2", "?before=1"):
        for name in ("followers", "following"):
            answer = await ask(f"{house.actor_uri}/{name}{query}")
            assert set(answer.json()) == {"@context", "id", "type", "totalItems"}
            assert bob.uri.encode() not in answer.body


async def test_the_outbox_has_pages(house: House, ask: Asker) -> None:
    """45 works are three pages by stable cursors, the newest first, each once, whatever is published meanwhile."""
    uris = [house.uris.work((await house.publish(Draft(title=f"Bowl {number}"))).uid) for number in range(45)]
    outbox = accepted(await ask(f"{house.actor_uri}/outbox"))
    assert (outbox["type"], outbox["totalItems"], "orderedItems" in outbox) == ("OrderedCollection", 45, False)
    walked: list[str] = []
    sizes = []
    where: str | None = outbox["first"]
    while where:
        page = accepted(await ask(where))
        assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", outbox["id"])
        sizes.append(len(page["orderedItems"]))
        walked += [create["object"]["id"] for create in page["orderedItems"]]
        assert all(
            complaints({"@context": page["@context"], **one}, loopback=True) == [] for one in page["orderedItems"]
        )
        where = page.get("next")
        await house.publish(Draft(title="Meanwhile"))
    assert sizes == [20, 20, 5]
    assert walked == uris[::-1]


async def test_a_cursor_outlives_its_work(house: House, ask: Asker) -> None:
    """A page goes on where it stood although the work at its edge was withdrawn."""
    works = [await house.publish(Draft(title=f"Bowl {number}")) for number in range(22)]
    where = (await ask.document(f"{house.actor_uri}/outbox?page=1"))["next"]
    await commands.withdraw(house, works[2])
    page = await ask.document(where)
    assert [one["object"]["id"] for one in page["orderedItems"]] == [house.uris.work(works[n].uid) for n in (1, 0)]


async def test_pages_that_are_not_there(house: House, ask: Asker) -> None:
    """Another page than those we point at is 404, and nothing of the question comes back."""
    for query in ("page=0", "page=2", "page=x", "page=", "before=", "before=nothing", "before=%22%3E", "page=1&page=2"):
        answer = await ask(f"{house.actor_uri}/outbox?{query}")
        assert (answer.status, answer.json()) == (404, {"error": "there is no such page"}), query


async def test_unknown_queries_change_nothing(house: House, ask: Asker) -> None:
    """What somebody adds to an id for their own counting does not change the answer."""
    for uri in await addresses(house):
        joined = f"{uri}{'&' if '?' in uri else '?'}utm_source=x&lang=fr"
        assert (await ask(joined)).json() == (await ask(uri)).json()


async def test_featured_is_never_empty_without_need(house: House, ask: Asker) -> None:
    """The chosen works by their ids, else the newest with a photograph; never more than five (WIRE 6)."""
    newest = await house.publish(await commands.photographed(house, "A bowl"))
    await house.publish(Draft(title="Without a photograph"))
    featured = f"{house.actor_uri}/featured"
    assert accepted(await ask(featured))["orderedItems"] == [house.uris.work(newest.uid)]
    chosen = [await house.publish(Draft(title=f"Chosen {number}", featured=True)) for number in range(5)]

    async def shown() -> bool:
        return bool((await ask.document(featured))["totalItems"] == 5)

    await until(shown, "the chosen ones", within_s=1)
    assert set((await ask.document(featured))["orderedItems"]) == {house.uris.work(work.uid) for work in chosen}


async def test_private_activities_stay_private(house: House, ask: Asker, neighbour: Neighbour) -> None:
    """An Accept or a Follow was meant for one; at its id there is 404, as at ids that never were (WIRE 10.2 #53)."""
    bob = neighbour.person("bob")
    await neighbour.send(bob, house.uris.shared_inbox, neighbour.activity("Follow", bob, house.actor_uri))
    await until(lambda: house.value("SELECT count(*) FROM activities"), "the Accept")
    private = await ask(await house.value("SELECT uri FROM activities"))
    nothing = await ask(house.uris.activity("01m85d2mnywyt7f6qpy4e71rb1"))
    assert (private.status, private.body) == (nothing.status, nothing.body) == (404, nothing.body)


_NOWHERE = (
    *("/ap/", "/ap/actors", "/ap/actors/", "/ap/actors/nobody", "/ap/actors/nobody/outbox", "/ap/actors/nobody/inbox"),
    *("/ap/actors/nobody/followers", "/ap/works/nothing", "/ap/works/nothing/likes", "/ap/works/nothing/replies"),
    *("/ap/tags/nothing", "/ap/tags/%00", "/ap/pages/nothing", "/ap/pages/"),
    *("/ap/series/nothing", "/ap/activities/nothing", "/ap/actor/followers", "/ap/%00", "/ap/works/%F0%9F%8F%BA"),
    *("/nodeinfo", "/.well-known/", "/.well-known/nothing"),
)


async def test_what_is_not_there_is_told_in_json(ask: Asker) -> None:
    """Below the addresses of documents a 404 (or 405) is JSON with a reason, even to a browser."""
    for path in _NOWHERE:
        for accept in (ACTIVITY_JSON, "text/html", "*/*"):
            answer = await ask(path, ("Accept", accept))
            assert (answer.status, answer.media_type) == (405 if path.endswith("inbox") else 404, "application/json")
            assert list(answer.json()) == ["error"]


async def test_only_inboxes_take_posts(house: House, ask: Asker) -> None:
    """Documents allow GET and HEAD, inboxes POST; all else is 405 and says so (WIRE 5.7)."""
    for uri in await addresses(house):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = await ask(uri, method=method)
            assert (answer.status, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD"}), (uri, method)
    for inbox in (house.uris.shared_inbox, f"{house.actor_uri}/inbox"):
        for method in ("GET", "HEAD", "PUT"):
            answer = await ask(inbox, method=method)
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
            assert answer.media_type == "application/json"


async def test_a_profile_that_changed_is_served(house: House, ask: Asker) -> None:
    """After a rotation the actor shows the new key under the old id, within a second (WIRE 2.4)."""
    before = (await ask.document(house.actor_uri))["publicKey"]
    await commands.rotate_key(house)

    async def changed() -> bool:
        return bool((await ask.document(house.actor_uri))["publicKey"]["publicKeyPem"] != before["publicKeyPem"])

    await until(changed, "the new key", within_s=1)
    assert (await ask.document(house.actor_uri))["publicKey"]["id"] == before["id"]
