"""The certificate that visitors are shown: it can be another one from one moment to the next, and nobody is cut off."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

_SPREAD_BYTES = 4
# With forward secrecy and authenticated encryption only; TLS 1.3 has no others.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is known of a certificate: its *names*, when it holds, and its share of chance for renewals, 0 to 1."""

    names: frozenset[str]
    begins: datetime
    ends: datetime
    spread: float


class Shown:
    """Shows what lies in a file, key and chain together; a class because of the context that new visitors meet.

    Until there is a certificate, a handshake ends before anything is said.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self.certificate: Certificate | None = None
        self.context = _context()

    def refresh(self) -> None:
        """Show what lies in the file now; whoever is in already keeps the one he met.

        Raises:
            OSError, ValueError: there is none that could be shown; the one before it goes on being shown.
        """
        stat = self._file.stat()
        seen = stat.st_mtime_ns, stat.st_ino
        if seen == self._seen:
            return
        certificate = _read(self._file.read_bytes())
        # Tried apart first: a key that does not fit must not come between the one before it and its visitors.
        _context().load_cert_chain(self._file)
        self.context.load_cert_chain(self._file)
        self.certificate, self._seen = certificate, seen


def _context() -> ssl.SSLContext:
    """Return how TLS is spoken here, with no certificate yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    return context


def _read(pem: bytes) -> Certificate:
    """Return what is known of the first certificate in *pem*, which is the server's.

    Raises:
        ValueError: there is none, or it is broken.
    """
    first = x509.load_pem_x509_certificates(pem)[0]
    try:
        named = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise ValueError("it names nobody") from None
    addresses = (str(address) for address in named.get_values_for_type(x509.IPAddress))
    return Certificate(
        names=frozenset((*named.get_values_for_type(x509.DNSName), *addresses)),
        begins=first.not_valid_before_utc,
        ends=first.not_valid_after_utc,
        spread=int.from_bytes(first.fingerprint(hashes.SHA256())[:_SPREAD_BYTES]) / (1 << 8 * _SPREAD_BYTES),
    )
