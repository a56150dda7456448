"""Whom she follows: the list, each person's page, and lists brought and taken along."""

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.follow_lists import MOST_FOLLOWED, read_list, write_list
from fedi_artisan.domain.sought import Account, Missing
from fedi_artisan.errors import BadInput
from fedi_artisan.federation.acquainting import TRIES, Acquainting
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.looking import Looking
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.services import following as following_service
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors, following, wanted_follows
from fedi_artisan.storage.db import from_ms
from fedi_artisan.vocab.notes import Note
from tests.federation.looking import fingered, host_of
from tests.house import House, until
from tests.neighbour import PUBLIC, Neighbour
from tests.saying import answer as say_answer
from tests.saying import write_to
from tests.studio import Answer, Visitor, signed_in
from tests.web.studio.happening import follow, like, put_person

PATH = "/studio/people"


async def follows(house: House, *names: str) -> None:
    """Let our artisan follow new people, each a second after the other."""
    async with house.db.write() as tx:
        for number, name in enumerate(names):
            known = await actors.find_by_id(tx, await put_person(tx, name, name.title()))
            assert known is not None
            now = utc_now() - timedelta(minutes=5) + timedelta(seconds=number)
            await following_service.request(tx, house.uris, house.artisan, Known(known.id, known.actor), now)
            await following.set_state(tx, known.actor.uri, "accepted", follow_uri=None, artisan_uid=house.artisan.uid)


async def said(house: House) -> Counter[str]:
    """Return how often what was said to whom: "Follow bob"."""
    rows = await house.rows("SELECT body FROM activities")
    bodies = [json.loads(row["body"]) for row in rows]
    return Counter(f"{body['type']} {body['to'][0].rsplit('/', 1)[1]}" for body in bodies)


def names(answer: Answer) -> list[str]:
    """Return who is listed."""
    return [one.get_text(strip=True) for one in answer.page.select(".rows .name")]


async def test_the_list_and_leaving(house: House) -> None:
    """The last ones first, page by page, with how each stands; whom she leaves is told once."""
    await follows(house, *(f"p{number:02}" for number in range(51)), "bob")
    async with house.db.write() as tx:
        await tx.execute(
            "UPDATE following SET state = 'requested' WHERE actor_id = (SELECT max(actor_id) FROM following)"
        )
    async with signed_in(house) as maria:
        first = await maria.get(PATH)
        assert (len(names(first)), names(first)[0]) == (50, "Bob")
        assert "the answer has not come yet" in first.text
        assert names(await maria.get(f"{PATH}?page=2")) == ["P01", "P00"]
        assert names(await maria.get(f"{PATH}?q=P07")) == ["P07"]
        assert (await maria.get(f"{PATH}?page=9")).status == 404
        for _ in range(2):
            fields = {"deed": "unfollow", "actor": "https://host.example/users/bob", "q": "o"}
            left = await maria.post(PATH, fields)
            assert (left.status, left.headers["Location"]) == (303, f"{PATH}?q=o&told=unfollowed")
        assert "Bob" not in names(await maria.get(PATH))
        assert (await maria.post(PATH, {"deed": "unfollow"})).status == 400
    assert (await said(house))["Undo bob"] == 1


@pytest.mark.parametrize(("deed", "undo"), [("block", "unblock"), ("mute", "unmute")])
async def test_her_page_says_who_is_kept_away(house: House, deed: str, undo: str) -> None:
    """Since or until when, and why; from there it is taken back. A mute that is over is told no more."""
    await follow(house, "bob")
    bob = await house.value("SELECT id FROM actors WHERE username = 'bob'")
    async with signed_in(house) as maria:
        given = {"deed": deed, "whom": "@bob@host.example", "why": "Too <loud>", "span": "week"}
        assert (await maria.post("/studio/safety/people", given)).status == 303
        told = (await maria.get(f"{PATH}/{bob}")).page.select_one("div.told")
        assert told is not None
        assert "Too <loud>" in told.get_text()
        kept = "SELECT blocked_at FROM own_blocks" if deed == "block" else "SELECT until FROM own_mutes"
        moment = told.select_one("time")
        assert moment is not None
        assert str(moment["datetime"]) == from_ms(await house.value(kept)).isoformat(timespec="seconds")
        if deed == "mute":
            async with house.db.write() as tx:
                await tx.execute("UPDATE own_mutes SET until = 1")
            assert not (await maria.get(f"{PATH}/{bob}")).page.select("div.told")
        for _ in range(2):
            done = await maria.post(f"{PATH}/{bob}", {"deed": undo})
            assert done.headers["Location"] == f"{PATH}/{bob}?told={undo}{'e' * (undo[-1] != 'e')}d"
        page = await maria.get(done.headers["Location"])
        assert not page.page.select("div.told")
        assert "any more" in page.text
    assert await house.rows("SELECT 1 FROM own_blocks UNION SELECT 1 FROM own_mutes") == []


