"""How the name of another server becomes a connection, and never one into a private network."""

import asyncio
import socket
import ssl
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from fedi_artisan.config import Config
from fedi_artisan.federation.addresses import is_public

_LOOK_UPS_AT_ONCE = 32
_LOOK_UPS_WAITING = 1_000
_MOST_ADDRESSES = 8  # of one name: an attacker's thousand would make us knock at a thousand doors
_NAMES_REMEMBERED = 1_000
_NAME_REMEMBERED_S = 30
_IDLE_S = 15.0
MOST_IDLE = 128
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
    """Passes on what another resolver finds, less what is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of *host*, at most eight.

        Raises:
            NotPublic: it has others only.
            OSError: it has none.
        """
        public = [found for found in await self._inner.resolve(host, port, family) if is_public(found["host"])]
        if not public:
            raise NotPublic
        return public[:_MOST_ADDRESSES]

    async def close(self) -> None:
        """Close the resolver behind."""
        await self._inner.close()


def public_socket(info: _AddressInfo) -> socket.socket:
    """Return a socket for the very address that is connected to next, whatever was found or checked before.

    Raises:
        NotPublic: no connection is made.
    """
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise NotPublic
    return socket.socket(family, kind, protocol)


class Lately:
    """Counts what was asked within the time for which connections stay open unused; a class because it remembers.

    A work gone viral has us ask thousands of servers for a key each: so many open connections would take all the files
    that a process may have open, and the database would be the next to find none.
    """

    def __init__(self) -> None:
        self._asked: deque[float] = deque()

    def is_much(self, now: float) -> bool:
        """Note that something is asked *now*, in seconds; return whether its connection should not stay open."""
        while self._asked and self._asked[0] <= now - _IDLE_S:
            self._asked.popleft()
        self._asked.append(now)
        return len(self._asked) > MOST_IDLE


def open_connector(config: Config, resolver: AbstractResolver, tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    """Return the pool of connections: wide enough for all deliveries at once, narrow for each host."""
    delivery = config.delivery
    return aiohttp.TCPConnector(
        resolver=resolver if config.allow_private_networks else PublicResolver(resolver),
        socket_factory=None if config.allow_private_networks else public_socket,
        ssl=tls or True,
        limit=delivery.concurrency + delivery.slow_concurrency + _FETCHES_AT_ONCE,
        limit_per_host=delivery.per_host + _FETCHES_PER_HOST,
        keepalive_timeout=_IDLE_S,
        ttl_dns_cache=_NAME_REMEMBERED_S,
        dns_cache_max_size=_NAMES_REMEMBERED,
    )
