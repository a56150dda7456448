"""What was found elsewhere because an artisan looked for it, kept because she does something with it."""

from datetime import datetime

from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.services import arrivals
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import posts, rules
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note


async def remember_post(tx: Tx, uris: Uris, note: Note, author: Known, now: datetime) -> Post:
    """Return what somebody elsewhere wrote as it is kept here; where it is not yet, it is from now on.

    Args:
        tx: the transaction.
        uris: our addresses.
        note: what she wrote, as her own server serves it.
        author: who she is.
        now: the moment.

    Raises:
        BadInput: it is for a few alone, and did not come here as one for somebody of us; or another has its id.
    """
    post = await posts.find(tx, note.uri)
    if post is None:
        await arrivals.keep_found(tx, uris, note, author, now, rules=await rules.read(tx), wanted=True)
        post = await posts.find(tx, note.uri)
    if post is None or post.author is None or post.author.id != author.id:
        raise BadInput("this was written for a few people alone; nothing can be done with it from here")
    return post
