"""Where nginx, Caddy and Apache are: what `make fronts` unpacked, or what is installed on the machine."""

import os
import platform
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
UNPACKED = PROJECT / ".cache" / "fronts"
_FOLDERS = ("usr/sbin", "usr/bin")
_LIBRARIES = UNPACKED / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
_MODULES = Path("usr/lib/apache2/modules")


def program(name: str) -> Path:
    """Return the program *name*."""
    places = os.pathsep.join([*(str(UNPACKED / folder) for folder in _FOLDERS), os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(name, path=places)
    assert found is not None, f"{name} is missing; `make fronts` brings it"
    return Path(found)


@cache
def surroundings() -> Mapping[str, str]:
    """Return the environment in which these programs run: it has the libraries that were unpacked with them."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LD_LIBRARY_PATH": str(_LIBRARIES), "GOMAXPROCS": "1"}


def apache_modules() -> Path:
    """Return the folder with the modules of Apache."""
    return next(root / _MODULES for root in (UNPACKED, Path("/")) if (root / _MODULES).is_dir())
