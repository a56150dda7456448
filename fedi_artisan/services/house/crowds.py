"""Whether many were put off of late, and what that may mean."""

from datetime import datetime, timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said, said_many
from fedi_artisan.domain.refusals import Counted, Refused
from fedi_artisan.storage import refusals
from fedi_artisan.storage.db import Tx

_LOOK_BACK = timedelta(hours=1)
# Fewer than this are the daily bread of every server: programs that try doors.
_MANY = 100
_NEARLY_ALL = 0.9

MOSTLY: dict[str, Sentence] = {
    Refused.PAGES: said("Most of them asked for too many pages in a short time."),
    Refused.SEARCHES: said("Most of them searched too often in a short time."),
    Refused.DOCUMENTS: said("Most of them were other servers that asked for too much in a short time."),
    Refused.LOOKUPS: said("Most of them looked up names, too many in a short time."),
    Refused.FORMS: said("Most of them sent the forms for following and answering too often."),
    Refused.STUDIO: said("Most of them tried to get into the studio."),
    Refused.MESSAGES: said("Most of them were messages of other servers, too many in a short time; they come again."),
    Refused.BUSY: said("Most of them came when all places were taken."),
    Refused.MEMORY: said("Most of them came when memory ran short."),
    Refused.CONNECTIONS: said("Most of them came when there were as many connections as there may be."),
    Refused.CONNECTIONS_OF_ONE: said("Most of them came from one address that had too many connections already."),
    Refused.SLOW: said("Most of them were too slow to say what they wanted, or to take it."),
    Refused.OVERSIZED: said("Most of them said more than is read here."),
    Refused.UNREADABLE: said("Most of them could not be understood."),
}
_FULL = {Refused.BUSY, Refused.MEMORY, Refused.CONNECTIONS}


async def visitors(tx: Tx, config: Config, now: datetime) -> Finding:
    """Look how many visitors and servers were put off."""
    counts = await refusals.since(tx, now - _LOOK_BACK)
    total = sum(counted.number for counted in counts.values())
    if not total:
        return Finding(Verdict.OK, (said("In the last hour nobody was put off."),))
    facts = [
        said_many("In the last hour one request was put off.", "In the last hour {count} requests were put off.", total)
    ]
    mostly = MOSTLY.get(next(iter(counts)))
    if mostly is not None:
        facts.append(mostly)
    advice = None if total < _MANY else _advice(config, counts, total)
    return Finding(Verdict.OK if advice is None else Verdict.LOOK, tuple(facts), advice)


def _advice(config: Config, counts: dict[str, Counted], total: int) -> Sentence | None:
    """Return what to do about so many, where something can be done."""
    if not config.plain_http and sum(counted.nearby for counted in counts.values()) > _NEARLY_ALL * total:
        return said(
            "Nearly all of them seemed to come from your own network. If a web server stands in front of this one, "
            "it must say for whom it asks ({header}), and be named in {setting}.",
            header="X-Forwarded-For",
            setting="trusted_proxies",
        )
    if sum(counted.number for kind, counted in counts.items() if kind in _FULL) >= _MANY:
        return said(
            "That is more than this server can bear. If it goes on, let a web server or a delivery network in front of "
            "it keep pages, or give it more room; docs/operating.md says how."
        )
    return None
