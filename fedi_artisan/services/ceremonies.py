"""What a device is asked for a passkey, and whether its answer holds. The only file that knows webauthn.

It is loaded when somebody needs it (passkeys.py): that takes a tenth of a second and some megabytes.
"""

import logging
from collections.abc import Sequence
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.passkeys import LASTS, Passkey, Place, Presented, Proof

log = logging.getLogger(__name__)

_TIMEOUT_MS = int(LASTS.total_seconds() * 1000)


def to_make(place: Place, artisan: Artisan, known: Sequence[Passkey], challenge: str) -> dict[str, Any]:
    """Return what a browser is asked so that it makes a passkey that names *artisan*, and knows that it is she.

    Args:
        place: where it is for.
        artisan: whose it will be.
        known: those that she has; a device that holds one of them makes no second.
        challenge: ASCII letters that will stand in the answer.
    """
    return options_to_json_dict(
        generate_registration_options(
            rp_id=place.host,
            rp_name=place.host,
            user_id=artisan.uid.encode(),
            user_name=f"{artisan.username}@{place.host}",
            user_display_name=artisan.name,
            challenge=challenge.encode(),
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        )
    )


def to_show(place: Place, challenge: str) -> dict[str, Any]:
    """Return what a browser is asked so that it shows a passkey of whoever sits before it."""
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=place.host,
            challenge=challenge.encode(),
            timeout=_TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def check_new(place: Place, presented: Presented) -> Proof | None:
    """Return the passkey that was made, or None; that its challenge was ours must be known already."""
    try:
        found = verify_registration_response(
            credential=dict(presented.answer),
            expected_challenge=presented.challenge.encode(),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - a boundary: on what strangers send, many kinds of errors come up
        log.info("a new passkey was refused: %s", error)
        return None
    return Proof(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        backed_up=found.credential_backed_up,
    )


def check_shown(place: Place, passkey: Passkey, presented: Presented) -> Proof | None:
    """Return what is to be kept of a passkey now, if the answer was made with it, else None; as above."""
    try:
        found = verify_authentication_response(
            credential=dict(presented.answer),
            expected_challenge=presented.challenge.encode(),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - a boundary, as above
        log.info("a passkey was refused: %s", error)
        return None
    return Proof(
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=found.new_sign_count,
        backed_up=found.credential_backed_up,
    )
