"""What people elsewhere say, put straight into the database."""

from datetime import datetime

from fedi_artisan.storage import mentions, posts
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab.notes import Note


async def answer(tx: Tx, note: Note, *, work_id: int, actor_id: int, now: datetime) -> None:
    """Let somebody answer a work; it waits for approval."""
    await posts.insert(tx, note, actor_id=actor_id, place=Place(work_id=work_id), approved=False, now=now)


async def write_to(tx: Tx, note: Note, *, artisan_id: int, actor_id: int, now: datetime) -> None:
    """Let somebody write to an artisan; the newest are kept."""
    await posts.insert(tx, note, actor_id=actor_id, place=Place(), addressed=[artisan_id], approved=False, now=now)
    await mentions.prune(tx, artisan_id, actor_id)
