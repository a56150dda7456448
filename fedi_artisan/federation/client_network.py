"""How the name of another server becomes a connection, and never one into a private network.

Of all that a running server needs, only this file loads aiohttp, at the first question.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.errors import AddressRefused, RemoteError, RemoteMalformed, RemoteUnavailable
from fedi_artisan.federation.addresses import is_public, may_be_private
from fedi_artisan.federation.lately import IDLE_S

_LOOK_UPS_AT_ONCE = 32
_LOOK_UPS_WAITING = 1_000
_MOST_ADDRESSES = 8  # of one name: an attacker's thousand would make us knock at a thousand doors
_NAMES_REMEMBERED = 1_000
_NAME_REMEMBERED_S = 30
_FETCHES_AT_ONCE = 32
_FETCHES_PER_HOST = 2

_AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class NotPublic(OSError):
    """The address lies in a private or special network. An OSError, as connecting libraries expect failures to be."""

    def __init__(self) -> None:
        super().__init__("not a public address")  # one text for all, so that several of them are reported as one


class ThreadedResolver(AbstractResolver):
    """Asks the system for addresses, in threads of its own.

    The loop's own lookups would not do: with uvloop two names of dead servers, each waiting for its timeout, hold up
    all others.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOK_UPS_AT_ONCE, thread_name_prefix="names")
        self._waiting = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of *host*.

        Raises:
            OSError: it has none, or too many names are waiting already.
        """
        if self._waiting >= _LOOK_UPS_WAITING:
            raise OSError("too many names are being looked up")
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        self._waiting += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        finally:
            self._waiting -= 1
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """End the threads; what still waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class PublicResolver(AbstractResolver):
    """Passes on what another resolver finds, less what is not public, or is not *allowed* otherwise."""

    def __init__(self, inner: AbstractResolver, allowed: Callable[[str], bool] = is_public) -> None:
        self._inner = inner
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of *host*, at most eight.

        Raises:
            NotPublic: it has others only.
            OSError: it has none.
        """
        public = [found for found in await self._inner.resolve(host, port, family) if self._allowed(found["host"])]
        if not public:
            raise NotPublic
        return public[:_MOST_ADDRESSES]

    async def close(self) -> None:
        """Close the resolver behind."""
        await self._inner.close()


def public_socket(info: _AddressInfo, *, allowed: Callable[[str], bool] = is_public) -> socket.socket:
    """Return a socket for the very address that is connected to next, whatever was found or checked before.

    Raises:
        NotPublic: no connection is made.
    """
    family, kind, protocol, _, address = info
    if not allowed(str(address[0])):
        raise NotPublic
    return socket.socket(family, kind, protocol)


class Pool:
    """The connections that are open to other servers. A class because it holds them.

    Args:
        config: limits, timeouts, and whether private networks may be reached.
        resolver: finds IP addresses, and is closed with the pool; the system's where None.
        tls: what certificates are held against; the system's authorities where None.
    """

    def __init__(self, config: Config, resolver: AbstractResolver | None, tls: ssl.SSLContext | None) -> None:
        self._resolver = resolver or ThreadedResolver()
        self.session = aiohttp.ClientSession(
            connector=_connector(config, self._resolver, tls),
            headers={
                "User-Agent": f"fedi-artisan/{__version__} (+{config.origin}/)",
                "Accept-Encoding": "gzip",
            },
            timeout=aiohttp.ClientTimeout(
                total=None,  # one deadline stands around all hops instead
                sock_connect=config.timeouts.connect_s,
                sock_read=config.timeouts.first_byte_s,
            ),
            auto_decompress=False,  # read_body bounds what it unfolds
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close all."""
        await self.session.close()
        await self._resolver.close()

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Give failures of the network the names that we have for them."""
        try:
            yield
        # uvloop raises RuntimeError where a connection is torn down at the same moment.
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise _named(error) from error


def _named(error: Exception) -> RemoteError:
    """Return the failure of ours that a failure of the network is."""
    if isinstance(error, TimeoutError):
        return RemoteUnavailable("The other server did not answer in time.")
    if isinstance(error.__cause__, NotPublic):
        return AddressRefused("The address leads into a private network.")
    if isinstance(error, aiohttp.InvalidURL):
        return AddressRefused("This is not an address that can be asked.")
    if isinstance(error, aiohttp.ClientResponseError):
        return RemoteMalformed("The other server's answer is not HTTP.")
    return RemoteUnavailable(f"The other server cannot be reached ({type(error).__name__}).")


def _connector(config: Config, resolver: AbstractResolver, tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    """Return the pool of connections: wide enough for all deliveries at once, narrow for each host."""
    delivery = config.delivery
    allowed = may_be_private if config.allow_private_networks else is_public
    return aiohttp.TCPConnector(
        resolver=PublicResolver(resolver, allowed),
        socket_factory=partial(public_socket, allowed=allowed),
        ssl=tls or True,
        limit=delivery.concurrency + delivery.slow_concurrency + _FETCHES_AT_ONCE,
        limit_per_host=delivery.per_host + _FETCHES_PER_HOST,
        keepalive_timeout=IDLE_S,
        ttl_dns_cache=_NAME_REMEMBERED_S,
        dns_cache_max_size=_NAMES_REMEMBERED,
    )
