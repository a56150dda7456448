"""The static files and the names they are served under, which change with their content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: its public name with the hash of its content, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


def load(folder: Path) -> dict[str, Asset]:
    """Return the files of *folder* under their plain names, `portfolio.css` being served as `portfolio.<hash>.css`."""
    assets = {}
    for file in sorted(folder.iterdir()):
        if file.suffix in _TYPES:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
            assets[file.name] = Asset(f"{file.stem}.{digest}{file.suffix}", _TYPES[file.suffix], content)
    return assets
