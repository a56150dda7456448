"""What the tests of our answers share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.house import House
from tests.web.asking import Asker


@pytest.fixture
async def ask(house: House) -> AsyncIterator[Asker]:
    """A stranger who asks our server."""
    # Without defaults of its own, so that a request has the headers that the test gives it and no others.
    async with aiohttp.ClientSession(skip_auto_headers={"Accept", "User-Agent"}) as session:
        yield Asker(session, house.uris.origin)
