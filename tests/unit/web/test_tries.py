"""How often visitors may try, on a clock that is told."""

from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.web.people.interact import PACE_OF_A_VISITOR, PACE_OF_ALL
from fedi_artisan.web.tries import Pace, Tries, visitor_of

START = datetime(2026, 11, 25, tzinfo=UTC)


class Told:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now

    def go_on(self, seconds: float) -> None:
        """Let time go by; backwards as well."""
        self.now += timedelta(seconds=seconds)


def test_some_at_once_then_one_by_one() -> None:
    """After as many tries as are free, each further one waits its time; one that had to wait did not count."""
    clock = Told()
    tries, pace = Tries(clock), Pace(3, 10.0)
    assert [tries.take(("a", pace)) for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.go_on(4)
    assert tries.take(("a", pace)) == pytest.approx(6)
    clock.go_on(6)
    assert [tries.take(("a", pace)), tries.take(("a", pace))] == [0, 10]
    clock.go_on(3600)
    assert [tries.take(("a", pace)) for _ in range(4)] == [0, 0, 0, 10]


def test_visitors_do_not_wait_for_each_other_but_all_for_all() -> None:
    """One visitor's tries are no one else's; all together have a pace as well, which her refused ones do not touch."""
    tries, each, together = Tries(Told()), Pace(2, 10.0), ("all", Pace(3, 1.0))
    assert [tries.take(("a", each), together) for _ in range(20)] == [0, 0, *[10] * 18]
    assert [tries.take(("b", each), together), tries.take(("c", each), together)] == [0, 1]


def test_a_clock_set_back_locks_nobody_out() -> None:
    """A clock that jumps back by a day costs at most one full wait, whether one was refused meanwhile or not."""
    clock = Told()
    tries = Tries(clock)
    tries.take(("a", Pace(2, 10.0)))
    clock.go_on(-86_400)
    assert tries.take(("a", Pace(2, 10.0))) <= 10
    clock.go_on(10)
    assert [tries.take(("a", Pace(2, 10.0))) for _ in range(3)] == [0, 10, 10]
    clock.go_on(-86_400)
    assert tries.take(("a", Pace(2, 10.0))) == 10
    clock.go_on(10)
    assert tries.take(("a", Pace(2, 10.0))) == 0


def test_memory_is_bounded() -> None:
    """WIRE 10.2 #44: a million visitors take no more room than ten thousand."""
    tries = Tries(Told())
    for number in range(12_000):
        assert tries.take((str(number), Pace(10, 30.0)), ("all", Pace(1_000_000, 1.0))) == 0
    assert len(tries._over_at) == 10_000  # noqa: SLF001 - what is remembered is the rule


def test_a_person_can_mistype_and_a_machine_cannot_ask_the_world() -> None:
    """A visitor has several tries at once; all together ask about one server in two seconds."""
    assert PACE_OF_A_VISITOR.at_once >= 5
    assert PACE_OF_ALL.every_s >= 1


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 9999, "x" * 64),
    ],
)
def test_a_household_is_one_visitor(address: str, visitor: str) -> None:
    """An IPv4 address is a visitor, and so is a whole /64 of IPv6; a proxy's nonsense is one as well, and short."""
    assert visitor_of(address) == visitor
