"""A name server of the tests, on port 53 of their own network, whose answers can be made to fail and to lie."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.spaces import run

_ADDRESS = "127.0.0.1"
_NOBODY = "127.0.0.99"
_A, _IN = 1, 1
_SERVFAIL, _NXDOMAIN = 2, 3


class Names(asyncio.DatagramProtocol):
    """Every name below .example is this machine; `mood` decides what is said instead."""

    def __init__(self) -> None:
        self.mood = "true"
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        """Remember by what to answer."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question."""
        self.asked += 1
        said = self._answer(data)
        if said is not None and self._transport is not None:
            self._transport.sendto(said, addr)

    def _answer(self, question: bytes) -> bytes | None:
        """Return what is said, or None for silence (RFC 1035, 4.1)."""
        if self.mood == "silent":
            return None
        if self.mood == "garbage":
            return question[:2] + b"\x80\x00" + bytes(30)
        end = question.index(b"\0", 12) + 5
        [kind] = struct.unpack("!H", question[end - 4 : end - 2])
        codes = {"servfail": _SERVFAIL, "nxdomain": _NXDOMAIN}
        if self.mood in codes:
            return question[:2] + struct.pack("!HHHHH", 0x8180 | codes[self.mood], 1, 0, 0, 0) + question[12:end]
        if kind != _A:
            return question[:2] + struct.pack("!HHHHH", 0x8180, 1, 0, 0, 0) + question[12:end]
        address = socket.inet_aton(_NOBODY if self.mood == "lying" else _ADDRESS)
        answer = b"\xc0\x0c" + struct.pack("!HHIH", _A, _IN, 0, len(address)) + address
        return question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + question[12:end] + answer


def _have_all_ask_it(place: Path) -> None:
    """Put other files in the place of those that say where names are looked up; only this namespace sees them."""
    files = {"resolv.conf": f"nameserver {_ADDRESS}\noptions timeout:1 attempts:1\n", "nsswitch.conf": "hosts: dns\n"}
    for name, text in files.items():
        (place / name).write_text(text)
        target = Path("/etc", name)
        if target.exists():
            run("mount", "--bind", str(place / name), str(target.resolve()))


@contextlib.asynccontextmanager
async def open_names(place: Path) -> AsyncIterator[Names]:
    """Run it while the block lasts, and have everybody in this namespace ask it, and nobody else."""
    _have_all_ask_it(place)
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(Names, local_addr=(_ADDRESS, 53))
    try:
        yield names
    finally:
        transport.close()
