"""A machine with nothing on it, and one with the service."""

import shutil
from pathlib import Path

import pytest

from tests.install.image import PORTFOLIO, Image


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """A machine with nothing on it."""
    return Image(tmp_path)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service")
    done = Image(folder).install(*PORTFOLIO)
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def installed(_made: Path, image: Image) -> Image:
    """A machine with the service."""
    shutil.copytree(_made / "image", image.root, copy_function=shutil.copy2)
    return image
