"""What artisans say besides their works, for visitors: the journal, and the page of each post."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.conversation import count
from fedi_artisan.domain.policies import is_closed, is_shut
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import Gone, NotFound
from fedi_artisan.language import translation
from fedi_artisan.services import speaking
from fedi_artisan.storage import artisans, conversation, own_posts, posts, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.places import Place
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import leaf_of, number_of
from fedi_artisan.web.people.public import REPLIES_BELOW_WORK, asked_artisan
from fedi_artisan.web.people.shell import shell_of
from fedi_artisan.web.people.showing import show
from fedi_artisan.web.programs import discovery
from fedi_artisan.web.programs.reservation import refused_by_any

ENTRIES_PER_PAGE = 20


async def journal(request: Request) -> Response:
    """Return the journal of the artisan of the path, or of everybody here; `?page=2` has what was before.

    Raises:
        NotFound: there is nobody of this name, or nothing in it.
        NoSuchPage: it is not that long.
    """
    site, number = site_of(request), number_of(request)
    async with site.db.read() as tx:
        artisan, everybody = await asked_artisan(request, tx)
        shell = await shell_of(tx, artisan)
        found = await own_posts.list_entries(
            tx,
            artisan_id=None if artisan is None else artisan.id,
            limit=ENTRIES_PER_PAGE + 1,
            offset=(number - 1) * ENTRIES_PER_PAGE,
        )
    leaf = leaf_of(number, found, ENTRIES_PER_PAGE)
    if not found:
        raise NotFound("there is nothing in the journal yet")
    path = shell.path("journal")
    name = translation(negotiate.spoken(request, further=shell.tongues).interface).gettext("Journal")
    return show(
        request,
        "journal.html",
        canonical=f"{site.uris.origin}{path}",
        ai_refused=refused_by_any(everybody) if artisan is None else artisan.terms.ai_refused,
        shell=shell,
        keeps=("page",),
        entries=leaf.items,
        leaf=leaf,
        list_path=path,
        makers={} if artisan is not None else {maker.id: maker for maker in everybody},
        place="journal",
        **discovery.of_journal(request, shell, leaf.items, name=name),
    )


async def post(request: Request) -> Response:
    """Return the page of one post: an entry of a journal with its conversation, or an answer.

    Raises:
        NotFound: there was never such a post, or none that everybody may read.
        Gone: it was withdrawn.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        found = await own_posts.get(tx, request.path_params["uid"])
        if not found.visibility.is_public:
            raise NotFound("there is no such post")
        if found.withdrawn_at is not None:
            raise Gone("this post was withdrawn")
        artisan = await artisans.get(tx, found.artisan_id or 0)
        shell = await shell_of(tx, artisan)
        replies = await conversation.list_shown(tx, Place(journal_id=found.id), REPLIES_BELOW_WORK)
        reception = await speaking.reception(tx, found)
        work, answered = await _answered(tx, found)
    return show(
        request,
        "post.html",
        canonical=site.uris.post_url(found.uid or ""),
        ai_refused=artisan.terms.ai_refused,
        document_uri=found.uri if found.visibility.is_sent else None,
        nothing_to_find=not found.is_entry,
        shell=shell,
        texts_in=[found.language or artisan.language],
        post=found,
        replies=replies,
        answers=count(replies),
        reception=reception,
        is_shut=is_shut(artisan.policy, closed=is_closed(artisan.policy, found.published_at, site.clock())),
        work=work,
        answered=answered,
        place="journal" if found.is_entry else "",
        **discovery.of_post(request, shell, artisan, found),
    )


async def _answered(tx: Tx, post: Post) -> tuple[Work | None, Post | None]:
    """Return the work, or else the post, in whose conversation a post stands or which it answers, if it is to be seen.

    What is not for everybody is not even named.
    """
    if post.work_id is not None:
        [work] = await works.list_these(tx, [post.work_id])
        return (work if work.withdrawn_at is None and work.draft.audience.opens else None), None
    above = await posts.find(tx, post.in_reply_to) if post.in_reply_to is not None else None
    if above is None or above.withdrawn_at is not None or not above.visibility.is_public:
        return None, None
    return None, above
