"""How two servers compare which of one's people follow somebody at the other, without telling who (FEP-8fcf)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

HEADER = "collection-synchronization"
_LONGEST = 8192
_PARAMETER = r'[A-Za-z]+="[^"\\]*"'
_PARAMETERS = re.compile(rf"{_PARAMETER}(?:[ \t]*,[ \t]*{_PARAMETER})*")
_ONE = re.compile(r'([A-Za-z]+)="([^"\\]*)"')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronization:
    """What a sender says about its followers at the receiving server.

    Args:
        collection_uri: whose followers: the id of the whole collection.
        url: where those of the receiving server are listed, for that server alone.
        digest: of their ids, as `digest_of` makes it.
    """

    collection_uri: str
    url: str
    digest: str

    def header(self) -> str:
        """Return it as the value of the header."""
        return f'collectionId="{self.collection_uri}", url="{self.url}", digest="{self.digest}"'


def read_header(value: str) -> Synchronization | None:
    """Return what a header says; None where it cannot be read, lacks something, or says anything twice."""
    if len(value) > _LONGEST or not _PARAMETERS.fullmatch(value):
        return None
    pairs = _ONE.findall(value)
    given = {name.lower(): text for name, text in pairs}
    if len(given) != len(pairs) or not {"collectionid", "url", "digest"} <= given.keys():
        return None
    digest = given["digest"].lower()
    if not _DIGEST.fullmatch(digest):
        return None
    return Synchronization(collection_uri=given["collectionid"], url=given["url"], digest=digest)


def digest_of(uris: Iterable[str]) -> str:
    """Return the digest of these ids, each counted once: the SHA-256 of each, all XORed together.

    >>> digest_of([])[:8]
    '00000000'
    """
    total = 0
    for uri in set(uris):
        total ^= int.from_bytes(hashlib.sha256(uri.encode()).digest())
    return f"{total:064x}"
