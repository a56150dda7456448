"""What the tests of limits share."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Have them run on the loop on which `serve` runs, as sockets are its business."""
    return {"uvloop": uvloop.new_event_loop}
