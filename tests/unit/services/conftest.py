"""A portfolio of its own for each test, without a server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.photos import Shop, open_shop
from tests.unit.services.drafting import Desk


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A portfolio as a command finds it."""
    async with open_shop(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def desk(shop: Shop) -> Desk:
    """Where drafts are written."""
    return Desk(shop)
