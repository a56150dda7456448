"""The one client for everything this server asks or sends: guarded, signed, and bounded in size, time and hops."""

import asyncio
import importlib
import ssl
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urljoin

from yarl import URL

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.uris import host_of, same_origin
from fedi_artisan.errors import AddressRefused, BadJson, RemoteError, RemoteMalformed, RemoteUnavailable
from fedi_artisan.federation.addresses import check_url
from fedi_artisan.federation.client_answer import (
    Answer,
    alternate_of,
    answer_of,
    check_status,
    is_activity,
    media_type,
    read_body,
)
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.lately import Lately
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign
from fedi_artisan.vocab import json

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from aiohttp.abc import AbstractResolver

    from fedi_artisan.federation.client_network import Pool

__all__ = ["Answer", "Client", "SchemeMemory"]

ACCEPT_ACTIVITY = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
# As Mastodon asks where it does not know whether an address is that of a page.
_ACCEPT_ACTIVITY_OR_PAGE = f"{ACCEPT_ACTIVITY}, text/html;q=0.1"
# What pages can show; the kind of what comes is told by its bytes alone.
_ACCEPT_PICTURE = "image/webp, image/jpeg, image/png, image/gif, image/avif, image/*;q=0.5"
MOST_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_UNDERSTOOD = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED})
_NOTE_BYTES = 8 * 1024  # of what a server says about a delivery: enough for a person to read
_NOTE_S = 2.0


class SchemeMemory(Protocol):
    """Remembers which dialect of signatures a host understands."""

    def scheme(self, host: str) -> Scheme:
        """Return the dialect to try first; *host* has its port where that is unusual."""
        ...

    def learned(self, host: str, scheme: Scheme) -> None:
        """Remember that *host* understood *scheme* where it did not understand the other."""
        ...


class Refusals(Protocol):
    """Knows with which servers nothing is exchanged."""

    def refuses(self, url: str) -> bool:
        """Whether nothing is asked of the server of *url*."""

    def refuses_delivery(self, url: str) -> bool:
        """Whether nothing is sent to the server of *url*."""


