"""The files of a machine in a folder, and `install-service` typed about it."""

from pathlib import Path

from fedi_artisan.cli import service_files as files
from fedi_artisan.config import parse
from tests.cli.typed import Terminal, Typed

ORIGIN = "https://atelier.example"
BEHIND = parse({"origin": ORIGIN})
OPEN = parse({"origin": ORIGIN, "tls": {"enabled": True}})
LOW = parse({"origin": ORIGIN, "listen": "0.0.0.0:80"})
PORTFOLIO = ("--origin", ORIGIN, "--username", "lea", "--name", 'Atelier "Léa"')
PROGRAM = Path("/opt/fedi-artisan/bin/fedi-artisan")


class Image:
    """A folder with the files of a machine, and what is typed about it. A class because the folder changes."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "image"
        self._terminal = Terminal(folder)

    def install(self, *words: str) -> Typed:
        """Type the command for this image."""
        return self._terminal.say("install-service", "--prefix", str(self.root), *words)

    def at(self, path: Path) -> Path:
        """Return where a file of the machine lies."""
        return files.below(self.root, path)

    def everything(self) -> dict[str, tuple[bytes, int]]:
        """Return each file with its content and the moment at which it was written."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}
