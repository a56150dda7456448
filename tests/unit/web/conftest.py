"""A visitor of our server, and a client without manners."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.house import House
from tests.unit.web.visiting import Visitor


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor of our server."""
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, house)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client."""
    async with aiohttp.ClientSession() as opened:
        yield opened
