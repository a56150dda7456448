"""The configuration file of a backup, made to fit the folder into which it is restored."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from fedi_artisan.errors import BadBackup
from fedi_artisan.services.backups.layout import CONFIG

_DATA_DIR = "data"
_LINE = re.compile(r"""[ \t]*(?:data_dir|"data_dir"|'data_dir')[ \t]*=.*""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """A configuration file, with *data_dir* inside the folder in which it lies.

    Args:
        text: what is to stand in it.
        data_dir: relative to it.
        former: where the data folder was, if it had to be changed.
        needs_secret: whether the key of a bucket was given in the environment alone, and must be again.
    """

    text: str
    data_dir: PurePosixPath
    former: str | None
    needs_secret: bool


def adapt(content: bytes) -> Adapted:
    """Return the configuration file so that it speaks of a data folder beside it; all else stays, comments too.

    Raises:
        BadBackup: it cannot be read, or not be changed.
    """
    try:
        text = content.decode()
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadBackup(f"{CONFIG}: cannot be read: {error}") from error
    former = raw.get("data_dir", _DATA_DIR)
    if not isinstance(former, str):
        raise BadBackup(f"{CONFIG}: data_dir is no text")
    if _is_inside(former):
        return Adapted(text=text, data_dir=PurePosixPath(former), former=None, needs_secret=_needs_secret(raw))
    changed = _with_data_dir(text)
    if not _says(changed, {**raw, "data_dir": _DATA_DIR}):
        raise BadBackup(
            f'{CONFIG}: its line with data_dir could not be changed; it should say data_dir = "{_DATA_DIR}"'
        )
    return Adapted(text=changed, data_dir=PurePosixPath(_DATA_DIR), former=former, needs_secret=_needs_secret(raw))


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False


def _is_inside(place: str) -> bool:
    """Whether it is a folder beside the configuration file, or the same, and in nobody's way while it is restored."""
    path = PurePosixPath(place)
    taken = {"..", CONFIG} | {part for part in path.parts if part.startswith(".")}
    return not path.is_absolute() and taken.isdisjoint(path.parts) and place.isprintable() and len(place) < 200  # noqa: PLR2004


def _with_data_dir(text: str) -> str:
    """Return the text with the first line that names the data folder changed; it stands before all tables."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if _LINE.fullmatch(line.rstrip("\r\n")):
            lines[number] = f'data_dir = "{_DATA_DIR}"\n'
            break
    return "".join(lines)


def _needs_secret(raw: Mapping[str, object]) -> bool:
    media = raw.get("media")
    if not isinstance(media, Mapping):
        return False
    return bool({"bucket", "originals_bucket"} & media.keys()) and "bucket_secret" not in media
