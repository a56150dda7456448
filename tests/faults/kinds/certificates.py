"""A server with a certificate that nobody vouches for."""

import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fedi_artisan.domain.clock import utc_now
from tests.neighbour import Person, key


@contextlib.asynccontextmanager
async def open_impostor() -> AsyncIterator[Person]:
    """Give somebody who lives at such a server, which runs while the block lasts."""
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_self_signed()).start()
        yield Person(f"https://127.0.0.1:{runner.addresses[0][1]}/users/impostor", key())
    finally:
        await runner.cleanup()


def _self_signed() -> ssl.SSLContext:
    """Return what a server needs that signs its own certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mastodon.example")])
    made = x509.CertificateBuilder(name, name, key().public_key(), x509.random_serial_number())
    made = made.not_valid_before(utc_now() - timedelta(days=9)).not_valid_after(utc_now() + timedelta(days=9))
    with tempfile.TemporaryDirectory() as place:
        files = Path(place, "certificate.pem"), Path(place, "key.pem")
        files[0].write_bytes(made.sign(key(), SHA256()).public_bytes(Encoding.PEM))
        files[1].write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        return context
