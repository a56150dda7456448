"""A visitor of our server."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.house import House
from tests.web.interact.visiting import Visitor


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor of our server."""
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, house)
