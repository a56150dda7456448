"""Signatures going out, held against the exact texts of the reference by `cryptography` alone."""

import base64
import re

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign

from .signatures_peer import BODY, BODY_SHA256, DATE, KEY, KEY_ID, NOW, NOW_S

_KEY = SigningKey(KEY_ID, KEY)
_HEADERS = {"content-type": "application/activity+json", "user-agent": "x", "accept": "application/activity+json"}


def _post(body: bytes = BODY) -> SignedRequest:
    return SignedRequest(method="POST", url="https://mastodon.example/inbox", headers=_HEADERS, body=body)


def _get(url: str = "https://mastodon.example/users/alice/outbox?page=true") -> SignedRequest:
    return SignedRequest(method="GET", url=url, headers={"accept": "application/activity+json"})


def _holds(signature: str, text: str) -> None:
    """Hold that *signature* (base64) is the RSA-SHA256 signature of exactly *text*."""
    KEY.public_key().verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(base64.b64decode(signature), f"{text}\n".encode(), PKCS1v15(), SHA256())


def test_a_cavage_post() -> None:
    """WIRE 2.1: the headers of the example, and its signing text byte for byte."""
    headers = sign(_post(), _KEY, Scheme.CAVAGE, now=NOW)
    match = re.fullmatch(
        r'keyId="https://atelier\.example/actors/maria#main-key",algorithm="rsa-sha256",'
        r'headers="\(request-target\) host date digest content-type",signature="([A-Za-z0-9+/]{342}==)"',
        headers.pop("Signature"),
    )
    assert headers == {"Host": "mastodon.example", "Date": DATE, "Digest": f"SHA-256={BODY_SHA256}"}
    assert match is not None
    _holds(
        match[1],
        "(request-target): post /inbox\n"
        "host: mastodon.example\n"
        f"date: {DATE}\n"
        f"digest: SHA-256={BODY_SHA256}\n"
        "content-type: application/activity+json",
    )


def test_a_cavage_get() -> None:
    """WIRE 2.1: target with its query, host and date; nothing that a proxy might rewrite."""
    headers = sign(_get(), _KEY, Scheme.CAVAGE, now=NOW)
    match = re.fullmatch(
        r'keyId="[^"]+",algorithm="rsa-sha256",headers="\(request-target\) host date",signature="([^"]+)"',
        headers.pop("Signature"),
    )
    assert headers == {"Host": "mastodon.example", "Date": DATE}
    assert match is not None
    _holds(match[1], f"(request-target): get /users/alice/outbox?page=true\nhost: mastodon.example\ndate: {DATE}")


def test_an_rfc_9421_post() -> None:
    """WIRE 2.2: the headers of the example, and its signature base byte for byte."""
    headers = sign(_post(), _KEY, Scheme.RFC9421, now=NOW)
    params = f'("@method" "@target-uri" "content-digest");created={NOW_S};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    signature = headers.pop("Signature")
    assert headers == {
        "Host": "mastodon.example",
        "Date": DATE,
        "Content-Digest": f"sha-256=:{BODY_SHA256}:",
        "Signature-Input": f"sig1={params}",
    }
    _holds(
        signature.removeprefix("sig1=:").removesuffix(":"),
        '"@method": POST\n'
        '"@target-uri": https://mastodon.example/inbox\n'
        f'"content-digest": sha-256=:{BODY_SHA256}:\n'
        f'"@signature-params": {params}',
    )


def test_an_rfc_9421_get() -> None:
    """WIRE 2.2: the same without the digest."""
    headers = sign(_get(), _KEY, Scheme.RFC9421, now=NOW)
    params = f'("@method" "@target-uri");created={NOW_S};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    signature = headers.pop("Signature")
    assert headers == {"Host": "mastodon.example", "Date": DATE, "Signature-Input": f"sig1={params}"}
    _holds(
        signature.removeprefix("sig1=:").removesuffix(":"),
        '"@method": GET\n'
        '"@target-uri": https://mastodon.example/users/alice/outbox?page=true\n'
        f'"@signature-params": {params}',
    )


def test_a_port_is_part_of_the_host() -> None:
    """WIRE 2.1: `host` is the Host header including a port that is not the usual one."""
    for scheme in Scheme:
        headers = sign(_get("http://127.0.0.1:8001/ap/actor"), _KEY, scheme, now=NOW)
        assert headers["Host"] == "127.0.0.1:8001"


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("url", ["https://a.example/é", "https://a.example/a b", "https://x@a.example/", "inbox", ""])
def test_an_address_that_cannot_be_signed_fails_by_name(scheme: Scheme, url: str) -> None:
    """An inbox address from outside may be anything; the failure has a name."""
    with pytest.raises(BadSignature):
        sign(_get(url), _KEY, scheme, now=NOW)


def test_a_private_key_stays_out_of_messages() -> None:
    """What is printed of a signing key is its public name."""
    assert repr(_KEY) == f"SigningKey(key_id='{KEY_ID}')"
