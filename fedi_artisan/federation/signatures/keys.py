"""RSA keys as PEM text: made, read, and judged strong enough."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fedi_artisan.errors import BadSignature

_OUR_SIZE_BITS = 2048
_SMALLEST_BITS = 2048
_LARGEST_BITS = 8192
# A public exponent may be as long as the modulus, and verifying with such a one costs as much as signing;
# everybody uses 65537.
_LARGEST_EXPONENT = 2**32
_LONGEST_PEM = 10_000


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


def load_private_key(pem: str) -> RSAPrivateKey:
    """Return a private key of ours from *pem*, without a password.

    Raises:
        BadSignature: it cannot be read, or is not RSA.
    """
    try:
        # Made here and kept in our own database. To try once more whether its factors are primes takes 90 ms.
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSignature("The private key cannot be read.") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadSignature("The private key is not an RSA key.")
    return key


def generate() -> tuple[str, str]:
    """Return a new RSA-2048 key pair as PEM text: the private half (PKCS#8), then the public half (SPKI)."""
    key = generate_private_key(public_exponent=65537, key_size=_OUR_SIZE_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode("ascii"), public.decode("ascii")
