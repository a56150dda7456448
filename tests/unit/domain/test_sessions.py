"""How long being signed in, and having proved it, lasts; also by a clock that is set."""

from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.sessions import PROOF_HOLDS, Session

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "is_proved"),
    [
        (timedelta(0), True),
        (PROOF_HOLDS - timedelta(seconds=1), True),
        (PROOF_HOLDS, False),
        # A little ahead is how clocks are; a day ahead was wrong, and must not be good for a day.
        (timedelta(seconds=-5), True),
        (timedelta(days=-1), False),
    ],
)
def test_a_proof_holds_for_minutes(ago: timedelta, is_proved: bool) -> None:
    """A proof counts for a quarter of an hour, and not until a clock that was set back has caught up."""
    at = NOW - ago
    session = Session(id=1, artisan_id=1, device="", opened_at=at, seen_at=at, proved_at=at)
    assert session.is_proved(NOW) is is_proved
    assert session.holds(NOW)
