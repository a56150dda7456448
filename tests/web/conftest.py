"""What the tests of our answers share."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House
from tests.web.asking import Asker


@pytest.fixture
async def ask(house: House) -> AsyncIterator[Asker]:
    """A stranger who asks our server."""
    async with Asker.open(house.uris.origin) as asker:
        yield asker
