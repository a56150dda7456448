"""The one client for everything this server asks or sends: guarded, signed, and bounded in size, time and hops."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from yarl import URL

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.uris import same_origin
from fedi_artisan.errors import BadJson, RemoteMalformed
from fedi_artisan.federation.client_answer import Answer, alternate_of, is_activity, media_type
from fedi_artisan.federation.client_exchange import Exchanges, Refusals, SchemeMemory
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.vocab import json

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

__all__ = ["Answer", "Client", "SchemeMemory"]

ACCEPT_ACTIVITY = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
# As Mastodon asks where it does not know whether an address is that of a page.
_ACCEPT_ACTIVITY_OR_PAGE = f"{ACCEPT_ACTIVITY}, text/html;q=0.1"
# What pages can show; the kind of what comes is told by its bytes alone.
_ACCEPT_PICTURE = "image/webp, image/jpeg, image/png, image/gif, image/avif, image/*;q=0.5"


class Client:
    """Asks other servers and delivers to them. A class, because it holds its open connections.

    By its *clocks* one knows whether ours is right.

    Args:
        config: limits, timeouts, and whether private networks may be reached.
        signer: signs what is asked; None asks unsigned.
        clock: the moment, aware UTC.
        resolver: finds IP addresses; closed with the client. Whatever it finds is checked.
        tls: what certificates are held against; the system's authorities where None.
        refusals: says of which addresses nothing is asked, and to which nothing is sent.

    Source: WIRE 10.1.
    """

    def __init__(
        self,
        config: Config,
        *,
        signer: SigningKey | None,
        clock: Clock = utc_now,
        resolver: "AbstractResolver | None" = None,
        tls: ssl.SSLContext | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self._exchanges = Exchanges(config, signer=signer, clock=clock, resolver=resolver, tls=tls, refusals=refusals)
        self.clocks = self._exchanges.clocks

    async def aclose(self) -> None:
        """Close all connections."""
        await self._exchanges.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def get_document(self, url: str, *, schemes: SchemeMemory) -> dict[str, Any]:
        """Return an ActivityStreams document, asked for with a signature.

        Its `id` is the very address that gave it. A document with another `id` is asked for once more at that `id`, so
        the `id` returned may differ from *url*: whoever must have *url* itself compares.

        Args:
            url: where it is; a fragment is not sent.
            schemes: which dialect of signatures to try first; told when the other one worked.

        Raises:
            RemoteUnavailable: no answer in time, or a status that asks for patience.
            RemoteGone: 404 or 410.
            RemoteRefused: any other 4xx.
            RemoteMalformed: another media type, not such JSON, too large, an `id` that does not hold, too many hops.
            AddressRefused: the address, or one that it led to, is not one to talk to.

        Source: WIRE 2.3, 10.1, 10.2 #17 and #18; ActivityPub 3.2.
        """
        async with self._exchanges.in_time():
            trail: list[URL] = []
            answer = await self._exchanges.fetch(url, ACCEPT_ACTIVITY, trail, schemes)
            return await self._at_its_id(answer, trail, schemes)

    async def get_document_of_page(self, url: str, *, schemes: SchemeMemory) -> dict[str, Any]:
        """Return the document that *url* gives or, where it is a page for people, the one that the page names.

        That must stand on the server of the page, and may not be a page again; its `id` is judged as above, and all
        that is asked on the way counts towards the most hops.

        Args:
            url: as a person pasted it.
            schemes: as above.

        Raises:
            RemoteError: as `get_document`; RemoteMalformed above all where the page names none.

        Source: WIRE 1.5; 10.2 #38.
        """
        async with self._exchanges.in_time():
            trail: list[URL] = []
            answer = await self._exchanges.fetch(url, _ACCEPT_ACTIVITY_OR_PAGE, trail, schemes)
            if not is_activity(answer):
                other_url = await asyncio.to_thread(alternate_of, answer)
                answer = await self._exchanges.fetch(other_url, ACCEPT_ACTIVITY, trail, schemes)
            return await self._at_its_id(answer, trail, schemes)

    async def get_part(self, url: str, *, schemes: SchemeMemory) -> dict[str, Any]:
        """Return a part of an ActivityStreams document, a page of a collection for example, whatever its `id`.

        It is no identity: whoever uses it knows by other means that *url* is where it belongs, and that redirects did
        not lead elsewhere, which is refused.

        Raises:
            RemoteError: as `get_document`.
        """
        async with self._exchanges.in_time():
            answer = await self._exchanges.fetch(url, ACCEPT_ACTIVITY, [], schemes)
        if not same_origin(answer.url, url):
            raise RemoteMalformed("The other server leads elsewhere.")
        return _parse_activity(answer)

    async def get_json(self, url: str, *, accept: str, media_types: Collection[str]) -> tuple[dict[str, Any], str]:
        """Return a JSON object, asked for without a signature, and the address that gave it, where redirects ended.

        Args:
            url: where it is.
            accept: the header of this name.
            media_types: which kinds are read, without parameters.

        Raises:
            RemoteError: as `get_document`.
        """
        async with self._exchanges.in_time():
            answer = await self._fetch_kind(url, accept, media_types)
            return _parse(answer), answer.url

    async def get_text(self, url: str, *, accept: str, media_types: Collection[str]) -> str:
        """Return a text in UTF-8, asked for without a signature; arguments as for `get_json`.

        Raises:
            RemoteError: as `get_document`.
        """
        async with self._exchanges.in_time():
            answer = await self._fetch_kind(url, accept, media_types)
        try:
            return answer.body.decode("utf-8")
        except UnicodeDecodeError:
            raise RemoteMalformed("The answer is not UTF-8.") from None

    async def get_picture(self, url: str, *, most_bytes: int) -> bytes:
        """Return the bytes of a picture, asked for without a signature; they may be anything, whatever is said of them.

        Raises:
            RemoteError: as `get_document`; RemoteMalformed above all where there are more than *most_bytes*.
        """
        return await self.get_file(url, accept=_ACCEPT_PICTURE, most_bytes=most_bytes)

    async def get_file(self, url: str, *, accept: str, most_bytes: int) -> bytes:
        """Return the bytes of any file, asked for without a signature; it may be anything, whatever is said of it.

        Raises:
            RemoteError: as `get_document`; RemoteMalformed above all where there are more than *most_bytes*.
        """
        async with self._exchanges.in_time():
            return (await self._exchanges.fetch(url, accept, [], None, most_bytes)).body

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a delivery, whatever its status; redirects are not followed, as no signature would fit.

        The status is the answer: of the body only the first bytes are kept, and none where they do not come soon.

        Args:
            url: the inbox.
            headers: all that are signed, with their signature.
            body: the bytes that were signed.

        Raises:
            RemoteUnavailable: no answer in time.
            RemoteMalformed: an answer that is not HTTP.
            AddressRefused: the address is not one to talk to.

        Source: WIRE 5.8.
        """
        return await self._exchanges.post(url, headers, body)

    async def _at_its_id(self, answer: Answer, trail: list[URL], schemes: SchemeMemory) -> dict[str, Any]:
        """Return the document of *answer*; one with another `id` is asked for once more, there."""
        document = _parse_activity(answer)
        identity = document.get("id")
        if identity == answer.url:
            return document
        if not isinstance(identity, str):
            raise RemoteMalformed("The document does not say what its address is.")
        answer = await self._exchanges.fetch(identity, ACCEPT_ACTIVITY, trail, schemes)
        document = _parse_activity(answer)
        if document.get("id") != answer.url:
            raise RemoteMalformed("The document stands at another address than it says.")
        return document

    async def _fetch_kind(self, url: str, accept: str, media_types: Collection[str]) -> Answer:
        """Return the unsigned answer of *url*, of one of the given kinds."""
        answer = await self._exchanges.fetch(url, accept, [], None)
        if media_type(answer) not in media_types:
            raise RemoteMalformed(f"The other server answered with {media_type(answer)}, which was not asked for.")
        return answer


def _parse_activity(answer: Answer) -> dict[str, Any]:
    """Return the ActivityStreams document in an answer."""
    if not is_activity(answer):
        raise RemoteMalformed("The other server answered with something that is not ActivityPub.")
    return _parse(answer)


def _parse(answer: Answer) -> dict[str, Any]:
    """Return the JSON object in an answer."""
    try:
        return json.loads(answer.body)
    except BadJson as error:
        raise RemoteMalformed(f"The other server's answer cannot be read. {error}") from error
