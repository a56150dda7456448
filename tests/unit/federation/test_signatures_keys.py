"""RSA keys as text."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import keys

from .signatures_peer import KEY

_SPKI = PublicFormat.SubjectPublicKeyInfo


def _pem(public: object, form: PublicFormat = _SPKI) -> str:
    """Return any public key as PEM."""
    return public.public_bytes(Encoding.PEM, form).decode()  # type: ignore[attr-defined,no-any-return]  # keys of all kinds


def test_a_generated_pair_fits_together() -> None:
    """WIRE 2.1: RSA 2048, the public half as SPKI; the private half as PKCS#8."""
    private, public = keys.generate()
    assert re.match("-----BEGIN PRIVATE KEY-----\n", private)
    assert re.match("-----BEGIN PUBLIC KEY-----\n", public)
    half = keys.load_private_key(private).public_key()
    assert half.key_size == 2048
    assert half == keys.load_public_key(public)


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("around", ["", "\n"])
def test_public_keys_are_read_as_they_occur(form: PublicFormat, newline: str, around: str) -> None:
    """Both PEM forms of RSA keys, both line ends, and white space around."""
    pem = around + _pem(KEY.public_key(), form).replace("\n", newline) + around
    assert keys.load_public_key(pem) == KEY.public_key()


@pytest.mark.parametrize("bits", [1024, 2047])
def test_a_weak_key_is_refused(bits: int) -> None:
    """A key under 2048 bits proves too little."""
    pem = _pem(generate_private_key(public_exponent=65537, key_size=bits).public_key())
    with pytest.raises(BadSignature, match=f"{bits} bits"):
        keys.load_public_key(pem)


@pytest.mark.parametrize(("bits", "accepted"), [(8192, True), (8193, False), (16384, False)])
def test_a_giant_key_is_refused(bits: int, accepted: bool) -> None:
    """A key over 8192 bits costs too much to use."""
    pem = _pem(RSAPublicNumbers(e=65537, n=2**bits - 1).public_key())
    if accepted:
        assert keys.load_public_key(pem).key_size == bits
    else:
        with pytest.raises(BadSignature, match=f"{bits} bits"):
            keys.load_public_key(pem)


def test_a_key_made_to_be_slow_is_refused() -> None:
    """A public exponent as long as the modulus makes each verification as dear as a signature."""
    pem = _pem(RSAPublicNumbers(e=2**2000 + 1, n=KEY.public_key().public_numbers().n).public_key())
    with pytest.raises(BadSignature, match="exponent"):
        keys.load_public_key(pem)


@pytest.mark.parametrize(
    "pem",
    [
        _pem(ed25519.Ed25519PrivateKey.generate().public_key()),
        _pem(ec.generate_private_key(ec.SECP256R1()).public_key()),
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        _pem(KEY.public_key()).replace("M", "N", 1),
        _pem(KEY.public_key())[:-40],
        _pem(KEY.public_key()) * 30,
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "é\udc80",
        "",
    ],
)
def test_what_is_no_rsa_public_key_is_refused(pem: str) -> None:
    """Another kind of key, the wrong half, broken or absurd text: all are BadSignature."""
    with pytest.raises(BadSignature):
        keys.load_public_key(pem)


@pytest.mark.parametrize(
    "pem",
    [
        ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        _pem(KEY.public_key()),
        "\udc80",
        "",
    ],
)
def test_what_is_no_rsa_private_key_is_refused(pem: str) -> None:
    """Our own key, if it cannot be used, fails by name."""
    with pytest.raises(BadSignature):
        keys.load_private_key(pem)
