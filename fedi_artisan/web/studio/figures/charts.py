"""Charts: numbers become shapes, which `templates/studio/charts.html` draws as SVG.

Shapes stretch to whatever width there is, words do not, and so stand beside them as HTML. Colours are classes of
studio.css, as the policy of these pages forbids style attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# One column with the gap beside it, and how much of that is gap.
STEP = 10.0
GAP = 2.6
HEIGHT = 100.0
_ROUND = (1, 2, 5)
_MOST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One column, or a part of it: of the layer *layer*, counted from 0 at the bottom."""

    x: float
    y: float
    width: float
    height: float
    layer: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across at the height of a round number."""

    y: float
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn, in a box of *width* by HEIGHT.

    Args:
        width: of the box.
        bars: columns, the first first.
        line: the corners of a line, as SVG's `points` has them; empty where there is none.
        marks: lines across.
    """

    width: float
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...] = ()
    line: str = ""


def columns(*layers: Sequence[int]) -> Chart:
    """Return columns, each made of its numbers in all *layers*, one on top of the other, from zero up."""
    totals = [sum(numbers) for numbers in zip(*layers, strict=True)]
    _, top, marks = _scale(0, max(totals, default=0))
    bars = []
    for place, numbers in enumerate(zip(*layers, strict=True)):
        below = 0
        for layer, number in enumerate(numbers):
            below += number
            y, height = HEIGHT * (1 - below / top), HEIGHT * number / top
            if number:
                bars.append(Bar(place * STEP + GAP / 2, round(y, 2), STEP - GAP, round(height, 2), layer))
    return Chart(width=len(totals) * STEP, bars=tuple(bars), marks=marks)


def line(numbers: Sequence[int]) -> Chart:
    """Return a line through *numbers*, on a scale that begins near the least of them, or nothing would seem to move."""
    bottom, top, marks = _scale(min(numbers, default=0), max(numbers, default=0))
    points = (
        f"{place * STEP + STEP / 2:g},{HEIGHT * (1 - (number - bottom) / (top - bottom)):.2f}"
        for place, number in enumerate(numbers)
    )
    return Chart(width=len(numbers) * STEP, line=" ".join(points), marks=marks)


def _scale(least: int, most: int) -> tuple[int, int, tuple[Mark, ...]]:
    """Return where a scale begins and ends, with the lines across it: two or three round numbers."""
    step = _round_up(-(-(most - least) // 2))
    bottom = least // step * step
    top = max(-(-most // step) * step, bottom + step)
    marks = (Mark(round(HEIGHT * (top - value) / (top - bottom), 2), value) for value in range(bottom, top + 1, step))
    return bottom, top, tuple(marks)


def _round_up(number: int) -> int:
    """Return a round number that is not below *number*, nor zero.

    >>> [_round_up(number) for number in (0, 1, 3, 7, 11, 26, 57, 1201)]
    [1, 1, 5, 10, 20, 50, 100, 2000]
    """
    power = 1
    while True:
        for times in _ROUND:
            if times * power >= number:
                return times * power
        power *= 10


def labelled(count: int) -> tuple[int, ...]:
    """Return which of so many steps are named below a chart: the first, the last, and some between them."""
    if count <= _MOST_LABELS:
        return tuple(range(count))
    return tuple(round(part * (count - 1) / (_MOST_LABELS - 1)) for part in range(_MOST_LABELS))
