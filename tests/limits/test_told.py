"""What was put off is told to the artisan in plain words, and docs/operating.md tells of each limit."""

import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.config import Limits, Timeouts, parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Finding, Verdict
from fedi_artisan.domain.refusals import Counted, Refused, is_nearby
from fedi_artisan.services.house import in_words
from fedi_artisan.services.house.crowds import MOSTLY, visitors
from fedi_artisan.storage import refusals
from tests.house import House

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
PUBLIC = parse({"origin": "https://atelier.example"})


async def found(house: House, counts: dict[Refused, Counted], *, ago: timedelta = timedelta(0)) -> Finding:
    """Return what is found where so much was put off so long ago."""
    now = utc_now()
    async with house.db.write() as tx:
        await tx.execute("DELETE FROM refusals")
        await refusals.add(tx, {(refusals.span_of(now - ago), kind): count for kind, count in counts.items()})
    async with house.db.read() as tx:
        return await visitors(tx, PUBLIC, now)


def words(finding: Finding, language: str = "en") -> str:
    """Return all that is said."""
    said = (*finding.facts, *([finding.advice] if finding.advice else []))
    return " ".join(in_words(one, language) for one in said)


async def test_what_was_put_off_is_told_in_plain_words(house: House) -> None:
    """How many within the hour, and what most of them wanted; a handful is no matter, in English and in French."""
    nothing = await found(house, {})
    assert (nothing.verdict, words(nothing)) == (Verdict.OK, "In the last hour nobody was put off.")
    some = await found(house, {Refused.SEARCHES: Counted(50, 0), Refused.PAGES: Counted(3, 0)})
    assert some.verdict is Verdict.OK
    assert words(some) == "In the last hour 53 requests were put off. Most of them searched too often in a short time."
    assert words(some, "fr").startswith(
        "Depuis une heure, 53 demandes ont été remises à plus tard. La plupart cherchaient"
    )
    old = await found(house, {Refused.SEARCHES: Counted(5_000, 0)}, ago=timedelta(hours=2))
    assert old.verdict is Verdict.OK


async def test_more_than_can_be_borne_is_worth_a_look(house: House) -> None:
    """Many who found no place: something in front could keep pages; a flood that was only slowed needs nothing."""
    full = await found(house, {Refused.BUSY: Counted(400, 0)})
    assert full.verdict is Verdict.LOOK
    assert "more than this server can bear" in words(full)
    assert (await found(house, {Refused.SEARCHES: Counted(9_000, 0)})).verdict is Verdict.OK


async def test_a_web_server_in_front_that_says_nothing_is_found_out(house: House) -> None:
    """Where nearly all who are put off come from the house's own network, they are probably all visitors there are."""
    finding = await found(house, {Refused.PAGES: Counted(500, 480), Refused.BUSY: Counted(10, 9)})
    assert finding.verdict is Verdict.LOOK
    assert "X-Forwarded-For" in words(finding)
    assert "trusted_proxies" in words(finding, "fr")
    assert (await found(house, {Refused.PAGES: Counted(500, 300)})).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("address", "nearby"),
    [
        *[
            (one, True)
            for one in ("127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::/64")
        ],
        *[(one, False) for one in ("203.0.113.7", "172.32.0.1", "2001:db8::/64", "", "unknown", "x" * 64)],
    ],
)
def test_what_is_near(address: str, nearby: bool) -> None:
    """This machine and private networks, for whatever counts as a visitor."""
    assert is_nearby(address) is nearby


def test_every_kind_has_its_words() -> None:
    """Whatever may be refused can be told."""
    assert set(MOSTLY) == set(Refused)


async def test_old_and_future_counts_go(house: House) -> None:
    """After a week nothing is kept of it, nor what a clock that was wrong put into the future."""
    now = utc_now()
    moments = (now, now - timedelta(days=6), now - timedelta(days=8), now + timedelta(days=300))
    async with house.db.write() as tx:
        await refusals.add(tx, {(refusals.span_of(moment), "busy"): Counted(1, 0) for moment in moments})
        await refusals.prune(tx, now)
    assert await house.value("SELECT count(*) FROM refusals") == 2


def test_the_table_of_limits_is_true() -> None:
    """docs/operating.md, "How much it takes": each limit that can be set stands there with what holds by itself."""
    told = dict(re.findall(r"^\| `((?:limits|timeouts)\.\w+)` \| ([\d ,.]+) \|", DOCS.read_text("utf-8"), re.MULTILINE))
    kinds = {"limits": Limits, "timeouts": Timeouts}
    known = {f"{table}.{one.name}": one.default for table, kind in kinds.items() for one in dataclasses.fields(kind)}
    assert {name: float(value.replace(",", "")) for name, value in told.items()}.items() <= known.items()
    assert {name for name in known if "minute" in name or "connections" in name} < set(told)