class Client:
    """Asks other servers and delivers to them. A class, because it holds the pool of open connections.

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
        self._config = config
        self._signer = signer
        self._clock = clock
        self._resolver = resolver
        self._tls = tls
        self._refusals = refusals
        self._pool: Pool | None = None
        self._is_closed = False
        self._lately = Lately()
        self.clocks = Clocks()

    async def aclose(self) -> None:
        """Close all connections."""
        self._is_closed = True
        if self._pool is not None:
            await self._pool.aclose()
        elif self._resolver is not None:
            await self._resolver.close()

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
        async with self._exchange():
            trail: list[URL] = []
            answer = await self._fetch(url, ACCEPT_ACTIVITY, trail, schemes)
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
        async with self._exchange():
            trail: list[URL] = []
            answer = await self._fetch(url, _ACCEPT_ACTIVITY_OR_PAGE, trail, schemes)
            if not is_activity(answer):
                other_url = await asyncio.to_thread(alternate_of, answer)
                answer = await self._fetch(other_url, ACCEPT_ACTIVITY, trail, schemes)
            return await self._at_its_id(answer, trail, schemes)

    async def get_part(self, url: str, *, schemes: SchemeMemory) -> dict[str, Any]:
        """Return a part of an ActivityStreams document, a page of a collection for example, whatever its `id`.

        It is no identity: whoever uses it knows by other means that *url* is where it belongs, and that redirects did
        not lead elsewhere, which is refused.

        Raises:
            RemoteError: as `get_document`.
        """
        async with self._exchange():
            answer = await self._fetch(url, ACCEPT_ACTIVITY, [], schemes)
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
        async with self._exchange():
            answer = await self._fetch_kind(url, accept, media_types)
            return _parse(answer), answer.url

    async def get_text(self, url: str, *, accept: str, media_types: Collection[str]) -> str:
        """Return a text in UTF-8, asked for without a signature; arguments as for `get_json`.

        Raises:
            RemoteError: as `get_document`.
        """
        async with self._exchange():
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
        async with self._exchange():
            return (await self._fetch(url, accept, [], None, most_bytes)).body

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
        target = self._check(url)
        if self._refusals is not None and self._refusals.refuses_delivery(url):
            raise AddressRefused("Nothing is sent to this server: it is blocked here.")
        loop = asyncio.get_running_loop()
        end = loop.time() + self._config.timeouts.total_s
        async with self._exchange():
            response = await self._opened.session.post(target, headers=headers, data=body, allow_redirects=False)
            self._note_date(response)
        try:
            with self._opened.naming():
                async with asyncio.timeout_at(min(end, loop.time() + _NOTE_S)), response:
                    note = await read_body(response, _NOTE_BYTES)
        except RemoteError:
            note = b""
        return answer_of(response, note, url, self._clock())

    async def _at_its_id(self, answer: Answer, trail: list[URL], schemes: SchemeMemory) -> dict[str, Any]:
        """Return the document of *answer*; one with another `id` is asked for once more, there."""
        document = _parse_activity(answer)
        identity = document.get("id")
        if identity == answer.url:
            return document
        if not isinstance(identity, str):
            raise RemoteMalformed("The document does not say what its address is.")
        answer = await self._fetch(identity, ACCEPT_ACTIVITY, trail, schemes)
        document = _parse_activity(answer)
        if document.get("id") != answer.url:
            raise RemoteMalformed("The document stands at another address than it says.")
        return document

    async def _fetch_kind(self, url: str, accept: str, media_types: Collection[str]) -> Answer:
        """Return the unsigned answer of *url*, of one of the given kinds."""
        answer = await self._fetch(url, accept, [], None)
        if media_type(answer) not in media_types:
            raise RemoteMalformed(f"The other server answered with {media_type(answer)}, which was not asked for.")
        return answer

    async def _fetch(
        self, url: str, accept: str, trail: list[URL], schemes: SchemeMemory | None, most_bytes: int | None = None
    ) -> Answer:
        """Return the answer of status 200 that *url* leads to; *trail* holds all that was asked on the way here.

        Of its body no more than *most_bytes* are read, or as much as of any document.
        """
        while True:
            address = url.partition("#")[0]
            target = self._check(address)
            _step(trail, target)
            if schemes is None or self._signer is None:
                answer = await self._ask(target, address, {"Accept": accept}, most_bytes)
            else:
                answer = await self._ask_signed(target, address, {"Accept": accept}, self._signer, schemes)
            if answer.status not in _REDIRECTS:
                check_status(answer)
                return answer
            try:
                url = urljoin(address, answer.headers.get("location", ""))
            except ValueError:
                raise RemoteMalformed("The other server leads to something that is not an address.") from None

    async def _ask_signed(
        self, target: URL, address: str, headers: Mapping[str, str], key: SigningKey, schemes: SchemeMemory
    ) -> Answer:
        """Return the first answer that is not about the signature, knocking in all dialects; else the first answer."""
        host = host_of(address)
        usual = schemes.scheme(host)
        answers: list[Answer] = []
        for scheme, signed in _knocks(usual, target):
            signature = sign(SignedRequest(method="GET", url=str(signed), headers={}), key, scheme, now=self._clock())
            answer = await self._ask(target, address, {**headers, **signature})
            if answer.status not in _NOT_UNDERSTOOD:
                if answer.status == HTTPStatus.OK and scheme is not usual:
                    schemes.learned(host, scheme)
                return answer
            answers.append(answer)
        return answers[0]

    async def _ask(
        self, target: URL, address: str, headers: Mapping[str, str], most_bytes: int | None = None
    ) -> Answer:
        """Return the answer to one GET; its body only where the status is 200, as no other is read."""
        if self._lately.is_much(asyncio.get_running_loop().time()):
            headers = {**headers, "Connection": "close"}
        async with self._opened.session.get(target, headers=headers, allow_redirects=False) as response:
            self._note_date(response)
            read = response.status == HTTPStatus.OK
            limit = most_bytes or self._config.limits.remote_body_bytes
            body = await read_body(response, limit) if read else b""
            return answer_of(response, body, address, self._clock())

    def _note_date(self, response: "ClientResponse") -> None:
        """Compare the other server's clock with ours."""
        self.clocks.note(response.host, response.headers.get("Date", ""), self._clock())

    def _check(self, url: str) -> URL:
        """Return *url* as it is sent, or raise AddressRefused."""
        if self._refusals is not None and self._refusals.refuses(url):
            raise AddressRefused("Nothing is asked of this server: it is blocked here.")
        return check_url(
            url,
            plain_http=self._config.plain_http,
            own_host=self._config.host,
            allow_private_networks=self._config.allow_private_networks,
        )

    @property
    def _opened(self) -> "Pool":
        """The pool of connections, within an exchange."""
        if self._pool is None:
            raise RuntimeError("Something is asked outside an exchange.")
        return self._pool

    async def _open(self) -> "Pool":
        """Return the pool of connections, opened at the first question; nothing is connected yet.

        Who only shows pages never loads aiohttp, which takes a sixth of the start and a tenth of the memory.
        """
        if self._pool is None:
            network = await asyncio.to_thread(importlib.import_module, "fedi_artisan.federation.client_network")
            if self._is_closed:
                raise RemoteUnavailable("Nothing is asked any more: this server ends.")
            self._pool = self._pool or network.Pool(self._config, self._resolver, self._tls)
        return self._pool

    @asynccontextmanager
    async def _exchange(self) -> AsyncIterator[None]:
        """Give all the time there is, for everything inside together, and name its failures."""
        with (await self._open()).naming():
            async with asyncio.timeout(self._config.timeouts.total_s):
                yield


def _knocks(usual: Scheme, target: URL) -> Iterator[tuple[Scheme, URL]]:
    """Return the dialects to try, the usual one first, each with the address to sign.

    Source: WIRE 2.3; WIRE 2.1 for those who leave the query out.
    """
    for scheme in (usual, Scheme.RFC9421 if usual is Scheme.CAVAGE else Scheme.CAVAGE):
        yield scheme, target
        if scheme is Scheme.CAVAGE and target.raw_query_string:
            yield scheme, target.with_query(None)


def _step(trail: list[URL], target: URL) -> None:
    """Add *target* to the addresses asked so far, or refuse to go there."""
    if target in trail:
        raise RemoteMalformed("The other server leads in a circle.")
    if len(trail) > MOST_HOPS:
        raise RemoteMalformed("The other server leads on too often.")
    if trail and trail[-1].scheme == "https" and target.scheme != "https":
        raise AddressRefused("The other server leads from https to http.")
    trail.append(target)


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
