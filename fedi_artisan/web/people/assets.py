"""The static files and the names they are served under, which change with their content.

A module (.js) stands by itself: under its plain name, by which another one would import it, there is nothing.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePath

from fedi_artisan import resources
from fedi_artisan.web.answers import coding
from fedi_artisan.web.answers.coding import Coding

TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_HASH_LENGTH = 12
# Strings and addresses are kept as they are; spaces and comments go from beside marks, after which they mean nothing
# (before a colon they do), and elsewhere leave one space.
_GAP = rb"(?:\s|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)"
_PARTS_OF_STYLE = re.compile(
    rb"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|url\([^"')]*\))|%b*([{};,])%b*|(:)\s+|%b+""" % (_GAP, _GAP, _GAP),
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Asset:
    """One static file: its public name with the hash of its content, its media type, and what is in it."""

    name: str
    media_type: str
    content: bytes

    @property
    def is_coded(self) -> bool:
        """Whether `coded` is there already; else it takes up to 50 ms."""
        return "coded" in self.__dict__

    @cached_property
    def coded(self) -> Mapping[Coding, bytes]:
        """Its bytes in every coding that makes them smaller; made when they are asked for, most never are."""
        return _code(self.media_type, self.content)


@cache
def shipped() -> Mapping[str, Asset]:
    """Return the files that come with the program, which do not change while it runs, under their plain names."""
    return load(resources.folder("static"))


def load(folder: Path) -> dict[str, Asset]:
    """Return the files of *folder* under their plain names, `portfolio.css` being served as `portfolio.<hash>.css`."""
    files = (file for file in sorted(folder.iterdir()) if file.suffix in TYPES)
    return {file.name: asset_of(file.name, _content(file)) for file in files}


def _content(file: Path) -> bytes:
    """Return what a file of ours holds, a style sheet without what only its authors need."""
    content = file.read_bytes()
    return _lean(content) if file.suffix == ".css" else content


@lru_cache(maxsize=16)
def _lean(style: bytes) -> bytes:
    """Return a style sheet without comments and needless spaces: `.prose :is(h2)` keeps its own."""

    def left(part: re.Match[bytes]) -> bytes:
        return part[1] or part[2] or part[3] or (b" " if re.search(rb"\s", part[0]) else b"/**/")

    return _PARTS_OF_STYLE.sub(left, style).strip()


def asset_of(plain: str, content: bytes) -> Asset:
    """Return the file with this plain name, whose ending is one of TYPES, as it is served."""
    name = PurePath(plain)
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    return Asset(f"{name.stem}.{digest}{name.suffix}", TYPES[name.suffix], content)


@lru_cache(maxsize=128)
def _code(media_type: str, content: bytes) -> Mapping[Coding, bytes]:
    """Return *content* in every coding that makes it smaller, as small as can be: about 25 ms for a style sheet."""
    coded = {Coding.IDENTITY: content}
    if coding.can_shrink(media_type.encode(), content):
        coded |= {one: coding.encode(content, one, best=True) for one in (Coding.GZIP, Coding.BROTLI)}
    return {one: body for one, body in coded.items() if one is Coding.IDENTITY or len(body) < len(content)}
