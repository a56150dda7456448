"""How an artisan proves who she is, and what of it is remembered."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_DEVICES = 20
RECOVERY_CODES = 10
# Twelve of 31 signs are 59 bits; none of these looks like another when it is read from paper.
_RECOVERY_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_GROUPS = 3
_SIGNS_IN_A_GROUP = 4


class Purpose(StrEnum):
    """What a link lets its holder do: come in for the first time, or again after something was lost."""

    SETUP = "setup"
    RESET = "reset"

    @property
    def lasts(self) -> timedelta:
        """How long such a link can be used."""
        return timedelta(hours=24) if self is Purpose.SETUP else timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that lets an artisan choose a password or make a passkey, once; *forgets_codes* ends codes as well."""

    artisan_id: int
    purpose: Purpose
    forgets_codes: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How an artisan can come in: whether by a password, by how many passkeys, and whether codes are asked for."""

    password_changed_at: datetime | None = None
    passkeys: int = 0
    codes_since: datetime | None = None
    recovery_codes_left: int = 0

    @property
    def any(self) -> bool:
        """Whether she can come in at all."""
        return self.password_changed_at is not None or self.passkeys > 0


def new_recovery_code() -> str:
    """Return a code that is kept on paper, in groups: "k7pm-2x9d-htcw"."""
    return "-".join(
        "".join(secrets.choice(_RECOVERY_SIGNS) for _ in range(_SIGNS_IN_A_GROUP)) for _ in range(_RECOVERY_GROUPS)
    )


def read_recovery_code(typed: str) -> str:
    """Return a code as it was given out, however it was typed from the paper; the empty text where it is none."""
    signs = [sign for sign in typed.lower() if sign in _RECOVERY_SIGNS]
    if len(signs) != _RECOVERY_GROUPS * _SIGNS_IN_A_GROUP:
        return ""
    return "-".join("".join(signs[at : at + _SIGNS_IN_A_GROUP]) for at in range(0, len(signs), _SIGNS_IN_A_GROUP))
