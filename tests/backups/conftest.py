"""A furnished home, made once and copied for each test."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.backups.furnished import Home, furnish_home
from tests.house import free_socket


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a furnished home, in which nobody works."""
    place = tmp_path_factory.mktemp("furnished")
    with free_socket() as reserved:
        origin = f"http://127.0.0.1:{reserved.getsockname()[1]}"
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, furnish_home(place, origin)).result()
    return place


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    """A furnished home."""
    shutil.copytree(template, tmp_path / "home")
    return Home(tmp_path / "home")
