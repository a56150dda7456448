"""What never stands in a log."""

import time

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.domain.tokens import new_token
from fedi_artisan.federation.signatures import keys
from fedi_artisan.serving.masks import Mask

SECRET = "k3y-of-the-bucket"
SETTINGS = {
    "origin": "https://atelier.example",
    "listen": "192.0.2.7:8000",
    "media": {
        "bucket": "photos",
        "bucket_region": "eu-west-3",
        "bucket_key_id": "A1",
        "bucket_secret": SECRET,
    },
}


@pytest.fixture
def mask() -> Mask:
    """What takes secrets out, with these settings."""
    return Mask(parse(SETTINGS))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"cannot sign with {SECRET}!", SECRET),
        (f"GET /studio/welcome/{'a' * 43} failed", "a" * 43),
        ("/studio/welcome/short failed", "short"),
        ("GET https://atelier.example/feed?token=abc&n=1 failed", "abc"),
        ("/oembed?url=https%3A%2F%2Fa.example failed", "a.example"),
        ("https://lea:geheim@other.example/list.csv", "geheim"),
        ("Cookie: studio=abc; studio-device=def", "def"),
        ("{'cookie': 'a=bcd', 'x': 1}", "bcd"),
        ("(b'authorization', b'Bearer bcd')", "bcd"),
        ("fields {'password': 'moon jar kiln', 'next': '/studio'}", "moon"),
        ("fields {'password': 'moon jar kiln', 'next': '/studio'}", "kiln"),
        ('passphrase="four, words; (nobody} \\"knows\\" kiln"', "kiln"),
        ("secret: b'moon jar kiln", "kiln"),
        ('{"passphrase": "moonjar"}', "moonjar"),
        ("code=123456", "123456"),
        ("totp: JBSWY3DPEHPK3PXP", "JBSW"),
        pytest.param(f"session {new_token()} was not found", None, id="session"),
        (f"form {form_token('x')} was not found", form_token("x")),
    ],
)
def test_secrets_are_taken_out(mask: Mask, text: str, secret: str | None) -> None:
    """Settings, links, queries, cookies, passwords, codes: whatever text they stand in, something else stands there."""
    secret = secret or text.split(" ")[1]
    assert secret not in mask(text)
    assert "[secret]" in mask(text) or "?…" in mask(text)


def test_private_keys_are_taken_out(mask: Mask) -> None:
    """Whole, or cut off in the middle; what stands around them stays."""
    pem, _ = keys.generate()
    if "PRIVATE" not in pem:
        pem = keys.generate()[1]
    masked = mask(f"before\n{pem}after")
    assert masked.startswith("before\n[private key]")
    assert masked.endswith("after")
    assert pem.splitlines()[3] not in mask(pem[:400])


@pytest.mark.parametrize(
    "address",
    ["203.0.113.9", "2001:db8::1", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.9", "fe80::1", "2001:DB8::9"],
)
@pytest.mark.parametrize("text", ["{}", "from {}.", "('{}', 5000)", "[{}]:443", "a={},b", "{}: refused"])
def test_addresses_of_visitors_are_taken_out(mask: Mask, address: str, text: str) -> None:
    """In whatever form they are written, and whatever stands around them; and with the setting they stay."""
    assert address not in mask(text.format(address))
    assert "[address]" in mask(text.format(address))
    told = Mask(parse({**SETTINGS, "log": {"addresses": True}}))
    assert told(text.format(address)) == text.format(address)


@pytest.mark.parametrize(
    "text",
    [
        "cannot listen on 192.0.2.7:8000",
        "http://127.0.0.1:8000/ and [::1]:8000 and 0.0.0.0",
        "at 12:30:45, 3 of 4; fedi_artisan.services::x",
        "ab.jpg, version 1.2.3, sha256:0123abcd",
        f"{'0' * 40}.jpg is not there",
        "What now? Nothing.",
        "the password is missing",
        "followers_synchronization of https://other.example/users/bob",
    ],
)
def test_all_else_stays(mask: Mask, text: str) -> None:
    """What helps to find a fault is left: our own addresses, moments, versions, names of files, sentences."""
    assert mask(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "?",
        "a?",
        "//",
        "//a@",
        "1.",
        "1.1.1.",
        ":",
        "::",
        "a",
        "-",
        "cookie:",
        "password=",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_no_text_takes_long(mask: Mask, piece: str) -> None:
    """A stranger's words cannot keep the server busy: twice as long takes about twice the time, and little of it."""
    began = time.process_time()
    mask(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 2
