"""Signatures of requests, in both dialects, and what they speak of: digests, dates, keys."""

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fedi_artisan.domain import synchronization
from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import digest, keys, verify, window
from fedi_artisan.federation.signatures.request import SignedRequest
from tests.fuzz.reading import head_and_body, text_of
from tests.fuzz.target import Shape, Target
from tests.neighbour import key, pem, signed_by_rfc9421, signed_headers

_NOW = datetime(2026, 11, 23, 12, 30, 22, tzinfo=UTC)
_INBOX = "https://atelier.example/ap/inbox?a=b"
_KEY_ID = "https://mastodon.example/users/bob#main-key"
_BODY = b'{"type":"Like"}'
_WORDS = (
    *("(request-target)", "(created)", "(expires)", "host", "date", "digest", "content-digest", "headers=", "keyId="),
    *('algorithm="hs2019"', 'algorithm="rsa-sha256"', 'algorithm="hmac-sha256"', "created=1795437022", "expires=1"),
    *('"@method"', '"@target-uri"', '"@authority"', '"@query-param";name="a"', '"@status"', '"@path"', "sig1=(", ");"),
    *(
        ";sf",
        ';key="a"',
        ";bs",
        ";req",
        ";tr",
        ";nonce=",
        ";alg=",
        ";keyid=",
        ";created=",
        ";expires=",
        "sig2=",
        "sig1=:",
    ),
    *("SHA-256=", "sha-256=:", "sha-512=:", "Signature ", "?1", ":AA==:", "-1.5", "(", ";", "\xff", "\\"),
    *("Mon, 23 Nov 2026 12:30:22 GMT", "signature-input: ", "signature: ", "date: ", "digest: ", "content-type: "),
)


def read_signature(data: bytes) -> None:
    """A request is refused or claims something; nobody's key fits what was not signed with it."""
    headers, body = head_and_body(data)
    request = SignedRequest(method="POST", url=_INBOX, headers=headers, body=body)
    claim = verify.read(request, now=_NOW)
    # Whatever passes without its key being known answers for this very body.
    shown = headers.get("digest", "") + headers.get("content-digest", "")
    assert base64.b64encode(hashlib.sha256(body).digest()).decode() in shown, "a body that nobody signed"
    try:
        claim.verify(_other_key())
    except BadSignature:
        return
    raise AssertionError("signed with a key that nobody has")


def read_values(data: bytes) -> None:
    """Dates, digests and the header of synchronization are read or refused."""
    text = text_of(data)
    for read in (
        window.parse_date,
        lambda given: digest.check(given, _BODY),
        lambda given: digest.check_content(given, _BODY),
        synchronization.read_header,
        lambda given: SignedRequest(method="GET", url=given, headers={}).target(),
    ):
        try:
            read(text)
        except BadSignature:
            continue


def read_key(data: bytes) -> None:
    """A public key is strong enough, or refused."""
    found = keys.load_public_key(text_of(data))
    assert found.key_size >= 2048


@cache
def _other_key() -> RSAPublicKey:
    return key(7).public_key()


def _signed() -> list[bytes]:
    seeds = []
    for sign in (signed_headers, signed_by_rfc9421):
        headers = sign("POST", _INBOX, _BODY, key_id=_KEY_ID, private=key(0), date=_NOW)
        seeds.append("\n".join(f"{name}: {value}" for name, value in headers.items()).encode() + b"\n\n" + _BODY)
    return seeds


def _values() -> list[bytes]:
    digests = ("SHA-256=" + "A" * 43 + "=", "sha-512=:AA==:, sha-256=:" + "A" * 43 + "=:")
    followers = f'collectionId="https://a.example/f", url="https://a.example/s", digest="{"0" * 64}"'
    return [one.encode() for one in ("Mon, 23 Nov 2026 12:30:22 GMT", *digests, followers, _INBOX)]


TARGETS = (
    Target(name="signature", run=read_signature, seeds=_signed, shape=Shape.LINES, words=_WORDS, weight=3),
    Target(name="digest-and-date", run=read_values, seeds=_values, shape=Shape.TEXT, words=_WORDS, weight=0.5),
    Target(
        name="public-key",
        run=read_key,
        seeds=lambda: [pem(key(0)).encode()],
        shape=Shape.TEXT,
        words=("-----",),
        weight=0.5,
    ),
)
