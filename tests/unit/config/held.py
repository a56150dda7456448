"""What the tests of the configuration share."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import parse
from fedi_artisan.errors import BadConfig

ORIGIN = "https://atelier.example"
EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
BUCKET = {
    "bucket": "photos",
    "bucket_endpoint": "https://s3.example",
    "bucket_key_id": "key",
    "bucket_secret": "secret",
}


def problems(raw: dict[str, Any]) -> list[str]:
    """Return what is told about *raw*."""
    with pytest.raises(BadConfig) as failure:
        parse(raw)
    return str(failure.value).splitlines()


def every_proposal() -> dict[str, Any]:
    """Return config.example.toml with every # before a setting taken away."""
    return tomllib.loads(re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE))
