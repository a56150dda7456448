"""The door out: one call for both dialects, made at the moment of sending."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedi_artisan.federation.signatures import window
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the address where others find its public half."""

    key_id: str
    private_key: RSAPrivateKey = field(repr=False)


def sign(request: SignedRequest, key: SigningKey, scheme: Scheme, *, now: datetime) -> dict[str, str]:
    """Return the headers to send beside those of *request*.

    They are `Host`, `Date` and `Signature`; `Signature-Input` in RFC 9421; and with anything but a bare GET or HEAD
    `Digest` (cavage) or `Content-Digest` (RFC 9421). A `content-type` in *request* is covered by cavage, and must be
    sent as it stands there. A signature lives about an hour: sign anew for each try.

    Raises:
        BadSignature: the address cannot be signed.

    Source: WIRE 2.1 and 2.2.
    """
    # Loaded at the first signature: their libraries take a tenth of the start, and two megabytes.
    from fedi_artisan.federation.signatures import cavage, rfc9421  # noqa: PLC0415

    headers = {"Host": request.target().host, "Date": window.format_date(now)}
    match scheme:
        case Scheme.CAVAGE:
            return headers | cavage.sign(request, key.key_id, key.private_key, headers)
        case Scheme.RFC9421:
            return headers | rfc9421.sign(request, key.key_id, key.private_key, now)
