"""What is changed of published works at a stroke: one that was sold, several that belong together."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Work
from fedi_artisan.services import works as works_service
from fedi_artisan.storage.db import Tx


async def set_availability(
    tx: Tx, uris: Uris, chosen: Iterable[Work], availability: Availability | None, now: datetime
) -> int:
    """Let works be available, sold … and tell everybody who was told of them; return how many were not so before."""
    changed = [work for work in chosen if work.draft.availability is not availability]
    for work in changed:
        await works_service.revise(tx, uris, work, dataclasses.replace(work.draft, availability=availability), now)
    return len(changed)


async def set_series(tx: Tx, uris: Uris, chosen: Iterable[Work], name: str | None, now: datetime) -> int:
    """Let works stand in the series of this name, new or not, or in none; return how many were not there before.

    Raises:
        BadInput: no series can be called so.
    """
    changed = [work for work in chosen if work.draft.series != name]
    for work in changed:
        await works_service.revise(tx, uris, work, dataclasses.replace(work.draft, series=name), now)
    return len(changed)
