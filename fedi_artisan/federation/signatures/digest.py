"""SHA-256 digests of bodies, in two header forms: `Digest` (RFC 3230), `Content-Digest` (RFC 9530, made by rfc9421)."""

import base64
import hashlib
import hmac

from fedi_artisan.errors import BadSignature


def render(body: bytes) -> str:
    """Return the value of a `Digest` header for *body*."""
    return f"SHA-256={_sha256(body)}"


def check(header: str, body: bytes) -> None:
    """Hold a `Digest` header against *body*; other algorithms in its list are passed over.

    Raises:
        BadSignature: there is no SHA-256 in it, or it belongs to other bytes.
    """
    _check(header, _sha256(body))


def check_content(header: str, body: bytes) -> None:
    """Hold a `Content-Digest` header against *body*; other algorithms in its list are passed over.

    Raises:
        BadSignature: there is no SHA-256 in it, or it belongs to other bytes.
    """
    _check(header, f":{_sha256(body)}:")


def _sha256(body: bytes) -> str:
    """Return the SHA-256 of *body* in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def _check(header: str, expected: str) -> None:
    """Compare each SHA-256 in the comma list *header*, of which there must be one, with *expected*."""
    members = [member.strip().partition("=") for member in header.split(",")]
    given = [value for algorithm, _, value in members if algorithm.lower() == "sha-256"]
    if not given:
        raise BadSignature("The digest must be SHA-256.")
    for value in given:
        if not hmac.compare_digest(value.encode("ascii", "backslashreplace"), expected.encode("ascii")):
            raise BadSignature("The digest belongs to another body.")
