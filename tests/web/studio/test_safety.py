"""The pages of safety: what waits, people, servers, words, limits, reports, files, lists, and what was decided."""

import asyncio
from typing import Any

import aiohttp
from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.safety import Reason
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.services import artisans, safety
from fedi_artisan.storage import held, reports, servers
from fedi_artisan.storage.db import fetch_value, to_ms
from tests.house import House, key_pair
from tests.neighbour import Neighbour
from tests.studio import Answer, Visitor, signed_in
from tests.web.studio.happening import follow, like, reply

SAFETY = "/studio/safety"
ANA = "https://host.example/users/ana"


def told(answer: Answer) -> str:
    """Return what a page has to say before everything else."""
    found = answer.page.select_one(".told[role]:not([data-shared])")
    return "" if found is None else found.get_text(strip=True)


async def led(maria: Visitor, path: str, fields: Any) -> Answer:
    """Send a form, which must be taken, and return the page that it leads to."""
    answer = await maria.post(path, fields)
    assert answer.status == 303, told(answer)
    return await maria.get(answer.headers["Location"])


async def test_what_is_held_is_decided(house: House) -> None:
    """What waits stands first, with why; shown, removed or blocked it is gone; pressed twice, it is said."""
    work = await house.publish()
    uris = [await reply(house, work, number, f"<p>Word {number}</p>") for number in range(3)]
    async with house.db.write() as tx:
        for uri in uris:
            await held.hold(tx, uri, Reason.WORD, "casino")
    async with signed_in(house) as maria:
        page = await maria.get(SAFETY)
        assert (len(page.page.select("article.said")), "Held back for “casino”" in page.text) == (3, True)
        for path in ("/studio", "/studio/happened"):
            assert "3 things are held back for you to look at" in (await maria.get(path)).text
        for uri, deed, says in (
            (uris[0], "show", "Let through"),
            (uris[1], "remove", "Removed"),
            (uris[1], "show", "This was"),
        ):
            assert told(await led(maria, f"{SAFETY}/held", {"post": uri, "deed": deed})).startswith(says)
        assert await house.value("SELECT count(*) FROM replies WHERE approved") == 1
        await led(maria, f"{SAFETY}/held", {"post": uris[2], "deed": "block"})
        assert (await house.value("SELECT count(*) FROM posts"), await house.value("SELECT whom FROM own_blocks")) == (
            0,
            ANA,
        )
        assert "Nothing is held back" in (await maria.get(SAFETY)).text
        assert (await maria.post(f"{SAFETY}/held", {"post": "x", "deed": "dance"})).status == 400
        assert "Tranquillité" in (await maria.get(SAFETY, headers={"Accept-Language": "fr"})).text


async def test_people_are_kept_away_and_let_in_again(house: House) -> None:
    """By handle or address, known or not; what is no handle comes back with what was typed; the log takes it back."""
    await follow(house, "bob")
    async with signed_in(house) as maria:
        page = await led(maria, f"{SAFETY}/people", {"whom": "@bob@host.example", "deed": "block", "why": "rude"})
        assert (told(page)[:7], [one.get_text() for one in page.page.select("#blocked ~ ul .name")]) == (
            "Blocked",
            ["Bob"],
        )
        assert await house.value("SELECT count(*) FROM followers") == 0
        month = {"whom": "carol@far.example", "deed": "mute", "span": "month"}
        assert "until" in (await led(maria, f"{SAFETY}/people", month)).text
        wrong = await maria.post(f"{SAFETY}/people", {"whom": "no <handle>", "deed": "mute", "why": "because"})
        assert (wrong.status, wrong.page.select_one("#why")["value"]) == (422, "because")  # type: ignore[index]
        own = await maria.post(f"{SAFETY}/people", {"whom": house.handle, "deed": "block"})
        assert own.status == 422
        again = await led(maria, f"{SAFETY}/people", {"whom": "bob@host.example", "deed": "block"})
        assert told(again) == "So it was already."
        log = await maria.get(f"{SAFETY}/log")
        assert ("@bob@host.example blocked" in log.text, "rude" in log.text) == (True, True)
        entry = log.page.select("input[name=entry]")[-1]["value"]
        assert told(await led(maria, f"{SAFETY}/log", {"entry": str(entry), "deed": "undo"})) == "Taken back."
        assert await house.value("SELECT count(*) FROM own_blocks") == 0
        assert (await maria.post(f"{SAFETY}/log", {"entry": "999", "deed": "undo"})).status == 404


