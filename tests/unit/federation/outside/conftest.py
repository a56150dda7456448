"""A house that the world knows under another address than its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.house import House, open_house
from tests.unit.federation.outside.looking import ORIGIN


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def atelier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that is known to the world under another address than its own; nothing in it is changed."""
    async with open_house(tmp_path_factory.mktemp("atelier"), origin=ORIGIN) as opened:
        yield opened
