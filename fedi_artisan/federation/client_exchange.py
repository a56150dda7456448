"""How a question goes out and its answer comes back: checked, signed, bounded in time and hops."""

import asyncio
import importlib
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from yarl import URL

from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import AddressRefused, RemoteError, RemoteMalformed, RemoteUnavailable
from fedi_artisan.federation.addresses import check_url
from fedi_artisan.federation.client_answer import Answer, answer_of, check_status, read_body
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.lately import Lately
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from aiohttp.abc import AbstractResolver

    from fedi_artisan.federation.client_network import Pool

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


class Exchanges:
    """Questions to other servers and deliveries. A class, because it holds the pool of open connections.

    It is made of what the client is made of, whose docstring tells it.

    Source: WIRE 10.1.
    """

    def __init__(
        self,
        config: Config,
        *,
        signer: SigningKey | None,
        clock: Clock,
        resolver: "AbstractResolver | None",
        tls: ssl.SSLContext | None,
        refusals: Refusals | None,
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

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Give all the time there is, for everything inside together, and name its failures."""
        with (await self._open()).naming():
            async with asyncio.timeout(self._config.timeouts.total_s):
                yield

    async def fetch(
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

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a delivery, whatever its status."""
        target = self._check(url)
        if self._refusals is not None and self._refusals.refuses_delivery(url):
            raise AddressRefused("Nothing is sent to this server: it is blocked here.")
        loop = asyncio.get_running_loop()
        end = loop.time() + self._config.timeouts.total_s
        async with self.in_time():
            response = await self._opened.session.post(target, headers=headers, data=body, allow_redirects=False)
            self._note_date(response)
        try:
            with self._opened.naming():
                async with asyncio.timeout_at(min(end, loop.time() + _NOTE_S)), response:
                    note = await read_body(response, _NOTE_BYTES)
        except RemoteError:
            note = b""
        return answer_of(response, note, url, self._clock())

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
