"""What the machine does at best: RSA alone, in a loop."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

TEXT = b"(request-target): post /ap/inbox\nhost: atelier.example\ndate: Mon, 23 Nov 2026 12:00:00 GMT\n" * 2


def make_key() -> RSAPrivateKey:
    """Return an RSA key of 2048 bits."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def signs_per_s(seconds: float) -> float:
    """Return how many signatures one core makes in a second."""
    key = make_key()
    return _rate(lambda: key.sign(TEXT, PKCS1v15(), SHA256()), seconds)


def verifies_per_s(seconds: float) -> float:
    """Return how many signatures one core verifies in a second."""
    key = make_key()
    signature, public_key = key.sign(TEXT, PKCS1v15(), SHA256()), key.public_key()
    return _rate(lambda: public_key.verify(signature, TEXT, PKCS1v15(), SHA256()), seconds)


def _rate(once: Callable[[], object], seconds: float) -> float:
    """Return how often *once* can be done in a second, tried for so many seconds."""
    began = now = time.perf_counter()
    count = 0
    while now - began < seconds:
        once()
        count += 1
        now = time.perf_counter()
    return count / (now - began)
