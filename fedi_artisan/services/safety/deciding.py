"""What becomes of that which is held back."""

from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.safety import Deed, Judgement, Verdict
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import NotFound
from fedi_artisan.services.safety import people
from fedi_artisan.storage import conversation, held, moderation_log, posts
from fedi_artisan.storage.db import Tx


async def heed(tx: Tx, uri: str, judgement: Judgement) -> None:
    """Do with the post *uri*, which is stored, as was judged: hold it, put it behind a warning, or keep it quiet."""
    if judgement.verdict is Verdict.HOLD and judgement.reason is not None:
        await held.hold(tx, uri, judgement.reason, judgement.detail)
    if judgement.warning:
        await held.warn(tx, uri, judgement.warning)
    if judgement.quiet:
        await held.keep_quiet(tx, uri)


async def show(tx: Tx, artisan: Artisan, uri: str, now: datetime) -> None:
    """Let a post that is held stand where it belongs; below a work or a post of hers, where anybody may read it.

    Raises:
        NotFound: nothing of that id is held for her any more.
    """
    post = await _held(tx, artisan, uri)
    await held.release(tx, post.id)
    if post.visibility.is_public and (post.work_id is not None or post.journal_id is not None):
        await conversation.set_approved(tx, post.id, approved=True)
    await moderation_log.write(tx, artisan.id, Deed.SHOW, uri, called=_called(post), why="", now=now)


async def remove(tx: Tx, artisan: Artisan, uri: str, now: datetime) -> None:
    """Forget a post that is held; it stays where it was written.

    Raises:
        NotFound: nothing of that id is held for her any more.
    """
    post = await _held(tx, artisan, uri)
    await held.remove(tx, post.id)
    await moderation_log.write(tx, artisan.id, Deed.REMOVE, uri, called=_called(post), why="", now=now)


async def block_author(tx: Tx, uris: Uris, artisan: Artisan, uri: str, now: datetime) -> None:
    """Part from whoever wrote a post that is held, and forget it.

    Raises:
        NotFound: nothing of that id is held for her any more.
    """
    post = await _held(tx, artisan, uri)
    if post.author is not None:
        await people.block(tx, uris, artisan, post.author.uri, now)
    await held.remove(tx, post.id)


async def _held(tx: Tx, artisan: Artisan, uri: str) -> Post:
    """Return a post that is held for an artisan."""
    post_id = await held.find(tx, artisan.id, uri)
    post = None if post_id is None else await posts.find_by_id(tx, post_id)
    if post is None:
        raise NotFound("this was decided already, or taken back")
    return post


def _called(post: Post) -> str:
    return post.author.handle if post.author is not None else post.uri
