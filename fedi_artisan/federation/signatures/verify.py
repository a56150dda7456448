"""The door in: one reading for both dialects, and the only place where a signature is held against a key."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from fedi_artisan.domain.uris import origin_of
from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A signature that has been read, whose coverage, time window and digest hold, but whose key is not known yet.

    Args:
        key_id: the address of the key; https (or http where that was allowed), without a user name.
        scheme: the dialect it was written in.
        signature: the raw RSA signature.
        texts: what may have been signed; one of them must verify.
        created_s: when it was made, in Unix time, as the sender's clock says.
        covered: the names of the headers that it answers for, in lower case.
    """

    key_id: str
    scheme: Scheme
    signature: bytes = field(repr=False)
    texts: tuple[bytes, ...] = field(repr=False)
    created_s: int
    covered: frozenset[str]

    def verify(self, public_key: RSAPublicKey) -> None:
        """Return only when *public_key* made this signature, by RSASSA-PKCS1-v1_5 with SHA-256.

        Raises:
            BadSignature: it did not.
        """
        for text in self.texts:
            try:
                public_key.verify(self.signature, text, PKCS1v15(), SHA256())
            except InvalidSignature:
                continue
            return
        raise BadSignature("The signature was not made with this key.")


def read(request: SignedRequest, *, now: datetime, plain_http: bool = False) -> Claim:
    """Return what *request* claims, everything checked that can be checked without the key.

    Where both dialects are present, only RFC 9421 counts.

    Args:
        request: as it arrived, under the public address of this server.
        now: the moment to judge its age by.
        plain_http: whether keys may live at http addresses; for trying out on one machine.

    Raises:
        BadSignature: with the reason, as a sentence.

    Source: WIRE 2.4, steps 2 to 4.
    """
    # Loaded at the first signature, as in `sign`.
    from fedi_artisan.federation.signatures import cavage, rfc9421  # noqa: PLC0415

    if "signature-input" in request.headers:
        scheme, reading = Scheme.RFC9421, rfc9421.read(request, now=now)
    elif "signature" in request.headers:
        scheme, reading = Scheme.CAVAGE, cavage.read(request, now=now)
    else:
        raise BadSignature("The request is not signed.")
    _check_key_id(reading.key_id, plain_http=plain_http)
    return Claim(scheme=scheme, **reading._asdict())


def _check_key_id(key_id: str, *, plain_http: bool) -> None:
    """Refuse an address that must not even be fetched."""
    origin = origin_of(key_id)
    if origin is None or not key_id.isascii():
        raise BadSignature("The key of the signature has no usable address.")
    if origin.scheme != "https" and not plain_http:
        raise BadSignature("The key of the signature must live at an https address.")
    # A fragment names a part of one document; one that looks like an address itself is there to confuse.
    if not {"#", "/", ":", "?"}.isdisjoint(key_id.partition("#")[2]):
        raise BadSignature("The key of the signature has no usable address.")
