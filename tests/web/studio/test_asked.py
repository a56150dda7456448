"""Where other servers send her who wants to follow, like, share or answer something of theirs (WIRE 9)."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiohttp

from fedi_artisan.web.studio.around.results import PACE
from tests.federation.looking import fingered, host_of
from tests.house import House
from tests.neighbour import PUBLIC, Neighbour
from tests.studio import Answer, signed_in
from tests.web.asking import Asker

ASKED = "/studio/around/asked"


def asked(uri: str, do: str = "") -> str:
    """Return the page that asks her."""
    return f"{ASKED}?uri={quote(uri, safe='')}" + (f"&do={do}" if do else "")


async def said(house: House) -> list[dict[str, Any]]:
    """Return what our server said."""
    return [json.loads(row["body"]) for row in await house.rows("SELECT body FROM activities ORDER BY id")]


def buttons(answer: Answer) -> list[str]:
    """Return what the page's buttons do."""
    return [str(one["value"]) for one in answer.page.select("main button[name=do]")]


# The door


async def test_37_nobody_is_asked_for_a_stranger(house: House, neighbour: Neighbour, ask: Asker) -> None:
    """WIRE 10.2 #37: without a session the way leads to the door, and no other server hears of it; then back."""
    bob = fingered(neighbour, "bob")
    answer = await ask(f"/authorize_interaction?uri={quote(bob.uri, safe='')}&do=follow")
    assert (answer.status, answer.headers["Location"], answer.headers["Cache-Control"]) == (
        303,
        asked(bob.uri, "follow"),
        "no-store",
    )
    door = await ask(answer.headers["Location"], ("Accept", "text/html"))
    where = urlsplit(door.headers["Location"])
    [back_to] = parse_qs(where.query)["next"]
    assert (door.status, where.path, unquote(back_to)) == (303, "/studio/sign-in", unquote(asked(bob.uri, "follow")))
    assert neighbour.requests == []
    async with signed_in(house) as maria:
        back = await maria.get(door.headers["Location"])
        assert back.headers["Location"] == back_to


async def test_56_the_way_leads_to_pages_of_ours_alone(house: House, ask: Asker) -> None:
    """WIRE 10.2 #56: whatever stands in an address, also where it says what comes after, nobody is sent elsewhere."""
    evil = quote("https://evil.example/", safe="")
    for path in (
        f"/authorize_interaction?uri={evil}&on-success={evil}&on-cancel={evil}&next={evil}",
        f"/authorize_interaction?acct={evil}",
        "/authorize_interaction?uri=%0d%0aLocation:%20https://evil.example",
        "/authorize_interaction?uri=//evil.example&do=//evil.example",
        "/authorize_interaction",
        f"/share?text={evil}&on-success={evil}",
        f"/share?inReplyTo={evil}",
        "/share",
    ):
        location = (await ask(path)).headers["Location"]
        assert location.startswith((ASKED, "/studio/posts/new")), path
        assert "on-" not in location


async def test_share_begins_a_post_or_an_answer(ask: Asker) -> None:
    """FEP-3b86 4.6: name and content are what a new post begins with; what is answered is shown first."""
    answer = await ask("/share?text=Two%20words&title=Kiln&inReplyTo=")
    assert answer.headers["Location"] == "/studio/posts/new?text=Kiln%0A%0ATwo+words"
    answer = await ask("/share?text=x&inReplyTo=https://place.example/1")
    assert answer.headers["Location"] == asked("https://place.example/1", "reply")


async def test_other_servers_are_told_of_what_is_handled(house: House, ask: Asker) -> None:
    """FEP-3b86 3: each template of our WebFinger answer, filled in by its rules, leads to a page that is there."""
    answer = await ask(f"/.well-known/webfinger?resource=acct:maria@{house.uris.host}")
    templates = {link["rel"]: link["template"] for link in answer.json()["links"] if "template" in link}
    names = {relation.rpartition("/")[2] for relation in templates}
    assert names == {"subscribe", "Follow", "Like", "Announce", "Object", "Create"}
    places = {"uri": "x", "object": "x", "content": "", "name": "", "inReplyTo": ""}
    for template in templates.values():
        there = await ask(template.format(**places))
        assert (there.status, there.headers["Location"].partition("?")[0]) in {(303, ASKED), (303, "/studio/posts/new")}


async def test_links_of_fep_07d7_are_for_the_installed_studio(house: House, neighbour: Neighbour, ask: Asker) -> None:
    """The manifest says where such links open, within its scope; there the link is read, with what is to be done."""
    told = (await ask("/studio/manifest.webmanifest")).json()
    [handler] = told["protocol_handlers"]
    assert (handler["protocol"], handler["url"]) == ("web+ap", f"{ASKED}?uri=%s")
    assert handler["url"].startswith(told["scope"])
    note = neighbour.note(fingered(neighbour, "bob"), None)
    link = note["id"].replace("http://", "web+ap://") + "?intent=announce"
    async with signed_in(house) as maria:
        assert buttons(await maria.get(handler["url"].replace("%s", quote(link, safe="")))) == ["announce"]


# The page


