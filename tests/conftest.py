"""What all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, open_house
from tests.neighbour import Neighbour, open_neighbour


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, running."""
    async with open_house(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def work(house: House) -> str:
    """The id of a work that our server shows."""
    return house.uris.work((await house.publish()).uid)


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    """Another server, running."""
    async with open_neighbour() as opened:
        yield opened


@pytest.fixture
async def elsewhere() -> AsyncIterator[Neighbour]:
    """A third server, running."""
    async with open_neighbour() as opened:
        yield opened
