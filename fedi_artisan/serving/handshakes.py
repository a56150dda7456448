"""Connections with TLS from their first moment: whoever never says hello is counted as well, and soon gone.

A server of asyncio tells of a connection when its handshake is done; until then nobody would know how many there are,
and of whom. So they are accepted here, one by one.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from fedi_artisan.serving.doorman import Doorman

# No file is left to be opened for a connection, perhaps; a moment later there is.
_REST_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How TLS is spoken: with which certificate, and how long it may take to begin and to end."""

    context: ssl.SSLContext
    handshake_s: float
    farewell_s: float


class Handshakes:
    """Accepts connections at one socket. A class because it has to stop, as servers of asyncio do.

    Args:
        listening: the socket.
        make: makes the protocol of a connection, which is told of it when the handshake is done.
        manners: how TLS is spoken.
        doorman: says who may come in, and counts whom he sends away.
        backlog: how many may wait in the system.
    """

    def __init__(
        self,
        listening: socket.socket,
        make: Callable[[], asyncio.Protocol],
        manners: Manners,
        *,
        doorman: Doorman,
        backlog: int,
    ) -> None:
        self._listening = listening
        self._make = make
        self._manners = manners
        self._doorman = doorman
        self._shaking: set[asyncio.Task[None]] = set()
        listening.setblocking(False)
        listening.listen(backlog)
        self._accepting = asyncio.create_task(self._accept())

    def close(self) -> None:
        """Accept nobody any more, and end the handshakes that go on."""
        for task in (self._accepting, *self._shaking):
            task.cancel()
        self._accepting.add_done_callback(lambda _: self._listening.close())

    async def _accept(self) -> None:
        """Accept one after the other, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(_REST_S)
                continue
            visitor = self._doorman.visitor_at(str(address[0]))
            if not self._doorman.admit_greeting(visitor):
                connection.close()
                continue
            task = loop.create_task(self._shake(connection, visitor))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    async def _shake(self, connection: socket.socket, visitor: str) -> None:
        """Do the handshake, and hand the connection to its protocol; whoever cannot is hung up on."""
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What fails here is the other side's: it left, or speaks no TLS that is spoken here.
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().connect_accepted_socket(
                    self._make,
                    connection,
                    ssl=self._manners.context,
                    ssl_handshake_timeout=self._manners.handshake_s,
                    ssl_shutdown_timeout=self._manners.farewell_s,
                )
        finally:
            self._doorman.end_greeting(visitor)
