"""Waiting for the disk without holding up everybody else."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def to_its_end(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Return what *function* returns, called in a thread.

    Unlike with `asyncio.to_thread`, whoever is cancelled waits for the thread, which cannot be stopped: what it works
    on can be closed or removed after that.
    """
    doing = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        while not doing.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([doing])
        if not doing.cancelled():
            doing.exception()  # it is told to nobody, and nobody shall be warned of that
        raise
