"""The question about known weaknesses: a weakness fails it, silence is told, and neither looks like the other."""

from typing import Any

import pytest

from tests.audit import judge

SOUND: dict[str, Any] = {"name": "good", "version": "1", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "other", "skip_reason": "not found"}
WEAK: dict[str, Any] = {"name": "bad", "version": "2", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]}


@pytest.mark.parametrize(
    ("packages", "strict", "said", "code"),
    [
        ([SOUND], True, "No weakness is known of the 1 packages", 0),
        ([SOUND, UNKNOWN], False, "known of 1 of 2 packages could not be asked", 0),
        ([SOUND, UNKNOWN], True, "known of 1 of 2 packages could not be asked", 1),
        ([], False, "known of the packages could not be asked", 0),
        ([], True, "known of the packages could not be asked", 1),
        ([SOUND, UNKNOWN, WEAK], False, "bad 2: CVE-2026-1, mended in 2.1", 1),
    ],
)
def test_only_what_was_asked_and_answered_counts_as_sound(
    packages: list[dict[str, Any]], strict: bool, said: str, code: int
) -> None:
    """Where the service cannot be reached nothing is called sound; a known weakness always fails."""
    lines, ended = judge(packages, strict=strict)
    assert said in lines[0]
    assert ended == code
