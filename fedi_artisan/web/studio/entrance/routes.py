"""The URLs of coming in: those before the door, and those behind it."""

from starlette.routing import Route

from fedi_artisan.web.studio.door import inside
from fedi_artisan.web.studio.entrance import (
    own_codes,
    own_passkeys,
    own_password,
    own_sessions,
    proving,
    sign_in,
    welcome,
)
from fedi_artisan.web.studio.visit import PROVE, SIGN_IN

_FORM = ["GET", "POST"]
_POST = ["POST"]

OPEN = [
    Route(SIGN_IN, sign_in.sign_in, methods=_FORM),
    Route(f"{SIGN_IN}/passkey", sign_in.passkey_asked),
    Route("/studio/welcome/{token}", welcome.welcome, methods=_FORM),
    Route("/studio/welcome/{token}/passkey", welcome.passkey_asked),
]

INSIDE = [
    inside("/studio/sign-out", sign_in.sign_out, _POST),
    inside(PROVE, proving.prove, _FORM),
    inside(f"{PROVE}/passkey", proving.passkey_asked),
    inside(own_password.PATH, own_password.password, _FORM, proved=True),
    inside(own_passkeys.PATH, own_passkeys.all_passkeys, _FORM, proved=True),
    inside(f"{own_passkeys.PATH}/asked", own_passkeys.passkey_asked, proved=True),
    inside(f"{own_passkeys.PATH}/{{uid}}/name", own_passkeys.rename, _POST, proved=True),
    inside(f"{own_passkeys.PATH}/{{uid}}/remove", own_passkeys.remove, _POST, proved=True),
    inside(own_codes.PATH, own_codes.codes, proved=True),
    inside(f"{own_codes.PATH}/begin", own_codes.begin, _POST, proved=True),
    inside(f"{own_codes.PATH}/confirm", own_codes.confirm, _POST, proved=True),
    inside(f"{own_codes.PATH}/renew", own_codes.renew, _POST, proved=True),
    inside(f"{own_codes.PATH}/end", own_codes.end, _POST, proved=True),
    inside(own_sessions.PATH, own_sessions.all_sessions),
    inside(f"{own_sessions.PATH}/others/end", own_sessions.end_others, _POST, proved=True),
    inside(f"{own_sessions.PATH}/{{number}}/end", own_sessions.end_one, _POST, proved=True),
]
