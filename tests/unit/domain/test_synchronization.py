"""Which followers are at a server, in one number, and the header that says it (FEP-8fcf)."""

import pytest

from fedi_artisan.domain.synchronization import Synchronization, digest_of, read_header

# The example of the proposal itself.
FOLLOWERS = ("https://testing.example.org/users/1", "https://testing.example.org/users/2")
DIGEST = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
HEADER = (
    'collectionId="https://example.org/users/1/followers", '
    'url="https://example.org/users/1/followers_synchronization", '
    f'digest="{DIGEST}"'
)
SAID = Synchronization(
    collection_uri="https://example.org/users/1/followers",
    url="https://example.org/users/1/followers_synchronization",
    digest=DIGEST,
)


def test_the_digest_is_that_of_the_proposal() -> None:
    """The SHA-256 of every id, XORed, in any order; an id that is named twice counts once."""
    assert digest_of(FOLLOWERS) == digest_of(reversed(FOLLOWERS)) == digest_of(FOLLOWERS * 2) == DIGEST
    assert digest_of(FOLLOWERS[:1]) == "3a06e99569547f444c352ab7f52e4bab207abec5ca6f07b0045cfdc9723f8fa9"
    assert digest_of([]) == "0" * 64


def test_the_header_is_that_of_the_proposal() -> None:
    """What we write is what we read, word for word as in the proposal; order and case of names do not matter."""
    assert SAID.header() == HEADER
    assert read_header(HEADER) == SAID
    assert read_header(", ".join(reversed(HEADER.replace("collectionId", "collectionid").split(", ")))) == SAID
    assert read_header(HEADER.replace(DIGEST, DIGEST.upper())) == SAID


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        HEADER.replace("digest=", "digits="),
        HEADER.replace(DIGEST, DIGEST[1:]),
        HEADER.replace(DIGEST, "x" * 64),
        HEADER + ', url="https://evil.example/"',
        HEADER.replace('"', ""),
        HEADER + ",",
        HEADER.replace("https://example.org", "https://example.org" * 1000),
    ],
)
def test_what_cannot_be_read_says_nothing(header: str) -> None:
    """A header that is broken, short of something, or says something twice counts as none."""
    assert read_header(header) is None
