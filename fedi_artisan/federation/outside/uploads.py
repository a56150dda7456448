"""Whether photographs get through what stands in front, which often lets through no more than a megabyte."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator

import aiohttp

from fedi_artisan.domain import probes
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Size, Verdict, said
from fedi_artisan.federation.outside.asking import Asking

_OK, _TOO_LARGE = 200, 413
# More than the megabyte that nginx lets through by itself.
_BYTES = 1_500_000
_PATIENCE_S = 1.5
_FRONT = {
    "nginx": "client_max_body_size 900m;",
    "caddy": "request_body {{ max_size 900MB }}",
    "apache": "LimitRequestBody 0",
}


async def uploads(asking: Asking, secret: str, clock: Clock) -> Finding:
    """Look whether something as large as a photograph gets through: a small one whole, a large one as far as asked."""
    url = f"{asking.config.origin}{probes.IN_THE_STUDIO}{probes.token(secret, clock())}"
    body = await asyncio.to_thread(os.urandom, _BYTES)
    heard = await asking.ask("POST", url, {"Content-Type": "application/octet-stream"}, body)
    if heard.status == _TOO_LARGE:
        return _too_large(heard.headers.get("Server", ""), _BYTES, Verdict.BROKEN)
    if heard.status != _OK or hashlib.sha256(body).hexdigest().encode() not in heard.body:
        fact = said(
            "A file that was sent to the studio did not arrive whole: the answer is {status}.", status=str(heard.status)
        )
        advice = said("Have what stands in front pass on what is sent to /studio as it comes.")
        return Finding(Verdict.BROKEN, (fact,), advice)
    most_bytes = asking.config.limits.photo_bytes
    refusing = await _refused(asking, url, most_bytes + probes.FORM_BYTES)
    if refusing is not None:
        return _too_large(refusing, most_bytes, Verdict.LOOK)
    return Finding(Verdict.OK, (said("Photographs of {size} get through.", size=Size(most_bytes)),))


async def _refused(asking: Asking, url: str, size_bytes: int) -> str | None:
    """Return who refuses to take so much, by its name, before a byte of it is sent; None where it is let through.

    It is only announced: whoever would take it says so first (100 Continue, RFC 9110 10.1.1), or says nothing, and the
    connection ends.
    """
    let_through = asyncio.Event()

    async def never() -> AsyncIterator[bytes]:
        let_through.set()
        await asyncio.Event().wait()
        yield b""

    async def announce() -> str | None:
        headers = {"Content-Length": str(size_bytes), "Content-Type": "application/octet-stream"}
        async with (
            asking.session() as session,
            session.post(url, data=never(), headers=headers, expect100=True, allow_redirects=False) as response,
        ):
            return response.headers.get("Server", "") if response.status == _TOO_LARGE else None

    announcing, passing = asyncio.create_task(announce()), asyncio.create_task(let_through.wait())
    try:
        done, _ = await asyncio.wait({announcing, passing}, timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        return announcing.result() if announcing in done else None
    except (aiohttp.ClientError, OSError):
        return None
    finally:
        for task in (announcing, passing):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError, OSError):
                await task


def _too_large(server: str, size_bytes: int, verdict: Verdict) -> Finding:
    """Return what it means that something in front takes no more."""
    fact = said("What stands in front lets no photographs of {size} through.", size=Size(size_bytes))
    line = next((line for name, line in _FRONT.items() if name in server.lower()), _FRONT["nginx"])
    return Finding(verdict, (fact,), said("Have it let through larger ones:"), line)
