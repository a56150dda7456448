"""The state of the house: everything that was looked at, what is wrong, and what to do."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.house import Check, Verdict, worst
from fedi_artisan.services.house import in_words
from fedi_artisan.storage import copies
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import language_of, show

HOUSE = "/studio/house"
# What needs her first.
_FIRST = (Verdict.BROKEN, Verdict.LOOK, Verdict.UNKNOWN, Verdict.OK)


async def house(request: Request, studio: Studio) -> Response:
    """Return what was found; what takes longer than a moment to look at is shown as it was, or as not known yet."""
    found = await site_of(request).rounds.look()
    language = language_of(request)

    def told(check: Check) -> dict[str, object]:
        return {
            "name": check.name,
            "title": in_words(check.title, language),
            "verdict": check.verdict,
            "facts": [in_words(fact, language) for fact in check.facts],
            "advice": None if check.advice is None else in_words(check.advice, language),
            "command": check.command,
        }

    return show(
        request,
        studio,
        "studio/house.html",
        verdict=worst(found.checks),
        checks=[told(check) for check in sorted(found.checks, key=lambda check: _FIRST.index(check.verdict))],
        missing=[in_words(look.title, language) for look in found.missing],
        by_itself=site_of(request).schedule.ready,
        today=site_of(request).clock().date().isoformat(),
    )


async def copied(request: Request, studio: Studio) -> Response:
    """Note that she has made a copy today, by hand."""
    del studio
    site = site_of(request)
    async with site.db.write() as tx:
        await copies.note(tx, copies.By.HAND, site.clock())
    return see(HOUSE)


async def back_up(request: Request, studio: Studio) -> Response:
    """Have a backup made now, where the settings say where backups go; it is begun within a moment."""
    del studio
    site_of(request).schedule.wake()
    return see(f"{HOUSE}?told=backup")
