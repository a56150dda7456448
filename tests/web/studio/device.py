"""A device that makes passkeys and shows them, written after the standard: it can also do what no device does.

Source: Web Authentication Level 3, 6.1 (authenticator data), 6.5 (attestation), 7 (what is checked).
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _MADE = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    """Return bytes as base64url."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(slots=True)
class Device:
    """A device at *origin*, with one passkey."""

    origin: str
    host: str = "localhost"
    verified: bool = True
    counts: bool = True
    count: int = 0
    user: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def make(self, asked: dict[str, Any]) -> str:
        """Return the answer to what was asked when a passkey is made."""
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        assert asked["authenticatorSelection"]["residentKey"] == "required"
        self.user = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        made = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(_MADE) + made
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer(
            clientDataJSON=said, attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        )

    def show(self, challenge: str) -> str:
        """Return the answer to a challenge when a passkey is shown."""
        self.count += self.counts
        data, said = self._data(0), self._said("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=said,
            authenticatorData=data,
            signature=signature,
            userHandle=base64.urlsafe_b64decode(self.user + "=="),
        )

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: bytes) -> str:
        own = text(self.credential_id)
        said = {name: text(data) for name, data in response.items()}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": said})