async def test_who_has_not_answered_can_be_asked_again(house: House) -> None:
    """From her page and from the list, with a new request each time; not who has accepted, and not who is no more."""
    await follows(house, "bob", "carol")
    async with house.db.write() as tx:
        bob, carol = [await actors.find_id(tx, f"https://host.example/users/{name}") or 0 for name in ("bob", "carol")]
        await tx.execute("UPDATE following SET state = 'requested' WHERE actor_id = ?", (bob,))
    first = await house.value("SELECT follow_uri FROM following WHERE actor_id = ?", bob)
    async with signed_in(house) as maria:
        assert '"again"' not in (await maria.get(f"{PATH}/{carol}")).text
        assert '"again"' in (await maria.get(f"{PATH}/{bob}")).text
        done = await maria.post(f"{PATH}/{bob}", {"deed": "again"})
        assert "Asked once more" in (await maria.get(done.headers["Location"])).text
        assert await house.value("SELECT follow_uri FROM following WHERE actor_id = ?", bob) != first
        listed = await maria.get(PATH)
        assert len(listed.page.select('.rows [value="again"]')) == 1
        for name in ("bob", "carol", "nobody"):
            done = await maria.post(PATH, {"deed": "again", "actor": f"https://host.example/users/{name}"})
            assert (done.status, done.headers["Location"]) == (303, f"{PATH}?told=again")
    assert (await said(house), await following_states(house)) == (
        Counter({"Follow bob": 3, "Follow carol": 1}),
        {bob: "requested", carol: "accepted"},
    )


async def following_states(house: House) -> dict[int, str]:
    """Return how those whom she follows or asked have answered, by their rows."""
    return {row["actor_id"]: row["state"] for row in await house.rows("SELECT actor_id, state FROM following")}


async def test_a_person_s_page_tells_what_was_between(house: House) -> None:
    """Who follows whom since when, likings, answers, letters; words that are for her, and none that are not."""
    work = await house.publish()
    await follow(house, "bob")
    await like(house, work, "bob")
    notes = {
        name: Note(
            uri=f"https://host.example/notes/{name}",
            attributed_to="https://host.example/users/bob",
            content_html=f"<p>{name} <b>words</b></p>",
            to=(PUBLIC,) if name == "answer" else (),
        )
        for name in ("answer", "letter", "secret")
    }
    async with house.db.write() as tx:
        bob = await actors.find_id(tx, "https://host.example/users/bob")
        assert bob is not None
        await tx.execute("UPDATE actors SET summary_html = '<p>I throw <i>pots</i></p>' WHERE id = ?", (bob,))
        await say_answer(tx, notes["answer"], work_id=work.id, actor_id=bob, now=utc_now())
        await write_to(tx, notes["letter"], artisan_id=house.artisan.id, actor_id=bob, now=utc_now())
        await say_answer(tx, notes["secret"], work_id=work.id, actor_id=bob, now=utc_now())
    async with signed_in(house) as maria:
        page = await maria.get(f"{PATH}/{bob}")
        words = page.page.get_text(" ", strip=True)
        for told in ("I throw pots", "Follows you since", "Likes 1 thing", "Answered 2 times", "Wrote you 1 private"):
            assert told in words, told
        assert [one.get_text(" ", strip=True) for one in page.page.select("article .prose")] == [
            "letter words",
            "answer words",
        ]
        for deed, expected in (("follow", "Follow bob"), ("unfollow", "Undo bob")):
            for _ in range(2):
                done = await maria.post(f"{PATH}/{bob}", {"deed": deed})
                assert (done.status, (await maria.get(done.headers["Location"])).status) == (303, 200)
            assert (await said(house))[expected] == 1
        assert (await maria.post(f"{PATH}/{bob}", {"deed": "x"})).status == 400
        for nobody in ("999", "0", str(2**64)):
            assert (await maria.get(f"{PATH}/{nobody}")).status == 404, nobody
            assert (await maria.post(f"{PATH}/{nobody}", {"deed": "follow"})).status == 404
        assert (await maria.get(f"{PATH}/{bob}?before=x")).status == 404
        assert (await maria.get(f"{PATH}/{bob}?before=1")).page.select("article") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Account address,Show boosts\nbob@place.example,true\n\n@ana@PLACE.example,false\n", ["bob", "ana"]),
        ("\ufeffbob@place.example\r\nbob@Place.example\r\n", ["bob"]),
        ('"bob@place.example","a\nb"\n', ["bob"]),
    ],
)
def test_lists_are_read_as_others_write_them(text: str, expected: list[str]) -> None:
    """With or without their head, in whatever case, each account once; what is none is told."""
    assert [account.username for account in read_list(text).accounts] == expected


