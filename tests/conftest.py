"""What all tests share."""

from collections import Counter
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each scenario that was played with the foreign server, and how it ended."""
    outcomes: dict[str, str] = {}
    for outcome in ("passed", "skipped", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            file, _, name = report.nodeid.partition("::")
            if file.startswith("tests/federation/test_fedify"):
                outcomes[name.removeprefix("test_fedify_").replace("_", " ")] = outcome
    if outcomes:
        ended = Counter("passed" if outcome == "passed" else "failed" for outcome in outcomes.values())
        counts = ", ".join(f"{number} {outcome}" for outcome, number in ended.items())
        terminalreporter.section(f"Fedify scenarios: {counts}")
        for name, outcome in sorted(outcomes.items()):
            terminalreporter.line(f"{outcome:7} {name}")
