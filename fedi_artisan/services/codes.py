"""Codes from an app on her phone, and those on paper for the day when the phone is lost. Only this file knows pyotp."""

import hmac
from datetime import datetime

import pyotp

from fedi_artisan.domain.credentials import RECOVERY_CODES, new_recovery_code, read_recovery_code
from fedi_artisan.domain.tokens import hash_of
from fedi_artisan.storage import credentials
from fedi_artisan.storage.db import Tx

STEP_S = 30
DIGITS = 6
# Clocks differ, and people type slowly.
_STEPS_BESIDE = (0, -1, 1)


def address(secret: str, *, username: str, host: str) -> str:
    """Return what an app reads from the QR code: the secret, and whose it is.

    Source: "Key Uri Format" of Google Authenticator, which all such apps read.
    """
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(
        name=f"{username}@{host}", issuer_name=host
    )


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Return the time step whose code was *typed*, this one or a neighbour; None where it is none of theirs.

    Source: RFC 6238 5.2.
    """
    given = "".join(sign for sign in typed if not sign.isspace())
    if len(given) != DIGITS or not (given.isascii() and given.isdigit()):
        return None
    here = int(now.timestamp()) // STEP_S
    code = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    found = [step for step in (here + beside for beside in _STEPS_BESIDE) if _same(code.generate_otp(step), given)]
    return found[0] if found else None


async def begin(tx: Tx, artisan_id: int, now: datetime) -> None:
    """Begin to set codes up with a fresh secret; where they are asked for already, nothing changes."""
    await credentials.begin_codes(tx, artisan_id, pyotp.random_base32(), now)


async def confirm(tx: Tx, artisan_id: int, typed: str, now: datetime) -> list[str] | None:
    """Ask for codes from now on, if *typed* is the one of now, and return those for the paper; else None."""
    stored = await credentials.find_codes(tx, artisan_id)
    if stored is None or stored.confirmed_at is not None:
        return None
    step = step_of(stored.secret, typed, now)
    if step is None or not await credentials.take_step(tx, artisan_id, step):
        return None
    await credentials.confirm_codes(tx, artisan_id, now)
    return await renew_recovery(tx, artisan_id)


async def renew_recovery(tx: Tx, artisan_id: int) -> list[str]:
    """Return new codes for the paper; those before are good no more."""
    fresh = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    await credentials.replace_recovery_codes(tx, artisan_id, [hash_of(code) for code in fresh])
    return fresh


async def take(tx: Tx, artisan_id: int, typed: str, now: datetime) -> bool:
    """Whether a code, from the app or from the paper, proves that it is she; it does once."""
    stored = await credentials.find_codes(tx, artisan_id)
    if stored is None or stored.confirmed_at is None:
        return False
    step = step_of(stored.secret, typed, now)
    if step is not None:
        return await credentials.take_step(tx, artisan_id, step)
    on_paper = read_recovery_code(typed)
    return bool(on_paper) and await credentials.take_recovery_code(tx, artisan_id, hash_of(on_paper), now)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