def test_lists_that_are_none() -> None:
    """A picture, a page, nothing, or without measure: refused with what to bring; what was written is read again."""
    for text in ("", "Account address\n", "\0PNG", "<html>", "\n".join(f"n{i}@a.example" for i in range(5_001))):
        with pytest.raises(BadInput):
            read_list(text)
    assert MOST_FOLLOWED == 5_000
    assert read_list("bob@place.example\nwhat\n").unreadable == (2,)
    accounts = (Account("bob", "place.example"), Account("zoé", "xn--caf-dma.example"))
    assert read_list(write_list(accounts)).accounts == accounts


async def bring(visitor: Visitor, text: str) -> Answer:
    """Send a list."""
    form = aiohttp.FormData()
    form.add_field("token", visitor.token)
    form.add_field("list", text.encode(), filename="following_accounts.csv", content_type="text/csv")
    return await visitor.send(f"{PATH}/import", form)


async def test_a_list_is_brought_and_taken_along(house: House, neighbour: Neighbour) -> None:
    """Each is looked for and asked, once; who is not found is told with why; what goes out can come in elsewhere."""
    fingered(neighbour, "ana")
    fingered(neighbour, "bob")
    host = host_of(neighbour)
    text = f"Account address,Show boosts\nana@{host},true\nbob@{host},true\nnobody@{host},true\nx@gmail.com,true\n"
    async with signed_in(house) as maria:
        assert (await maria.get(f"{PATH}/import")).status == 200
        for _ in range(2):
            assert (await bring(maria, text)).headers["Location"] == f"{PATH}?told=brought&lines=5"

            async def settled() -> bool:
                return not await house.value("SELECT count(*) FROM wanted_follows WHERE due_at IS NOT NULL")

            await until(settled, "the end of the list")
        assert await said(house) == {"Follow ana": 1, "Follow bob": 1}
        page = await maria.get(PATH)
        assert (sorted(names(page)), f"@nobody@{host}" in page.text) == (["Ana", "Bob"], True)
        given = await maria.get(f"{PATH}/following_accounts.csv")
        assert {account.username for account in read_list(given.text).accounts} == {"ana", "bob"}
        await maria.post(PATH, {"deed": "forget"})
        assert f"@nobody@{host}" not in (await maria.get(PATH)).text
        for lines, told, words in (
            (["what"], "lines=2", "Line 2 of the file names nobody"),
            (["what", f"bob@{host}", "", "x y,true"], "lines=2%2C5", "Lines 2, 5 of the file name nobody"),
            (["what"] * 60, f"lines={'%2C'.join(map(str, range(2, 52)))}&more=yes", "50, 51… of the file"),
        ):
            done = await bring(maria, "\n".join([f"bob@{host}", *lines]))
            assert done.headers["Location"] == f"{PATH}?told=brought&{told}"
            assert words in (await maria.get(done.headers["Location"])).page.get_text()
        assert "left out" not in (await maria.get(f"{PATH}?told=brought&lines=x,-1,,99999999")).text
        wrong = await bring(maria, "\0PNG")
        assert (wrong.status, wrong.page.select_one("#list-told.trouble") is not None) == (400, True)


async def test_whoever_is_silent_is_looked_for_again(house: House, tmp_path: Path, neighbour: Neighbour) -> None:
    """A server that is away is asked again after two minutes, then ever later, and given up after five times."""
    account = Account("ana", host_of(neighbour))
    resource = quote(f"acct:ana@{account.host}", safe="")
    neighbour.serve({}, at=f"{neighbour.origin}/.well-known/webfinger?resource={resource}", status=503)
    moments = [utc_now() + timedelta(days=1)]  # the running server has not come that far, and leaves it alone

    def clock() -> datetime:
        return moments[-1]

    async with Client(house.config, signer=None) as client:
        people = Actors(house.db, client, await Hosts.load(house.db, clock), clock)
        looking = Looking(house.config, house.db, house.uris, people, WebFinger(house.config, client, people))
        loop = Acquainting(house.db, house.uris, people, looking, clock)
        async with house.db.write() as tx:
            await wanted_follows.put(tx, house.artisan.id, [account], clock())
        for _ in range(TRIES):
            assert await loop.look_for_due()
            assert not await loop.look_for_due()
            async with house.db.read() as tx:
                due_at = await wanted_follows.find_next(tx)
            if due_at is not None:
                moments.append(due_at)
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [2, 12, 72, 432]
    async with house.db.read() as tx:
        standing = await wanted_follows.find_standing(tx, house.artisan.id, most=9)
    assert (standing.waiting, standing.failed) == (0, ((account, Missing.SILENT),))
