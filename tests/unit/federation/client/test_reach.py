"""Whom the client talks to: no private network, no wrong name, no bad certificate."""

import asyncio
import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fedi_artisan.errors import AddressRefused, RemoteUnavailable
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.client_network import NotPublic, PublicResolver, ThreadedResolver, public_socket
from fedi_artisan.federation.signatures.verify import read
from tests.unit.federation.client.asking import CONFIG, SIGNER, STRICT, ask
from tests.unit.federation.hostile import Server, redirect, reply, serving
from tests.unit.federation.signatures_peer import KEY, NOW


class Names(AbstractResolver):
    """A name server that says what it was told: one list of addresses after the other, the last one forever."""

    def __init__(self, *answers: Sequence[ResolveResult | str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the next answer."""
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [found(text, port) if isinstance(text, str) else text for text in answer]

    async def close(self) -> None:
        """Do nothing."""


class Turncoat(dict[str, Any]):
    """An answer of DNS that is public when it is looked at first, and loopback from then on."""

    looks = 0

    def __getitem__(self, key: str) -> Any:
        """Return what stands there, but change the address."""
        if key == "host":
            self.looks += 1
            return "93.184.216.34" if self.looks == 1 else "127.0.0.1"
        return super().__getitem__(key)


def found(address: str, port: int) -> ResolveResult:
    """Return an answer of DNS."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname="peer.example", host=address, port=port, family=family, proto=0, flags=0)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_private_addresses(server: Server, host: str) -> None:
    """WIRE 10.2 #31, #33: loopback in any spelling is refused before a single byte reaches it, signed or not."""
    url = f"http://{host}:{server.port}/a"
    async with Client(STRICT, signer=SIGNER) as client:
        with pytest.raises(AddressRefused):
            await ask(client, url)
        with pytest.raises(AddressRefused):
            await client.get_json(url, accept="*/*", media_types=set())
        with pytest.raises(AddressRefused):
            await client.post(url, {}, b"{}")
    assert server.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
        ["100.64.0.1"],
        ["fe80::1%eth0"],
        ["0.0.0.0"],  # noqa: S104 - nothing is bound: it is refused
        [Turncoat(found("127.0.0.1", 0))],
    ],
    ids=str,
)
async def test_names_of_private_addresses(server: Server, answer: list[ResolveResult | str]) -> None:
    """WIRE 10.2 #31, #34, #35: a name that leads to loopback is refused at connecting, for questions and deliveries."""
    url = f"http://peer.example:{server.port}/a"
    for entry in answer:
        if isinstance(entry, Turncoat):
            entry["port"] = server.port
    async with Client(STRICT, signer=SIGNER, resolver=Names(answer)) as client:
        with pytest.raises(AddressRefused):
            await ask(client, url)
        with pytest.raises(AddressRefused):
            await client.post(url, {}, b"{}")
    assert server.connections == 0


async def test_rebinding() -> None:
    """WIRE 10.2 #34: a name that was public and turns private is refused from then on: each answer is judged."""
    names = PublicResolver(Names(["93.184.216.34"], ["127.0.0.1"]))
    assert [entry["host"] for entry in await names.resolve("peer.example")] == ["93.184.216.34"]
    with pytest.raises(NotPublic):
        await names.resolve("peer.example")


async def test_only_public_answers_are_used() -> None:
    """WIRE 10.2 #34: of a mixed answer only what is public is ever connected to, and not too much of it."""
    many = [f"93.184.216.{number}" for number in range(1, 50)]
    names = PublicResolver(Names(["127.0.0.1", "10.0.0.1", "::1", *many]))
    assert [entry["host"] for entry in await names.resolve("peer.example")] == many[:8]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_sockets_for_public_addresses_only(address: str) -> None:
    """WIRE 10.2 #34: no socket is made for a private address, whatever was looked up before."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(NotPublic):
        public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443)))
    with public_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("93.184.216.34", 443))) as made:
        assert made.family is socket.AF_INET


async def test_own_host(server: Server) -> None:
    """WIRE 10.1: this server does not ask itself, even where private networks are allowed."""
    async with Client(replace(CONFIG, origin=server.origin), signer=SIGNER) as client:
        with pytest.raises(AddressRefused):
            await ask(client, f"{server.origin}/a")
        with pytest.raises(AddressRefused):
            await client.post(f"{server.origin}/inbox", {}, b"{}")
    assert server.connections == 0


async def test_system_names() -> None:
    """The system's names are asked in threads of the client's own, few at a time; an unknown one is an OSError."""
    names = ThreadedResolver()
    assert {entry["host"] for entry in await names.resolve("localhost", 80)} <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r"\[Errno"):
        await names.resolve("no such name", 80)
    crowd = await asyncio.gather(*(names.resolve("localhost", 80) for _ in range(1_001)), return_exceptions=True)
    assert [type(answer) for answer in crowd if not isinstance(answer, list)] == [OSError]
    await names.close()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The two ends of TLS: a server called peer.example, and a client that knows its authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, KEY.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("peer.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(KEY, SHA256())
    )
    pem = Path(tmp_path_factory.mktemp("tls")) / "peer.pem"
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(key + certificate.public_bytes(Encoding.PEM))
    ours, theirs = ssl.create_default_context(cafile=pem), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    return ours, theirs


async def test_tls(tls: tuple[ssl.SSLContext, ssl.SSLContext], other: Server) -> None:
    """WIRE 10.1: https is held against the name asked for; from https nothing leads back to http."""
    ours, theirs = tls
    async with (
        serving(theirs) as secure,
        Client(CONFIG, signer=SIGNER, clock=lambda: NOW, resolver=Names(["127.0.0.1"]), tls=ours) as client,
    ):
        origin = f"https://peer.example:{secure.port}"
        secure.routes["/a"] = reply(body=json.dumps({"id": f"{origin}/a"}).encode())
        secure.routes["/down"] = redirect(f"{other.origin}/a")
        assert await ask(client, f"{origin}/a")
        read(secure.heard[0].signed("https"), now=NOW).verify(KEY.public_key())
        with pytest.raises(AddressRefused):
            await ask(client, f"{origin}/down")
        assert other.connections == 0
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://else.example:{secure.port}/a")
    async with serving(theirs) as secure, Client(CONFIG, signer=SIGNER, resolver=Names(["127.0.0.1"])) as client:
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://peer.example:{secure.port}/a")
        with pytest.raises(RemoteUnavailable):
            await ask(client, f"https://peer.example:{other.port}/a")
        assert secure.heard == []
