"""From pressing Publish in the studio to the work on its page, and on the home page: how long she waits."""

import statistics
import time
from urllib.parse import urlencode

from bench.rate import Given, Request, ask
from bench.site import SERIES, TAG, TEXT, Site
from bench.size import Size
from bench.table import Aim, Row
from fedi_artisan.cli.given import chosen_artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.drafts import KeptDraft
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.services import drafts, sessions
from fedi_artisan.web.studio.door import cookie_name

AIM = Aim(300.0, at_most=True)
PHOTOS = 4
_WITHIN_S = 5.0
_HTML = {"Accept": "text/html"}


async def run(site: Site, size: Size) -> list[Row]:
    """Return both times; the median of several works, each with photographs of which everything is made."""
    async with site.writing() as tx:
        artisan = await chosen_artisan(tx, None)
        session = await sessions.open_session(tx, artisan.id, "bench", utc_now())
    times = [await _publish(site, session, number) for number in range(size.published)]
    page, home = (statistics.median(each) * 1000 for each in zip(*times, strict=True))
    return [
        Row(what=f"Publish pressed to the page of the work, {PHOTOS} photographs", value=page, unit="ms", aim=AIM),
        Row(what="Publish pressed to the home page with the work on it", value=home, unit="ms"),
    ]


async def _publish(site: Site, session: str, number: int) -> tuple[float, float]:
    """Return the seconds until one more work stands on its page, and until it stands on the home page."""
    draft, title = await _written(site, number)
    began = time.perf_counter()
    pressed = await _post(site, session, draft)
    assert pressed.headers["location"].endswith("/done"), pressed
    path = f"/works/{title.lower().replace(' ', '-')}"
    page = await ask(site.port, Request(path, _HTML))
    shown = time.perf_counter() - began
    assert page.status == 200, page
    while path.encode() not in (await ask(site.port, Request("/", _HTML))).body:
        assert time.perf_counter() - began < _WITHIN_S
    return shown, time.perf_counter() - began


async def _written(site: Site, number: int) -> tuple[KeptDraft, str]:
    """Return a draft in which everything is filled in, and its title."""
    title = f"Night jar {number}"
    typed = {
        "title": title,
        "text": TEXT,
        "materials": "stoneware, ash glaze",
        "techniques": "wheel-thrown",
        "dimensions": "38 × 37 cm",
        "year": "2026",
        "price": "420 EUR",
        "availability": "available",
        "series": SERIES,
        "tags": f"{TAG}, stoneware",
        "audience": "everyone",
        "language": "en",
    }
    async with site.writing() as tx:
        artisan = await chosen_artisan(tx, None)
        rows = await tx.execute_fetchall("SELECT uid FROM photos WHERE work_id IS NOT NULL LIMIT ?", (PHOTOS,))
        photos = [row["uid"] for row in rows]
        assert len(photos) == PHOTOS
        return await drafts.begin(tx, artisan, utc_now(), photos=photos, typed=typed), title


async def _post(site: Site, session: str, draft: KeptDraft) -> Given:
    """Press the button, as a browser does."""
    fields = {**draft.typed, "version": str(draft.version), "token": form_token(session), "do": "publish"}
    headers = {
        **_HTML,
        "Cookie": f"{cookie_name(site.config)}={session}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }
    target = f"/studio/drafts/{draft.uid}"
    return await ask(site.port, Request(target, headers, "POST", urlencode(fields).encode()))
