"""Another server, as the signature tests need it: it signs by hand, with nothing of ours and no signature library."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm

from fedi_artisan.federation.signatures.request import SignedRequest

NOW = datetime(2026, 11, 23, 12, 30, 22, tzinfo=UTC)
NOW_S = 1795437022
DATE = "Mon, 23 Nov 2026 12:30:22 GMT"
ORIGIN = "https://mastodon.example"
HOST = "mastodon.example"
KEY_ID = "https://atelier.example/actors/maria#main-key"
KEY = generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = generate_private_key(public_exponent=65537, key_size=2048)
# The vector of WIRE 2.1: 198 bytes and their digest.
BODY = (
    b'{"@context":"https://www.w3.org/ns/activitystreams","id":"https://atelier.example/a/1","type":"Follow",'
    b'"actor":"https://atelier.example/actors/maria","object":"https://mastodon.example/users/alice"}'
)
BODY_SHA256 = "R1T93t4J9LtzMaD6gKbJKFGSmfztVv1RjcOeZS9p39k="


def sha256(body: bytes) -> str:
    """Return the SHA-256 of *body* in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def rsa(text: str, key: RSAPrivateKey = KEY, algorithm: HashAlgorithm | None = None) -> str:
    """Return the RSASSA-PKCS1-v1_5 signature of *text* in base64; with SHA-256 unless told otherwise."""
    return base64.b64encode(key.sign(text.encode("latin-1"), PKCS1v15(), algorithm or SHA256())).decode()


def cavage(
    covered: str = "(request-target) host date digest content-type",
    *,
    method: str = "POST",
    path: str = "/inbox",
    signed_path: str | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str | None] = {},
    parameters: Mapping[str, str | None] = {},
    created: object = None,
    expires: object = None,
) -> SignedRequest:
    """Return a request signed by draft-cavage, with whatever is wanted wrong about it; None leaves something out."""
    body = body if body is not None else b"" if method == "GET" else BODY
    sent = {"host": HOST, "date": DATE, "content-type": "application/activity+json", "accept": "*/*", "user-agent": "x"}
    all_headers: dict[str, str | None] = {**sent, "digest": f"SHA-256={sha256(body)}" if body else None, **headers}
    present = {name: value for name, value in all_headers.items() if value is not None}
    meaning = present | {
        "(request-target)": f"{method.lower()} {signed_path or path}",
        "(created)": str(created),
        "(expires)": str(expires),
    }
    text = "\n".join(f"{name}: {meaning.get(name, '')}" for name in covered.lower().split(" "))
    given: dict[str, str | None] = {"keyId": KEY_ID, "algorithm": "rsa-sha256", "headers": covered}
    given |= {"signature": rsa(text), **parameters}
    numbers = [f"{name}={value}" for name, value in (("created", created), ("expires", expires)) if value is not None]
    quoted = [f'{name}="{value}"' for name, value in given.items() if value is not None]
    signature = ",".join([*quoted, *numbers])
    return SignedRequest(method=method, url=f"{ORIGIN}{path}", headers=present | {"signature": signature}, body=body)


def rfc9421(
    covered: Sequence[str] = ('"@method"', '"@target-uri"', '"content-digest"'),
    parameters: str = f';created={NOW_S};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"',
    *,
    method: str = "POST",
    path: str = "/inbox",
    body: bytes | None = None,
    headers: Mapping[str, str | None] = {},
    signature: str | None = None,
) -> SignedRequest:
    """Return a request signed by RFC 9421, with whatever is wanted wrong about it; None leaves something out."""
    body = body if body is not None else b"" if method == "GET" else BODY
    sent = {"host": HOST, "date": DATE, "content-type": "application/activity+json"}
    content_digest = f"sha-256=:{sha256(body)}:" if body else None
    all_headers: dict[str, str | None] = {**sent, "content-digest": content_digest, **headers}
    present = {name: value for name, value in all_headers.items() if value is not None}
    meaning = {"@method": method, "@target-uri": f"{ORIGIN}{path}", "@authority": HOST, "@path": path, **present}
    lines = [": ".join((name, meaning.get(name.partition(";")[0].strip('"'), ""))) for name in covered]
    signature_params = f"({' '.join(covered)}){parameters}"
    text = "\n".join([*lines, f'"@signature-params": {signature_params}'])
    signing = {"signature-input": f"sig1={signature_params}", "signature": f"sig1=:{signature or rsa(text)}:"}
    return SignedRequest(method=method, url=f"{ORIGIN}{path}", headers=signing | present, body=body)
