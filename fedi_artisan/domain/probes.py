"""How this server knows its own question when that comes back through the world.

`doctor` is another program than the running server, but both can read the server's private key: a tag made with it
proves that the house asks itself. To everybody else the address of a probe is one where there is nothing.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

# As long as the slowest way round may take; whoever sees one on its way can do no more than ask the same again.
LASTS = timedelta(seconds=60)
# Of what is sent so much is looked at as a whole; of all the rest only how much it is.
MOST_BYTES = 2_000_000
# What a form adds to the photograph in it.
FORM_BYTES = 100_000
# One lies where other servers knock, one where photographs are brought: what stands in front may treat them otherwise.
AMONG_SERVERS = "/ap/probe/"
IN_THE_STUDIO = "/studio/house/probe/"

_TOKEN = re.compile(r"(?P<until>[0-9]{13})-(?P<tag>[0-9a-f]{64})")


def token(secret: str, now: datetime) -> str:
    """Return what a question begins with, good for a minute; *secret* is the private key of the server, as PEM."""
    until_ms = int((now + LASTS).timestamp() * 1000)
    return f"{until_ms}-{_tag(secret, until_ms)}"


def may_be(text: str, now: datetime) -> bool:
    """Whether *text* looks like one of this minute: for others the key need not be looked for."""
    found = _TOKEN.fullmatch(text)
    return found is not None and timedelta(0) < _until(found) - now <= LASTS


def is_ours(text: str, secret: str, now: datetime) -> bool:
    """Whether *text* was made with *secret* within the last minute; how long it takes to say so tells nothing."""
    found = _TOKEN.fullmatch(text)
    if found is None or not may_be(text, now):
        return False
    return hmac.compare_digest(_tag(secret, int(found["until"])), found["tag"])


def _until(found: re.Match[str]) -> datetime:
    from_1970 = timedelta(milliseconds=int(found["until"]))
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + from_1970


def _tag(secret: str, until_ms: int) -> str:
    return hmac.digest(secret.encode(), f"probe {until_ms}".encode(), hashlib.sha256).hex()
