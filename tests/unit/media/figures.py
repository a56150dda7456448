"""Figures that tests found, gathered to be printed when all of them have run."""

import pytest

_FIGURE = "figure of a picture"


def note(request: pytest.FixtureRequest, line: str) -> None:
    """Keep *line* with the test that found it, for the end of the run."""
    request.node.user_properties.append((_FIGURE, line))


def print_all(terminal: pytest.TerminalReporter) -> None:
    """Print what was noted, if anything."""
    lines = [
        str(line)
        for outcome in ("passed", "failed")
        for report in terminal.stats.get(outcome, ())
        for name, line in report.user_properties
        if name == _FIGURE and report.when == "call"
    ]
    if lines:
        terminal.section("Pictures beside a plain reduction of the photograph")
        for line in lines:
            terminal.line(line)