async def test_following_is_confirmed_first(house: House, neighbour: Neighbour) -> None:
    """The page says who it is and asks; the button asks her server, once, however often it is pressed."""
    bob = fingered(neighbour, "bob", name="Bob <b>", summary="<p>I throw <i>pots</i>.</p>")
    async with signed_in(house) as maria:
        page = await maria.get(asked(bob.uri, "follow"))
        assert (page.status, buttons(page)) == (200, ["follow"])
        assert "Follow Bob <b>?" in page.page.select_one("h1").text  # type: ignore[union-attr]
        assert f"@bob@{host_of(neighbour)}" in page.page.text
        assert "I throw pots." in page.page.text
        assert await house.value("SELECT count(*) FROM actors") == 0
        for _ in range(2):
            done = await maria.post(ASKED, {"uri": bob.uri, "do": "follow"})
            assert (done.status, done.headers["Location"].partition("?")[0]) == (303, "/studio/people/1")
        assert [one["type"] for one in await said(house)] == ["Follow"]
        assert buttons(await maria.get(asked(bob.uri, "follow"))) == []
    assert await house.value("SELECT state FROM following") == "requested"


async def test_liking_and_sharing_are_told(house: House, neighbour: Neighbour) -> None:
    """Each says what it does, does it once, keeps the post, and tells as WIRE 5.3 has it; a reply is written."""
    bob = fingered(neighbour, "bob", followers=f"{neighbour.origin}/users/bob/followers")
    note = neighbour.note(bob, None, "<p>A kiln, <script>at</script> last</p>")
    async with signed_in(house) as maria:
        assert buttons(await maria.get(asked(note["id"]))) == ["reply", "like", "announce", "follow"]
        for deed in ("like", "announce"):
            assert buttons(await maria.get(asked(note["id"], deed))) == [deed]
            for _ in range(2):
                done = await maria.post(ASKED, {"uri": note["id"], "do": deed})
                assert (done.status, done.headers["Location"]) == (303, "/studio/around/1")
        written = await maria.post(ASKED, {"uri": note["id"], "do": "reply"})
        assert written.headers["Location"] == "/studio/posts/new?to=1"
    like, announce = await said(house)
    assert (like["type"], like["object"], like["to"], "cc" in like) == ("Like", note["id"], [bob.uri], False)
    assert (announce["type"], announce["object"], announce["to"]) == ("Announce", note["id"], [PUBLIC])
    assert announce["cc"] == [f"{house.actor_uri}/followers", bob.uri]
    assert await house.value("SELECT count(*) FROM posts") == 1


async def test_what_was_for_a_few_is_left_alone(house: House, neighbour: Neighbour) -> None:
    """No page offers it, and a form that asks for it all the same is refused."""
    bob = fingered(neighbour, "bob")
    note = neighbour.note(bob, None, to=[bob.uri])
    async with signed_in(house) as maria:
        for deed in ("", "announce", "like", "reply"):
            assert buttons(await maria.get(asked(note["id"], deed))) == []
        for deed in ("announce", "like", "reply"):
            assert (await maria.post(ASKED, {"uri": note["id"], "do": deed})).status == 400
    assert await said(house) == []


async def test_what_is_not_found_is_told_beside_the_address(house: House, neighbour: Neighbour) -> None:
    """The address comes back in its field, with a sentence and the right status; in French as well."""
    host = host_of(neighbour)
    statuses = {f"@nobody@{host}": 404, "what?": 422, "bob@gmail.com": 422, "": 200}
    async with signed_in(house, language="fr") as maria:
        for text, status in statuses.items():
            page = await maria.get(asked(text))
            assert page.status == status, text
            field = page.page.select_one("main input[name=uri]")
            assert field is not None
            assert (field["value"], bool(page.page.select("#uri-told.trouble"))) == (text, status != 200)
        assert (await maria.post(ASKED, {"uri": f"@nobody@{host}", "do": "follow"})).status == 404
        for fields in ({"uri": "x"}, {"do": "like"}, {"uri": "x", "do": "block"}):
            assert (await maria.post(ASKED, fields)).status == 400


async def test_what_is_here_is_not_asked_for(house: House) -> None:
    """She herself and her works are found without a question to anybody, and nothing is offered to be done."""
    work = await house.publish()
    async with signed_in(house) as maria:
        for way in (house.handle, house.actor_uri, f"{house.uris.origin}/@maria", f"{house.uris.origin}/"):
            page = await maria.get(asked(way))
            assert ("This is you yourself." in page.text, buttons(page)) == (True, []), way
        for way in (house.uris.work(work.uid), house.uris.work_url(work.slug)):
            page = await maria.get(asked(way))
            assert (page.page.select_one(f"main a[href='/works/{work.slug}']") is not None, buttons(page)) == (True, [])
        assert (await maria.get(asked(f"{house.uris.origin}/works/none"))).status == 404


