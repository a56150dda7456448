"""Who may answer and quote: every rule as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.policies import (
    MOST_DAYS,
    NEVER,
    OwnPolicy,
    Policy,
    Quoting,
    Replying,
    Tie,
    Welcome,
    is_closed,
    is_welcome,
    may_quote,
    may_reply,
)
from fedi_artisan.errors import BadInput

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
STRANGER, FOLLOWER, FOLLOWED, SHOWN = Tie(), Tie(follows=True), Tie(followed=True), Tie(shown_before=True)
EVERYBODY = {STRANGER, FOLLOWER, FOLLOWED, SHOWN}


@pytest.mark.parametrize(
    ("replies", "who"),
    [(Replying.EVERYBODY, EVERYBODY), (Replying.KNOWN, {FOLLOWER, FOLLOWED}), (Replying.NOBODY, set())],
)
def test_who_may_reply(replies: Replying, who: set[Tie]) -> None:
    """Everybody, whom she follows and who follows her, or nobody; of what is closed nobody."""
    policy = Policy(replies=replies)
    assert {tie for tie in EVERYBODY if may_reply(policy, tie, closed=False)} == who
    assert not any(may_reply(policy, tie, closed=True) for tie in EVERYBODY)


@pytest.mark.parametrize(
    ("quotes", "who"), [(Quoting.EVERYBODY, EVERYBODY), (Quoting.FOLLOWERS, {FOLLOWER}), (Quoting.NOBODY, set())]
)
def test_who_may_quote(quotes: Quoting, who: set[Tie]) -> None:
    """Everybody, followers, or nobody."""
    assert {tie for tie in EVERYBODY if may_quote(Policy(quotes=quotes), tie)} == who


@pytest.mark.parametrize(
    ("welcome", "who"), [(Welcome.EVERYBODY, EVERYBODY), (Welcome.KNOWN, {FOLLOWED, SHOWN}), (Welcome.NOBODY, set())]
)
def test_whose_replies_appear_at_once(welcome: Welcome, who: set[Tie]) -> None:
    """Everybody's, those of whom she follows or has shown before, or nobody's: to follow her is not enough."""
    assert {tie for tie in EVERYBODY if is_welcome(welcome, tie)} == who


@pytest.mark.parametrize(("days", "after"), [(NEVER, None), (1, 1), (30, 30)])
def test_comments_close_after_their_days(days: int, after: int | None) -> None:
    """To the second when the days are over, and with no days never."""
    closed = [day for day in range(400) if is_closed(Policy(days=days), NOW, NOW + timedelta(days=day))]
    assert closed == ([] if after is None else list(range(after, 400)))
    if after is not None:
        assert not is_closed(Policy(days=days), NOW, NOW + timedelta(days=after, seconds=-1))


def test_a_work_differs_where_it_says_so() -> None:
    """What a work says holds, "never" included; all else is as always."""
    usual = Policy(replies=Replying.KNOWN, quotes=Quoting.NOBODY, days=30)
    assert OwnPolicy().within(usual) == usual
    own = OwnPolicy(quotes=Quoting.EVERYBODY, days=NEVER).within(usual)
    assert own == Policy(replies=Replying.KNOWN, quotes=Quoting.EVERYBODY, days=NEVER)


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1])
def test_days_that_make_no_sense_are_refused(days: int) -> None:
    """Neither a work nor an artisan has them."""
    for kind in (Policy, OwnPolicy):
        with pytest.raises(BadInput, match="never"):
            kind(days=days)
