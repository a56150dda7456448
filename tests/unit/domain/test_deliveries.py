"""Deliveries: what an answer means, when to try again, when to leave a host in peace."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.config import Delivery as Rules
from fedi_artisan.domain.deliveries import (
    BREAKER_AFTER,
    BREAKER_FIRST,
    BREAKER_LONGEST,
    LONGEST_WAIT,
    Delivery,
    Outcome,
    Verdict,
    breaker_wait,
    due_again,
    judge,
    wait_after,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def outcome(*, attempts: int = 0, retry_after_s: float | None = None) -> Outcome:
    """Return a try that is to be repeated."""
    delivery = Delivery(
        id=1,
        activity_uri="https://here.example/1",
        artisan_id=1,
        inbox_url="https://there.example/inbox",
        host="there.example",
        attempts=attempts,
        body=b"{}",
    )
    return Outcome(delivery=delivery, verdict=Verdict.RETRY, answer="503", reached=False, retry_after_s=retry_after_s)


def chance(seed: int) -> random.Random:
    """Return chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 - nothing secret


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((200, 201, 202, 204, 299), Verdict.DELIVERED),
        ((400, 402, 403, 404, 405, 406, 409, 413, 415, 418, 422, 451, 499, 501), Verdict.REFUSED),
        ((401, 408, 425, 429, 500, 502, 503, 504, 520, 599, 999), Verdict.RETRY),
        ((100, 301, 302, 303, 304, 307, 308), Verdict.RETRY),
        ((410,), Verdict.GONE),
    ],
)
def test_every_status_has_one_meaning(statuses: tuple[int, ...], verdict: Verdict) -> None:
    """2xx has arrived, 410 is gone, other 4xx and 501 will not change, all else is tried again (WIRE 5.8)."""
    assert {judge(status) for status in statuses} == {verdict}


def test_waits_grow_and_stay_below_a_day() -> None:
    """The wait begins at about a quarter of a minute, grows with every try, and never reaches a day."""
    steady = [wait_after(attempt, spread=_Still()) for attempt in range(1, 30)]
    assert steady[0] == timedelta(seconds=16)
    assert steady == sorted(steady)
    assert steady[-1] == LONGEST_WAIT
    assert all(wait_after(99, spread=chance(seed)) < timedelta(days=1) for seed in range(50))


def test_sixteen_tries_take_two_to_three_days() -> None:
    """All tries together outlast a long weekend, as those of other servers do (WIRE 5.8)."""
    tries = Rules().tries
    for seed in range(50):
        spread = chance(seed)
        whole = sum((wait_after(attempt, spread=spread) for attempt in range(1, tries)), timedelta())
        assert timedelta(days=2) <= whole <= timedelta(days=3.5)


def test_waits_are_not_in_step() -> None:
    """A thousand deliveries that failed at one moment are not tried again at one moment."""
    spread = chance(1)
    waits = {wait_after(5, spread=spread) for _ in range(1000)}
    assert len(waits) > 900
    assert max(waits) - min(waits) > timedelta(seconds=200)


def test_the_last_try_is_the_last() -> None:
    """With three tries allowed, the third failure ends it."""
    due = [due_again(outcome(attempts=attempts), now=NOW, tries=3, spread=_Still()) for attempts in range(4)]
    assert due == [NOW + timedelta(seconds=16), NOW + timedelta(seconds=31), None, None]


def test_a_longer_wait_is_granted_when_asked_for() -> None:
    """Retry-After makes a wait longer, and never shorter than our own (RFC 9110 10.2.3)."""

    def wait(asked: float | None) -> timedelta:
        due = due_again(outcome(retry_after_s=asked), now=NOW, tries=3, spread=_Still())
        assert due is not None
        return due - NOW

    assert [wait(None), wait(3600), wait(1), wait(0)] == [
        timedelta(seconds=16),
        timedelta(hours=1),
        timedelta(seconds=16),
        timedelta(seconds=16),
    ]


def test_a_host_is_left_in_peace_after_failures_in_a_row() -> None:
    """A few failures cost nothing; then a minute, doubling, never more than some hours."""
    waits = [breaker_wait(failures) for failures in range(60)]
    assert set(waits[:BREAKER_AFTER]) == {timedelta(0)}
    assert waits[BREAKER_AFTER : BREAKER_AFTER + 3] == [BREAKER_FIRST, 2 * BREAKER_FIRST, 4 * BREAKER_FIRST]
    assert waits[-1] == breaker_wait(10**9) == BREAKER_LONGEST


class _Still(random.Random):
    """Chance that never stirs."""

    def random(self) -> float:
        """Return nothing at all."""
        return 0.0