async def test_the_log_tells_nothing_of_a_housemate(house: House) -> None:
    """Whom another artisan blocks and what she does not want to read is hers alone; of the house she reads all."""
    now = utc_now()
    async with house.db.write() as tx:
        nora = await artisans.create(tx, username="nora", name="Nora", language="en", key=key_pair(), now=now)
        await safety.block(tx, house.uris, nora, "@fritz@host.example", now)
        await safety.add_word(tx, nora, "casino", now, whole=True, action=Action.HIDE)
        await safety.block_server(tx, house.uris, nora, "loud.example", now)
    entry = await house.value("SELECT id FROM moderation_log WHERE deed = 'block'")
    async with signed_in(house) as maria:
        log = (await maria.get(f"{SAFETY}/log")).text
        assert ("fritz" in log, "casino" in log, "loud.example" in log) == (False, False, True)
        assert (await maria.post(f"{SAFETY}/log", {"entry": str(entry), "deed": "undo"})).status == 404


async def test_servers_are_treated_otherwise_and_again_as_all(house: House) -> None:
    """A blocked server loses everybody at once; a rule about this house is refused; undone, it is as all others."""
    work = await house.publish()
    await like(house, work, "bob", "carol")
    async with signed_in(house) as maria:
        page = await led(maria, f"{SAFETY}/servers", {"domain": "https://Host.Example/about", "severity": "blocked"})
        assert (told(page)[:7], await house.value("SELECT likes FROM works")) == ("Blocked", 0)
        for domain in ("127.0.0.1", "nowhere", ""):
            wrong = await maria.post(f"{SAFETY}/servers", {"domain": domain, "severity": "blocked", "why": "x"})
            assert (wrong.status, wrong.page.select_one("#why")["value"]) == (422, "x")  # type: ignore[index]
        await led(maria, f"{SAFETY}/servers", {"domain": "host.example", "severity": "free"})
        assert await house.value("SELECT count(*) FROM servers") == 0


async def test_many_people_are_forgotten_in_portions(house: House) -> None:
    """Others write between; whose server is blocked no more meanwhile stays; what was interrupted is finished later."""
    now = utc_now()
    sql = """
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250)
        INSERT INTO actors (uri, username, host, inbox_url, type, name, fetched_at, also_known_as)
        SELECT 'https://' || host || '/' || n, 'u' || n, host, 'https://' || host || '/inbox', 'Person', '', ?1, '[]'
        FROM numbers, (SELECT 'a.loud.example:8443' AS host UNION SELECT 'loud.example.net')
    """
    async with house.db.write() as tx:
        # Heard of just now: whoever was for nothing for long goes by herself.
        await tx.execute(sql, (to_ms(now),))
        await safety.block_server(tx, house.uris, house.artisan, "loud.example", now)
        remains = await servers.list_remains(tx)
        assert await servers.forget_people(tx, remains.people[:1]) == 1
        await safety.free_server(tx, house.artisan, "loud.example", now)
        assert await servers.forget_people(tx, remains.people[1:]) == 0
        await safety.block_server(tx, house.uris, house.artisan, "loud.example", now)
    clearing, seen = asyncio.create_task(safety.clear(house.db, now)), set()
    while not clearing.done():
        seen.add(await _left(house))
    assert await clearing == 249
    assert seen & {*range(1, 249)}
    assert await house.value("SELECT count(*) FROM actors") == 250
    assert await safety.clear(house.db, now) == 0


