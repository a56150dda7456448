"""When the authority is asked for a certificate, and what is written down about it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.certificates import (
    Problem,
    Standing,
    authority_of,
    begun,
    due,
    failed,
    read,
    renewal,
    succeeded,
    wait_after,
    written,
)

NOW = datetime(2026, 11, 26, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - in UTC


def fail(standing: Standing, at: datetime, problem: Problem = Problem.NAME, until: datetime | None = None) -> Standing:
    """Return how it stands after one more try has failed."""
    return failed(begun(standing, at), problem, "it said no", until)


def test_what_fails_again_and_again_is_tried_more_and_more_rarely() -> None:
    """An hour, two, four … a day: less than the five in an hour that Let's Encrypt allows, and never hammering."""
    waits = [wait_after(failures, Problem.NAME) / HOUR for failures in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert wait_after(10**9, Problem.NAME) == DAY


def test_an_authority_that_was_not_reached_is_tried_sooner() -> None:
    """A machine that starts before its network is there has its certificate a minute later, not an hour."""
    assert [wait_after(failures, Problem.OFFLINE) / MINUTE for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_first_certificate_is_asked_for_at_once() -> None:
    """Where nothing was tried nothing is waited for."""
    assert due(Standing(), NOW, NOW, urgent=True, just_started=False) == NOW


def test_a_running_server_waits_after_a_failure() -> None:
    """Whether or not somebody could come in meanwhile."""
    standing = fail(Standing(), NOW)
    for urgent in (True, False):
        assert due(standing, NOW + MINUTE, NOW, urgent=urgent, just_started=False) == NOW + HOUR


def test_who_has_mended_it_and_starts_again_need_not_wait() -> None:
    """A start by hand tries at once, but for the fourth time in an hour: then also a server that falls over waits."""
    standing = Standing()
    for number in range(3):
        at = NOW + number * MINUTE
        assert due(standing, at, at, urgent=True, just_started=True) == at
        standing = fail(standing, at, Problem.INTERRUPTED)
    at = NOW + 3 * MINUTE
    assert due(standing, at, at, urgent=True, just_started=True) > at + HOUR
    later = NOW + HOUR + MINUTE
    assert due(standing, later, later, urgent=True, just_started=True) == later


def test_a_start_does_not_hasten_a_renewal() -> None:
    """While the certificate holds nobody is kept out, so that its renewal waits as it would have."""
    standing = fail(Standing(), NOW)
    assert due(standing, NOW + MINUTE, NOW, urgent=False, just_started=True) == NOW + HOUR


def test_the_authority_is_not_asked_before_it_allows() -> None:
    """Its Retry-After is obeyed by starts as well; one that is beyond all reason is not."""
    until = NOW + timedelta(days=2)
    standing = fail(Standing(), NOW, Problem.LIMIT, until)
    assert due(standing, NOW + MINUTE, NOW, urgent=True, just_started=True) == until
    for_ever = fail(Standing(), NOW, Problem.LIMIT, datetime(9999, 1, 1, tzinfo=UTC))
    assert due(for_ever, NOW + MINUTE, NOW, urgent=True, just_started=True) == NOW + timedelta(days=8)


def test_a_clock_that_went_back_holds_nothing_up() -> None:
    """A try that is said to lie in the future, and its wait, were of a wrong clock."""
    standing = fail(Standing(), NOW + 4000 * DAY)
    assert due(standing, NOW, NOW, urgent=True, just_started=False) == NOW
    again = fail(standing, NOW)
    assert again.tries == (NOW,)
    assert due(again, NOW + MINUTE, NOW, urgent=True, just_started=False) == NOW + 2 * HOUR


def test_no_new_certificate_is_replaced_on_the_very_day() -> None:
    """Whatever a clock or the authority say: a certificate is renewed once a day at most, unless nobody comes in."""
    standing = succeeded(begun(Standing(), NOW), "https://authority.example/dir", NOW)
    assert due(standing, NOW + HOUR, NOW, urgent=False, just_started=True) == NOW + DAY
    assert due(standing, NOW + HOUR, NOW, urgent=True, just_started=False) == NOW


@given(st.floats(0, 1))
def test_a_certificate_is_renewed_when_a_third_is_left(spread: float) -> None:
    """Each at its own moment, between thirty and thirty-three days before the end of one that holds ninety."""
    ends = NOW + timedelta(days=90)
    assert timedelta(days=30) <= ends - renewal(NOW, ends, spread) <= timedelta(days=33)


def test_only_the_tries_of_the_last_day_are_kept() -> None:
    """The file does not grow, however long a name leads nowhere."""
    standing = Standing()
    for number in range(100):
        standing = fail(standing, NOW + number * 8 * HOUR)
    assert len(standing.tries) == 3
    assert standing.failures == 100


@settings(max_examples=20)
@given(
    st.builds(
        Standing,
        names=st.lists(st.text(max_size=20)).map(tuple),
        directory=st.none() | st.text(max_size=20),
        begins=st.none() | MOMENTS,
        ends=st.none() | MOMENTS,
        seen_at=st.none() | MOMENTS,
        tries=st.lists(MOMENTS, max_size=5).map(tuple),
        failures=st.integers(0, 10**6),
        problem=st.none() | st.sampled_from(Problem),
        detail=st.text(max_size=50),
        wait_until=st.none() | MOMENTS,
        next_at=st.none() | MOMENTS,
    )
)
def test_what_was_written_is_read_again(standing: Standing) -> None:
    """The file tells all of it."""
    assert read(written(standing)) == standing


@settings(max_examples=30)
@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str))
def test_a_broken_file_is_told_in_one_way(text: str) -> None:
    """Whatever stands there instead."""
    with pytest.raises(ValueError):  # noqa: PT011 - which value it is does not matter
        read(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("problem", "boredom"),
        ("problem", []),
        ("tries", "now"),
        ("tries", [3]),
        ("tries", 3),
        ("ends", "soon"),
        ("ends", 3),
        ("ends", "2026-13-01T00:00:00+00:00"),
        ("failures", "many"),
        ("failures", None),
        ("names", None),
    ],
)
def test_a_field_of_another_kind_is_told(field: str, value: object) -> None:
    """Whoever edits the file makes the server begin anew at worst."""
    broken = json.loads(written(Standing())) | {field: value}
    with pytest.raises(ValueError):  # noqa: PT011 - which value it is does not matter
        read(json.dumps(broken))


def test_what_an_authority_says_cannot_take_over_a_terminal() -> None:
    """Its words come on one line, without control characters, and end somewhere."""
    told = fail(Standing(), NOW)
    assert failed(told, Problem.REFUSED, "no\n\x1b[2Jnever" + "!" * 10_000, None).detail.startswith("no  [2Jnever!")
    assert len(failed(told, Problem.REFUSED, "!" * 10_000, None).detail) == 400


def test_an_authority_is_called_as_people_call_it() -> None:
    """Both addresses of Let's Encrypt by its name, others by their host, and nobody who only calls himself so."""
    assert authority_of("https://acme-staging-v02.api.letsencrypt.org/directory") == "Let's Encrypt"
    assert authority_of("https://notletsencrypt.org/dir") == "notletsencrypt.org"
