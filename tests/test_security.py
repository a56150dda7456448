"""SECURITY.md is true: what it names is there, every attack on the list is tried, no rule is passed over in silence."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
# WIRE 10.2 has so many.
ATTACKS = range(1, 61)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_TRIED = re.compile(r"WIRE 10\.2[ ,a-z\"/()-]*((?:#\d+(?:, | and )?)+)")
_UNTRIED = re.compile(r"#(\d+), tokens of a client\s+API")
_PASSED_OVER = re.compile(r"#\s*noqa:\s*((?:[A-Z]+\d+(?:,\s*)?)+)(.*)")
# As long as it says why.
_SHORTEST_REASON = 3


@cache
def cases_in(file: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def sources(*folders: str) -> list[Path]:
    """Return the files of Python in these folders."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts
    )


def test_every_test_that_is_named_is_there() -> None:
    """Whoever meets an attacker in the table finds the very test that tries him."""
    named = _NAMED.findall(SECURITY)
    assert len(named) > 40
    assert [f"{file}::{name}" for file, name in named if name not in cases_in(file)] == []


@pytest.mark.parametrize(
    "who",
    [
        *("A stranger with a browser", "A stranger with a script", "Another server", "A server in the middle"),
        *("Whoever finds a backup", "Whoever has the disk", "Another user of the machine"),
        *("Somebody with her phone for a minute", "A malicious update of a library", "A malicious photograph"),
    ],
)
def test_everybody_who_is_feared_is_met(who: str) -> None:
    """Each has a line with a test; of the host of the machine it is said plainly that nothing meets it."""
    [row] = [line for line in SECURITY.splitlines() if line.startswith(f"| **{who}**")]
    assert _NAMED.search(row)
    assert "| **The host of the VPS** | anything | nothing meets it" in SECURITY


def test_every_attack_on_the_list_is_tried() -> None:
    """Each of the sixty numbers of WIRE 10.2 stands in a test that tries it; what has nothing to hit here says so."""
    found = (_TRIED.findall(path.read_text(encoding="utf-8")) for path in sources("tests"))
    tried = {int(number) for texts in found for text in texts for number in re.findall(r"\d+", text)}
    untried = {int(number) for number in _UNTRIED.findall(SECURITY)}
    assert tried | untried == set(ATTACKS)
    assert not tried & untried


def test_no_rule_of_security_is_passed_over_in_silence() -> None:
    """Where one of bandit's rules (ruff's S) does not hold, the reason stands beside it."""
    silent = []
    for path in sources("fedi_artisan", "bench", "tests", "deploy"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            passed = _PASSED_OVER.search(line)
            if passed is None or not re.search(r"\bS\d{3}\b", passed[1]):
                continue
            if len(passed[2].strip(" -#")) < _SHORTEST_REASON:
                silent.append(f"{path.relative_to(ROOT)}:{number}")
    assert silent == []


def test_rules_of_security_hold_in_the_program() -> None:
    """No rule of security is switched off for all, for a folder, or for a file of the program as a whole."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    _, _, lint = settings.partition("[tool.ruff.lint]")
    general, _, by_file = lint.partition("[tool.ruff.lint.per-file-ignores]")
    assert re.findall(r'"S\d*"', general) == []
    for folder, ignored in re.findall(r'^"([^"]+)" = \[(.*?)\]', by_file, re.MULTILINE | re.DOTALL):
        if folder.split("/")[0] not in {"tests", "bench"}:
            assert re.findall(r'"S\d*"', ignored) == [], folder
