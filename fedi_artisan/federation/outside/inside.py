"""Whether this server runs, and who stands where it should listen: asked beside what stands in front of it."""

import asyncio
import contextlib
import ipaddress
import json
import ssl
from pathlib import Path

from fedi_artisan.config import Config, address_in, asked_at
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.federation.outside.asking import knocked
from fedi_artisan.services.house.running import server_of
from fedi_artisan.services.house.world import World

_WITHIN_S = 2.0
_LONGEST_BYTES = 20_000
_UNIT = Path("/etc/systemd/system/fedi-artisan.service")


async def server(config: Config, world: World) -> Finding:
    """Look whether the server runs, and listens where the settings say."""
    running = await asyncio.to_thread(server_of, config) is not None
    place = config.tls.listen[0] if config.tls.enabled else config.listen
    found = await _at(config, place, world, running=running)
    if found.verdict is Verdict.LOOK and running and not config.tls.enabled:
        # It may have been started with --tls.
        own = await _at(config, config.tls.listen[0], world, running=running)
        return own if own.verdict is Verdict.OK else found
    return found


async def _at(config: Config, place: str, world: World, *, running: bool) -> Finding:
    """Return what is found at one place to listen, HOST:PORT."""
    host, port = address_in(place)
    near = asked_at(host)
    if await knocked(near, port, _WITHIN_S) is not None:
        return _nobody(place, running=running)
    speaks = await _speaks(config, near, port)
    if speaks is None and running and config.tls.enabled:
        # What answers there is most likely ours, and cannot say so yet.
        return Finding(
            Verdict.LOOK,
            (said("It runs, and waits for its certificate."),),
            said("Look under “Own certificate” what it needs."),
        )
    if speaks is None:
        return _somebody_else(place, running=running)
    facts = (said("It runs, and listens at {listen}.", listen=place),)
    open_to_all = None if speaks == "https" else _open_to_all(config, host, facts, world)
    return open_to_all or Finding(Verdict.OK, facts)


def _nobody(place: str, *, running: bool) -> Finding:
    """Return what it means that nobody listens."""
    if running:
        fact = said("It runs, but nobody answers at {listen}.", listen=place)
        advice = said(
            "Was it started with --listen, or with other settings? Stop it and start it again, and look into its log."
        )
        return Finding(Verdict.LOOK, (fact,), advice)
    return Finding(Verdict.BROKEN, (said("It does not run."),), said("Start it:"), _start())


def _start() -> str:
    """Return what starts the server: of the machine, where it was made one of its services."""
    return "sudo systemctl start fedi-artisan" if _UNIT.exists() else "fedi-artisan serve"


def _somebody_else(place: str, *, running: bool) -> Finding:
    """Return what it means that something else answers."""
    fact = said("At {listen} another program answers.", listen=place)
    if running:
        advice = said("This server runs at another place: was it started with --listen? Say the same in the settings.")
        return Finding(Verdict.LOOK, (fact,), advice)
    port = address_in(place)[1]
    advice = said(
        "So this server cannot start there. Stop the other one, or choose another port in the settings: listen."
    )
    return Finding(Verdict.BROKEN, (fact,), advice, f"sudo ss -ltnp 'sport = :{port}'")


def _open_to_all(config: Config, host: str, facts: tuple[Sentence, ...], world: World) -> Finding | None:
    """Return what it means to listen, without encryption, where everybody can come; None where nobody can."""
    if config.plain_http or world.in_container() or not _is_open(host):
        return None
    fact = said("Everybody can come there from outside, without encryption and past the web server in front.")
    advice = said("Let it listen to this machine alone. In the settings:")
    return Finding(Verdict.LOOK, (*facts, fact), advice, f'listen = "127.0.0.1:{config.listen_address[1]}"')


def _is_open(host: str) -> bool:
    """Whether an address to listen on is one at which the world may arrive."""
    if asked_at(host) != host:
        return True
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return False


async def _speaks(config: Config, host: str, port: int) -> str | None:
    """Return in what this very server, with these settings, answers there: "http" or "https"; None for others."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    for scheme, tls in (("http", None), ("https", anything)):
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(_WITHIN_S):
                if await _says_who_it_is(config, host, port, tls):
                    return scheme
    return None


async def _says_who_it_is(config: Config, host: str, port: int, tls: ssl.SSLContext | None) -> bool:
    """Whether the links of NodeInfo there are those of our origin.

    Spoken by hand: which host is meant must be said, whatever the address is that one connects to.
    """
    named = config.host if tls is not None else None
    reader, writer = await asyncio.open_connection(host, port, ssl=tls, server_hostname=named, limit=_LONGEST_BYTES)
    try:
        asked = f"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: {config.host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        writer.write(asked.encode("ascii"))
        head, _, body = (await _read(reader)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    if b" 200 " not in head.partition(b"\r\n")[0]:
        return False
    return says_origin(body, config.origin)


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Return all that is answered, or the beginning of it."""
    answer = b""
    while len(answer) < _LONGEST_BYTES and (piece := await reader.read(_LONGEST_BYTES)):
        answer += piece
    return answer


def says_origin(body: bytes, origin: str) -> bool:
    """Whether an answer about NodeInfo is that of *origin*."""
    try:
        links = json.loads(body)["links"]
        return any(str(link["href"]).startswith(f"{origin}/nodeinfo/") for link in links)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
