"""What counts as growing: that the judge of a long run would see it, without a long run."""

from dataclasses import replace

import pytest

from tests.soak.sampling import Sample, growths, table

SAMPLE = Sample(
    at_s=0,
    memory_bytes=100_000_000,
    children_bytes=0,
    files=40,
    sockets=10,
    threads=14,
    tasks=30,
    database_bytes=3_000_000,
    log_bytes=4_000_000,
    data_bytes=9_000_000,
    stored_files=38,
    p99_s=0.02,
)
COUNT = 30


def grown(name: str, *, by: float, begin: int = 0) -> list[Sample]:
    """Return samples of which one figure grows by so much each time, from number *begin* on."""
    now = getattr(SAMPLE, name)
    return [replace(SAMPLE, **{name: int(now + max(number - begin, 0) * by)}) for number in range(COUNT)]


def growing(samples: list[Sample]) -> list[str]:
    """Return the names of the figures that count as growing."""
    return [one.name for one in growths(samples) if one.grows]


def test_a_server_that_stays_as_it_is_grows_nowhere() -> None:
    """Nor does one that warms up in the first third, and stays as it is then."""
    assert growing([SAMPLE] * COUNT) == []
    warm = [replace(SAMPLE, memory_bytes=80_000_000 + min(number, 8) * 4_000_000) for number in range(COUNT)]
    assert growing(warm) == []
    assert "flat" in table(growths(warm))


@pytest.mark.parametrize(
    ("name", "by", "told"),
    [
        ("memory_bytes", 1_000_000, "memory of the server"),
        ("files", 3, "open files"),
        ("sockets", 3, "connections"),
        ("threads", 1, "threads"),
        ("tasks", 3, "tasks"),
        ("log_bytes", 2_000_000, "its log (WAL)"),
        ("stored_files", 1, "files in it"),
    ],
)
def test_what_grows_without_end_is_told(name: str, by: float, told: str) -> None:
    """Memory by more than a twentieth between the middle and the last third, all else by more than comes and goes."""
    samples = grown(name, by=by)
    assert growing(samples) == [told]
    assert "GROWS" in table(growths(samples))


def test_what_comes_and_goes_is_no_growth() -> None:
    """A few connections more at one moment, and a data folder in which works are published, are as they should be."""
    assert growing(grown("database_bytes", by=100_000)) == []
    assert growing([replace(SAMPLE, sockets=10 + 50 * (number % 10 == 0)) for number in range(COUNT)]) == []
