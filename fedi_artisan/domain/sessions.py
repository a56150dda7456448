"""Being signed in: how long it lasts, and how it is known that a form was sent by one of our own pages."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(days=30)
AT_MOST = timedelta(days=180)
# Being seen is written down this often and not at every page.
NOTED_EVERY = timedelta(hours=1)
# After she has proved that it is she, what is dangerous needs no further proof for so long.
PROOF_HOLDS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One device that is signed in."""

    id: int
    artisan_id: int
    device: str
    opened_at: datetime
    seen_at: datetime
    proved_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it still counts at *now*."""
        return now - self.seen_at < IDLE and now - self.opened_at < AT_MOST

    def is_proved(self, now: datetime) -> bool:
        """Whether she has proved just now that it is she; by a clock that was a day ahead she has not."""
        return abs(now - self.proved_at) < PROOF_HOLDS


def form_token(token: str) -> str:
    """Return what every form of a session carries, which other sites cannot know; it follows from the *token*.

    Source: OWASP Cross-Site Request Forgery Prevention, "HMAC based token pattern".
    """
    return hmac.new(token.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Whether *given* is what forms of the session with this *token* carry."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), form_token(token).encode())
