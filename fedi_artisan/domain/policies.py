"""Who may answer and who may quote what an artisan publishes, until when, and whose words appear at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fedi_artisan.errors import BadInput

NEVER = 0
MOST_DAYS = 3650


class Replying(StrEnum):
    """Who may answer."""

    EVERYBODY = "everybody"
    KNOWN = "known"  # whom the artisan follows, and who follows her
    NOBODY = "nobody"


class Quoting(StrEnum):
    """Who may quote."""

    EVERYBODY = "everybody"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class Welcome(StrEnum):
    """Whose answers appear at once, without waiting for the artisan."""

    EVERYBODY = "everybody"
    KNOWN = "known"  # whom she follows, and of whom she has shown something before
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Tie:
    """How somebody elsewhere stands to an artisan: whether she follows her, is followed, and was shown before."""

    follows: bool = False
    followed: bool = False
    shown_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an artisan permits.

    Args:
        replies: who may answer.
        quotes: who may quote.
        days: after how many days nobody may answer any more; NEVER where that moment never comes.
    """

    replies: Replying = Replying.EVERYBODY
    quotes: Quoting = Quoting.EVERYBODY
    days: int = NEVER

    def __post_init__(self) -> None:
        """Refuse a time that makes no sense.

        Raises:
            BadInput: with what to change.
        """
        check_days(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPolicy:
    """In what a work differs from what its artisan permits; None is as always."""

    replies: Replying | None = None
    quotes: Quoting | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a time that makes no sense.

        Raises:
            BadInput: with what to change.
        """
        check_days(NEVER if self.days is None else self.days)

    def within(self, usual: Policy) -> Policy:
        """Return what is permitted of the work, where its artisan usually permits *usual*."""
        return Policy(
            replies=usual.replies if self.replies is None else self.replies,
            quotes=usual.quotes if self.quotes is None else self.quotes,
            days=usual.days if self.days is None else self.days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """Whom the author of a post elsewhere lets quote it: actors or collections, by their ids.

    Args:
        automatic: who may at once.
        manual: who may if the author agrees.
    """

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    def admits(self, actor_uri: str, collections: Collection[str]) -> bool:
        """Whether the actor, who is in these *collections*, may quote the post or at least ask whether she may."""
        allowed = {*self.automatic, *self.manual}
        return actor_uri in allowed or not allowed.isdisjoint(collections)


def check_days(days: int) -> None:
    """Refuse a number of days after which nothing could be closed.

    Raises:
        BadInput: with what to change.
    """
    if not NEVER <= days <= MOST_DAYS:
        raise BadInput("comments can close after 1 to {most} days, or never", most=MOST_DAYS)


def is_closed(policy: Policy, since: datetime, now: datetime) -> bool:
    """Whether what is published *since* then is too old to be answered."""
    return policy.days != NEVER and since + timedelta(days=policy.days) <= now


def is_shut(policy: Policy, *, closed: bool) -> bool:
    """Whether nobody at all may answer; *closed* says that it is too old."""
    return closed or policy.replies is Replying.NOBODY


def may_reply(policy: Policy, tie: Tie, *, closed: bool) -> bool:
    """Whether somebody who stands so to the artisan may answer; *closed* says that it is too old."""
    if is_shut(policy, closed=closed):
        return False
    return policy.replies is Replying.EVERYBODY or tie.follows or tie.followed


def may_quote(policy: Policy, tie: Tie) -> bool:
    """Whether somebody who stands so to the artisan may quote."""
    return policy.quotes is Quoting.EVERYBODY or (policy.quotes is Quoting.FOLLOWERS and tie.follows)


def is_welcome(welcome: Welcome, tie: Tie) -> bool:
    """Whether the answer of somebody who stands so to the artisan appears at once."""
    return welcome is Welcome.EVERYBODY or (welcome is Welcome.KNOWN and (tie.followed or tie.shown_before))
