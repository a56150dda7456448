"""How the house looks from outside: its certificate, its address, and its clock beside those of others.

Only here does this server ask itself, by its own public address, as the world does: what stands in front of it (a web
server, a name, a certificate) is no part of this program, and breaks without it.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import aiohttp

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Look, Verdict, said
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.client_answer import read_body
from fedi_artisan.storage import actors, artisans
from fedi_artisan.storage.db import Database

_WITHIN_S = 8.0
_HTTPS_PORT = 443
_OK = 200
_LONGEST_BYTES = 100_000
# What renews certificates does so when a third of their life is left; at a sixth it has failed for long.
_LEFT_OF_LIFE = 6
_EXPIRED, _OF_ANOTHER_NAME = 10, 62  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH
# Some servers refuse what was signed more than half a minute ahead, most what is off by more than five.
_OFF_A_LITTLE = timedelta(seconds=30)
_OFF = timedelta(minutes=5)
_ASKED_FOR_TIME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Looks at the house from outside. Its parts are what every look needs.

    Args:
        config, db, clock: of the house.
        client: by which others are asked the time.
        tls: what certificates are held against; the system's authorities where None.
    """

    config: Config
    db: Database
    client: Client
    clock: Clock
    tls: ssl.SSLContext | None = None

    def looks(self) -> tuple[Look, ...]:
        """Return all that is looked at."""
        return (
            Look("address", said("Your address"), self.address),
            Look("certificate", said("Certificate"), self.certificate),
            Look("clock", said("Clock"), self.time),
        )

    async def certificate(self) -> Finding:
        """Look how long the certificate holds that browsers and other servers are shown."""
        parts = urlsplit(self.config.origin)
        if parts.scheme != "https":
            return Finding(Verdict.OK, (said("None is needed, as this is only tried out on this machine."),))
        host, port = parts.hostname or "", parts.port or _HTTPS_PORT
        try:
            async with asyncio.timeout(_WITHIN_S):
                shown = await self._shown_certificate(host, port)
        except ssl.SSLCertVerificationError as error:
            return _bad_certificate(error)
        except (OSError, TimeoutError) as error:
            return _unreached(error, self.config.origin)
        begins, ends = (
            datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown[name])), UTC)
            for name in ("notBefore", "notAfter")
        )
        facts = (said("It holds until {day}.", day=ends.date()),)
        if ends - self.clock() > (ends - begins) / _LEFT_OF_LIFE:
            return Finding(Verdict.OK, facts)
        advice = said("It should have been renewed by now. Look into the log of the web server in front of this one.")
        return Finding(Verdict.LOOK, facts, advice)

    async def _shown_certificate(self, host: str, port: int) -> Mapping[str, object]:
        """Return what stands in the certificate, which holds: nobody gets this far with another."""
        tls = self.tls or ssl.create_default_context()
        _, writer = await asyncio.open_connection(host, port, ssl=tls)
        try:
            shown: Mapping[str, object] = writer.get_extra_info("peercert")
            return shown
        finally:
            writer.close()

    async def address(self) -> Finding:
        """Look whether the address answers, with what other servers need to find the artisans here."""
        uris = Uris(self.config.origin)
        async with self.db.read() as tx:
            everybody = await artisans.list_all(tx)
        try:
            for artisan in everybody[:1]:
                handle = f"{artisan.username}@{uris.host}"
                if await self._actor_of(handle) != uris.actor(artisan.uid):
                    advice = said("Have the web server in front of this one pass on everything that it is asked for.")
                    facts = (said("{origin} answers, but not about @{handle}.", origin=uris.origin, handle=handle),)
                    return Finding(Verdict.BROKEN, facts, advice)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _unreached(error, self.config.origin)
        return Finding(Verdict.OK, (said("{origin} answers, and others find you.", origin=uris.origin),))

    async def _actor_of(self, handle: str) -> str | None:
        """Return the id that our own address gives for a handle; None where it gives none (RFC 7033)."""
        url = f"{self.config.origin}/.well-known/webfinger?resource={quote(f'acct:{handle}', safe='')}"
        headers = {
            "User-Agent": f"fedi-artisan/{__version__} (+{self.config.origin}/)",
            "Accept": "application/jrd+json",
        }
        limits = aiohttp.ClientTimeout(total=_WITHIN_S)
        connector = aiohttp.TCPConnector(ssl=self.tls or True)
        async with (
            aiohttp.ClientSession(timeout=limits, connector=connector, auto_decompress=False) as session,
            session.get(url, headers=headers | {"Accept-Encoding": "identity"}, allow_redirects=False) as response,
        ):
            if response.status != _OK:
                return None
            try:
                links = json.loads(await read_body(response, _LONGEST_BYTES))["links"]
                return next((str(link["href"]) for link in links if link.get("rel") == "self"), None)
            except (RemoteError, ValueError, KeyError, TypeError, AttributeError):
                return None

    async def time(self) -> Finding:
        """Look whether our clock is right: other servers refuse what is signed at a time that is not theirs."""
        ahead = self.client.clocks.ahead()
        if ahead is None:
            await self._ask_the_time()
            ahead = self.client.clocks.ahead()
        if ahead is None:
            return Finding(Verdict.UNKNOWN, (said("No other server has told the time lately."),))
        if abs(ahead) <= _OFF_A_LITTLE:
            return Finding(Verdict.OK, (said("It agrees with those of other servers."),))
        off = (
            said("It is {time} ahead of those of other servers.", time=ahead)
            if ahead > timedelta(0)
            else said("It is {time} behind those of other servers.", time=-ahead)
        )
        advice = said(
            "Have the machine set its clock by the network (NTP): others refuse what is signed at another time."
        )
        return Finding(Verdict.BROKEN if abs(ahead) > _OFF else Verdict.LOOK, (off,), advice)

    async def _ask_the_time(self) -> None:
        """Ask a few servers that we know for anything at all: every answer has a date."""
        async with self.db.read() as tx:
            hosts = await actors.list_hosts_met(tx, _ASKED_FOR_TIME)
        scheme = "http" if self.config.plain_http else "https"
        await asyncio.gather(*(self._ask(f"{scheme}://{host}/.well-known/nodeinfo") for host in hosts))

    async def _ask(self, url: str) -> None:
        try:
            async with asyncio.timeout(_WITHIN_S):
                await self.client.get_json(url, accept="application/json", media_types={"application/json"})
        except (RemoteError, TimeoutError):
            return  # whatever it answered, it came with a date; or it did not answer


