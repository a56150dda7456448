"""Going round the whole house without a server: what `doctor` does."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from fedi_artisan.app import open_parts
from fedi_artisan.config import Salvaged
from fedi_artisan.domain.clock import Clock, utc_now
from fedi_artisan.domain.house import Check, Verdict
from fedi_artisan.federation.outside import Names, Outside, street
from fedi_artisan.services.house import LOOK_WITHIN_S, go_round, nobody
from fedi_artisan.services.house.looks import bare, furnished
from fedi_artisan.services.house.world import World

# A database that is so need not be opened.
_CLOSED = frozenset({Verdict.BROKEN, Verdict.UNKNOWN})


async def examine(
    salvaged: Salvaged,
    file: Path | None = None,
    *,
    clock: Clock = utc_now,
    world: World | None = None,
    told: Callable[[Check], None] = nobody,
    within_s: float = LOOK_WITHIN_S,
) -> tuple[Check, ...]:
    """Return how the house stands: within twice *within_s*, whatever hangs.

    Where the database is broken, or may not be read, that is what can be known without it.

    Args:
        salvaged: the settings, as far as they can be used.
        file: where they stand.
        clock: what time it is.
        world: what the house stands in; the real one where None.
        told: is told of each check as soon as it is known.
        within_s: how long each look may take. Without the database and with it one goes round after the other.
    """
    config, around = salvaged.config, world or World()
    within = bare(config, file=file, problems=salvaged.problems, world=around)
    outer = street(config, clock, around) if salvaged.addressed else ()
    walking = asyncio.create_task(go_round(outer, told, within_s))
    found = await go_round(within, told, within_s)
    if any(check.name == "database" and check.verdict in _CLOSED for check in found):
        return (*found, *await walking)
    async with open_parts(config, clock=clock, resolver=Names(around)) as parts:
        outside = Outside(config=config, db=parts.db, client=parts.client, clock=clock, world=around)
        asked = outside.looks() if salvaged.addressed else ()
        inner = await go_round((*asked, *furnished(config, parts.db, clock)), told, within_s)
    return (*found, *await walking, *inner)
