"""What the tests of delivery share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedi_artisan.federation.intents import Intents
from tests.federation.delivering import MovableClock
from tests.federation.homes import looking
from tests.federation.letterboxes import Letterboxes, open_letterboxes
from tests.house import House, open_house


@pytest.fixture
async def boxes() -> AsyncIterator[Letterboxes]:
    """Another server that only receives."""
    async with open_letterboxes() as opened:
        yield opened


@pytest.fixture
async def other_boxes() -> AsyncIterator[Letterboxes]:
    """One more server that only receives."""
    async with open_letterboxes() as opened:
        yield opened


@pytest.fixture
def clock() -> MovableClock:
    """Time that a test can move on."""
    return MovableClock()


@pytest.fixture
async def timed_house(tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    """Our server, running by that time."""
    async with open_house(tmp_path / "data", clock=clock) as opened:
        yield opened


@pytest.fixture
async def intents_of_tests(tmp_path: Path) -> AsyncIterator[Intents]:
    """What finds pages, also on loopback, and waits for half a second at most."""
    async with looking(tmp_path, allow_private_networks=True, timeouts={"total_s": 0.5}) as opened:
        yield opened