async def _left(house: House) -> int:
    """Return how many of the blocked server are left when somebody else has her turn to write."""
    async with house.db.write() as tx:
        return await fetch_value(tx, "SELECT count(*) FROM actors WHERE host = 'a.loud.example:8443'")


async def test_words_limits_and_the_door(house: House) -> None:
    """Words are added once and removed; numbers are read with spaces, and others come back; only chosen may come in."""
    async with signed_in(house) as maria:
        for _ in range(2):
            await led(maria, f"{SAFETY}/words", {"phrase": " crypto  coin ", "action": "hide", "whole": "yes"})
        assert await house.value("SELECT group_concat(phrase) FROM unwanted_words") == "crypto coin"
        assert (await maria.post(f"{SAFETY}/words", {"phrase": "…", "action": "hide"})).status == 422
        await led(maria, f"{SAFETY}/words", {"word": "1", "deed": "remove"})
        assert await house.value("SELECT count(*) FROM unwanted_words") == 0
        numbers = {"new_people": "5 000", "requests": "12", "followers": "5,000", "held": "200"}
        await led(maria, f"{SAFETY}/limits", {**numbers, "doors": "listed"})
        stored = await house.rows("SELECT name, value FROM settings WHERE name LIKE 'safety.%' ORDER BY name")
        assert [tuple(row) for row in stored] == [("safety.only_listed", "true"), ("safety.requests", "12")]
        wrong = await maria.post(f"{SAFETY}/limits", {**numbers, "held": "many"})
        assert (wrong.status, wrong.page.select_one("#held")["value"]) == (422, "many")  # type: ignore[index]


async def test_reports_are_read_and_sent(house: House) -> None:
    """A report of her is settled once; one by her goes out in the name of the house, and blocks where she wants.

    The way there is on the page of whom it is about; what was written to others alone is not even shown.
    """
    work = await house.publish()
    uri = await reply(house, work, 1, "<p>Buy!</p>")
    await reply(house, work, 2, "<p>For another</p>", public=False)
    async with house.db.write() as tx:
        about = [house.uris.work(work.uid)]
        await reports.put_incoming(
            tx,
            house.artisan.id,
            activity_uri="https://far.example/1",
            host="far.example",
            about=about,
            words="<b>",
            now=utc_now(),
        )
    async with signed_in(house) as maria:
        assert "1 report about you to read" in (await maria.get("/studio")).text
        page = await maria.get(f"{SAFETY}/reports")
        assert ("Moon jar" in page.text, "&lt;b&gt;" in page.text) == (True, True)
        for says in ("Done with.", "So it was already."):
            assert told(await led(maria, f"{SAFETY}/reports", {"report": "1", "deed": "settle"})) == says
        person = await house.value("SELECT id FROM actors WHERE uri = ?", ANA)
        way = (await maria.get(f"/studio/people/{person}")).page.select_one("a[href*=reports]")
        assert way is not None
        form = await maria.get(f"{way['href']}&post={uri}")
        assert ("Buy!" in form.text, "For another" in form.text) == (True, False)
        assert form.page.select_one("input[name=post]").has_attr("checked")  # type: ignore[union-attr]
        empty = await maria.post(f"{SAFETY}/reports/new", {"whom": ANA, "words": " ", "post": uri})
        assert empty.status == 422
        await led(maria, f"{SAFETY}/reports/new", {"whom": ANA, "words": "spam", "post": uri, "block": "yes"})
        assert (await maria.get(f"{SAFETY}/reports/new?whom=https://x.example/")).status == 404
    flag = await house.value("SELECT body FROM activities WHERE type = 'Flag'")
    assert (house.uris.instance_actor.encode() in flag, uri.encode() in flag, b"maria" in flag) == (True, True, False)
    assert await house.value("SELECT count(*) FROM own_blocks") == 1


