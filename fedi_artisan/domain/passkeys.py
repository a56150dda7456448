"""Passkeys as browsers and devices speak of them: for which place they are, and what can be read of an answer."""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

# How long a device may take to answer.
LASTS = timedelta(minutes=5)
LONGEST_NAME = 60
MOST = 20
_LONGEST_ANSWER = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey of an artisan; *backed_up* tells that it outlives the device it was made on."""

    id: int
    uid: str
    artisan_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is kept of an answer that holds: which passkey it is, and what its device says of it now."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a device answers, as far as it can be read without knowing whose it is.

    Args:
        credential_id: which passkey it says it is.
        challenge: what it was asked.
        user_handle: the uid of whom it says it is; empty where it does not say.
        answer: all of it.
    """

    credential_id: bytes
    challenge: str
    user_handle: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are for: the site at *origin*, known to devices by its *host*."""

    host: str
    origin: str


def place_of(origin: str) -> Place | None:
    """Return where passkeys are for; None where there can be none, because the site has no name but a number.

    Source: Web Authentication Level 3, 5.1.3 (an effective domain is no IP address).
    """
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Place(host, origin) if host else None
    return None


def read(answer: str) -> Presented | None:
    """Return what can be read of a device's answer, the JSON of a PublicKeyCredential; None where it is none."""
    if len(answer) > _LONGEST_ANSWER:
        return None
    try:
        credential = json.loads(answer)
        response = credential["response"]
        said = json.loads(_bytes(response["clientDataJSON"]))
        return Presented(
            credential_id=_bytes(credential["rawId"]),
            challenge=_bytes(said["challenge"]).decode("ascii"),
            user_handle=_bytes(response.get("userHandle") or "").decode("ascii"),
            answer=credential,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None


def _bytes(text: str) -> bytes:
    """Return the bytes of base64url, with or without its padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
