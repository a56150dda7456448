"""The newer dialect, RFC 9421 (by http-message-signatures): what it must cover, and how its check awaits the key."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    MappingKeyResolver,
)
from http_message_signatures.algorithms import RSA_V1_5_SHA256

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import digest, window
from fedi_artisan.federation.signatures.request import Reading, SignedRequest

_LONGEST_HEADER = 8192
_LABEL = "sig1"
_COVERED = ("@method", "@target-uri")  # and content-digest, where there is a body
_ALSO_COVERED = ("collection-synchronization",)


class _Notes(HTTPSignatureKeyResolver):
    """Stands for the key that is not known yet, and takes down what is to be verified with it."""

    def __init__(self) -> None:
        self.key_id = ""
        self.signature = b""
        self.text = b""

    def resolve_public_key(self, key_id: str) -> "_Notes":
        self.key_id = key_id
        return self


class _Later(HTTPSignatureAlgorithm):
    """The one algorithm accepted; it notes signature and text, which `Claim.verify` holds against the fetched key."""

    algorithm_id = RSA_V1_5_SHA256.algorithm_id

    def __init__(self, public_key: _Notes) -> None:
        self._notes = public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        self._notes.signature, self._notes.text = signature, message


class _Reader(HTTPMessageVerifier):
    """Reads and builds the text; time is judged by `window` against the moment that is passed in."""

    max_clock_skew = timedelta(days=36_500)


@dataclass(slots=True)
class _Outgoing:
    """A request in the form that the signer writes its headers into."""

    method: str
    url: str
    headers: dict[str, str]


def read(request: SignedRequest, *, now: datetime) -> Reading:
    """Return key id, signature and text of the one signature of *request*, which covers enough and is fresh.

    Several signatures are refused: which of them counts would be the sender's choice.

    Raises:
        BadSignature: with the reason.

    Source: WIRE 2.2 and 2.4; RFC 9421 3.2.
    """
    fields = (request.headers["signature-input"], request.headers.get("signature", ""))
    if max(map(len, fields)) > _LONGEST_HEADER:
        raise BadSignature("The signature header is too long.")
    notes = _Notes()
    try:
        (result,) = _Reader(signature_algorithm=_Later, key_resolver=notes).verify(request, max_age=None)
    except HTTPMessageSignaturesException as error:
        raise BadSignature(f"The signature cannot be read: {error}.") from error
    covered = result.covered_components
    required = (*_COVERED, "content-digest") if request.needs_digest else _COVERED
    if missing := [name for name in required if f'"{name}"' not in covered]:
        raise BadSignature(f"The signature must cover {' and '.join(missing)}.")
    host = request.target().host.lower()
    if covered.get('"host"', host).lower() != host:
        raise BadSignature("The signature was made for another host.")
    expires = result.parameters.get("expires")
    created_s = int(result.parameters["created"])
    window.check(created_s, None if expires is None else int(expires), now)
    if '"content-digest"' in covered:
        digest.check_content(covered['"content-digest"'], request.body)
    names = frozenset(name.strip('"') for name in covered)
    return Reading(notes.key_id, notes.signature, (notes.text,), created_s, names)


def sign(request: SignedRequest, key_id: str, private_key: RSAPrivateKey, now: datetime) -> dict[str, str]:
    """Return `Signature` and `Signature-Input`, and `Content-Digest` where there is a body, for *request*.

    Raises:
        BadSignature: the address cannot be signed.

    Source: WIRE 2.2; RFC 9421 3.1.
    """
    also = {name: request.headers[name] for name in _ALSO_COVERED if name in request.headers}
    message = _Outgoing(request.method, request.url, dict(also))
    signer = HTTPMessageSigner(
        signature_algorithm=RSA_V1_5_SHA256,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: private_key}),
    )
    body = request.body if request.needs_digest else None
    try:
        signer.sign(
            message, key_id=key_id, created=now, label=_LABEL, covered_component_ids=(*_COVERED, *also), body=body
        )
    except HTTPMessageSignaturesException as error:
        raise BadSignature("The address of this request cannot be signed.") from error
    return message.headers
