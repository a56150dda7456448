"""How passwords are kept: at which cost, one at a time, and without telling who there is."""

import asyncio
import time

from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from fedi_artisan.services.passwords import COST, Cost, Passwords
from tests.house import CHEAP


async def test_the_cost_is_what_is_recommended() -> None:
    """What is kept is argon2id at the second option of RFC 9106, and no two hashes of a password are the same."""
    passwords = Passwords()
    one, other = await passwords.hash("kiln moon jar"), await passwords.hash("kiln moon jar")
    assert extract_parameters(one) == RFC_9106_LOW_MEMORY
    assert one != other
    assert await passwords.matches(one, "kiln moon jar")
    assert not await passwords.matches(one, "kiln moon jug")
    assert not passwords.is_stale(one)


async def test_nobody_takes_as_long_as_somebody() -> None:
    """A password of nobody is compared at the same cost, so that the clock does not tell who there is."""
    passwords = Passwords(Cost(memory_kib=16_384, passes=2, lanes=1))
    kept = await passwords.hash("kiln moon jar")

    async def took(whose: str | None) -> float:
        began = time.process_time()
        assert not await passwords.matches(whose, "wrong horse")
        return time.process_time() - began

    somebody = min([await took(kept) for _ in range(3)])
    nobody = min([await took(None) for _ in range(3)])
    assert 0.5 < nobody / somebody < 2


class Watched(Passwords):
    """Tells how many looked at a password at the same moment."""

    at_work = 0
    most = 0

    def _compare(self, kept: str, given: bytes) -> bool:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        try:
            return super()._compare(kept, given)
        finally:
            self.at_work -= 1


async def test_many_who_try_take_turns() -> None:
    """However many guess at the same moment, one is looked at: the memory of one is all that it ever takes.

    That holds as well for those who go away meanwhile.
    """
    passwords = Watched(CHEAP)
    kept = await passwords.hash("kiln moon jar")
    guesses = [asyncio.create_task(passwords.matches(kept, str(number))) for number in range(50)]
    await asyncio.sleep(0)
    guesses[0].cancel()
    await asyncio.gather(*guesses, return_exceptions=True)
    assert passwords.most == 1


async def test_what_is_no_hash_matches_nothing() -> None:
    """A row that was damaged lets nobody in, and is no failure."""
    for kept in ("", "x", "$argon2id$v=19$m=8,t=1,p=1$x$x"):
        assert not await Passwords(CHEAP).matches(kept, "")


async def test_another_cost_is_still_understood() -> None:
    """Hashes of former versions are compared as they were made, and told apart."""
    former = await Passwords(Cost(memory_kib=16, passes=2, lanes=1)).hash("kiln moon jar")
    assert await Passwords(CHEAP).matches(former, "kiln moon jar")
    assert Passwords(CHEAP).is_stale(former)
    assert COST.memory_kib == 65_536
