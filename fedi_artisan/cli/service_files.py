"""The files that make this program a service of the machine, and what became of those that stand there already.

Each says on its first lines who made it, and the hash of all below them: so it is known whether a hand has changed it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fedi_artisan import disk
from fedi_artisan.config import SERVICE_FILE, Config
from fedi_artisan.errors import BadConfig
from fedi_artisan.resources import folder

NAME = "fedi-artisan"
CONFIG = SERVICE_FILE
DATA = Path("/var/lib/fedi-artisan")
UNIT = Path("/etc/systemd/system/fedi-artisan.service")
USERS = Path("/etc/sysusers.d/fedi-artisan.conf")
RIGHTS = Path("/etc/tmpfiles.d/fedi-artisan.conf")
OVERRIDES = Path("/etc/systemd/system/fedi-artisan.service.d")

_TEMPLATE = "deploy/fedi-artisan.service.in"
_HEAD = (
    "# Made by `fedi-artisan install-service`, which replaces it when a newer version brings another one.\n"
    "# Say what should be otherwise with `systemctl edit fedi-artisan`: that stays.\n"
    "# sha256 of all below: {digest}\n"
)
_HEADED = re.compile(re.escape(_HEAD).replace(r"\{digest\}", "([0-9a-f]{64})"))
_FIRST_FREE_PORT = 1024
# From this version on systemd can wait longer each time.
_PATIENT_SINCE = 254
_PATIENCE = "RestartSteps=5\nRestartMaxDelaySec=60"
_ENDS_WORDS = frozenset("\"'\\")
_LOW_PORTS = "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE"
# Stands where nothing is to stand, to go with its line; no path has it.
_NOTHING = "\0"
_NO_RIGHTS = "CapabilityBoundingSet=\nPrivateUsers=yes"


class Standing(Enum):
    """How a file stands on the machine."""

    MISSING = "missing"
    SAME = "same"
    OLDER = "older"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the service as it should be, and the place of it on the machine."""

    path: Path
    content: str

    def standing(self, root: Path) -> Standing:
        """Return how it stands on the machine whose files lie below *root*."""
        there = self._read(root)
        if there is None:
            return Standing.MISSING
        if there == self.content:
            return Standing.SAME
        headed = _HEADED.match(there)
        if headed is None or headed[1] != _digest(there[headed.end() :]):
            return Standing.EDITED
        return Standing.OLDER

    def difference(self, root: Path) -> Iterator[str]:
        """Yield, line by line, how what stands there differs from what should."""
        # Hardly ever wanted, so not loaded with every command.
        import difflib  # noqa: PLC0415

        there, wanted = ((text or "").splitlines() for text in (self._read(root), self.content))
        yield from difflib.unified_diff(there, wanted, "as it is", "as it would be", lineterm="", n=1)

    def write(self, root: Path) -> None:
        """Put it in place, whole or not at all."""
        disk.put(below(root, self.path), self.content.encode(), mode=0o644)

    def _read(self, root: Path) -> str | None:
        try:
            return below(root, self.path).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None


def below(root: Path, path: Path) -> Path:
    """Return where the file *path* of a machine lies when its files lie below *root*.

    Raises:
        BadConfig: a link of that machine leads out of it, into files of this one.
    """
    place = root / path.relative_to("/")
    if not place.resolve().is_relative_to(root.resolve()):
        raise BadConfig(f"{place} leads to {place.resolve()}, which is not below {root}; nothing is written there")
    return place


def users() -> Piece:
    """Return what tells systemd-sysusers of the user as whom the service runs.

    Source: sysusers.d(5).
    """
    return piece(USERS, f'u {NAME} - "The portfolio of fedi-artisan" {DATA}\n')


def rights(config: Config) -> Piece:
    """Return what tells systemd-tmpfiles that root may change the settings, the service read them, and nobody else.

    It looks at each start of the machine, so an editor that makes a new file does not take the right away for long. A
    folder for backups is made where there is none; one that is there stays whose it is.

    Source: tmpfiles.d(5).
    """
    lines = [f"z {CONFIG.parent} 0750 root {NAME}", f"z {CONFIG} 0640 root {NAME}"]
    if config.keys.secret_file is not None:
        lines.append(f"z {_quoted(config.keys.secret_file)} 0400 {NAME} {NAME}")
    lines += [f"d {_quoted(folder)} :0700 :{NAME} :{NAME}" for folder in _beside(config)]
    return piece(RIGHTS, "\n".join(lines) + "\n")


def unit(config: Config, program: Path, *, systemd: int | None) -> Piece:
    """Return the unit for *program*, with no more rights than *config* asks for.

    Args:
        config: the settings with which it will run.
        program: the absolute path of the command.
        systemd: the version that will read it, or None where that is not known.
    """
    values = {
        "PROGRAM": _quoted(program),
        "CONFIG": str(CONFIG),
        "USER": NAME,
        "RIGHTS": _LOW_PORTS if _low_ports(config) else _NO_RIGHTS,
        "BESIDE": "\n".join(f"ReadWritePaths=-{_quoted(folder)}" for folder in _beside(config)),
        "PATIENCE": _PATIENCE if systemd is not None and systemd >= _PATIENT_SINCE else "",
    }
    template = folder(_TEMPLATE).read_text(encoding="utf-8")
    # The first line of the template is for those who read it there.
    _, _, text = template.partition("\n")
    filled = re.sub("@([A-Z]+)@", lambda found: values[found[1]] or _NOTHING, text)
    return piece(UNIT, filled.replace(f"{_NOTHING}\n", ""))


def _low_ports(config: Config) -> bool:
    """Whether the server listens where only those may who are allowed to."""
    places = (*config.tls.listen, *config.tls.plain_listen) if config.tls.enabled else (config.listen,)
    return any(int(place.rpartition(":")[2]) < _FIRST_FREE_PORT for place in places)


def _beside(config: Config) -> tuple[Path, ...]:
    """Return the folders outside of its own into which the service writes."""
    folder = config.backup.folder
    return () if folder is None or folder.is_relative_to(DATA) else (folder,)


def _quoted(path: Path) -> str:
    """Return a path as systemd reads it; in the first word of ExecStart= $ is nothing special.

    Raises:
        BadConfig: it holds what ends a line or a word there, and could so say something else.

    Source: systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers"; tmpfiles.d(5).
    """
    text = str(path).replace("%", "%%")
    if not text.isprintable() or _ENDS_WORDS & set(text):
        raise BadConfig(f"{text!r}: a service cannot have a path with quotes, backslashes or what cannot be seen in it")
    return f'"{text}"' if " " in text else text


def piece(path: Path, text: str) -> Piece:
    """Return a file of ours with this *text*, below the lines by which it is known again."""
    return Piece(path, _HEAD.format(digest=_digest(text)) + text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
