"""A server with nothing in front, running for a test, and what one does at its doors."""

import asyncio
import contextlib
import functools
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.certificates import Standing, read
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.serving.certificates.street import Street
from fedi_artisan.serving.doors import Doors
from fedi_artisan.serving.server import Server
from tests.house import free_ports, furnish, until
from tests.serving.pebble import PATIENCE_S, Pebble

NAME = "atelier.example"


@dataclass
class Hand:
    """A clock that a test moves on; a class because it is moved."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return what time it is by this clock."""
        return utc_now() + self.ahead


def settings(ca: Pebble, data_dir: Path, **tls: object) -> dict[str, Any]:
    """Return the settings of a server that asks *ca* for its certificate, at a free port."""
    [port] = free_ports(1)
    return {
        "origin": f"https://{NAME}:{port}",
        "data_dir": str(data_dir),
        "tls": {
            "enabled": True,
            "listen": [f"127.0.0.1:{port}"],
            "plain_listen": [f"127.0.0.1:{ca.plain_port}"],
            "directory": ca.directory,
            "ca_file": str(ca.ca_file),
            **tls,
        },
    }


def settings_of_nobody(folder: Path) -> dict[str, Any]:
    """Return settings of a server whose authority does not answer."""
    port, plain, nobody = free_ports(3)
    return {
        "origin": f"https://atelier.example:{port}",
        "data_dir": str(folder / "data"),
        "tls": {
            "enabled": True,
            "listen": [f"127.0.0.1:{port}"],
            "plain_listen": [f"127.0.0.1:{plain}"],
            "directory": f"https://127.0.0.1:{nobody}/dir",
        },
    }


@contextlib.asynccontextmanager
async def served(
    raw: dict[str, Any], clock: Hand, *, handshake_s: float = 10.0
) -> AsyncIterator[tuple[Config, Street]]:
    """Run a server with these settings while the block lasts."""
    config = parse(raw)
    if not config.database.exists():
        await furnish(config)
    server, doors = Server(config), Doors()
    doors.open_for(config)
    plain = functools.partial(doors.at, *config.tls.plain_listen)
    server._street = street = Street(config, plain, clock, handshake_s=handshake_s)  # noqa: SLF001 - with another clock
    serving = asyncio.create_task(server.serve(sockets=doors.at(*config.tls.listen)))

    async def started() -> bool:
        if serving.done():
            await serving
        return server.started and len(server.servers) == len(config.tls.listen) + len(config.tls.plain_listen)

    try:
        await until(started, "the start of the server", within_s=PATIENCE_S)
        yield config, street
    finally:
        server.should_exit = True
        await serving
        doors.close()


async def ready(street: Street) -> None:
    """Return when visitors can come in."""

    async def holds() -> bool:
        return street.keeper.is_ready

    await until(holds, "a certificate", within_s=PATIENCE_S)


def standing(config: Config) -> Standing:
    """Return what is written down about the certificate."""
    return read((config.tls_dir / "state.json").read_text())


class Visit:
    """One connection to the door with TLS; a class because it stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        shown = writer.get_extra_info("ssl_object")
        self.protocol: str | None = shown.selected_alpn_protocol()
        self.certificate = x509.load_der_x509_certificate(shown.getpeercert(binary_form=True))

    @classmethod
    async def begin(cls, config: Config, roots: ssl.SSLContext, name: str = NAME) -> "Visit":
        """Come in, trusting only what *roots* trust."""
        port = int(config.tls.listen[0].rpartition(":")[2])
        roots.set_alpn_protocols(["h2", "http/1.1"])
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=roots, server_hostname=name))

    async def get(self, path: str) -> tuple[str, str]:
        """Return head and body of an answer."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = next(line for line in head.splitlines() if line.lower().startswith("content-length: "))
        return head, (await self._reader.readexactly(int(length.partition(": ")[2]))).decode(errors="replace")

    def end(self) -> None:
        """Leave."""
        self._writer.close()


async def knock(port: int, request: bytes) -> str:
    """Return everything that is answered at a plain port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def plainly(port: int, path: str, host: str = NAME) -> str:
    """Return what a browser is answered at the plain door."""
    return await knock(port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())


def as_toml(raw: dict[str, Any]) -> str:
    """Return settings as a configuration file."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in raw.items() if name != "tls"]
    lines += ["[tls]", *(f"{name} = {json.dumps(value)}" for name, value in raw["tls"].items())]
    return "\n".join(lines) + "\n"
