"""QR codes: an address as squares that a phone reads. The only file that knows the library for them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Around the squares stays so much light (ISO/IEC 18004, 9.1).
QUIET = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as one path of an SVG: *side* is how many squares it is wide, with the light around it."""

    side: int
    path: str


def code_of(address: str) -> Code:
    """Return the QR code of an *address*; it can be read with 15 % of it gone (level M), or more where that is free."""
    import segno  # noqa: PLC0415 - few ask for one, and all would wait for it at the start

    squares = segno.make_qr(address, error="m").matrix
    runs = (
        f"M{left + QUIET} {row + QUIET}h{width}v1h-{width}z"
        for row, line in enumerate(squares)
        for left, width in _dark_runs(line)
    )
    return Code(len(squares) + 2 * QUIET, "".join(runs))


def _dark_runs(line: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give where each run of dark squares begins, and how long it is: one shape leaves no hairlines between squares."""
    at = 0
    for dark, run in itertools.groupby(line):
        width = len(list(run))
        if dark:
            yield at, width
        at += width
