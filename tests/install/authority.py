"""The authority of the world: pebble, under name and path of the one that is asked where nothing else is said."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fedi_artisan.config import Tls

_DIRECTORY = urlsplit(Tls().directory)
NAME = str(_DIRECTORY.hostname)
API, MANAGEMENT = 14000, 15000
PEBBLE_DIRECTORY = f"https://127.0.0.1:{API}/dir"

_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen {address}:443 ssl;
        server_name {name};
        ssl_certificate {folder}/authority.pem;
        ssl_certificate_key {folder}/authority.key;
        proxy_set_header Host $host;
        location = {path} {{ proxy_pass {pebble}; }}
        location / {{ proxy_pass https://127.0.0.1:{port}; }}
    }}
}}
"""


def lay_out(folder: Path, address: str) -> None:
    """Write into *folder* what pebble, and nginx at *address* in front of it, are started with."""
    _certify(folder / "authority.pem", folder / "authority.key")
    pebble = {
        "listenAddress": f"127.0.0.1:{API}",
        "managementListenAddress": f"127.0.0.1:{MANAGEMENT}",
        "certificate": str(folder / "authority.pem"),
        "privateKey": str(folder / "authority.key"),
        "httpPort": 80,
        "tlsPort": 443,
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": pebble}))
    nginx = _NGINX.format(
        folder=folder, address=address, name=NAME, path=_DIRECTORY.path, pebble=PEBBLE_DIRECTORY, port=API
    )
    (folder / "nginx.conf").write_text(nginx)


def _certify(file: Path, key_file: Path) -> None:
    """Write the certificate of the authority's own addresses, which signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the authority of a test")])
    names = [x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
