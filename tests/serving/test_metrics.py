"""Figures for a monitoring system, read as Prometheus reads them."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from fedi_artisan.app import build
from fedi_artisan.config import Config, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.refusals import Refused
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.services.vitals import Vitals
from fedi_artisan.serving import metrics
from fedi_artisan.storage import copies
from tests.house import ALL_THE_MEMORY, CHEAP, free_socket, furnish, running, until
from tests.neighbour import Neighbour
from tests.web.asking import ACTIVITY_JSON, Asker

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


@dataclass(frozen=True)
class Watched:
    """A server whose figures are read: *ask* asks the server, *look* reads the figures."""

    config: Config
    vitals: Vitals
    refusals: Refusals
    ask: Asker
    door: str

    async def look(self) -> dict[str, Metric]:
        """Return all figures by their names."""
        answer = await self.ask(f"{self.door}/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        found = list(text_string_to_metric_families(answer.body.decode()))
        assert len({one.name for one in found}) == len(found)
        return {one.name.removeprefix("fedi_artisan_"): one for one in found}

    async def value(self, name: str, suffix: str = "", **labels: str) -> float:
        """Return one figure; nothing counted is 0."""
        found = (await self.look()).get(name)
        sought = f"fedi_artisan_{name}{suffix}"
        samples = found.samples if found else []
        return sum(one.value for one in samples if one.name == sought and labels.items() <= one.labels.items())


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """A server, running, with its figures beside it."""
    listening, door = free_socket(), free_socket()
    origin, beside = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in (listening, door))
    listens = {"metrics": {"listen": beside.removeprefix("http://")}}
    config = parse(
        {"origin": origin, "data_dir": str(tmp_path), "allow_private_networks": True, **ALL_THE_MEMORY, **listens}
    )
    await furnish(config)
    vitals, refusals = Vitals(), Refusals(utc_now)
    seen = metrics.Watched(config=config, vitals=vitals, refusals=refusals, connections=lambda: 3)
    app = build(config, cost=CHEAP, vitals=vitals, refusals=refusals)
    async with metrics.shown(seen, [door]), running(app, listening), Asker.open(origin) as ask:
        yield Watched(config, vitals, refusals, ask, beside)


async def test_requests_are_counted_by_what_they_are_for(watched: Watched) -> None:
    """By part of the house, method and kind of status, never by address: strangers cannot make figures of their own."""
    for path in ("/", "/", "/works", "/nothing", "/nothing/else", "/static/nothing", "/studio", "/feed.atom"):
        await watched.ask(path)
    await watched.ask("/ap/actor", ("Accept", ACTIVITY_JSON))
    await watched.ask("/ap/inbox", method="POST")
    await watched.ask("/", method="PROPFIND")
    await watched.ask("/healthz")
    family = (await watched.look())["request_duration_seconds"]
    counts = {
        (one.labels["part"], one.labels["method"], one.labels["status"]): one.value
        for one in family.samples
        if one.name.endswith("_count")
    }
    assert counts == {
        ("pages", "GET", "2xx"): 3,
        ("other", "GET", "4xx"): 2,
        ("static", "GET", "4xx"): 1,
        ("studio", "GET", "3xx"): 1,
        ("feeds", "GET", "2xx"): 1,
        ("documents", "GET", "2xx"): 1,
        ("inbox", "POST", "4xx"): 1,
        ("pages", "other", "4xx"): 1,
    }
    buckets = [one.value for one in family.samples if one.labels.get("part") == "feeds" and "le" in one.labels]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 1

    async def kept() -> bool:
        # What is kept is forgotten when something is written, as the house does when it begins.
        await watched.ask("/")
        return bool(await watched.value("kept_answers", "_total", result="hit") >= 1)

    await until(kept, "an answer out of what is kept")


async def test_what_comes_and_goes_is_counted(watched: Watched, neighbour: Neighbour) -> None:
    """A Follow is accepted, takes effect, and its answer is delivered; what is not signed is refused by that name."""
    async with watched.vitals.db.read() as tx:  # type: ignore[union-attr]  # it is open
        [(uid,)] = await tx.execute_fetchall("SELECT uid FROM artisans")
    bob = neighbour.person("bob")
    inbox = f"{watched.config.origin}/ap/inbox"
    follow = neighbour.activity("Follow", bob, f"{watched.config.origin}/ap/actors/{uid}")
    assert (await neighbour.send(bob, inbox, follow))[0] == 202
    async with neighbour.session.post(inbox, json=follow) as answer:
        assert answer.status in {400, 401, 415}
    for result in ("accepted",):
        assert await watched.value("inbox_arrivals", "_total", result=result) == 1

    async def delivered() -> bool:
        return await watched.value("deliveries", "_total", result="delivered") == 1

    await until(delivered, "the Accept")
    assert await watched.value("inbox_processed", "_total", type="Follow", result="done") == 1
    assert await watched.value("inbox_waiting") == await watched.value("deliveries_waiting") == 0
    refused = {one.labels["result"] for one in (await watched.look())["inbox_arrivals"].samples} - {"accepted"}
    assert refused <= {"bad_signature", "wrong_media_type"}


async def test_every_figure_is_in_the_table(watched: Watched) -> None:
    """docs/operating.md lists all figures there are, with their kinds, and no others."""
    watched.refusals.count(Refused.BUSY)
    watched.vitals.certificate_ends = utc_now
    async with watched.vitals.db.write() as tx:  # type: ignore[union-attr]
        await copies.note(tx, copies.By.COMMAND, utc_now())
    shown = {
        f"fedi_artisan_{name}" + ("_total" if family.type == "counter" else ""): family.type
        for name, family in (await watched.look()).items()
        if not name.startswith("process_")
    }
    rows = re.findall(r"^\| `(fedi_artisan_\w+)` \| (\w+) \|", OPERATING.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown == dict(rows)
    assert [name for name, _ in rows] == list(dict(rows))


async def test_figures_stay_when_the_database_does_not(watched: Watched) -> None:
    """Where it cannot be read, what it would tell is left out, and that the server is not ready is told."""
    assert await watched.value("ready") == 1
    assert "database_bytes" in await watched.look()
    watched.vitals.db = None
    found = await watched.look()
    assert "database_bytes" not in found
    assert await watched.value("ready") == 0
    assert await watched.value("connections") == 3
    assert "process_resident_memory_bytes" in found


async def test_the_other_door_shows_nothing_else(watched: Watched) -> None:
    """Figures are at one address and only to be read; and at the visitors' door there are none."""
    assert (await watched.ask(f"{watched.door}/")).status == 404
    assert (await watched.ask(f"{watched.door}/metrics", method="POST")).status == 405
    assert (await watched.ask("/metrics")).status == 404


async def test_however_many_ask_it_goes_on(watched: Watched) -> None:
    """Many at once are all answered, whatever hangs beside them."""
    host, _, port = watched.door.removeprefix("http://").partition(":")
    idle = [await asyncio.open_connection(host, int(port)) for _ in range(50)]
    answers = await asyncio.gather(*(watched.ask(f"{watched.door}/metrics") for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    for _, writer in idle:
        writer.close()
