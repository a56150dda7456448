"""What the tests of fronts share: one portfolio, and each kind of front before it, started once."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from fedi_artisan.media.store import open_stores
from fedi_artisan.media.stored import name_of
from tests.fronts.running import HOST, Front, Kind, open_front
from tests.house import House, open_house

HERE = Path(__file__).parent
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 1_200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run every test of this folder in one loop: the portfolio that they share lives there."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A portfolio at its own address in the world, which is reached through fronts alone."""
    data = tmp_path_factory.mktemp("fronts") / "data"
    async with open_house(data, origin=f"https://{HOST}", allow_private_networks=False) as opened:
        await opened.publish()
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=list(Kind))
async def front(
    request: pytest.FixtureRequest, house: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Front]:
    """A front of each kind before the portfolio."""
    folder = tmp_path_factory.mktemp(request.param) / "front"
    async with open_front(request.param, folder, house.config.listen_address[1]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def picture(house: House, tmp_path: Path) -> str:
    """The address of a photograph of 300 kB in the portfolio; what is in it is for nobody here to see."""
    file, name = taken(tmp_path)
    await open_stores(house.config).public.put(file, name)
    return f"/media/{name}"


def taken(folder: Path) -> tuple[Path, str]:
    """Return a file in *folder* that no other is like, and the name under which it is kept."""
    content = PICTURE + str(folder).encode()
    file = folder / "picture.jpg"
    file.write_bytes(content)
    return file, name_of(hashlib.sha256(content).hexdigest(), "jpg")
