"""RSA keys as PEM text: made, read, and judged strong enough."""

import hashlib
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fedi_artisan.errors import BadConfig, BadSignature

_OUR_SIZE_BITS = 2048
_SMALLEST_BITS = 2048
_LARGEST_BITS = 8192
# A public exponent may be as long as the modulus, and verifying with such a one costs as much as signing;
# everybody uses 65537.
_LARGEST_EXPONENT = 2**32
_LONGEST_PEM = 10_000
# What each guess of a secret costs whoever has a locked key: 32 MB, a tenth of a second; so does each start with locked
# keys. Their form has a cost of its own, a hundredth of that. Source: RFC 7914 2.
_GUESS_N, _GUESS_R, _GUESS_P, _GUESS_BYTES = 2**15, 8, 1, 64 * 1024 * 1024
_FOR_KEYS = b"fedi-artisan: private keys"
_LOCKED = "-----BEGIN ENCRYPTED PRIVATE KEY-----"  # RFC 7468 11


def load_public_key(pem: str) -> RSAPublicKey:
    """Return the public key in *pem*, which may be SPKI or PKCS#1.

    Raises:
        BadSignature: it cannot be read, is not RSA, has under 2048 or over 8192 bits, or is made to be slow.
    """
    if len(pem) > _LONGEST_PEM:
        raise BadSignature("The public key is too long.")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadSignature("The public key cannot be read.") from None
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("The public key is not an RSA key.")
    if not _SMALLEST_BITS <= key.key_size <= _LARGEST_BITS:
        raise BadSignature(f"The public key has {key.key_size} bits; {_SMALLEST_BITS} to {_LARGEST_BITS} are accepted.")
    if key.public_numbers().e > _LARGEST_EXPONENT:
        raise BadSignature("The public key has an unusual exponent.")
    return key


def load_private_key(pem: str, secret: str | None = None) -> RSAPrivateKey:
    """Return a private key of ours from *pem*.

    Args:
        pem: as `generate` or `lock` made it.
        secret: by which it is locked; one that is not locked needs none.

    Raises:
        BadConfig: it is locked, and the secret is missing or another one.
        BadSignature: it cannot be read, or is not RSA.
    """
    locked = is_locked(pem)
    if locked and secret is None:
        raise BadConfig("the private keys are locked; say in the configuration where the secret is: keys.secret_file")
    password = _stretched(secret) if locked and secret is not None else None
    try:
        # Made here and kept in our own database. To try once more whether its factors are primes takes 90 ms.
        key = load_pem_private_key(pem.encode(), password=password, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if locked:
            raise BadConfig("the private keys are locked with another secret than the configuration gives") from None
        raise BadSignature("The private key cannot be read.") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadSignature("The private key is not an RSA key.")
    return key


def generate(secret: str | None = None) -> tuple[str, str]:
    """Return a new RSA-2048 key pair as PEM text: the private half (PKCS#8), then the public half (SPKI).

    The private half is locked with *secret*, where there is one.
    """
    key = generate_private_key(public_exponent=65537, key_size=_OUR_SIZE_BITS)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return _written(key, secret), public.decode("ascii")


def is_locked(pem: str) -> bool:
    """Whether a private key can be read only with a secret."""
    return pem.lstrip().startswith(_LOCKED)


def lock(pem: str, secret: str) -> str:
    """Return a private key of ours locked with *secret* (PKCS#8, RFC 5958 3); one that is locked with it stays so."""
    return pem if is_locked(pem) and load_private_key(pem, secret) else _written(load_private_key(pem), secret)


def unlock(pem: str, secret: str | None) -> str:
    """Return a private key of ours so that it can be read without *secret*."""
    return _written(load_private_key(pem, secret), None) if is_locked(pem) else pem


@lru_cache(maxsize=4)
def _stretched(secret: str) -> bytes:
    """Return by what a key is really locked, as letters; each locked key has a salt of its own besides (PKCS#8)."""
    cost = {"n": _GUESS_N, "r": _GUESS_R, "p": _GUESS_P, "maxmem": _GUESS_BYTES}
    return hashlib.scrypt(secret.encode(), salt=_FOR_KEYS, dklen=32, **cost).hex().encode("ascii")


def _written(key: RSAPrivateKey, secret: str | None) -> str:
    how: KeySerializationEncryption = BestAvailableEncryption(_stretched(secret)) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode("ascii")
