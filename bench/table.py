"""Figures beside their limits and aims, as a table for people and as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be: at least so much, or at most; `share` if its part of the limit is meant."""

    number: float
    at_most: bool = False
    share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Args:
        what: was measured.
        value: in *unit*.
        limit: what the same machine does at best, in the same unit.
        limit_is: what that limit is.
        aim: what it should be, where anything was asked for.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    aim: Aim | None = None

    @property
    def share(self) -> float | None:
        """The figure as a part of its limit."""
        return None if self.limit is None else self.value / self.limit

    def verdict(self) -> str:
        """Return whether the aim is met, or by how much it is missed; empty where there is none."""
        measured = self.share if self.aim is not None and self.aim.share else self.value
        if self.aim is None or measured is None:
            return ""
        if measured <= self.aim.number if self.aim.at_most else measured >= self.aim.number:
            return "met"
        if not self.aim.number:
            return "missed"
        return f"missed by {abs(measured / self.aim.number - 1):.0%}"

    def figures(self) -> dict[str, object]:
        """Return everything as plain values."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit,
            "limit_is": self.limit_is,
            "share": self.share,
            "aim": None if self.aim is None else _aim_text(self.aim, self.unit),
            "verdict": self.verdict(),
        }


def render(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, its columns in line."""
    head = ("what", "measured", "limit in the same run", "of the limit", "aim", "")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    limit = "" if row.limit is None else f"{_number(row.limit)} {row.limit_is}"
    share = "" if row.share is None else f"{row.share:.0%}"
    aim = "" if row.aim is None else _aim_text(row.aim, row.unit)
    return (row.what, f"{_number(row.value)} {row.unit}", limit, share, aim, row.verdict())


def _aim_text(aim: Aim, unit: str) -> str:
    number = f"{aim.number:.0%} of it" if aim.share else f"{_number(aim.number)} {unit}"
    return f"{'≤' if aim.at_most else '≥'} {number}"


def _number(value: float) -> str:
    """Return *value* with about three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
