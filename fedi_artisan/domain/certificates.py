"""A certificate of this server's own: how it stands with it, and when the authority may be asked again.

`tls/state.json` in the data folder tells it, written whole by the running server and read by whoever looks after the
house. All moments are in UTC, as "2026-11-26T05:12:43+00:00"; what is not known is null:

    names       for which names the certificate is
    directory   of which authority it is: the address that it was asked at
    begins ends from when until when the one holds that visitors are shown
    seen_at     when the authority was last asked, if only when it wants the certificate renewed: daily, while it runs
    tries       when the authority was asked during the last day, the try under way among them
    failures    how many tries in a row brought no certificate, the one under way counted
    problem     why the last try brought none: a value of `Problem`
    detail      what the authority said about it, in its own words: untrusted
    wait_until  before when the authority does not want to be asked again
    next_at     when it is asked next: to renew in time, or after a failure
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Let's Encrypt allows five failures for a name in an hour; so many starts by hand in an hour try at once.
_TRIES_IN_AN_HOUR = 3
# Its longest wait is that for the sixth certificate of the same names in a week.
_LONGEST_PATIENCE = timedelta(days=8)
_LONGEST_DETAIL = 400
_MOST_TRIES = 100
# A third of its life before the end, as Let's Encrypt advises, or up to a thirtieth earlier: not all come on one day.
_LEFT_OF_LIFE, _SPREAD_OF_LIFE = 3, 30
# When so much is left, whatever renews it has failed for long.
_LEFT_WHEN_LATE = 6

# Where it is told, in the folder of the certificate.
STATE = "state.json"


class Problem(StrEnum):
    """Why a try brought no certificate."""

    NAME = "name"  # a name is not known, or its records are broken
    UNREACHED = "unreached"  # the authority could not reach the plain port of this machine
    ELSEWHERE = "elsewhere"  # somebody else answered it there
    LIMIT = "limit"  # asked too often, or for too many
    FORBIDDEN = "forbidden"  # the domain allows other authorities only (CAA)
    REFUSED = "refused"  # for a reason that it tells
    ACCOUNT = "account"  # our account there is not accepted
    AUTHORITY = "authority"  # it has trouble of its own
    OFFLINE = "offline"  # it could not be reached from here
    DISTRUST = "distrust"  # what answered in its place could not prove that it is the authority
    DISK = "disk"  # what came could not be written down
    INTERRUPTED = "interrupted"  # the try did not end: the server was stopped, or the machine
    BROKEN = "broken"  # a fault of this program


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with the certificate; the fields are those of the file, told above."""

    names: tuple[str, ...] = ()
    directory: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    seen_at: datetime | None = None
    tries: tuple[datetime, ...] = ()
    failures: int = 0
    problem: Problem | None = None
    detail: str = ""
    wait_until: datetime | None = None
    next_at: datetime | None = None


def authority_of(directory: str) -> str:
    """Return what people call the authority with this address.

    >>> authority_of("https://acme-v02.api.letsencrypt.org/directory")
    "Let's Encrypt"
    """
    host = urlsplit(directory).hostname or directory
    return "Let's Encrypt" if host.endswith(".letsencrypt.org") else host


def renewal(begins: datetime, ends: datetime, spread: float) -> datetime:
    """Return when a certificate is to be renewed; *spread* from 0 to 1 is its share of chance, always the same."""
    life = ends - begins
    return ends - life / _LEFT_OF_LIFE - spread * life / _SPREAD_OF_LIFE


def begun(standing: Standing, now: datetime) -> Standing:
    """Return how it stands while the authority is asked; should nothing more be heard, the try was interrupted."""
    tries = (*(at for at in standing.tries if now - _DAY < at <= now), now)[-_MOST_TRIES:]
    return replace(
        standing,
        tries=tries,
        failures=standing.failures + 1,
        problem=Problem.INTERRUPTED,
        detail="",
        wait_until=None,
    )


def failed(standing: Standing, problem: Problem, detail: str, wait_until: datetime | None) -> Standing:
    """Return how it stands after the try that was begun has failed."""
    told = "".join(letter if letter.isprintable() else " " for letter in detail)
    return replace(standing, problem=problem, detail=told[:_LONGEST_DETAIL], wait_until=wait_until)


def succeeded(standing: Standing, directory: str, now: datetime) -> Standing:
    """Return how it stands after the try that was begun has brought a certificate of this authority."""
    return replace(standing, directory=directory, seen_at=now, failures=0, problem=None, detail="", wait_until=None)


def is_late(begins: datetime, ends: datetime, now: datetime) -> bool:
    """Whether a certificate that holds from *begins* to *ends* should have been renewed by now, by whoever does so."""
    return ends - now <= (ends - begins) / _LEFT_WHEN_LATE


def wait_after(failures: int, problem: Problem | None) -> timedelta:
    """Return how long to wait after so many tries in a row that brought nothing: doubles, then stays at a day.

    An authority that was not even reached has no burden of us, and may be there again in a moment.

    >>> wait_after(3, Problem.NAME)
    datetime.timedelta(seconds=14400)
    """
    first, longest = (_MINUTE, _HOUR) if problem is Problem.OFFLINE else (_HOUR, _DAY)
    return min(first * (1 << min(max(failures, 1) - 1, 20)), longest)


def due(standing: Standing, now: datetime, needed_at: datetime, *, urgent: bool, just_started: bool) -> datetime:
    """Return when the authority is to be asked next.

    Args:
        standing: what came of the tries before.
        now: the moment, by a clock that may have jumped since.
        needed_at: when a new certificate is needed.
        urgent: nobody can come in without.
        just_started: somebody has just started the server: what was wrong may have been mended, so that what is urgent
            is tried at once, if that has not been done too often.
    """
    last = standing.tries[-1] if standing.tries else None
    if last is None or last > now:
        # What was written by a clock that went ahead means nothing.
        return needed_at
    if not standing.failures:
        # Whatever the clock or the authority makes of a new certificate: it is not replaced on the very day.
        return needed_at if urgent else max(needed_at, last + _DAY)
    earliest = last + wait_after(standing.failures, standing.problem)
    if urgent and just_started and sum(now - at < _HOUR for at in standing.tries) < _TRIES_IN_AN_HOUR:
        earliest = now
    if standing.wait_until is not None:
        earliest = max(earliest, min(standing.wait_until, last + _LONGEST_PATIENCE))
    return max(needed_at, earliest)


def written(standing: Standing) -> str:
    """Return what the file tells."""
    fields = asdict(standing)
    return json.dumps({name: _plain(value) for name, value in fields.items()}, ensure_ascii=False, indent=1) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def read(text: str) -> Standing:
    """Return what the file tells.

    Raises:
        ValueError: it is not as `written` writes it.
    """
    try:
        told = json.loads(text)
        return Standing(
            names=tuple(str(name) for name in told["names"]),
            directory=None if told["directory"] is None else str(told["directory"]),
            begins=_moment(told["begins"]),
            ends=_moment(told["ends"]),
            seen_at=_moment(told["seen_at"]),
            tries=tuple(at for at in map(_moment, told["tries"]) if at is not None),
            failures=max(int(told["failures"]), 0),
            problem=None if told["problem"] is None else Problem(told["problem"]),
            detail=str(told["detail"])[:_LONGEST_DETAIL],
            wait_until=_moment(told["wait_until"]),
            next_at=_moment(told["next_at"]),
        )
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not the state of a certificate: {error}") from error


def _moment(text: object) -> datetime | None:
    """Return the moment in *text*, or raise ValueError or TypeError."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError("a moment is written as a text")
    return datetime.fromisoformat(text).astimezone(UTC)
