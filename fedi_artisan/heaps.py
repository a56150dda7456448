"""How the C library keeps what this program lets go of; others than glibc have other ways, and are left alone."""

import asyncio

GIVE_BACK_EVERY_S = 60.0
_M_ARENA_MAX = -8  # malloc.h
_HEAPS = 2


def keep_few() -> None:
    """Have all threads share two heaps; to be said before the first of them starts (mallopt(3)).

    Left to itself, glibc makes a heap for each thread, up to eight for each core. What is freed in one is not there for
    the others.
    """
    _call("mallopt", _M_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Give memory that is free back to the system (malloc_trim(3)).

    By itself glibc does so at the end of a heap alone: what one busy minute took would be held for ever.
    """
    _call("malloc_trim", 0)


async def keep_giving_back() -> None:
    """Give free memory back once a minute, until cancelled; it takes a few milliseconds, beside all else."""
    while True:
        await asyncio.sleep(GIVE_BACK_EVERY_S)
        await asyncio.to_thread(give_back)


def _call(name: str, *numbers: int) -> None:
    """Call a function of the C library, where it has it."""
    import ctypes  # noqa: PLC0415 - for who serves alone; commands do without it

    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)
