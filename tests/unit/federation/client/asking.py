"""What the tests of the client share: who asks, how, and what is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from fedi_artisan.config import Config, Limits, Timeouts
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.federation.signatures.sign import SigningKey
from fedi_artisan.federation.signatures.verify import read
from tests.unit.federation.hostile import Heard, Server
from tests.unit.federation.signatures_peer import KEY, KEY_ID, NOW

SIGNER = SigningKey(KEY_ID, KEY)
AS2 = "https://www.w3.org/ns/activitystreams"
LIMIT = 100_000
TIMEOUTS = Timeouts(connect_s=0.3, first_byte_s=0.3, total_s=0.6)
TOO_LONG_S = 2.0  # all the time there is, and what a busy machine adds
CONFIG = Config(
    origin="http://127.0.0.1:9",
    allow_private_networks=True,
    limits=Limits(remote_body_bytes=LIMIT),
    timeouts=TIMEOUTS,
)
STRICT = replace(CONFIG, allow_private_networks=False)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"


class Memory:
    """What is known of other servers' signatures, in a dictionary."""

    def __init__(self, known: Mapping[str, Scheme] | None = None) -> None:
        self.known = dict(known or {})

    def scheme(self, host: str) -> Scheme:
        """Return what is known, else cavage."""
        return self.known.get(host, Scheme.CAVAGE)

    def learned(self, host: str, scheme: Scheme) -> None:
        """Remember."""
        self.known[host] = scheme


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Hold that what is inside ends by the total deadline."""
    start = asyncio.get_running_loop().time()
    yield
    assert asyncio.get_running_loop().time() - start < TOO_LONG_S


async def hung_up(server: Server) -> None:
    """Wait until the client has closed its end."""
    await asyncio.wait_for(server.gone.wait(), 2)


def document(server: Server, path: str = "/a", **more: object) -> bytes:
    """Return a document that stands where it says."""
    return json.dumps({"id": server.origin + path, **more}).encode()


async def ask(client: Client, url: str, memory: Memory | None = None) -> dict[str, Any]:
    """Ask for a document."""
    return await client.get_document(url, schemes=memory or Memory())


def scheme_of(heard: Heard) -> Scheme:
    """Return how a request is signed, once its signature was found to hold."""
    claim = read(heard.signed(), now=NOW, plain_http=True)
    claim.verify(KEY.public_key())
    assert claim.key_id == KEY_ID
    return claim.scheme
