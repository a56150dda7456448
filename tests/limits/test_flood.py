"""A flood before the real program: it stays small, says what it says in words, and goes on afterwards."""

from pathlib import Path

from tests.limits.flood import Size, run

MOST_MORE_BYTES = 30_000_000
MOST_LINES = 6


def test_a_flood_goes_by(tmp_path: Path) -> None:
    """A hundred slow ones and 400 at once with 180 MB to say: memory stays, home is served, no failure, a quiet log."""
    outcome = run(tmp_path, Size(slow=100, at_once=400))
    assert outcome.peak_bytes - outcome.before_bytes < MOST_MORE_BYTES
    assert outcome.statuses <= {"200", "404", "400", "413", "429", "503"}, outcome.answers
    assert set(outcome.visits) == {"200", "404"}
    assert outcome.p99_s < 2
    assert outcome.log.count("\n") <= MOST_LINES, outcome.log
