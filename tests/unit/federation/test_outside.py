"""How the house looks from outside: certificates, the address, and the clock, with real sockets."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Finding, Verdict
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.outside import Outside
from fedi_artisan.services.house import in_words
from tests.house import House, free_socket
from tests.neighbour import Neighbour, key

DAY = timedelta(days=1)


@contextlib.asynccontextmanager
async def outside(
    house: House, *, origin: str | None = None, tls: ssl.SSLContext | None = None, clock: Clock = utc_now
) -> AsyncIterator[Outside]:
    """Give who looks at the house, which is believed to be at *origin*."""
    config = parse({"origin": origin or house.config.origin, "allow_private_networks": True})
    async with Client(house.config, signer=None, clock=clock) as client:
        yield Outside(config=config, db=house.db, client=client, clock=clock, tls=tls)


def certified(folder: Path, name: str, begins: datetime, ends: datetime) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the two ends of TLS: who believes in a certificate, and who shows it."""
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(issuer, issuer, key().public_key(), 1, begins, ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key(), SHA256())
    )
    pem = folder / f"{name}.pem"
    private = key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    ours, theirs = ssl.create_default_context(cafile=pem), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    return ours, theirs


@contextlib.asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None, **answers: web.Response) -> AsyncIterator[str]:
    """Serve on loopback, and give the origin; *answers* are by the last part of the path."""

    async def answer(request: web.Request) -> web.Response:
        return answers.get(request.path.rpartition("/")[2], web.Response(status=404))

    runner = web.AppRunner(web.Application(middlewares=[]))
    runner.app.router.add_route("*", "/{path:.*}", answer)
    await runner.setup()
    listening = free_socket()
    await web.SockSite(runner, listening, ssl_context=tls).start()
    try:
        yield f"{'http' if tls is None else 'https'}://localhost:{listening.getsockname()[1]}"
    finally:
        await runner.cleanup()


def english(finding: Finding) -> str:
    """Return all that was found, in one line."""
    return " ".join(in_words(one, "en") for one in (*finding.facts, *filter(None, [finding.advice])))


@pytest.mark.parametrize(
    ("name", "holds", "expected"),
    [
        ("localhost", (-10 * DAY, 80 * DAY), (Verdict.OK, "It holds until")),
        ("localhost", (-80 * DAY, 10 * DAY), (Verdict.LOOK, "should have been renewed")),
        ("localhost", (-90 * DAY, -DAY), (Verdict.BROKEN, "has expired")),
        ("other.example", (-10 * DAY, 80 * DAY), (Verdict.BROKEN, "of another name")),
    ],
)
async def test_certificates_are_looked_at(
    house: House, tmp_path: Path, name: str, holds: tuple[timedelta, timedelta], expected: tuple[Verdict, str]
) -> None:
    """A fresh one is well; one that nobody renews is seen before it ends; one that nobody accepts is a fault."""
    now = datetime.now(UTC)
    ours, theirs = certified(tmp_path, name, now + holds[0], now + holds[1])
    async with serving(theirs) as origin, outside(house, origin=origin, tls=ours) as looking:
        found = await looking.certificate()
    assert found.verdict is expected[0], english(found)
    assert expected[1] in english(found)


async def test_a_certificate_of_nobody_known_is_a_fault(house: House, tmp_path: Path) -> None:
    """What no authority vouches for is told, for the certificate and for the address."""
    now = datetime.now(UTC)
    _, theirs = certified(tmp_path, "localhost", now - DAY, now + DAY)
    async with serving(theirs) as origin, outside(house, origin=origin) as looking:
        for found in (await looking.certificate(), await looking.address()):
            assert found.verdict is Verdict.BROKEN
            assert "do not trust it" in english(found)


async def test_the_address_is_looked_at(house: House) -> None:
    """Our own address has to answer, with what others need to find the artisan; else it is said what is wrong."""
    async with outside(house) as looking:
        assert (await looking.address()).verdict is Verdict.OK
    elsewhere = web.json_response({"links": [{"rel": "self", "href": "https://other.example/users/maria"}]})
    for answer in (web.Response(text="Welcome to nginx"), web.Response(status=302), elsewhere, web.json_response([])):
        async with serving(webfinger=answer) as origin, outside(house, origin=origin) as looking:
            found = await looking.address()
        assert found.verdict is Verdict.BROKEN
        assert "but not about @maria@localhost" in english(found)


@pytest.mark.parametrize(
    ("origin", "verdict", "words"),
    [
        ("http://localhost:{port}", Verdict.BROKEN, "Nobody answers"),
        ("https://no.such.invalid", Verdict.BROKEN, "is not known"),
    ],
)
async def test_an_address_without_answer_is_told(house: House, origin: str, verdict: Verdict, words: str) -> None:
    """A server that does not run, and a name that leads nowhere, are told apart."""
    with free_socket() as reserved:
        port = reserved.getsockname()[1]
    async with outside(house, origin=origin.format(port=port)) as looking:
        found = await looking.address()
    assert (found.verdict, words in english(found)) == (verdict, True), english(found)


@pytest.mark.parametrize(
    ("off", "verdict", "words"),
    [
        (timedelta(0), Verdict.OK, "agrees"),
        (timedelta(minutes=2), Verdict.LOOK, "2\N{NO-BREAK SPACE}minutes ahead"),
        (timedelta(hours=-3), Verdict.BROKEN, "3\N{NO-BREAK SPACE}hours behind"),
    ],
)
async def test_a_clock_that_is_off_is_found(
    house: House, neighbour: Neighbour, off: timedelta, verdict: Verdict, words: str
) -> None:
    """Beside the dates of other servers it is seen whether ours is right; whom nobody told asks those it knows."""
    async with outside(house, clock=lambda: utc_now() + off) as looking:
        assert (await looking.time()).verdict is Verdict.UNKNOWN
        anna = neighbour.person("anna")
        await neighbour.send(anna, house.uris.shared_inbox, neighbour.activity("Follow", anna, house.actor_uri))
        await house.quiet()
        found = await looking.time()
    assert (found.verdict, words in english(found)) == (verdict, True), english(found)


def test_one_wrong_clock_among_others_does_not_count() -> None:
    """Most servers decide; what is no date is no news."""
    now = datetime.now(UTC)
    clocks = Clocks()
    clocks.note("broken.example", "yesterday", now)
    assert clocks.ahead() is None
    for host, off in (("a.example", 0), ("b.example", 9), ("c.example", 0)):
        clocks.note(host, format_datetime(now + timedelta(hours=off), usegmt=True), now)
    ahead = clocks.ahead()
    assert ahead is not None
    assert abs(ahead) < timedelta(seconds=2)


async def test_every_answer_tells_the_time(house: House) -> None:
    """Whatever is asked, and however it is answered, the date of the answer is noted."""
    async with serving() as origin, outside(house) as looking:
        with pytest.raises(RemoteError):
            await looking.client.get_json(f"{origin}/x", accept="application/json", media_types={"application/json"})
        assert looking.client.clocks.ahead() is not None
