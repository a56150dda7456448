"""Connections to other servers: none is left behind open, and those still needed are kept."""

import asyncio

from tests.federation.delivering import add_followers, arrived, stands
from tests.federation.letterboxes import Arrival, Letterboxes, Reply, take
from tests.house import House


async def test_a_connection_that_nothing_else_needs_is_closed(house: House, boxes: Letterboxes) -> None:
    """A lone delivery asks for the end of its connection: a thousand servers would leave a thousand open ones."""
    await add_followers(house, boxes.person("bob"))
    await house.publish()
    [arrival] = await arrived(boxes, 1)
    await stands(house, "delivered")
    assert arrival.headers["connection"] == "close"


async def test_deliveries_to_one_host_share_its_connections(house: House, boxes: Letterboxes) -> None:
    """While another is on its way to the same host, a connection is kept: opening one costs several journeys."""
    both = asyncio.Event()

    async def wait_for_both(arrival: Arrival) -> Reply:
        if len(boxes.arrivals) > 1:
            both.set()
        await both.wait()
        return await take(arrival)

    boxes.behave = wait_for_both
    await add_followers(house, *(boxes.person(name, shared=False) for name in ("ada", "bob")))
    await house.publish()
    await stands(house, "delivered", "delivered")
    assert [arrival.headers.get("connection") for arrival in boxes.arrivals] == [None, None]
