"""What a backup is: a plain tar file, what stands in it under which names, and what it says about itself.

    about.json                 what this is, of whom, and when it was made
    config.toml                the configuration file
    fedi-artisan.sqlite3.gz    the database
    theme/…  tls/…             the artisan's own styles; the certificate, if it is this server's own
    originals/…  media/…       photographs, as in the data folder
    BASE-SHA256SUMS            photographs that lie in the whole backup beside it, if this one is not whole
    SHA256SUMS                 a sum for each of the files above, as `sha256sum -c` reads them
    END                        the sum of every byte before it

Anybody can open it with `tar`, `gunzip` and `sha256sum`, without this program.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from fedi_artisan.domain.backups import Kind, read_name
from fedi_artisan.errors import BadBackup
from fedi_artisan.media.stored import ORIGINAL_NAMES, PUBLIC_NAMES

FORMAT = 1

ABOUT = "about.json"
CONFIG = "config.toml"
DATABASE = "fedi-artisan.sqlite3.gz"
BASE_SUMS = "BASE-SHA256SUMS"
SUMS = "SHA256SUMS"
END = "END"
# Folders of the data folder that are taken as they are.
FOLDERS = ("theme", "tls")

LONGEST_ABOUT_BYTES = 100_000
LONGEST_SUMS_BYTES = 200_000_000

_PART = re.compile(r"[^\x00-\x1f\x7f/\\]{1,200}")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")
_DEEPEST = 20
# No file is larger, and no count.
_LARGEST = 2**63


def original_entry(name: str) -> str:
    """Return under which name an original stands in a backup."""
    return f"originals/{name}"


def public_entry(name: str) -> str:
    """Return under which name a public picture stands in a backup."""
    return f"media/{name[:2]}/{name}"


def is_photograph(entry: str) -> bool:
    """Whether this is how a photograph is called in a backup: nothing else can be written by such a name."""
    folder, _, name = entry.rpartition("/")
    if folder == "originals":
        return ORIGINAL_NAMES.fullmatch(name) is not None
    return folder == f"media/{name[:2]}" and PUBLIC_NAMES.fullmatch(name) is not None


def is_loose(entry: str) -> bool:
    """Whether this is the name of a file in one of the folders that are taken as they are, and leads nowhere else."""
    parts = entry.split("/")
    return (
        1 < len(parts) <= _DEEPEST
        and parts[0] in FOLDERS
        and all(_PART.fullmatch(part) and part not in {".", ".."} and part.isprintable() for part in parts)
        and PurePosixPath(entry).as_posix() == entry
    )


def may_stand(entry: str) -> bool:
    """Whether a backup may hold a file of this name."""
    return entry in {ABOUT, CONFIG, DATABASE, BASE_SUMS, SUMS, END} or is_photograph(entry) or is_loose(entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The whole backup that another one needs: the name of its file, and its id."""

    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a backup says about itself.

    Args:
        id: no other backup has it.
        program: the version that made it; *schema* is that of the database in it.
        origin: the address of the server.
        made_at: the moment of which everything in it is.
        database_bytes: how large the database is when it is unpacked.
        base: the whole backup that must be beside it; None where this one is whole.
        small: whether what can be made anew was left out.
        left_out: how many photographs are in a bucket, and not in here.
        missing: how many photographs something speaks of, but were not there any more.
    """

    id: str
    program: str
    schema: int
    origin: str
    made_at: datetime
    database_bytes: int
    base: Base | None = None
    small: bool = False
    left_out: int = 0
    missing: int = 0

    @property
    def kind(self) -> Kind:
        """Whether everything is in it."""
        return Kind.WHOLE if self.base is None else Kind.SINCE

    def written(self) -> bytes:
        """Return it as it stands in the file."""
        told = dataclasses.asdict(self) | {"made_at": self.made_at.isoformat(timespec="milliseconds")}
        return (json.dumps({"format": FORMAT, **told}, indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, content: bytes) -> "About":
        """Return what stands in the file.

        Raises:
            BadBackup: it cannot be read, or was written by a newer version.
        """
        try:
            raw = json.loads(content)
            if raw["format"] != FORMAT:
                raise BadBackup(
                    f"this backup was made by fedi-artisan {raw.get('program', '?')}, in a form that this version does "
                    "not know. Install that version, or a newer one"
                )
            return cls(
                id=_text(raw["id"]),
                program=_text(raw["program"]),
                schema=_number(raw["schema"]),
                origin=_text(raw["origin"]),
                made_at=datetime.fromisoformat(_text(raw["made_at"])).astimezone(UTC),
                database_bytes=_number(raw["database_bytes"]),
                base=None if raw["base"] is None else _base(raw["base"]["name"], raw["base"]["id"]),
                small=raw["small"] is True,
                left_out=_number(raw["left_out"]),
                missing=_number(raw["missing"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise BadBackup(f"{ABOUT}: cannot be read: {error}") from error


def written_sums(sums: Mapping[str, str]) -> bytes:
    """Return sums by name (SHA-256 in hex) as `sha256sum -c` reads them."""
    return "".join(f"{sums[name]}  {name}\n" for name in sums).encode()


def read_sums(content: bytes, entry: str) -> dict[str, str]:
    """Return the sums by name that stand in *entry*.

    Raises:
        BadBackup: it cannot be read.
    """
    try:
        lines = [_SUM.fullmatch(line) for line in content.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise BadBackup(f"{entry}: cannot be read: {error}") from error
    found = {line[2]: line[1] for line in lines if line is not None}
    if len(found) != len(lines) or not all(may_stand(name) for name in found):
        raise BadBackup(f"{entry}: holds what is no sum of a file")
    return found


def _base(name: object, own: object) -> Base:
    """Return which backup is needed: nothing but the name of a backup's file is looked for beside another."""
    if read_name(_text(name)) is None:
        raise ValueError(f"not the name of a backup: {name!r:.50}")
    return Base(name=_text(name), id=_text(own))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"not a text: {value!r:.50}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
        raise ValueError(f"not a number: {value!r:.50}")
    return value
