"""What the tests of pages share: one browser, one loop, one street of portfolios."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.asked import Asked, ask_all
from tests.browser.chromium import Tab, chromium, window
from tests.browser.street import Street, open_street
from tests.house import House, open_house

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run every test of this folder in one loop: the browser that they share lives there."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium, running: a second, once."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    """A tab whose visitor has never been here."""
    async with window(browser) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    """Two portfolios with something of every kind, only to be looked at."""
    async with open_street(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, running in the loop of the browser."""
    async with open_house(tmp_path / "data") as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asked(street: Street) -> dict[str, Asked]:
    """Every page of the table in every language, by its address, for those who read."""
    return await ask_all(street)
