"""What the tests of commands share."""

import shutil
from pathlib import Path

import pytest

from tests.cli.typed import Terminal


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
