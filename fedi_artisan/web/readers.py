"""Documents that are not for everybody: who asks is told by her signature, and all others get what is nowhere.

Whoever is not meant gets the same 404 as for what never was (WIRE 10.2 #53); what is given to one is kept for nobody
else (#54).
"""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import host_of, same_origin
from fedi_artisan.errors import NotFound
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.storage import actors, artisans, followers
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import render
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.documents import document
from fedi_artisan.web.tries import VISITOR


def signed(request: Request, body: bytes = b"") -> SignedRequest:
    """Return a request in the form in which its signature is held against it."""
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return SignedRequest(
        method=request.method,
        # Ours to say, not the sender's: the address is the configured one (WIRE 2.4, step 4).
        url=f"{site_of(request).config.origin}{path}{'?' if query else ''}{query}",
        headers=_headers(request),
        body=body,
        sender=request.scope.get(VISITOR, ""),
    )


async def is_follower(request: Request, artisan: Artisan) -> bool:
    """Whether an actor asks who follows the artisan, as her signature tells."""
    site, question = site_of(request), signed(request)
    async with site.db.read() as tx:
        # Nobody is asked for a key in vain.
        if not await followers.list_of_host(tx, artisan.id, site.reading.claimed_host(question)):
            return False
    uri = await site.reading.who(question)
    async with site.db.read() as tx:
        actor_id = None if uri is None else await actors.find_id(tx, uri)
        return actor_id is not None and await followers.is_follower(tx, artisan.id, actor_id)


async def followers_at(request: Request) -> Response:
    """Return the artisan's followers who are with the server that asks (FEP-8fcf).

    Raises:
        NotFound: there is no such artisan, or it is not told who asks, or nobody there follows her.
    """
    site, question = site_of(request), signed(request)
    async with site.db.read() as tx:
        artisan = await artisans.find_by_uid(tx, request.path_params["uid"])
        there = await _there(tx, artisan, site.reading.claimed_host(question))
    uri = await site.reading.who(question) if there else None
    if uri is None or artisan is None:
        raise NotFound("there is no such actor")
    # Said as of now, and to whom it turned out to be.
    async with site.db.read() as tx:
        items = [one for one in await _there(tx, artisan, host_of(uri)) if same_origin(one, uri)]
    content = render.collection(site.uris.followers_at(artisan.uid), total=len(items), items=items)
    return for_one_alone(document(request, content))


async def _there(tx: Tx, artisan: Artisan | None, host: str) -> list[str]:
    """Return who follows from a host, if there is such an artisan and such a host."""
    return [] if artisan is None or not host else await followers.list_of_host(tx, artisan.id, host)


def for_one_alone(response: Response) -> Response:
    """Return an answer that may be kept for nobody but who asked."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = f"{negotiate.VARY}, Signature"
    return response


def _headers(request: Request) -> dict[str, str]:
    """Return the headers with lower-case names, repeated lines joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
