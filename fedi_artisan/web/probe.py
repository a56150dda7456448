"""What this server says when it asks itself by its public address: what arrived, and from whom (domain/probes.py)."""

import asyncio
import hashlib

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain import probes
from fedi_artisan.errors import BadJson, BadSignature, NotFound, TooLarge
from fedi_artisan.federation.signatures import verify
from fedi_artisan.federation.signatures.keys import load_public_key
from fedi_artisan.storage import artisans
from fedi_artisan.web.bodies import media_type
from fedi_artisan.web.context import site_of
from fedi_artisan.web.readers import signed


async def probe(request: Request) -> Response:
    """Return how a question of our own looks when it arrives; federation/outside/ judges it.

    Raises:
        NotFound: somebody else asks; there is nothing here for them.
        TooLarge, BadJson: it is too much, or does not arrive.
    """
    site, token = site_of(request), request.path_params["token"]
    if not probes.may_be(token, site.clock()):
        raise NotFound("there is nothing here")
    async with site.db.read() as tx:
        key = await artisans.get_key(tx, None)
    if not probes.is_ours(token, key.private_pem, site.clock()):
        raise NotFound("there is nothing here")
    body, size_bytes, digest = await _read(request)
    headers = request.headers
    arrived = {
        "host": headers.get("host", ""),
        "scheme": request.scope["scheme"],
        "client": request.client.host if request.client else "",
        "forwarded_for": ", ".join(headers.getlist("x-forwarded-for")),
        "forwarded_proto": headers.get("x-forwarded-proto", ""),
        "accept": headers.get("accept", ""),
        "type": media_type(request),
        "bytes": size_bytes,
        "sha256": digest,
        "fault": _fault(request, body, key.public_pem),
    }
    return JSONResponse(arrived, headers={"Cache-Control": "no-store"})


async def _read(request: Request) -> tuple[bytes, int, str]:
    """Return the beginning of what is sent, how much it is, and its SHA-256; as much may come as of a photograph.

    Raises:
        TooLarge, BadJson: it is too much, or does not arrive.
    """
    config = site_of(request).config
    longest = config.limits.photo_bytes + probes.FORM_BYTES
    beginning, size_bytes, digest = bytearray(), 0, hashlib.sha256()
    try:
        async with asyncio.timeout(config.timeouts.request_body_s):
            async for piece in request.stream():
                size_bytes += len(piece)
                digest.update(piece)
                if size_bytes > longest:
                    raise TooLarge(f"up to {longest} bytes are read here")
                beginning += piece[: max(probes.MOST_BYTES - len(beginning), 0)]
    except (TimeoutError, ClientDisconnect):
        raise BadJson("the message did not arrive") from None
    return bytes(beginning), size_bytes, digest.hexdigest()


def _fault(request: Request, body: bytes, public_pem: str) -> str:
    """Return what is wrong with the signature of the question, as other servers are told; empty where it holds."""
    site = site_of(request)
    try:
        claim = verify.read(signed(request, body), now=site.clock(), plain_http=site.config.plain_http)
        claim.verify(load_public_key(public_pem))
    except BadSignature as error:
        return str(error)
    return ""
