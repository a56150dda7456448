"""What a signature speaks about, and how its address splits; both dialects and both doors share these values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fedi_artisan.errors import BadSignature

# Printable ASCII, less the signs that end each part; "@" in the host would hide a user name.
_URL = re.compile(r"""https?://(?P<host>[!"$-.0->A-~]+)(?P<path>/[!"$->@-~]*)?(?P<query>\?[!"$-~]*)?(?:#[!-~]*)?""")


class Scheme(StrEnum):
    """The two dialects of HTTP signatures spoken between servers."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


class Target(NamedTuple):
    """A request's address, cut where signatures need it; `query` keeps its question mark, or is empty."""

    host: str
    path: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What is signed or verified.

    Args:
        method: in upper case.
        url: the public target: the configured origin, then raw path and query as on the wire.
        headers: names in lower case; repeated lines joined with ", ".
        body: the bytes as they travel.
        sender: the address from which it came, as visitors are counted; empty where it is not known.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    sender: str = ""

    @property
    def needs_digest(self) -> bool:
        """Whether a signature must answer for the body: always, but for questions that carry none."""
        return bool(self.body) or self.method not in {"GET", "HEAD"}

    def target(self) -> Target:
        """Return host, path and query of the address.

        Raises:
            BadSignature: it is not an http(s) address in printable ASCII, or names a user.
        """
        match = _URL.fullmatch(self.url)
        if match is None:
            raise BadSignature("The address of this request cannot be signed.")
        return Target(match["host"], match["path"] or "/", match["query"] or "")


class Reading(NamedTuple):
    """What one dialect found in a request, its key still unknown.

    Args:
        key_id: as the sender gave it, not yet judged.
        signature: the raw RSA signature.
        texts: what may have been signed; one of them must verify.
        created_s: when it was made, in Unix time, as the sender's clock says.
        covered: the names of the headers that it answers for, in lower case.
    """

    key_id: str
    signature: bytes
    texts: tuple[bytes, ...]
    created_s: int
    covered: frozenset[str]
