"""Where a work has travelled: which places it reached, where it is still on its way, and why it was not let in."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.deliveries import DeliveryState

_STATUS = re.compile(r"[1-5][0-9]{2}(?![0-9])")
_TROUBLES = 500


class Reason(StrEnum):
    """Why something has not arrived, as far as it can be told from the last answer."""

    CLOSED = "closed"  # the place says that it is gone for good
    NOBODY = "nobody"  # nobody of this name is there any more
    UNWELCOME = "unwelcome"  # it does not want anything from here
    TOO_LARGE = "too-large"
    BUSY = "busy"  # it asked to come back later
    TROUBLED = "troubled"  # it has a problem of its own
    SILENT = "silent"  # it did not answer
    PRIVATE = "private"  # its address leads nowhere that can be reached from outside
    NOT_YET = "not-yet"  # nothing was tried so far


_REASONS = {
    "401": Reason.UNWELCOME,
    "403": Reason.UNWELCOME,
    "404": Reason.NOBODY,
    "410": Reason.CLOSED,
    "413": Reason.TOO_LARGE,
    "429": Reason.BUSY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """How the way of a work to one place stands.

    Args:
        host: the place.
        state: of the newest that was sent there about the work.
        answer: the last one, as it came.
        attempts: how often it was tried.
        at: when it arrived, was refused or given up, or is tried again.
    """

    host: str
    state: DeliveryState
    answer: str
    attempts: int
    at: datetime | None

    @property
    def reason(self) -> Reason:
        """Why it has not arrived."""
        return reason_of(self.answer, attempts=self.attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many places a work has reached, at how many it is still tried, and how many have not let it in."""

    reached: int = 0
    waiting: int = 0
    refused: int = 0


def reason_of(answer: str, *, attempts: int = 1) -> Reason:
    """Return what the last *answer* of a place means: it begins with an HTTP status, or says what happened instead."""
    if not attempts:
        return Reason.NOT_YET
    status = _STATUS.match(answer)
    if status is None:
        return Reason.PRIVATE if "address" in answer else Reason.SILENT
    known = _REASONS.get(status[0])
    if known is not None:
        return known
    return Reason.TROUBLED if int(status[0]) >= _TROUBLES else Reason.UNWELCOME
