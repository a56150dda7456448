"""Where templates, migrations, static files, catalogues and the sample stand: in the wheel, or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder (or file) *name*, as installed by the wheel or as it stands in a checkout."""
    installed = _PACKAGE / "_resources" / name
    return installed if installed.exists() else _PACKAGE.parent / name
