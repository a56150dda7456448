"""Saying something: an activity becomes a row, and a row for each inbox it must reach."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.storage import deliveries
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import json


async def say(
    tx: Tx,
    artisan: Artisan,
    document: Mapping[str, object],
    *,
    subject_uri: str,
    inbox_urls: Iterable[str],
    now: datetime,
    public: bool = False,
) -> None:
    """Enqueue the activity *document*, which is about *subject_uri*, for each of the inboxes."""
    said = deliveries.Said(
        uri=str(document["id"]),
        artisan_id=artisan.id,
        type=str(document["type"]),
        subject_uri=subject_uri,
        public=public,
        body=json.dumps(document),
    )
    await deliveries.enqueue(tx, said, inbox_urls, now)
