"""When a delivery is tried again, when it is given up, and when a host is left in peace."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_WAIT = timedelta(hours=14)
BREAKER_AFTER = 5
BREAKER_FIRST = timedelta(minutes=1)
BREAKER_LONGEST = timedelta(hours=6)

# All other refusals (4xx) will not change (WIRE 5.8).
RETRIED_STATUSES = frozenset({401, 408, 425, 429})
FINAL_STATUSES = frozenset({501})


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


class Verdict(StrEnum):
    """What the answer to a delivery means."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One activity on its way to one inbox.

    `for_followers` where it is for followers and nobody else; `by_house` where the server itself says it.
    """

    id: int
    activity_uri: str
    artisan_id: int
    inbox_url: str
    host: str
    attempts: int
    body: bytes
    for_followers: bool = False
    by_house: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try.

    Args:
        delivery: what was tried.
        verdict: what to do next.
        answer: for people.
        reached: whether the other server is there and working; None where the try says nothing about that.
        retry_after_s: the wait that the other server asked for.
    """

    delivery: Delivery
    verdict: Verdict
    answer: str
    reached: bool | None
    retry_after_s: float | None = None


def judge(status: int) -> Verdict:
    """Return what the HTTP *status* of an inbox means (WIRE 5.8).

    A redirect is not followed, as no signature would fit; it may be a server under repair, so it is tried again.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - the range of success, RFC 9110 15.3
        return Verdict.DELIVERED
    if status == 410:  # noqa: PLR2004 - Gone
        return Verdict.GONE
    if status in FINAL_STATUSES or (400 <= status < 500 and status not in RETRIED_STATUSES):  # noqa: PLR2004 - refusals
        return Verdict.REFUSED
    return Verdict.RETRY


def wait_after(attempt: int, *, spread: random.Random) -> timedelta:
    """Return the wait after try number *attempt* (the first is 1) failed: from seconds to most of a day, never in step.

    Sixteen tries take about two and a half days. Source: the schedule other servers keep, WIRE 5.8.
    """
    steady = timedelta(seconds=attempt**4 + 15)
    return min(steady, LONGEST_WAIT) * (1 + spread.random() / 2)


def breaker_wait(failures: int) -> timedelta:
    """Return how long a host is left in peace after *failures* failures in a row; zero below the threshold."""
    if failures < BREAKER_AFTER:
        return timedelta(0)
    return min(BREAKER_FIRST * (1 << min(failures - BREAKER_AFTER, 20)), BREAKER_LONGEST)


def due_again(outcome: Outcome, *, now: datetime, tries: int, spread: random.Random) -> datetime | None:
    """Return when to try again, or None when it is time to give up."""
    attempts = outcome.delivery.attempts + 1
    if attempts >= tries:
        return None
    wait = wait_after(attempts, spread=spread)
    return now + max(wait, timedelta(seconds=outcome.retry_after_s or 0))
