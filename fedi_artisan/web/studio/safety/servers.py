"""How the house treats other servers, and whether only chosen ones may come in; how much may come from one."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.safety import Limits, Severity
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput
from fedi_artisan.services import safety
from fedi_artisan.storage import rules, servers
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/servers"
LIMITS = f"{SAFETY}/limits"
PER_PAGE = 100
LONGEST_WHY = 500
_TOLD = {
    "blocked": say("Blocked: nothing comes from there any more, and nothing goes there."),
    "silenced": say("Kept quiet: only people you follow come through from there; all others wait for you."),
    "allowed": say("Chosen: it may always come in, unless it is blocked as well."),
    "free": say("Treated as all others again. What was there before does not come back by itself."),
    "same": say("So it was already."),
    "saved": say("Saved."),
}


async def all_servers(request: Request, studio: Studio) -> Response:
    """Return the servers that are treated otherwise than others, and take in how one is to be treated."""
    if request.method != "POST":
        return await _page(request, studio, told=_TOLD.get(request.query_params.get("told", ""), ""))
    site, domain, wanted = site_of(request), studio.fields.get("domain", ""), studio.fields.get("severity", "")
    try:
        async with site.db.write() as tx:
            if wanted == "free":
                done = await safety.free_server(tx, studio.artisan, domain, site.clock()) is not None
            else:
                why = studio.fields.get("why", "")[:LONGEST_WHY].strip()
                severity, now = _severity(wanted), site.clock()
                done = await safety.rule_server(
                    tx, site.uris, studio.artisan, domain, severity=severity, now=now, why=why
                )
        await safety.clear(site.db, site.clock())
    except BadInput as error:
        return await _page(request, studio, refused=error)
    return see(to(PATH, told=wanted if done else "same"))


def _severity(wanted: str) -> Severity:
    """Return how a server is to be treated.

    Raises:
        BadInput: nothing is said of that.
    """
    if wanted not in {*Severity}:
        raise BadInput("Choose how this server is to be treated.")
    return Severity(wanted)


async def _page(request: Request, studio: Studio, *, refused: BadInput | None = None, told: str = "") -> Response:
    number, chosen = number_of(request), request.query_params.get("show", "")
    severities = (Severity(chosen),) if chosen in {*Severity} else tuple(Severity)
    async with site_of(request).db.read() as tx:
        found = await servers.list_all(tx, severities, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        counts = await servers.count(tx)
        only_listed = (await rules.read(tx)).only_listed
    return page(
        request,
        studio,
        "safety_servers.html",
        refused=refused,
        told=told,
        leaf=leaf_of(number, found, PER_PAGE),
        counts={str(severity): count for severity, count in counts.items()},
        chosen=chosen,
        only_listed=only_listed,
        longest_why=LONGEST_WHY,
        to=lambda where: to(PATH, show=chosen, page=where if where > 1 else ""),
    )


async def limits(request: Request, studio: Studio) -> Response:
    """Return how much may come from one server and whether only chosen ones may come in, or take it in."""
    site, refused = site_of(request), None
    if request.method == "POST":
        try:
            given = {name: _number(studio.fields.get(name, "")) for name in rules.LIMIT_NAMES}
            only_listed = studio.fields.get("doors") == "listed"
            async with site.db.write() as tx:
                await safety.set_limits(tx, studio.artisan, given, site.clock())
                await safety.set_only_listed(tx, studio.artisan, site.clock(), only_listed=only_listed)
            return see(to(LIMITS, told="saved"))
        except BadInput as error:
            refused = error
    async with site.db.read() as tx:
        standing = await rules.read(tx)
        counts = await servers.count(tx)
    return page(
        request,
        studio,
        "safety_limits.html",
        refused=refused,
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        standing=standing,
        usual=Limits(),
        listed=counts[Severity.ALLOWED],
    )


def _number(text: str) -> int:
    """Return the number that somebody wrote, with spaces or commas in it or without.

    Raises:
        BadInput: it is none.
    """
    plain = "".join(sign for sign in text if not sign.isspace() and sign not in ",.’'")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len("1000000")):
        raise BadInput("Write a number from 1 to 1,000,000.")
    return int(plain)