def _bad_certificate(error: ssl.SSLCertVerificationError) -> Finding:
    """Return what is wrong with a certificate that nobody accepts."""
    facts = {
        _EXPIRED: said("It has expired: no browser and no other server comes in any more."),
        _OF_ANOTHER_NAME: said("It is that of another name: no browser and no other server comes in."),
    }
    other = said("Browsers and other servers do not trust it: {why}.", why=error.verify_message)
    advice = said("Have the web server in front of this one get a new certificate, and look into its log.")
    return Finding(Verdict.BROKEN, (facts.get(error.verify_code, other),), advice)


def _unreached(error: Exception, origin: str) -> Finding:
    """Return what it means that our own address does not answer us."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _bad_certificate(cause)
    if isinstance(cause, socket.gaierror):
        fact = said("The name in {origin} is not known.", origin=origin)
        return Finding(
            Verdict.BROKEN, (fact,), said("Look at the settings of your domain: it has to lead to this machine.")
        )
    if isinstance(cause, ConnectionRefusedError):
        fact = said("Nobody answers at {origin}.", origin=origin)
        return Finding(Verdict.BROKEN, (fact,), said("Is this server running, and the web server in front of it?"))
    return Finding(
        Verdict.UNKNOWN,
        (said("{origin} could not be reached from this machine.", origin=origin),),
        said("Some networks allow no way round to themselves. Open the address on a phone, away from home."),
    )
