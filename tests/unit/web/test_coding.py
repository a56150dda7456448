"""Which coding a client gets (RFC 9110 12.5.3)."""

import pytest

from fedi_artisan.web.negotiate import preferred_coding


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP, Br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("deflate, zstd", "identity"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.0, br;q=0.000", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("gzip, *;q=0", "gzip"),
        ("br;q=0, *", "gzip"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity;q=0", "identity"),
        ("gzip;q=many, br;q=-1", "identity"),
        ("gzip;q=2", "identity"),
        (";;,=,q=1,", "identity"),
        ("gzip," * 10_000, "gzip"),
    ],
)
def test_the_best_that_is_wanted(accepted: str, coding: str) -> None:
    """Weights decide, of equals the smallest; what is refused, broken or not named is not given."""
    assert preferred_coding(accepted) == coding
