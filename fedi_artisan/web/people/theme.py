"""The artisan's own styles, templates and files: what lies in the folder `theme/` beside her data.

Nothing in it can stop the site. What cannot be used is left out, and said so in words.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fedi_artisan.web.people import assets
from fedi_artisan.web.people.assets import Asset

CUSTOM = "custom.css"
LOOK_EVERY_S = 0.5
LARGEST_STYLE_BYTES = 100_000
LARGEST_TEMPLATE_BYTES = 200_000
LARGEST_FILE_BYTES = 2_000_000
MOST_FILES = 100

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_ADDRESS = re.compile(rb"""url\(\s*(["']?)(?:\./)?(?:static/)?([A-Za-z0-9_.-]+)\1\s*\)""")

# What a look at the folder shows: each file with the moment of its last change and its size.
Glance = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template of the artisan's own."""

    file: Path
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What the folder holds.

    Args:
        templates: by the names of the templates that they stand for, or of her own that these use.
        files: what is served, by plain names; her style sheet is `custom.css`.
        faults: what could not be used, a sentence each.
        glance: what the folder looked like when it was read.
    """

    templates: Mapping[str, Template] = field(default_factory=dict)
    files: Mapping[str, Asset] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    glance: Glance = ()

    def serves(self, ending: str) -> bool:
        """Whether a file with this ending, such as ".js", is among what is served."""
        return any(name.endswith(ending) for name in self.files)


NONE = Theme()


def read(folder: Path) -> Theme:
    """Return what the theme in *folder* holds; nothing where there is no such folder."""
    seen = glance(folder)
    reading = _Reading(folder)
    templates = {
        file.name: Template(file=file, source=source)
        for file in reading.list_files("templates", {".html"})
        if (source := reading.text(file)) is not None
    }
    files = {
        file.name: assets.asset_of(file.name, content)
        for file in reading.list_files("static", assets.TYPES)
        if (content := reading.content(file, LARGEST_FILE_BYTES)) is not None
    }
    style = folder / CUSTOM
    if reading.is_there(style) and (content := reading.content(style, LARGEST_STYLE_BYTES)) is not None:
        files[CUSTOM] = assets.asset_of(CUSTOM, _with_addresses(content, files))
    return Theme(templates=templates, files=files, faults=tuple(reading.faults), glance=seen)


def glance(folder: Path) -> Glance:
    """Return what the folder looks like from outside: a few dozen questions to the file system, no file is opened."""
    return tuple(_looks(folder))


def _looks(folder: Path) -> Iterator[tuple[str, int, int]]:
    for file in (folder / CUSTOM, *_entries(folder / "templates"), *_entries(folder / "static")):
        try:
            state = file.stat()
        except OSError:
            continue
        yield str(file), state.st_mtime_ns, state.st_size


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, but what editors and systems hide there; nothing where it cannot be looked into."""
    try:
        return sorted(file for file in folder.iterdir() if not file.name.startswith(".") and file.name[-1:] != "~")
    except OSError:
        return []


async def changes(folder: Path, seen: Glance) -> AsyncIterator[Theme]:
    """Give the theme anew, each time soon after the folder does not look any more as it was *seen*; without end."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if glance(folder) != seen:
            fresh = await asyncio.to_thread(read, folder)
            seen = fresh.glance
            yield fresh


class _Reading:
    """One reading of the folder. A class because every step may find faults, and all of them are told in the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.resolve()
        self._left = MOST_FILES
        self.faults: list[str] = []

    def list_files(self, name: str, endings: Collection[str]) -> Iterator[Path]:
        """Give the files of a folder that can be used."""
        for file in _entries(self._folder / name):
            if not self.is_there(file):
                continue
            if not _NAME.fullmatch(file.name):
                self._leave_out(file, "its name may have the letters a to z, digits, hyphen, underscore and dot")
            elif file.suffix not in endings:
                self._leave_out(file, f"only files that end in {', '.join(sorted(endings))} are used there")
            elif self._left == 0:
                self._leave_out(file, f"up to {MOST_FILES} files are read")
            else:
                self._left -= 1
                yield file

    def is_there(self, file: Path) -> bool:
        """Whether it is a file of the folder; a link that leads out of it is none."""
        try:
            if not file.resolve().is_relative_to(self._root):
                self._leave_out(file, "it is a link that leads out of the folder")
                return False
            return file.is_file()
        except (OSError, RuntimeError) as error:
            self._leave_out(file, str(error))
            return False

    def content(self, file: Path, most_bytes: int) -> bytes | None:
        """Return what is in a file, or None where that cannot be used."""
        try:
            with file.open("rb") as opened:
                content = opened.read(most_bytes + 1)
        except OSError as error:
            self._leave_out(file, f"it cannot be read: {error.strerror}")
            return None
        if len(content) > most_bytes:
            self._leave_out(file, f"it has more than {most_bytes // 1000} kB")
            return None
        return content

    def text(self, file: Path) -> str | None:
        """Return the text of a template, or None where that cannot be used."""
        content = self.content(file, LARGEST_TEMPLATE_BYTES)
        if content is None:
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._leave_out(file, f"line {line}: it is not written in UTF-8")
            return None

    def _leave_out(self, file: Path, why: str) -> None:
        self.faults.append(f"{shown(file)} is left out: {why}")


def shown(file: Path) -> str:
    """Return a file of the theme as messages name it: from the folder `theme` on, without what moves a terminal."""
    parts = file.parts[-3:] if file.parent.name in {"templates", "static"} else file.parts[-2:]
    return "".join(letter if letter.isprintable() else "�" for letter in "/".join(parts))


def _with_addresses(style: bytes, files: Mapping[str, Asset]) -> bytes:
    """Return a style sheet that names each of *files* as it is served, hash and all."""

    def address(match: re.Match[bytes]) -> bytes:
        found = files.get(match[2].decode("ascii"))
        return match[0] if found is None else b"url(/static/%s)" % found.name.encode("ascii")

    return _ADDRESS.sub(address, style)
