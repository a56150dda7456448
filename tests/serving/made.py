"""Certificates for a test, made without any authority's help."""

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Maker:
    """Somebody who signs certificates, and is known by one of its own."""

    key: ec.EllipticCurvePrivateKey
    own: x509.Certificate

    def certificate(self, names: Sequence[str] = ("atelier.example",), *, days: int = 90, since: int = 1) -> bytes:
        """Return key and certificate for these names in PEM, which began to hold *since* so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        begins = datetime.now(UTC) - timedelta(days=since)
        made = _signed(key, self.key, names, begins=begins, ends=begins + timedelta(days=days))
        return pem_of(key) + made.public_bytes(Encoding.PEM)

    def roots(self) -> ssl.SSLContext:
        """Return what trusts its certificates and no others."""
        return ssl.create_default_context(cadata=self.own.public_bytes(Encoding.PEM).decode())


def make() -> Maker:
    """Return a new maker of certificates."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, long = datetime.now(UTC), timedelta(days=1000)
    return Maker(key, _signed(key, key, (), begins=now - long, ends=now + long))


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key as it is written in files."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _signed(
    key: ec.EllipticCurvePrivateKey,
    issuer: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    *,
    begins: datetime,
    ends: datetime,
) -> x509.Certificate:
    """Return a certificate for a server with these names, or for the issuer itself where there are none."""
    issuer_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the authority of a test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]) if names else issuer_name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=True)
    return builder.sign(issuer, hashes.SHA256())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
