"""What all tests share."""

import gc
import json
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bucket_service import BucketService, open_bucket_service
from tests.cli.typed import Terminal
from tests.house import House, open_house
from tests.neighbour import Neighbour, open_neighbour
from tests.unit.media import figures

# The whole of the tests needs a tenth of it at a time.
_ROOM_BYTES = 4_000_000_000
_NEW_OBJECTS = 10_000
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there, for this user alone


def pytest_configure() -> None:
    """Keep the files of tests in memory where it has much room: thousands of databases wait for no disk.

    And look for no rubbish while thousands of tests are read, which make none.
    """
    gc.disable()
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_collection_finish() -> None:
    """Look for rubbish again, but not among the tests themselves, and a little less often than Python does."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Return how many run tests side by side: one more than there are cores, as one of them always waits for something.

    A browser, a server that is slow on purpose, a command that starts.
    """
    return len(os.sched_getaffinity(0)) + 1


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
def beside(house: House, tmp_path: Path) -> Terminal:
    """A terminal beside our running server."""
    config = house.config
    settings: dict[str, object] = {"origin": config.origin, "data_dir": str(config.data_dir), "listen": config.listen}
    settings["allow_private_networks"] = True
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    (tmp_path / "config.toml").write_text(text)
    return Terminal(tmp_path)


@pytest.fixture
async def elsewhere() -> AsyncIterator[Neighbour]:
    """A third server, running."""
    async with open_neighbour() as opened:
        yield opened


@pytest.fixture(scope="session")
def running_bucket_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketService]:
    """A service that keeps buckets, running: two seconds, once."""
    with open_bucket_service(tmp_path_factory.mktemp("buckets")) as service:
        yield service


@pytest.fixture
def bucket_service(running_bucket_service: BucketService) -> BucketService:
    """A service that keeps buckets, which are empty."""
    running_bucket_service.empty()
    return running_bucket_service


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each scenario that was played with the foreign server, and how it ended; print the figures of pictures."""
    figures.print_all(terminalreporter)
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
