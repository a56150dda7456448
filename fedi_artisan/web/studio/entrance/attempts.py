"""How often strangers may guess, without making the artisan wait who mistypes.

A browser on which she came in before carries a cookie that says so. It lets nobody in, but its guesses are counted by
themselves: a stranger who tries her name from everywhere makes other strangers wait, and her on a new device at most.
Passkeys and links cannot be guessed, so nobody waits for these.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import math

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.sessions import Session
from fedi_artisan.domain.tokens import hash_of
from fedi_artisan.storage import credentials
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.entrance.cookies import Cookie, shown
from fedi_artisan.web.tries import Pace, visitor_of

PACE_OF_A_DEVICE = Pace(10, 30.0)
PACE_OF_AN_ADDRESS = Pace(10, 60.0)
# Of all strangers together about one name: some 1,500 guesses a day.
PACE_OF_A_NAME = Pace(40, 60.0)
# Of a million codes three are right: at this pace it takes a year to meet one of them, for whoever has the password.
PACE_OF_CODES = Pace(5, 90.0)
_A_MINUTE_S = 60


async def known_device(tx: Tx, request: Request, artisan_id: int | None) -> str | None:
    """Return by what the guesses of this browser are counted, where the artisan came in on it before, else None."""
    token = shown(request, Cookie.DEVICE)
    if artisan_id is None or not token or not await credentials.knows_device(tx, artisan_id, hash_of(token)):
        return None
    return hash_of(token).hex()


def wait_for_password(request: Request, name: str | None, device: str | None) -> float:
    """Count a guess of the password that belongs to *name* and return 0, or after how many seconds it may be made.

    Names that nobody here has, None, count as one: each look takes its time and memory, even where there is no such
    password, and the artisan's own would have to wait for all of them. Who works here is no secret.
    """
    tries = site_of(request).tries
    if device is not None:
        return tries.take((f"device:{device}", PACE_OF_A_DEVICE))
    visitor = visitor_of(request.client.host if request.client else "")
    return tries.take(
        (f"sign-in:{visitor}", PACE_OF_AN_ADDRESS), ("nobody" if name is None else f"name:{name}", PACE_OF_A_NAME)
    )


def wait_for_code(request: Request, artisan_id: int, device: str | None) -> float:
    """Count a guess of a code, as above."""
    name = f"codes:{artisan_id}" if device is None else f"device-codes:{device}"
    return site_of(request).tries.take((name, PACE_OF_CODES))


def wait_for_proof(request: Request, session: Session) -> float:
    """Count a guess of the password by somebody who is signed in, as above."""
    return site_of(request).tries.take((f"proof:{session.id}", PACE_OF_A_DEVICE))


def minutes(wait_s: float) -> int:
    """Return a wait as it is told to people."""
    return math.ceil(wait_s / _A_MINUTE_S)


def patient(response: Response, wait_s: float) -> Response:
    """Return *response*, which tells programs as well how long to wait, where one has to."""
    if wait_s > 0:
        response.headers["Retry-After"] = str(math.ceil(wait_s))
    return response


def code_in(fields: Fields) -> str:
    """Return the code in a form: the one from the app, else the one from the paper."""
    return fields.get("code", "").strip() or fields.get("paper_code", "")
