"""A web server in front of ours, running with the very file of deploy/: only places are replaced in it."""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from yarl import URL

from tests.fronts.programs import PROJECT, apache_modules, program, surroundings
from tests.house import free_socket, until

HOST = "atelier.example"
# Not the address of the front, which every visitor has where the front does not say who asks.
VISITOR = "127.0.0.7"
DEPLOY = PROJECT / "deploy"
_WITHIN_S = 20.0


class Kind(StrEnum):
    """The web servers for which there is a file."""

    NGINX = "nginx"
    APACHE = "apache"
    CADDY = "caddy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """One that runs: its ports, and the folder in which it lies."""

    kind: Kind
    port: int
    http_port: int
    folder: Path

    @contextlib.asynccontextmanager
    async def ask(
        self, path: str, *, method: str = "GET", host: str = HOST, visitor: str = VISITOR, **given: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Give the answer to a request from the address *visitor*."""
        headers = {"Host": host, **given.pop("headers", {})}
        connector = aiohttp.TCPConnector(ssl=trusting(self.folder), local_addr=(visitor, 0))
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(
                method,
                URL(f"https://127.0.0.1:{self.port}{path}", encoded=True),
                headers=headers,
                server_hostname=HOST,
                allow_redirects=False,
                **given,
            ) as answer,
        ):
            yield answer


def trusting(folder: Path) -> ssl.SSLContext:
    """Return how one connects to a front in *folder*: its certificate is believed, and no other."""
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


@contextlib.asynccontextmanager
async def open_front(kind: Kind, folder: Path, upstream_port: int) -> AsyncIterator[Front]:
    """Run a front in the new *folder* that passes on to *upstream_port* of loopback."""
    _certify(folder)
    # They are let go of at the last moment: a front opens its ports by itself.
    with free_socket() as https, free_socket() as http:
        front = Front(kind=kind, port=_number(https), http_port=_number(http), folder=folder)
        command = _COMMANDS[kind](front, upstream_port)
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={**surroundings(), **_homes(folder)}, stdout=said, stderr=said
        )
    try:

        async def listens() -> bool:
            assert process.returncode is None, (folder / "said").read_text()
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", front.port)
                writer.close()
                return True
            return False

        await until(listens, f"the start of {kind}", within_s=_WITHIN_S)
        yield front
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def placed(file: str, places: Mapping[str, str]) -> str:
    """Return a file of deploy/ with other places in it; each of them must stand there."""
    text = (DEPLOY / file).read_text(encoding="utf-8")
    for place, other in places.items():
        assert place in text, f"deploy/{file} has no {place!r} any more"
        text = text.replace(place, other)
    return text


def _nginx(front: Front, upstream_port: int) -> Sequence[str]:
    """Write the configuration of nginx and return how it is started."""
    folder = front.folder
    site = placed(
        "nginx/fedi-artisan.conf",
        {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream_port};",
            "listen 80;": f"listen 127.0.0.1:{front.http_port};",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{front.port} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "/etc/letsencrypt/live/atelier.example/fullchain.pem": f"{folder}/cert.pem",
            "/etc/letsencrypt/live/atelier.example/privkey.pem": f"{folder}/key.pem",
            "/var/cache/fedi-artisan": f"{folder}/kept",
            # So that a test can see where an answer comes from.
            "    gzip off;": "    gzip off; add_header X-Cache $upstream_cache_status;",
        },
    )
    (folder / "site.conf").write_text(site, encoding="utf-8")
    rooms = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in rooms)
    # What Debian's own nginx.conf says beside it and what matters here.
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/errors; worker_processes 1; daemon off; {_as('user root;')}"
        f"events {{ worker_connections 256; }} http {{ access_log off; gzip on; sendfile on; {temporary} "
        f"default_type application/octet-stream; include {folder}/site.conf; }}"
    )
    return (str(program("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors"))


def _apache(front: Front, upstream_port: int) -> Sequence[str]:
    """Write the configuration of Apache and return how it is started."""
    folder = front.folder
    site = placed(
        "apache/fedi-artisan.conf",
        {
            "http://127.0.0.1:8000/": f"http://127.0.0.1:{upstream_port}/",
            "${APACHE_RUN_DIR}": str(folder),
            # So that a test can see where an answer comes from.
            "CacheEnable socache /": "CacheEnable socache /\n    CacheHeader on",
            "<VirtualHost *:80>": f"<VirtualHost 127.0.0.1:{front.http_port}>",
            "<VirtualHost *:443>": f"<VirtualHost 127.0.0.1:{front.port}>",
            "/etc/letsencrypt/live/atelier.example/fullchain.pem": f"{folder}/cert.pem",
            "/etc/letsencrypt/live/atelier.example/privkey.pem": f"{folder}/key.pem",
        },
    )
    (folder / "site.conf").write_text(site, encoding="utf-8")
    # Those that Debian has always, and those that its page has one enable.
    names = (
        *("mpm_event", "authz_core", "alias", "mime", "socache_shmcb"),
        *("ssl", "http2", "proxy", "proxy_http", "headers", "cache", "cache_socache"),
    )
    modules = "".join(f"LoadModule {name}_module {apache_modules()}/mod_{name}.so\n" for name in names)
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog {folder}/errors\n{modules}"
        f"{_as('User nobody')}\n{_as('Group nogroup')}\n"
        f"Mutex file:{folder}\nServerName {HOST}\nTypesConfig /dev/null\n"
        "StartServers 1\nServerLimit 2\nThreadsPerChild 16\nMaxRequestWorkers 32\nMinSpareThreads 1\n"
        f"Listen 127.0.0.1:{front.http_port}\nListen 127.0.0.1:{front.port} https\nInclude {folder}/site.conf\n"
    )
    return (str(program("apache2")), "-f", str(folder / "apache.conf"), "-DFOREGROUND")


def _caddy(front: Front, upstream_port: int) -> Sequence[str]:
    """Write the configuration of Caddy and return how it is started."""
    folder = front.folder
    opening = "{$SITE:atelier.example} {"
    site = placed(
        "Caddyfile",
        {
            opening: f"{opening}\n\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem",
            "{$UPSTREAM:127.0.0.1:8000}": f"127.0.0.1:{upstream_port}",
        },
    )
    ours = f"{{\n\tadmin off\n\thttp_port {front.http_port}\n\thttps_port {front.port}\n}}\n"
    (folder / "Caddyfile").write_text(ours + site, encoding="utf-8")
    return (str(program("caddy")), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile"))


_COMMANDS: Mapping[Kind, Callable[[Front, int], Sequence[str]]] = {
    Kind.NGINX: _nginx,
    Kind.APACHE: _apache,
    Kind.CADDY: _caddy,
}


def _as(line: str) -> str:
    """Return the *line* by which a server that root starts is told who it is then; others say nothing of it.

    nginx stays root, as root alone can read the folders of tests; Apache will not, and need read nothing later.
    """
    return line if os.geteuid() == 0 else ""


def _homes(folder: Path) -> Mapping[str, str]:
    """Return where a front keeps what it learns, which is nowhere else on this machine."""
    return {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


def _number(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


def _certify(folder: Path) -> None:
    """Make *folder*, with a certificate for HOST in it and the key of that."""
    folder.mkdir()
    for name, content in _certificate().items():
        (folder / name).write_bytes(content)


@cache
def _certificate() -> Mapping[str, bytes]:
    """Return a certificate that signs itself, and its key, by the names of their files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    return {
        "cert.pem": certificate.public_bytes(pem),
        "key.pem": key.private_bytes(pem, form, serialization.NoEncryption()),
    }
