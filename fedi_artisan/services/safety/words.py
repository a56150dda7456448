"""Words that an artisan does not want to read."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import Deed
from fedi_artisan.domain.unwanted import MOST_PHRASES, Action, check_phrase
from fedi_artisan.errors import BadInput
from fedi_artisan.storage import moderation_log, unwanted_words
from fedi_artisan.storage.db import Tx


async def add(tx: Tx, artisan: Artisan, phrase: str, now: datetime, *, whole: bool, action: Action) -> None:
    """Hold back, or put behind a warning, whatever has this word or phrase in it, from now on.

    Raises:
        BadInput: it cannot be looked for, or there are too many.
    """
    phrase = check_phrase(phrase)
    if await unwanted_words.count(tx, artisan.id) >= MOST_PHRASES:
        raise BadInput("Up to {most} words and phrases are possible.", most=MOST_PHRASES)
    await unwanted_words.put(tx, artisan.id, phrase, now, whole=whole, action=action)
    await moderation_log.write(tx, artisan.id, Deed.ADD_WORD, phrase, called=phrase, why="", now=now)


async def remove(tx: Tx, artisan: Artisan, word_id: int, now: datetime) -> bool:
    """Forget a word; what is held for its sake waits on. Return whether there was one."""
    phrase = await unwanted_words.delete(tx, artisan.id, word_id)
    if phrase is None:
        return False
    await moderation_log.mark_undone(tx, artisan.id, Deed.ADD_WORD, phrase, now)
    await moderation_log.write(tx, artisan.id, Deed.REMOVE_WORD, phrase, called=phrase, why="", now=now)
    return True