async def test_37_she_cannot_have_others_asked_without_measure(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #37: after so many within a moment she waits; what has been found before needs no question."""
    async with signed_in(house) as maria:
        for number in range(PACE.at_once):
            assert (await maria.get(asked(f"{neighbour.origin}/{number}"))).status == 404
        before = len(neighbour.requests)
        page = await maria.get(asked(f"{neighbour.origin}/more"))
    assert (page.status, len(neighbour.requests)) == (429, before)


async def test_no_other_site_presses_the_button(house: House, neighbour: Neighbour) -> None:
    """A form from elsewhere is refused before anything is looked for; one without the token comes back to be sent."""
    bob = fingered(neighbour, "bob")
    async with signed_in(house) as maria:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            form = {"uri": bob.uri, "do": "follow"}
            assert (await maria.post(ASKED, form, headers=headers)).status == 403
        assert (await maria.post(ASKED, {"uri": bob.uri, "do": "follow", "token": "x"})).status == 403
    assert neighbour.requests == []
    async with aiohttp.ClientSession() as stranger, stranger.post(f"{house.config.origin}{ASKED}", data={}) as answer:
        assert answer.status == 401


async def test_48_what_is_found_is_shown_as_words(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #48: names, words and addresses of others run nothing, here or on the person's page."""
    poison = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    bob = fingered(neighbour, "bob", name=poison, summary=f"<p>Me{poison}</p>", url="javascript:alert(1)")
    note = neighbour.note(bob, None, f"<p>Pot{poison}</p>", summary=poison, url="javascript:alert(1)")
    async with signed_in(house) as maria:
        for page in (await maria.get(asked(bob.uri)), await maria.get(asked(note["id"]))):
            _is_harmless(page)
        done = await maria.post(ASKED, {"uri": note["id"], "do": "like"})
        assert done.status == 303
        _is_harmless(await maria.get("/studio/people/1"))
        _is_harmless(await maria.get("/studio/around/search?q=bob"))


def _is_harmless(answer: Answer) -> None:
    """Look for what runs."""
    assert answer.status == 200
    assert [one for one in answer.page.select("script") if not str(one.get("src", "")).startswith("/static/")] == []
    assert answer.page.select("[onerror], img[src=x], [href^='javascript:'], [style]") == []


async def test_what_stands_behind_a_warning_is_behind_it_here_too(house: House, neighbour: Neighbour) -> None:
    """A post that is looked up shows its warning, and its words only to whom opens it."""
    note = neighbour.note(fingered(neighbour, "bob"), None, "<p>It burst.</p>", summary="A failed kiln")
    async with signed_in(house) as maria:
        page = (await maria.get(asked(note["id"]))).page
    veiled = page.select_one("details.veiled:not([open])")
    assert veiled is not None
    assert veiled.get_text(" ", strip=True) == "A failed kiln It burst."


async def test_27_whom_she_blocks_is_not_found(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #27: neither under her handle nor her id, nor does a list that was brought have her followed."""
    bob = fingered(neighbour, "bob")
    async with signed_in(house) as maria:
        await maria.post(ASKED, {"uri": bob.uri, "do": "follow"})
        await maria.post("/studio/safety/people", {"deed": "block", "whom": f"@bob@{host_of(neighbour)}"})
        for way in (bob.uri, f"@bob@{host_of(neighbour)}"):
            page = await maria.get(asked(way))
            assert (page.status, buttons(page)) == (403, [])
        assert (await maria.post(ASKED, {"uri": bob.uri, "do": "follow"})).status == 403
        page = await maria.get("/studio/people/1")
        assert "You have blocked this person" in page.text
        assert [one["value"] for one in page.page.select("button[name=deed]")] == ["unblock"]
        assert (await maria.post("/studio/people/1", {"deed": "follow"})).status == 400
    assert [one["type"] for one in await said(house)].count("Follow") == 1


# Searching, and completing as she types


async def test_search_finds_people_known_by_name_and_anybody_by_address(house: House, neighbour: Neighbour) -> None:
    """A name is looked for among those known here, and nobody is asked; an address anywhere."""
    bob = fingered(neighbour, "bob", name="Robert Élie")
    async with signed_in(house) as maria:
        assert (await maria.get("/studio/around/search")).status == 200
        page = await maria.get(f"/studio/around/search?q={quote(bob.uri)}")
        assert buttons(page) == ["follow"]
        await maria.post(ASKED, {"uri": bob.uri, "do": "follow"})
        neighbour.requests.clear()
        for words in ("bob", "@BO", "robert", "elie", f"@bob@{host_of(neighbour)[:5]}"):
            found = await maria.get(f"/studio/around/search?q={quote(words)}")
            assert (found.page.select_one(".rows a[href='/studio/people/1']") is not None) == ("@" not in words[1:])
            told = json.loads((await maria.get(f"/studio/people/suggest?q={quote(words)}")).text)
            handle = f"@bob@{host_of(neighbour)}"
            assert told == {"people": [{"handle": handle, "name": "Robert Élie", "avatar": None}]}
        nobody = await maria.get("/studio/around/search?q=zebra")
        assert nobody.page.select_one("#q-told.trouble") is not None
        for empty in ("", "@", "%", "x" * 5_000):
            answer = await maria.get(f"/studio/people/suggest?q={quote(empty)}")
            assert (answer.status, json.loads(answer.text)) == (200, {"people": []})
    assert neighbour.asked() == 0
