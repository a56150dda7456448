"""Asking our own public address, and what it means when nobody answers there."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Verdict, said
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client_answer import read_body
from fedi_artisan.federation.outside.certificate import bad_certificate
from fedi_artisan.services.house.world import World

WITHIN_S = 4.5
_LONGEST_BYTES = 500_000
# Of these, the first three are said by web servers that get no answer from what is behind them, the others by a well
# known delivery network.
_NOBODY_BEHIND = frozenset({502, 503, 504, *range(520, 531)})


class Heard(NamedTuple):
    """What was answered; headers are found in whatever case."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str

    @property
    def media_type(self) -> str:
        """What kind of answer it is, without parameters."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        return message.get_content_type() if self.headers.get("Content-Type") else ""

    @property
    def leads_to(self) -> str:
        """Where one is sent on to: an address, or what stands there instead of one."""
        told = self.headers.get("Location", "")
        try:
            return urljoin(self.url, told)
        except ValueError:
            return told


class NotAnswered(Exception):
    """What stands in front answered, but got no answer from this server."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Names(AbstractResolver):
    """Leads where the world does, whichever world it is; as aiohttp wants to be told."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of *host*.

        Raises:
            OSError: it has none, or nobody could tell in time.
        """
        del family
        doors = await self._world.look_up(host, port)
        return [
            ResolveResult(
                hostname=host,
                host=door.address,
                port=door.port,
                family=socket.AF_INET6 if ":" in door.address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for door in doors
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks as others do: by name, with certificates held against the usual authorities, following nobody elsewhere."""

    config: Config
    world: World

    async def get(self, url: str, accept: str, headers: Mapping[str, str] | None = None) -> Heard:
        """Return what *url* answers. Raises as `ask`."""
        return await self.ask("GET", url, {"Accept": accept, **(headers or {})})

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Heard:
        """Return what *url* answers, of which no more than half a megabyte is read.

        Raises:
            aiohttp.ClientError, OSError, TimeoutError: nobody answers.
            NotAnswered: somebody does who stands in front, but this server did not answer him.
        """
        async with self.session() as session:
            own = {"User-Agent": f"fedi-artisan/{__version__} (+{self.config.origin}/)", "Accept-Encoding": "identity"}
            async with session.request(
                method,
                url,
                headers={**own, **headers},
                data=None if body is None else BytesIO(body),
                allow_redirects=False,
            ) as response:
                try:
                    content = await read_body(response, _LONGEST_BYTES)
                except RemoteError:
                    content = b""
                heard = Heard(response.status, response.headers, content, url)
        if heard.status in _NOBODY_BEHIND:
            raise NotAnswered(heard.status)
        return heard

    def session(self) -> aiohttp.ClientSession:
        """Return what asks, for whoever has to ask in another way; to be closed again."""
        return aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=WITHIN_S),
            connector=aiohttp.TCPConnector(
                ssl=self.world.tls or True, resolver=Names(self.world), use_dns_cache=False, force_close=True
            ),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )


async def as_far_as_answered(find: Callable[[], Awaitable[Finding]]) -> Finding:
    """Return what is found; where nobody answers, that it was not looked at: the look at the address tells why."""
    try:
        return await find()
    except (aiohttp.ClientError, OSError, TimeoutError, NotAnswered):
        return Finding(Verdict.UNKNOWN, (said("It was not looked at, as nobody answers at your address."),))


def unreached(error: Exception, origin: str) -> Finding:
    """Return what it means that our own address does not answer us."""
    cause: BaseException = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return bad_certificate(cause)
    if isinstance(cause, socket.gaierror):
        fact = said("The name in {origin} is not known.", origin=origin)
        return Finding(
            Verdict.BROKEN, (fact,), said("Look at the settings of your domain: it has to lead to this machine.")
        )
    if isinstance(cause, ConnectionRefusedError | ConnectionResetError | aiohttp.ServerDisconnectedError):
        fact = said("Nobody answers at {origin}.", origin=origin)
        return Finding(Verdict.BROKEN, (fact,), said("Is this server running, and the web server in front of it?"))
    if isinstance(cause, ssl.SSLError):
        fact = said("What answers at {origin} does not speak https.", origin=origin)
        return Finding(Verdict.BROKEN, (fact,), said("Have the web server in front of this one get a certificate."))
    return Finding(
        Verdict.UNKNOWN,
        (said("{origin} could not be reached from this machine.", origin=origin),),
        said("Some networks allow no way round to themselves. Open the address on a phone, away from home."),
    )


async def knocked(address: str, port: int, within_s: float = WITHIN_S) -> OSError | TimeoutError | None:
    """Return None where somebody opens when one connects to an address, else what happened."""
    try:
        async with asyncio.timeout(within_s):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError) as error:
        return error
    writer.close()
    return None
