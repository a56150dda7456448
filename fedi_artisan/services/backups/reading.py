"""Reading a backup, of which nothing is believed: no byte is passed over, and nothing stands in it but plain files."""

import hashlib
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from fedi_artisan.errors import BadBackup
from fedi_artisan.services.backups.layout import (
    ABOUT,
    END,
    LONGEST_SUMS_BYTES,
    SUMS,
    may_stand,
    read_sums,
)
from fedi_artisan.services.backups.writing import end_mark

_BLOCK_BYTES = tarfile.BLOCKSIZE
_PIECE_BYTES = 1 << 18
_LONGEST_END_BYTES = 1_000
_LONGEST_NAMES_BYTES = 1 << 16
_LONGEST_NUMBER = len(str(_LONGEST_NAMES_BYTES)) + 1
_WHY_HEADER = "the file is damaged"
_BEGINNING = "its beginning"


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size_bytes: int, /) -> bytes:
        """Return the next *size_bytes*; fewer only at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file in a backup, with its content in pieces, which can be read once, before the next entry."""

    name: str
    size_bytes: int
    pieces: Iterator[bytes]

    def whole(self, most_bytes: int) -> bytes:
        """Return all of it.

        Raises:
            BadBackup: it is longer than *most_bytes*.
        """
        if self.size_bytes > most_bytes:
            raise BadBackup(f"{self.name}: is longer than such a file can be")
        return b"".join(self.pieces)


class Reading:
    """A backup while it is read from front to back. A class because its sums grow with every entry."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._before_last = ""
        self._found: dict[str, str] = {}
        self._at = _BEGINNING

    def sum_of(self, name: str) -> str:
        """Return the sum of an entry that was read to its end."""
        return self._found[name]

    def entries(self) -> Iterator[Entry]:
        """Yield one file after another; what holds of all of them together is known when the last has been asked for.

        Raises:
            BadBackup: it is not as it was written, or holds what no backup holds; the text names the entry.
        """
        listed: Mapping[str, str] = {}
        for header in self._headers():
            name = header.name
            pieces = self._pieces(name, header.size)
            self._at = name
            if name == END:
                self._finish(Entry(name=name, size_bytes=header.size, pieces=pieces).whole(_LONGEST_END_BYTES), listed)
                return
            if listed:
                raise BadBackup(f"{name}: stands where no backup has it")
            if name == SUMS:
                content = Entry(name=name, size_bytes=header.size, pieces=pieces).whole(LONGEST_SUMS_BYTES)
                listed = self._list(content)
                continue
            yield Entry(name=name, size_bytes=header.size, pieces=pieces)
            for _ in pieces:  # whatever nobody wanted is looked at as well
                pass

    def _headers(self) -> Iterator[tarfile.TarInfo]:
        """Yield what stands before each entry."""
        while True:
            # The sum that the end bears is that of all that stands before it.
            before = self._digest.hexdigest()
            info = self._header()
            names: Mapping[str, str] = {}
            if info.type == tarfile.XHDTYPE:
                names = self._long_names(info)
                info = self._header()
            if info.type != tarfile.REGTYPE or info.linkname:
                raise BadBackup(f"{_shown(info.name)}: is no plain file, and a backup holds nothing else")
            info.name = names.get("path", info.name)
            if not may_stand(info.name):
                raise BadBackup(f"{_shown(info.name)}: is no name of a file in a backup")
            if not self._found and info.name != ABOUT:
                raise BadBackup(f"it begins with {info.name}, as no backup does: this is none, or it was changed")
            if info.name in self._found:
                raise BadBackup(f"{info.name}: stands where no backup has it")
            self._before_last = before
            yield info

    def _header(self) -> tarfile.TarInfo:
        block = self._take(_BLOCK_BYTES)
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise BadBackup(f"after {self._at}: {_WHY_HEADER}, or this is no backup") from error
        if info.size < 0:  # one of the ways to write a size allows it
            raise BadBackup(f"after {self._at}: {_WHY_HEADER}")
        # No sum is written behind the last header; its own does not tell how it is written itself.
        if info.name == END and info.tobuf(tarfile.USTAR_FORMAT) != block:
            raise BadBackup(f"after {self._at}: {_WHY_HEADER}")
        return info

    def _long_names(self, info: tarfile.TarInfo) -> dict[str, str]:
        """Return what a header says that did not fit into one: "LENGTH KEY=VALUE" and a line's end, for each.

        Source: POSIX.1-2017, pax, "pax Extended Header".
        """
        if not 0 < info.size <= _LONGEST_NAMES_BYTES:
            raise BadBackup(f"after {self._at}: {_WHY_HEADER}")
        rest, found = b"".join(self._padded(info.size)), {}
        while rest:
            length, space, _ = rest[:_LONGEST_NUMBER].partition(b" ")
            if not space or not length.isdigit() or not len(length) + 1 < int(length) <= len(rest):
                raise BadBackup(f"after {self._at}: {_WHY_HEADER}")
            record, rest = rest[len(length) + 1 : int(length)], rest[int(length) :]
            key, _, value = record.removesuffix(b"\n").partition(b"=")
            try:
                found[key.decode()] = value.decode()
            except UnicodeDecodeError as error:
                raise BadBackup(f"after {self._at}: {_WHY_HEADER}") from error
        if found.keys() != {"path"}:
            raise BadBackup(f"after {self._at}: a header says what none of a backup does")
        return found

    def _pieces(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """Yield the content of an entry, and keep its sum."""
        digest = hashlib.sha256()
        for piece in self._padded(size_bytes):
            digest.update(piece)
            yield piece
        self._found[name] = digest.hexdigest()

    def _padded(self, size_bytes: int) -> Iterator[bytes]:
        """Yield so many bytes, and take in what fills their last block."""
        left_bytes = size_bytes
        while left_bytes:
            piece = self._take(min(_PIECE_BYTES, left_bytes))
            left_bytes -= len(piece)
            yield piece
        if any(self._take(-size_bytes % _BLOCK_BYTES)):
            raise BadBackup(f"after {self._at}: {_WHY_HEADER}")

    def _take(self, size_bytes: int) -> bytes:
        content = self._source.read(size_bytes)
        if len(content) < size_bytes:
            if self._at == _BEGINNING:
                raise BadBackup("it is too short to be a backup: it is none, or was cut off")
            raise BadBackup(f"it ends in the middle of {self._at}: the file is not whole")
        self._digest.update(content)
        return content

    def _list(self, content: bytes) -> Mapping[str, str]:
        """Return the sums that the backup lists, if they are those of what stands in it."""
        listed = read_sums(content, SUMS)
        found = {name: digest for name, digest in self._found.items() if name != SUMS}
        wrong = [name for name in found if listed.get(name) != found[name]]
        lost = [name for name in listed if name not in found]
        if wrong or lost:
            names = ", ".join((wrong + lost)[:3])
            raise BadBackup(f"{names}: not as it was when the backup was made" if wrong else f"{names}: is not in it")
        return listed

    def _finish(self, content: bytes, listed: Mapping[str, str]) -> None:
        """Look whether every byte is as it was written, and nothing follows."""
        if not listed:
            raise BadBackup(f"{SUMS}: is missing")
        if content != end_mark(self._before_last):
            raise BadBackup(f"{END}: something between the files in it is not as it was when the backup was made")
        rest = self._source.read(2 * _BLOCK_BYTES + 1)
        if rest != bytes(2 * _BLOCK_BYTES):
            raise BadBackup("something follows behind its end, or the end itself is cut off")


def _shown(name: str) -> str:
    """Return a name that somebody else chose so that it can be told."""
    return repr(name[:100])
