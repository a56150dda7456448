"""When a signature is fresh enough."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import window

from .signatures_peer import DATE, NOW, NOW_S

_MINUTE, _HOUR = 60, 3600


@pytest.mark.parametrize(
    ("made_s", "life_s"),
    [
        (0, None),
        (_HOUR, None),
        (-65 * _MINUTE, None),
        (-65 * _MINUTE - _HOUR, 65 * _MINUTE),
        (-12 * _HOUR, 12 * _HOUR),
        (-13 * _HOUR, 12 * _HOUR),
        (-13 * _HOUR, 100 * 365 * 24 * _HOUR),
        (0, -_HOUR),
    ],
)
def test_inside_the_window(made_s: int, life_s: int | None) -> None:
    """WIRE 2.1: an hour of skew, five minutes of usual life, twelve hours of longest life; edges included."""
    made = NOW_S + made_s
    window.check(made, None if life_s is None else made + life_s, NOW)


@pytest.mark.parametrize(
    ("made_s", "life_s"),
    [
        (_HOUR + 1, None),
        (_HOUR + 1, _HOUR),
        (-65 * _MINUTE - 1, None),
        (-13 * _HOUR - 1, 12 * _HOUR),
        (-13 * _HOUR - 1, 100 * 365 * 24 * _HOUR),
        (-2 * _HOUR, _HOUR - 1),
        (0, -_HOUR - 1),
        (100 * 365 * 24 * _HOUR, None),
    ],
)
def test_outside_the_window(made_s: int, life_s: int | None) -> None:
    """WIRE 10.2 #10: too old, from the far future, or with an absurd `expires`."""
    made = NOW_S + made_s
    with pytest.raises(BadSignature):
        window.check(made, None if life_s is None else made + life_s, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon, 23 Nov 2026 12:30:22",
        "Mon, 23 Nov 2026 12:30:22 UTC",
        "Mon, 23 Nov 2026 12:30:22 +0000",
        "mon, 23 nov 2026 12:30:22 GMT",
        "Tue, 23 Nov 2026 12:30:22 GMT",
        "Monday, 23-Nov-26 12:30:22 GMT",
        "Mon Nov 23 12:30:22 2026",
        "Mon, 23 Nov 2026 12:30:22 GMT ",
        "Mon, 23 Nov 2026 12:30:22 GMT, Mon, 23 Nov 2026 12:30:22 GMT",
        "Mon, 23 Nov 2026 24:30:22 GMT",
        "Mon, 30 Feb 2026 12:30:22 GMT",
        "Mon, 23 Nov 0000 12:30:22 GMT",
        "Mon, ٢٣ Nov 2026 12:30:22 GMT",
        "2026-11-23T12:30:22Z",
        "1795437022",
    ],
)
def test_only_the_one_form_of_date_is_read(text: str) -> None:
    """RFC 9110 5.6.7: IMF-fixdate in GMT, of a day that exists and has that name."""
    with pytest.raises(BadSignature):
        window.parse_date(text)


def test_the_date_of_the_reference() -> None:
    """WIRE 2.1 and 2.2 show the same moment in both forms."""
    assert window.parse_date(DATE) == NOW_S
    assert window.format_date(NOW + timedelta(microseconds=999_999)) == DATE


@given(st.integers(min_value=0, max_value=250_000_000_000))
def test_what_is_written_is_read(moment_s: int) -> None:
    """A date written by us is the same second when read back."""
    assert window.parse_date(window.format_date(datetime.fromtimestamp(moment_s, UTC))) == moment_s
