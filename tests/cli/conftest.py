"""What the tests of commands share."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.typed import Terminal
from tests.house import House


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """An empty folder in which commands are typed."""
    return Terminal(tmp_path)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new portfolio, made once; nobody works in it."""
    folder = tmp_path_factory.mktemp("made")
    done = Terminal(folder).init()
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def home(terminal: Terminal, made: Path) -> Terminal:
    """A folder with a new portfolio."""
    shutil.copytree(made, terminal.folder, dirs_exist_ok=True)
    return terminal


@pytest.fixture
def beside(house: House, tmp_path: Path) -> Terminal:
    """A terminal beside our running server."""
    settings = {"origin": house.config.origin, "data_dir": str(house.config.data_dir), "allow_private_networks": True}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    (tmp_path / "config.toml").write_text(text)
    return Terminal(tmp_path)
