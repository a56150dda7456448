"""Days as people write them."""

from datetime import UTC, datetime

import pytest

from fedi_artisan.domain.clock import parse_day
from fedi_artisan.errors import BadInput

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-05-31", datetime(2023, 5, 31, 12, tzinfo=UTC)),
        (" 2023-05-31 ", datetime(2023, 5, 31, 12, tzinfo=UTC)),
        ("2023-05-31 14:30", datetime(2023, 5, 31, 14, 30, tzinfo=UTC)),
        ("2023-05-31T14:30:05+02:00", datetime(2023, 5, 31, 12, 30, 5, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, 12, tzinfo=UTC)),
    ],
)
def test_a_day_is_a_moment(text: str, moment: datetime) -> None:
    """A day alone is its noon, so that it is that day almost everywhere; today, before noon, it is past as well."""
    assert parse_day(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "31/05/2023", "2023-13-01", "2023-05-31 25:00"])
def test_what_is_no_day_is_explained(text: str) -> None:
    """It is said how to write one."""
    with pytest.raises(BadInput, match="2023-05-31"):
        parse_day(text, NOW)
