"""How commands are told of that work beside the server."""

import shutil
import sys
from pathlib import Path

from fedi_artisan.config import DEFAULT_FILE, SERVICE_FILE


def how_to_publish(file: Path) -> tuple[str, str]:
    """Return in two lines how to publish into the portfolio of the configuration *file*."""
    place = "" if file in {Path(DEFAULT_FILE), SERVICE_FILE} else f" --config {file}"
    command = f"{_as_typed(Path(sys.argv[0]))}{place}"
    return (
        "Publish a work from a second terminal:",
        f"  {command} publish --title 'My first work' --photo photo.jpg --alt 'What it shows'",
    )


def _as_typed(program: Path) -> str:
    """Return how the running program is called from this folder, as short as can be."""
    if program.name == "__main__.py":
        return "python -m fedi_artisan"
    found = shutil.which(program.name)
    if found and Path(found).resolve() == program.resolve() and not program.is_relative_to(Path.cwd()):
        return program.name
    here = Path.cwd()
    return str(program.relative_to(here)) if program.is_relative_to(here) and here != Path("/") else str(program)
