"""Flag: accepted, repeated, by a stranger, for someone else, malformed (WIRE 5.6, 10.2 #58)."""

import json
import re
from typing import Any

import pytest
from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import safety
from fedi_artisan.storage import reports
from tests.house import House, until
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour, Person, key

REPORTS = "SELECT count(*) FROM reports"


def watch(neighbour: Neighbour) -> Person:
    """Return the actor of a whole server, which reports in the place of its people."""
    return neighbour.person("watch", type="Application")


@pytest.mark.parametrize(("software", "name"), shapes("flag"))
async def test_every_server_can_report(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The Flag of every kind of server is kept for our artisan, with its words; nothing of hers is touched."""
    activity = visit(software, house, neighbour, work).read(name)
    sender = Person(str(activity["actor"]), key(), {"type": "Application"})
    neighbour.serve(sender.document())
    assert await effect(house, neighbour, sender, activity) == ("done", "reported")
    row = (await house.rows("SELECT artisan_id, about, words, settled_at FROM reports"))[0]
    assert {*json.loads(row["about"])} <= {house.actor_uri, work}
    assert (row["artisan_id"], row["settled_at"]) == (house.artisan.id, None)
    written = str(activity.get("content") or activity.get("summary") or "").strip()
    assert row["words"] == re.sub("<[^>]+>", "", written)
    assert await house.value("SELECT count(*) FROM works WHERE withdrawn_at IS NULL") == 1


async def test_the_same_report_is_one(house: House, neighbour: Neighbour, work: str) -> None:
    """The same from the same server is counted, not kept again; once she is done with it, it is new."""
    for _ in range(3):
        await effect(house, neighbour, watch(neighbour), neighbour.activity("Flag", watch(neighbour), [work]))
    assert (await house.value(REPORTS), await house.value("SELECT times FROM reports")) == (1, 3)
    async with house.db.write() as tx:
        assert await reports.settle(tx, house.artisan.id, 1, utc_now()) is not None
    await effect(house, neighbour, watch(neighbour), neighbour.activity("Flag", watch(neighbour), [work]))
    assert await house.value(REPORTS) == 2


async def test_reports_without_end_fill_no_disk(house: House, neighbour: Neighbour) -> None:
    """Of one server the newest few are kept."""
    async with house.db.write() as tx:
        for number in range(reports.MOST_OF_A_HOST + 5):
            await reports.put_incoming(
                tx,
                house.artisan.id,
                activity_uri=f"https://flood.example/{number}",
                host="flood.example",
                about=[f"{house.actor_uri}#{number}"],
                words="",
                now=utc_now(),
            )
    assert await house.value(REPORTS) == reports.MOST_OF_A_HOST


async def test_nobody_reports_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """A Flag signed by another than its actor is answered 401."""
    mallory = neighbour.person("mallory", key_number=1)
    flag = neighbour.activity("Flag", watch(neighbour), [work])
    assert (await neighbour.send(mallory, house.uris.shared_inbox, flag))[0] == 401
    assert await house.value(REPORTS) == 0


async def test_a_report_of_somebody_elsewhere_is_dropped(house: House, neighbour: Neighbour) -> None:
    """A Flag of what is not here is answered 202 and forgotten; of what never was here, refused."""
    sender = watch(neighbour)
    away = neighbour.activity("Flag", sender, [f"{neighbour.origin}/users/carol"])
    assert await effect(house, neighbour, sender, away) == ("dropped", "at the door")
    never = neighbour.activity("Flag", sender, [house.uris.work("never")])
    assert (await effect(house, neighbour, sender, never))[0] == "refused"
    assert await house.value(REPORTS) == 0


@pytest.mark.parametrize("about", [None, [], "🏺", [{"id": None}]])
async def test_a_report_of_nothing_is_refused(house: House, neighbour: Neighbour, about: object) -> None:
    """A Flag without an object is answered 400."""
    sender = watch(neighbour)
    flag = neighbour.activity("Flag", sender, about)
    assert (await neighbour.send(sender, house.uris.shared_inbox, flag))[0] == 400


async def test_the_words_of_a_report_are_text(house: House, neighbour: Neighbour, work: str) -> None:
    """HTML in a report is text, and a long one is cut."""
    flag = neighbour.activity("Flag", watch(neighbour), [work], content="<p>spam</p><script>x</script>" + "y" * 9_000)
    await effect(house, neighbour, watch(neighbour), flag)
    words = await house.value("SELECT words FROM reports")
    assert words.startswith("spam")
    assert (len(words), "<" in words) == (2_000, False)


async def test_a_report_of_ours_is_signed_by_the_house(house: House, neighbour: Neighbour, work: str) -> None:
    """What our artisan reports arrives in the name of the whole server, signed with its key; hers is not in it."""
    bob = neighbour.person("bob")
    await effect(house, neighbour, bob, neighbour.activity("Like", bob, work))
    arrived: list[tuple[str, dict[str, Any]]] = []

    async def take(request: web.Request) -> web.Response:
        arrived.append((request.headers["Signature"], await request.json()))
        return web.Response(status=202)

    async def has_arrived() -> bool:
        return bool(arrived)

    neighbour.routes["/inbox"] = take
    async with house.db.write() as tx:
        _, _, known = await safety.find(tx, bob.uri)
        assert known is not None
        await safety.report(tx, house.uris, house.artisan, known, post_uris=[], words="spam", now=utc_now())
    await until(has_arrived, "the report")
    signature, flag = arrived[0]
    assert (flag["actor"], flag["object"], flag["content"]) == (house.uris.instance_actor, [bob.uri], "spam")
    assert f'keyId="{house.uris.key(house.uris.instance_actor)}"' in signature
    assert house.artisan.uid not in json.dumps(flag)
