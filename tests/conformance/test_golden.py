"""What we write, word for word: a change of any document shows in `tests/data/golden/`.

After a change that is meant, write them anew and read the difference:

    FEDI_ARTISAN_GOLDEN=write pytest tests/conformance/test_golden.py
"""

import json
import os
from pathlib import Path

import pytest

from tests.conformance.samples import documents

GOLDEN = Path(__file__).parent.parent / "data" / "golden"
WRITE = os.environ.get("FEDI_ARTISAN_GOLDEN") == "write"


@pytest.mark.parametrize("name", sorted(documents()))
def test_documents_are_as_they_were(name: str) -> None:
    """A document reads as the golden file says (WIRE 12)."""
    path = GOLDEN / f"{name}.json"
    text = json.dumps(documents()[name], ensure_ascii=False, indent=2) + "\n"
    if WRITE:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    """Each golden file belongs to a document that is still written."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(documents())
