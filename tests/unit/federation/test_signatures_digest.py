"""Digests of bodies."""

import base64
import hashlib

import pytest

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import digest

from .signatures_peer import BODY, BODY_SHA256

_MD5 = base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()


def test_the_vector_of_the_reference() -> None:
    """WIRE 2.1: the digest of the 198-byte example."""
    assert len(BODY) == 198
    assert digest.render(BODY) == f"SHA-256={BODY_SHA256}"


@pytest.mark.parametrize(
    "header",
    [
        f"SHA-256={BODY_SHA256}",
        f"sha-256={BODY_SHA256}",
        f"Sha-256={BODY_SHA256}",
        f"MD5={_MD5},SHA-256={BODY_SHA256}",
        f"SHA-256={BODY_SHA256} , MD5={_MD5}",
        f"SHA-256={BODY_SHA256}, SHA-256={BODY_SHA256}",
    ],
)
def test_digest_is_read_as_it_occurs(header: str) -> None:
    """WIRE 2.1: the algorithm's case does not matter, and a list may name others beside SHA-256."""
    digest.check(header, BODY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "SHA-256",
        "SHA-256=",
        BODY_SHA256,
        f"MD5={_MD5}",
        f"SHA-512={BODY_SHA256}",
        f"SHA-256={BODY_SHA256[:-1]}",
        f"SHA-256={BODY_SHA256}=",
        f"SHA-256={BODY_SHA256.lower()}",
        f"SHA-256=:{BODY_SHA256}:",
        f"SHA-256={BODY_SHA256}, SHA-256={'A' * 43}=",
        f"SHA-256=é{BODY_SHA256}",
        "SHA-256=\udc80",
    ],
)
def test_another_digest_is_refused(header: str) -> None:
    """WIRE 10.2 #7: only the SHA-256 of these very bytes passes, and each one given must be it."""
    with pytest.raises(BadSignature):
        digest.check(header, BODY)


@pytest.mark.parametrize("body", [b"", BODY[:-1], BODY + b"\n", BODY.replace(b"Follow", b"follow")])
def test_a_digest_speaks_for_the_raw_bytes_alone(body: bytes) -> None:
    """WIRE 10.2 #7: a body that differs in one byte is another body."""
    with pytest.raises(BadSignature):
        digest.check(f"SHA-256={BODY_SHA256}", body)
    with pytest.raises(BadSignature):
        digest.check_content(f"sha-256=:{BODY_SHA256}:", body)


@pytest.mark.parametrize(
    "header",
    [f"sha-256=:{BODY_SHA256}:", f"sha-512=:AAAA:, sha-256=:{BODY_SHA256}:", f"sha-256=:{BODY_SHA256}:,md5=:AA==:"],
)
def test_content_digest_is_read_as_it_occurs(header: str) -> None:
    """RFC 9530: a dictionary of byte sequences, of which SHA-256 is the one that counts."""
    digest.check_content(header, BODY)


@pytest.mark.parametrize(
    "header", ["", f"sha-256={BODY_SHA256}", f"sha-512=:{BODY_SHA256}:", "sha-256=::", f'sha-256="{BODY_SHA256}"']
)
def test_another_content_digest_is_refused(header: str) -> None:
    """WIRE 10.2 #7, for RFC 9421."""
    with pytest.raises(BadSignature):
        digest.check_content(header, BODY)
