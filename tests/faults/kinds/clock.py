"""The clock on the wall jumps by a day, ahead or back, and later to where it was."""

import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta

from tests.faults.kinds.fault import Fault
from tests.faults.promises import wrong
from tests.faults.scene import Scene
from tests.house import until

_DAY = timedelta(days=1)
_NOTICES_WITHIN_S = 10.0
# What has failed often waits up to 21 hours, and never a day.
_LONGEST_WAIT_MS = 22 * 3_600_000
_FAR_OFF = """
    SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting' AND due_at > ?1)
        + (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND due_at > ?1)
        + (SELECT count(*) FROM photo_jobs WHERE due_at > ?1) + (SELECT count(*) FROM hosts WHERE closed_until > ?1)
"""

_WHICH = """
    SELECT 'inbox', activity_uri, attempts, due_at, answer FROM inbox WHERE state = 'waiting' AND due_at > ?1
    UNION ALL SELECT 'delivery', inbox_url, attempts, due_at, answer FROM deliveries
        WHERE state = 'waiting' AND due_at > ?1
    UNION ALL SELECT 'photograph', photo_id, attempts, due_at, '' FROM photo_jobs WHERE due_at > ?1
    UNION ALL SELECT 'host', host, failures, closed_until, '' FROM hosts WHERE closed_until > ?1
"""


@contextlib.asynccontextmanager
async def jump(scene: Scene) -> AsyncIterator[None]:
    """Move it, and move it back; what was to wait for seconds may not wait for a day then."""
    scene.wall.set(scene.chance.choice((_DAY, -_DAY)))
    # Meanwhile nobody's dates are fresh to us, nor ours to others.
    scene.town.is_stale = True
    try:
        yield
    finally:
        scene.wall.set(timedelta())

    async def as_it_should_be() -> bool:
        return not await scene.value(_FAR_OFF, int(time.time() * 1000) + _LONGEST_WAIT_MS)

    try:
        await until(as_it_should_be, "the end of what was put off by the clock", within_s=_NOTICES_WITHIN_S)
    except AssertionError as error:
        async with scene.door() as db, db.read() as tx:
            found = await tx.execute_fetchall(_WHICH, (int(time.time() * 1000) + _LONGEST_WAIT_MS,))
            rows = [tuple(row) for row in found]
        scene.town.wrong.append(wrong(f"{error}: {json.dumps(rows[:3])}"))
    scene.town.is_stale = False


JUMP = Fault(name="clock-jump", around=jump, holds_s=(1.2, 2.5), timed=True)
