"""What signatures take from a request's address."""

import pytest

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import SignedRequest


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example/inbox", ("a.example", "/inbox", "")),
        ("https://a.example", ("a.example", "/", "")),
        ("https://a.example?page=1", ("a.example", "/", "?page=1")),
        ("http://127.0.0.1:8000/ap/actor", ("127.0.0.1:8000", "/ap/actor", "")),
        ("https://[::1]:8443/x", ("[::1]:8443", "/x", "")),
        ("https://a.example/u/%C3%A9;v=1/@m?a=b&c=/?d", ("a.example", "/u/%C3%A9;v=1/@m", "?a=b&c=/?d")),
        ("https://a.example/inbox?", ("a.example", "/inbox", "?")),
        ("https://a.example/a#main-key", ("a.example", "/a", "")),
    ],
)
def test_an_address_is_cut_without_changing_a_letter(url: str, target: tuple[str, str, str]) -> None:
    """Host, path and query are signed as they travel; the fragment does not travel."""
    assert SignedRequest(method="GET", url=url, headers={}).target() == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/inbox",
        "ftp://a.example/",
        "https:///inbox",
        "https://maria@a.example/",
        "https://a.example/a b",
        "https://a.example/é",
        "https://a.example/inbox\nhost: b.example",
        "https://é.example/",
    ],
)
def test_an_address_that_cannot_be_signed_is_refused_by_name(url: str) -> None:
    """An address with a user name, or with letters that no request line holds, is a BadSignature."""
    with pytest.raises(BadSignature):
        SignedRequest(method="GET", url=url, headers={}).target()


@pytest.mark.parametrize(
    ("method", "body", "needed"),
    [("GET", b"", False), ("HEAD", b"", False), ("GET", b"x", True), ("POST", b"x", True), ("POST", b"", True)],
)
def test_every_post_and_every_body_needs_a_digest(method: str, body: bytes, needed: bool) -> None:
    """WIRE 2.1: only a question without a body may go without a digest."""
    assert SignedRequest(method=method, url="https://a.example/", headers={}, body=body).needs_digest is needed
