"""The doors of a server with nothing in front: what is answered at the plain one, and who is let in at the other."""

import asyncio
import contextlib
import socket
import ssl
import time
from pathlib import Path

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.house import Verdict
from fedi_artisan.errors import BadConfig
from fedi_artisan.federation.outside import inside
from fedi_artisan.services.house.world import World
from fedi_artisan.serving.certificates.plain import Plain
from fedi_artisan.serving.certificates.shown import Shown
from fedi_artisan.serving.doors import Doors
from tests.house import free_socket, running
from tests.serving.made import Maker, make
from tests.serving.street import Hand, Visit, knock, plainly, ready, served, settings_of_nobody

ORIGIN, PHOTOGRAPHS = "https://atelier.example", "https://photos.atelier.example:8443"
TOKEN, TEXT = "Q2jmPc-b2Gf6qWfVSDETv3RNfTxQUL0E7O4YRe23KQY", "a-token.and_its-thumbprint"
CHALLENGES = "/.well-known/acme-challenge/"


def location(answer: str) -> str:
    """Return where an answer leads."""
    assert answer.startswith("HTTP/1.1 308 "), answer
    [line] = [line for line in answer.splitlines() if line.lower().startswith("location: ")]
    return line.partition(": ")[2]


async def test_the_plain_door_leads_to_the_other_and_nowhere_else() -> None:
    """Path and query are kept; the host never comes from the request, however that is written."""
    config = parse({"origin": ORIGIN, "media": {"origin": PHOTOGRAPHS}})
    listening = free_socket()
    port = listening.getsockname()[1]
    async with running(Plain(config, {TOKEN: TEXT}, lambda: True), listening):
        for path in ("/", "/works?page=2&lang=fr", "/caf%C3%A9?q=%20%0d%0a", "//evil.example/x", "/@maria/moon-jar"):
            assert location(await plainly(port, path, "evil.example")) == ORIGIN + path
        assert (
            location(await plainly(port, "/media/a.jpg", "Photos.Atelier.example:80")) == f"{PHOTOGRAPHS}/media/a.jpg"
        )
        for line in ("OPTIONS * ", "GET http://evil.example/x ", "GET http://evil.example@evil.example "):
            answer = await knock(port, f"{line}HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
            assert answer.startswith("HTTP/1.1 400 ") or location(answer).startswith(f"{ORIGIN}/"), line
        two = b"GET /x HTTP/1.1\r\nHost: photos.atelier.example\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        assert location(await knock(port, two)) == f"{ORIGIN}/x"
        posted = b"POST /ap/inbox HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"
        assert location(await knock(port, posted)) == f"{ORIGIN}/ap/inbox"


async def test_only_what_the_authority_asks_for_is_told() -> None:
    """A token that is not asked for is not found, and there is no folder that one could climb out of."""
    listening = free_socket()
    port = listening.getsockname()[1]
    challenges = {TOKEN: TEXT}
    async with running(Plain(parse({"origin": ORIGIN}), challenges, lambda: False), listening):
        answer = await plainly(port, CHALLENGES + TOKEN, "whoever.example")
        assert answer.startswith("HTTP/1.1 200 ")
        assert answer.endswith(f"\r\n\r\n{TEXT}")
        for path in (
            "",
            "x",
            f"{TOKEN}/",
            f"../{TOKEN}",
            f"%2e%2e/{TOKEN}",
            "../../../etc/passwd",
            f"{TOKEN}%00",
            "%ff",
        ):
            answer = await plainly(port, CHALLENGES + path)
            assert answer.startswith("HTTP/1.1 404 "), path
            assert answer.endswith("\r\n\r\n")
        del challenges[TOKEN]
        assert (await plainly(port, CHALLENGES + TOKEN)).startswith("HTTP/1.1 404 ")
        assert (await plainly(port, "/")).startswith("HTTP/1.1 503 ")


async def test_who_does_not_begin_to_speak_makes_way(tmp_path: Path) -> None:
    """A connection on which no handshake comes is closed in time, and others come in meanwhile."""
    authority = make()
    raw = settings_of_nobody(tmp_path)
    folder = tmp_path / "data" / "tls"
    folder.mkdir(parents=True)
    (folder / "certificate.pem").write_bytes(authority.certificate())
    async with served(raw, Hand(), handshake_s=0.5) as (config, street):
        await ready(street)
        begun = time.monotonic()
        port = int(config.tls.listen[0].rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01\x02")
        visit = await Visit.begin(config, authority.roots())
        assert (await visit.get("/"))[0].startswith("HTTP/1.1 200 ")
        assert await reader.read() == b""
        assert 0.4 < time.monotonic() - begun < 5
        writer.close()
        visit.end()
        # Who looks after the house finds it there, and not at the place where a server behind another listens.
        assert (await inside.server(config, World())).verdict is Verdict.OK
        old = authority.roots()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        (await Visit.begin(config, old)).end()
        old.set_ciphers("ECDHE+AES+SHA:AES128-SHA")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await Visit.begin(config, old)


def test_both_kinds_of_addresses_are_listened_on() -> None:
    """IPv4 and IPv6 each have a socket of their own, and can have the same port."""
    places = {"listen": ["0.0.0.0:0", "[::]:0"], "plain_listen": ["127.0.0.1:0"]}
    config = parse({"origin": ORIGIN, "tls": {"enabled": True, **places}})
    with contextlib.closing(Doors()) as doors:
        doors.open_for(config)
        old, new = doors.at(*config.tls.listen)
        with old, new:
            assert (old.family, new.family) == (socket.AF_INET, socket.AF_INET6)
            assert new.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def test_a_door_that_cannot_be_had_is_told() -> None:
    """What is taken is named with what to do."""
    with free_socket() as taken, contextlib.closing(Doors()) as doors:
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        config = parse({"origin": ORIGIN, "tls": {"enabled": True, "listen": [place]}})
        with pytest.raises(BadConfig, match=rf"tls.listen: {place} is taken: something else serves there already"):
            doors.open_for(config)


async def test_a_broken_certificate_never_replaces_one_that_holds(tmp_path: Path) -> None:
    """A key that does not fit, half a file, or none: the one before it goes on being shown."""
    authority, file = make(), tmp_path / "certificate.pem"
    shown = Shown(file)
    with pytest.raises(FileNotFoundError):
        shown.refresh()
    whole = authority.certificate()
    file.write_bytes(whole)
    shown.refresh()
    first = shown.certificate
    assert first is not None
    assert first.names == {"atelier.example"}
    serial = await _seen(shown, authority)
    key, begins, chain = authority.certificate().partition(b"-----BEGIN CERTIFICATE-----")
    other_key = whole.partition(b"-----BEGIN CERTIFICATE-----")[0]
    for broken in (other_key + begins + chain, whole[:-200], key, b"", b"\xff" * 1000):
        file.write_bytes(broken)
        with pytest.raises((OSError, ValueError)):
            shown.refresh()
        assert shown.certificate is first
        assert await _seen(shown, authority) == serial
    file.write_bytes(key + begins + chain)
    shown.refresh()
    assert shown.certificate is not first
    assert await _seen(shown, authority) != serial


async def _seen(shown: Shown, authority: Maker) -> int:
    """Return the number of the certificate that a visitor meets."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=shown.context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        visit = Visit(
            *await asyncio.open_connection("127.0.0.1", port, ssl=authority.roots(), server_hostname="atelier.example")
        )
        visit.end()
    return visit.certificate.serial_number
