"""A web server in front of ours, as artisans have them: nearly always right, and wrong in one thing."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.house import free_socket

DAY = timedelta(days=1)
TRUSTED = "Everybody trusts"
_OF_ONE_CONNECTION = frozenset({"connection", "content-length", "expect", "transfer-encoding"})
_NOT_PASSED_BACK = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


# --- Certificates


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody who signs certificates; its own is signed by *above*, or by itself."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: Authority | None,
    holds: tuple[datetime, datetime],
    *,
    authority: bool = False,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = subject if by is None else by.certificate.subject
    number = x509.random_serial_number()
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), number, *holds).add_extension(
        x509.BasicConstraints(ca=authority, path_length=None), critical=True
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(key if by is None else by.key, SHA256())


def authority(name: str = TRUSTED, above: str = "") -> Authority:
    """Return an authority of this name, one for all tests, that of another where one stands *above*."""
    return _authority(name, above)


@cache
def _authority(name: str, above: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    by = _authority(above, "") if above else None
    return Authority(name, key, _signed(name, key, by, (now - 400 * DAY, now + 400 * DAY), authority=True))


def trusting() -> ssl.SSLContext:
    """Return how one holds certificates against that authority."""
    return ssl.create_default_context(cadata=authority().pem)


def showing(
    folder: Path,
    name: str = "atelier.example",
    *,
    by: Authority | None = None,
    itself: bool = False,
    holds: tuple[timedelta, timedelta] = (-10 * DAY, 80 * DAY),
    with_chain: bool = True,
) -> ssl.SSLContext:
    """Return how one shows a certificate.

    Args:
        folder: where its file is put.
        name: whose it is.
        by: who signed it; the authority that everybody trusts where None.
        itself: whether it is signed by nobody but itself.
        holds: from when until when, from now.
        with_chain: whether the certificate of who signed it is shown along.
    """
    signer = by or authority()
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    own = _signed(name, key, None if itself else signer, (now + holds[0], now + holds[1]))
    pem = folder / "shown.pem"
    chain = signer.pem if with_chain and not itself else ""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    pem.write_text(private + own.public_bytes(Encoding.PEM).decode() + chain, encoding="ascii")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    return tls


# --- The web server


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What it does; as it should be where nothing is said.

    Args:
        host: the name that it passes on, where not the one it was asked for.
        says_who: what it says about who asks, from what it was told and who it is; None where it says nothing.
        proto: by what it says that it was asked.
        passes: what it lets through of the headers of a question.
        body: what it makes of what is sent.
        largest_bytes: what it takes at most.
        from_address: from where it asks.
        instead: what it answers by itself, by path; one that ends in a slash is that of all below it.
        meant: the path that is asked for behind, by the path that is asked for here.
        answered: what it makes of the headers of answers.
        keeps: whether it keeps answers for the next who ask for the same address, whatever they want.
        compresses: whether it says that it compressed what goes out.
    """

    host: str | None = None
    says_who: Callable[[str, str], str | None] = lambda told, who: f"{told}, {who}".removeprefix(", ")
    proto: str = "https"
    passes: Callable[[str], bool] = lambda name: True
    body: Callable[[bytes], bytes] = lambda body: body
    largest_bytes: int = 10**9
    from_address: str = "127.0.0.1"
    instead: Mapping[str, web.Response] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)
    answered: Callable[[str, dict[str, str]], None] = lambda path, headers: None
    keeps: bool = False


@contextlib.asynccontextmanager
async def front(behind: str, habits: Habits | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run one in front of the origin *behind* while the block lasts, and give the port of loopback where it listens."""
    connector = aiohttp.TCPConnector(local_addr=((habits or Habits()).from_address, 0))
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        passing = _Passing(behind, habits or Habits(), session)
        app = web.Application(client_max_size=10**9)
        app.router.add_route("*", "/{path:.*}", passing.answer, expect_handler=passing.expect)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        listening = free_socket()
        await web.SockSite(runner, listening, ssl_context=tls).start()
        try:
            yield listening.getsockname()[1]
        finally:
            await runner.cleanup()


class _Passing:
    """Passes questions on and answers back; a class because of what it keeps."""

    def __init__(self, behind: str, habits: Habits, session: aiohttp.ClientSession) -> None:
        self._behind = behind
        self._habits = habits
        self._session = session
        self._kept: dict[str, web.Response] = {}

    async def expect(self, request: web.Request) -> web.Response | None:
        """Say before anything is sent whether so much would be taken (RFC 9110 10.1.1)."""
        if (request.content_length or 0) > self._habits.largest_bytes:
            return web.Response(status=413, text="413 Request Entity Too Large", headers={"Server": "nginx/1.24.0"})
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Return what is behind, or what it says by itself."""
        habits = self._habits
        alone = next((said for path, said in habits.instead.items() if _is_below(request.path, path)), None)
        if alone is None and (request.content_length or 0) > habits.largest_bytes:
            alone = web.Response(status=413, text="413 Request Entity Too Large")
        if alone is not None:
            headers = {name: value for name, value in alone.headers.items() if name.lower() not in _NOT_PASSED_BACK}
            return web.Response(status=alone.status, body=alone.body, headers={"Server": "nginx/1.24.0", **headers})
        if habits.keeps and request.method == "GET" and request.path_qs in self._kept:
            return _copied(self._kept[request.path_qs])
        answered = await self._ask(request)
        if habits.keeps and request.method == "GET":
            self._kept[request.path_qs] = _copied(answered)
        return answered

    async def _ask(self, request: web.Request) -> web.Response:
        habits = self._habits
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _OF_ONE_CONNECTION and habits.passes(name.lower())
        }
        headers["Host"] = habits.host or request.host
        headers.pop("X-Forwarded-For", None)
        who = habits.says_who(request.headers.get("X-Forwarded-For", ""), request.remote or "")
        headers |= {} if who is None else {"X-Forwarded-For": who}
        headers |= {"X-Forwarded-Proto": habits.proto} if habits.proto else {}
        body = habits.body(await request.read())
        async with self._session.request(
            request.method,
            f"{self._behind}{habits.meant.get(request.path, request.path)}?{request.query_string}".rstrip("?"),
            headers=headers,
            data=BytesIO(body) if body else None,
            allow_redirects=False,
            skip_auto_headers=("Accept", "Content-Type", "User-Agent", "Accept-Encoding"),
        ) as answer:
            back = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_BACK}
            habits.answered(request.path, back)
            content = await answer.read()
        return web.Response(status=answer.status, body=content, headers={"Server": "nginx/1.24.0", **back})


def _is_below(path: str, of: str) -> bool:
    return path == of or (of.endswith("/") and path.startswith(of))


def _copied(response: web.Response) -> web.Response:
    """Return the same answer once more."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_PASSED_BACK}
    return web.Response(status=response.status, body=response.body, headers=headers)
