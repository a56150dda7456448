"""What a browser keeps for us for a few minutes: it can read it, not change it, and nobody else can bring it back."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta

from fedi_artisan.domain.clock import Clock

_SECRET_BYTES = 32
_NONCE_BYTES = 16
_MAC_BYTES = hashlib.sha256().digest_size
_LONGEST = 2_000


class Seals:
    """Seals and opens. A class because of its secret, which nobody else has, and of the seals that count no more.

    The secret is new at each start: what was sealed before a restart has to be asked for again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(_SECRET_BYTES)
        self._spent: dict[bytes, datetime] = {}

    def seal(self, purpose: str, holder: str, words: str, lasts: timedelta) -> str:
        """Return *words* sealed, as letters that stand in a form.

        Args:
            purpose: what it is good for; for nothing else.
            holder: what whoever brings it back has to have as well: the token in a cookie.
            words: what is sealed.
            lasts: how long it can be opened.
        """
        until_ms = int((self._clock() + lasts).timestamp() * 1000)
        text = json.dumps([until_ms, secrets.token_hex(_NONCE_BYTES), words]).encode()
        return base64.urlsafe_b64encode(self._mac(purpose, holder, text) + text).decode()

    def open(self, purpose: str, holder: str, sealed: str) -> str | None:
        """Return what was sealed; None where it is for something or somebody else, too old, spent, or not by us."""
        content = _decoded(sealed)
        if content is None or not holder:
            return None
        mac, text = content[:_MAC_BYTES], content[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(purpose, holder, text)) or mac in self._spent:
            return None
        until_ms, _, words = json.loads(text)
        return str(words) if self._clock().timestamp() * 1000 < until_ms else None

    def spend(self, sealed: str) -> bool:
        """Have a seal that was opened count no more; return False where it did not any more before.

        Call it when what it was for has come about. Only she can have it come about, so nobody else fills this memory.
        """
        content = _decoded(sealed)
        if content is None or content[:_MAC_BYTES] in self._spent:
            return False
        now = self._clock()
        self._spent = {mac: until for mac, until in self._spent.items() if until > now}
        self._spent[content[:_MAC_BYTES]] = datetime.fromtimestamp(json.loads(content[_MAC_BYTES:])[0] / 1000, UTC)
        return True

    def _mac(self, purpose: str, holder: str, text: bytes) -> bytes:
        bound = json.dumps([purpose, holder]).encode() + b"\0" + text
        return hmac.digest(self._secret, bound, "sha256")


def _decoded(sealed: str) -> bytes | None:
    """Return the bytes of what may be a seal."""
    if len(sealed) > _LONGEST:
        return None
    try:
        content = base64.b64decode(sealed.encode("ascii"), b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    # The last letter has bits to spare: only as we write them is it the same seal.
    is_ours = len(content) > _MAC_BYTES and base64.urlsafe_b64encode(content).decode() == sealed
    return content if is_ours else None
