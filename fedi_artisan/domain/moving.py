"""Moving from one account to another: how often, and what is known of the other account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# As long as other servers pay no attention to a second Move (WIRE 8).
AGAIN_AFTER = timedelta(days=7)
# Others read up to 256 (WIRE 10.2 #42); nobody has had that many lives.
MOST_ACCOUNTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account elsewhere that is, was or will be the artisan's: its id, its *handle* with both @, and its page."""

    uri: str
    handle: str
    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAccount:
    """An account from which she may bring her followers; *leads_here* where it said so when it was last looked at."""

    account: Account
    leads_here: bool
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """That she has moved to another account.

    Args:
        target: which.
        moved_at: when.
        ended_at: when she took it back; None where it stands.
        followers: how many she had when she moved.
    """

    target: Account
    moved_at: datetime
    ended_at: datetime | None
    followers: int

    @property
    def again_at(self) -> datetime:
        """From when on she may move once more."""
        return self.moved_at + AGAIN_AFTER