def form(maria: Visitor, kind: str, content: bytes) -> aiohttp.FormData:
    """Return a form with a file."""
    data = aiohttp.FormData()
    data.add_field("token", maria.token)
    data.add_field("kind", kind)
    data.add_field("file", content, filename="list.csv", content_type="text/csv")
    return data


async def test_a_file_is_shown_before_it_is_applied(house: House) -> None:
    """What would come of each line stands there, with whom she would lose; then it is done, once."""
    await follow(house, "bob")
    listed = (
        b"\xef\xbb\xbf#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
        b'host.example,suspend,False,False,"rude, often",False\n'
        b"quiet.example,silence,,,,\nho**t.example,suspend,,,,\n127.0.0.1,suspend,,,,\nquiet.example,suspend,,,,\n"
        b'watched.example,noop,,,,\nan\x00other.example,"suspend\n'
    )
    async with signed_in(house) as maria:
        answer = await maria.send(f"{SAFETY}/files", form(maria, "servers", listed))
        where = answer.headers["Location"]
        page = await maria.get(where)
        assert [one.get_text(strip=True) for one in page.page.select("summary h2")] == [
            "3 are new",
            "3 cannot be used",
            "1 is of this house, and is left out",
        ]
        assert "People you know would be lost" in page.text
        assert await house.value("SELECT count(*) FROM servers") == 0
        assert "another.example" in (await maria.get(f"{where}/report.txt")).text
        for _ in range(2):
            await led(maria, where, {})
        assert (
            await house.value("SELECT count(*) FROM servers"),
            await house.value("SELECT count(*) FROM followers"),
        ) == (3, 0)
        written = await maria.get(f"{SAFETY}/files/export/blocked_domains.csv")
        assert 'host.example,suspend,false,false,"rude, often",false' in written.text
        for content in (b"", b"\n\n", b"x\n" * 20_001):
            assert (await maria.send(f"{SAFETY}/files", form(maria, "blocks", content))).status in {413, 422}
        people = "bob@host.example\n@Ünï@bücher.example,true\nhost.example\n".encode("utf-16")
        where = (await maria.send(f"{SAFETY}/files", form(maria, "mutes", people))).headers["Location"]
        await led(maria, where, {})
        written = await maria.get(f"{SAFETY}/files/export/muted_accounts.csv")
        assert "ünï@xn--bcher-kva.example,true" in written.text
        assert (await maria.get(f"{SAFETY}/files/999")).status == 404


async def test_a_list_holds_when_she_agrees(house: House, neighbour: Neighbour) -> None:
    """It is read at once and shown; holds when she agrees but for what she leaves out; a change waits again."""
    served = {"text": "domain\nhost.example\nevil.example\n"}

    async def serve(_: web.Request) -> web.Response:
        return web.Response(text=served["text"])

    neighbour.routes["/list.csv"] = serve
    await follow(house, "bob")
    async with signed_in(house) as maria:
        where = (await maria.post(f"{SAFETY}/lists", {"url": f"{neighbour.origin}/list.csv"})).headers["Location"]
        page = await maria.get(where)
        assert (
            page.page.select("input[name=but]")[0]["value"],
            await house.value("SELECT count(*) FROM servers"),
        ) == ("host.example", 0)
        seen = str(page.page.select_one("input[name=seen]")["value"])  # type: ignore[index]
        assert (await maria.post(where, {"seen": "other"})).status == 422
        await led(maria, where, {"seen": seen, "but": "host.example"})
        assert await house.value("SELECT group_concat(domain) FROM servers") == "evil.example"
        served["text"] = "domain\nhost.example\nworse.example\n"
        page = await led(maria, where, {"deed": "look"})
        assert ("2 changes" in page.text, "blocked → as all others" in page.text) == (True, True)
        served["text"] = "x" * 10
        await led(maria, where, {"deed": "look"})
        await led(maria, where, {"deed": "drop"})
        assert await house.value("SELECT count(*) FROM servers") == 1
        assert (await maria.post(f"{SAFETY}/lists", {"url": "ftp://x"})).status == 422
