"""Two servers on loopback, and a client that may reach them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from fedi_artisan.federation.client import Client
from tests.unit.federation.client.asking import CONFIG, SIGNER
from tests.unit.federation.hostile import Server, serving
from tests.unit.federation.signatures_peer import NOW


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    """A server on loopback."""
    async with serving() as running:
        yield running


@pytest_asyncio.fixture
async def other() -> AsyncIterator[Server]:
    """A second one, on another port."""
    async with serving() as running:
        yield running


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    """A client that may reach loopback, short of time and space."""
    async with Client(CONFIG, signer=SIGNER, clock=lambda: NOW) as opened:
        yield opened
