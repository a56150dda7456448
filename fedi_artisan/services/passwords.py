"""How passwords are kept, and how they are compared. The only file that knows argon2."""

import asyncio
import base64
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from fedi_artisan.domain.passwords import LONGEST, prepared
from fedi_artisan.media.threads import to_its_end

_SALT_BYTES = 16
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one look at a password costs: memory in KiB, how often it is gone over, and in how many threads."""

    memory_kib: int
    passes: int
    lanes: int


# "If much less memory is available", which it is on a small server: 64 MiB, and a tenth of a second.
# Source: RFC 9106 4, second recommended option.
COST = Cost(memory_kib=65_536, passes=3, lanes=4)


class Passwords:
    """Makes and compares hashes. A class because it does one at a time: many who try must not take the memory of all.

    Args:
        cost: of each; hashes that were made at another cost are still understood, and told by `is_stale`.
    """

    def __init__(self, cost: Cost = COST) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys = _hash_of_nothing(cost)
        self._turn = asyncio.Lock()

    async def hash(self, password: str) -> str:
        """Return what is kept of a *password* that was checked."""
        async with self._turn:
            return await to_its_end(self._hasher.hash, password.encode())

    async def matches(self, kept: str | None, typed: str) -> bool:
        """Whether what was *typed* is the password of which *kept* is the hash.

        Where there is no such password, this takes as long as where there is one.
        """
        given = prepared(typed[: LONGEST + 1]).encode("utf-8", "replace")
        async with self._turn:
            return await to_its_end(self._compare, self._nobodys if kept is None else kept, given)

    def is_stale(self, kept: str) -> bool:
        """Whether a hash was made at another cost than is usual now."""
        return self._hasher.check_needs_rehash(kept)

    def _compare(self, kept: str, given: bytes) -> bool:
        try:
            return self._hasher.verify(kept, given)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_nothing(cost: Cost) -> str:
    """Return a hash at this cost that no password has: it takes as long to compare with as any other."""
    salt, made = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (_SALT_BYTES, _HASH_BYTES)
    )
    hash_of_nothing = f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${made}"
    extract_parameters(hash_of_nothing)
    return hash_of_nothing
