"""The page of what happened: to each work, and to the artisan. Reading it changes nothing; she says when she has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.happenings import Choice, Group, Kind, Strand
from fedi_artisan.domain.texts import say
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadInput, NoSuchPage, NotFound
from fedi_artisan.services import conversation, quotes
from fedi_artisan.storage import follow_requests, followers, happenings, held, works
from fedi_artisan.storage.db import Tx, from_ms, to_ms
from fedi_artisan.web.context import site_of
from fedi_artisan.web.people.paging import Leaf, leaf_of, read_number
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show

PATH = "/studio/happened"
GROUPS_PER_PAGE = 10
THINGS_PER_PAGE = 50
# Of each kind, how many of the newest are told of one work before a link leads to the rest.
_MOST = {
    Kind.REPLY: 5,
    Kind.MENTION: 5,
    Kind.MESSAGE: 8,
    Kind.ANSWER: 5,
    Kind.POST_LIKE: 8,
    Kind.POST_BOOST: 8,
    Kind.QUOTE: 5,
    Kind.LIKE: 8,
    Kind.BOOST: 8,
    Kind.REQUEST: 8,
    Kind.FOLLOW: 8,
    Kind.MOVE: 8,
}
# What happens to the artisan, and not to one of her works.
_OF_HER = frozenset(
    {Choice.MENTIONS, Choice.QUOTES, Choice.ANSWERS, Choice.POST_LIKES, Choice.POST_BOOSTS, Choice.WAITING}
)
# What is told in groups alone, or elsewhere.
_NO_LISTS = frozenset({Choice.FOLLOWERS, Choice.POSTS, Choice.MESSAGES})
_LONGEST_UID = 26
_LONGEST_MOMENT = 14  # digits; far in the future, and a moment still
_QUOTE_GONE = say("This quote is not there any more.")
_GONE = say("Whoever wrote this has taken it back.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of it she wants to see: one sort, of one work (its uid), and which page."""

    choice: Choice | None = None
    about: str = ""
    number: int = 1

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are shown."""
        return tuple(Kind) if self.choice is None else self.choice.kinds

    @property
    def is_list(self) -> bool:
        """Whether one sort of things is listed to its end."""
        return bool(self.about) or self.choice in _OF_HER

    def to(self, *, page: int | None = None) -> str:
        """Return where this is shown, or another *page* of it."""
        number = page or self.number
        asked = {"show": self.choice, "about": self.about, "page": number if number > 1 else ""}
        given = {name: value for name, value in asked.items() if value}
        return f"{PATH}?{urlencode(given)}" if given else PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is on the page: groups, or one strand of one; with all that is said around it."""

    asked: Asked
    groups: Leaf[Group]
    strand: Strand | None
    works: Mapping[int, Work]
    unread: int
    newest_at: datetime | None
    followers: int
    waiting: int
    unsettled: int
    held: int


async def happened(request: Request, studio: Studio) -> Response:
    """Return what happened, the last first.

    Raises:
        NotFound: there is no such sort of things, or no such work of hers.
        NoSuchPage: there is not that much.
    """
    return await _page(request, studio, _asked(request.query_params))


async def read(request: Request, studio: Studio) -> Response:
    """Note that she has read all that had happened when the page was made, and lead back to it."""
    site, until = site_of(request), stored_moment(studio.fields.get("until", ""))
    async with site.db.write() as tx:
        await happenings.mark_read(tx, studio.artisan.id, min(from_ms(until), site.clock()))
    return see(_asked(studio.fields).to())


async def decide(request: Request, studio: Studio) -> Response:
    """Show a reply below what it answers, or not any more, and lead back to it.

    Where it is another by now, or is gone, the page says so, and shows what there is.
    """
    asked, fields = _asked(studio.fields), studio.fields
    uri, version, deed = fields.get("reply", ""), stored_moment(fields.get("version", "")), fields.get("deed", "")
    if deed not in {"show", "hide"}:
        raise BadInput("the form does not say what to do")
    try:
        async with site_of(request).db.write() as tx:
            if deed == "show":
                row = await conversation.show_reply(tx, studio.artisan, uri, version=version)
            else:
                row = await conversation.hide_reply(tx, studio.artisan, uri)
    except NotFound as error:
        return await _page(request, studio, asked, status=error.status, gone=_GONE)
    except BadInput as error:
        return await _page(request, studio, asked, status=error.status, refused=error)
    return see(f"{asked.to()}#reply-{row}")


async def withdraw(request: Request, studio: Studio) -> Response:
    """Take back a permission to quote, and lead back to the page; what is gone already is gone."""
    site, asked = site_of(request), _asked(studio.fields)
    try:
        async with site.db.write() as tx:
            await quotes.withdraw(tx, site.uris, studio.artisan, studio.fields.get("quote", ""), site.clock())
    except NotFound as error:
        return await _page(request, studio, asked, status=error.status, gone=_QUOTE_GONE)
    return see(asked.to())


def stored_moment(text: str) -> int:
    """Return a moment in milliseconds, as our own forms carry it.

    Raises:
        BadInput: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_MOMENT):
        raise BadInput("the form does not say until when")
    return int(text)


def _asked(given: Mapping[str, str]) -> Asked:
    """Return what the parameters of an address, or the fields of a form, ask for.

    Raises:
        NotFound: there is no such sort of things, or no such work.
        NoSuchPage: there is no such page.
    """
    sort, about = given.get("show", ""), given.get("about", "")
    if (sort and sort not in list(Choice)) or len(about) > _LONGEST_UID:
        raise NotFound("there is no such list")
    return Asked(
        choice=Choice(sort) if sort else None,
        about=about,
        number=read_number(given.get("page", "")),
    )


async def _page(
    request: Request,
    studio: Studio,
    asked: Asked,
    *,
    status: int = HTTPStatus.OK,
    gone: str = "",
    refused: BadInput | None = None,
) -> Response:
    """Return the page; *gone* and *refused* say why something could not be done."""
    async with site_of(request).db.read() as tx:
        seen = await _look(tx, studio.artisan.id, asked)
    return show(
        request,
        studio,
        "studio/happened.html",
        status=status,
        seen=seen,
        asked=asked,
        until=0 if seen.newest_at is None else to_ms(seen.newest_at),
        gone=gone,
        refused=refused,
        most_counted=happenings.MOST_COUNTED,
        per_list=THINGS_PER_PAGE,
    )


async def _look(tx: Tx, artisan_id: int, asked: Asked) -> _Seen:
    """Return what there is to see."""
    strand: Strand | None = None
    groups: Leaf[Group] = Leaf(1, [], last=True)
    if asked.is_list:
        strand, ids = await _strand(tx, artisan_id, asked)
    else:
        groups = await _groups(tx, artisan_id, asked)
        ids = [one.work_id for one in groups.items if one.work_id is not None]
    return _Seen(
        asked=asked,
        groups=groups,
        strand=strand,
        works=dict(zip(ids, await works.list_these(tx, ids), strict=True)),
        unread=await happenings.count_unread(tx, artisan_id),
        newest_at=await happenings.find_newest(tx, artisan_id),
        followers=await followers.count(tx, artisan_id),
        waiting=await follow_requests.count(tx, artisan_id),
        unsettled=await happenings.count_waiting(tx, artisan_id),
        held=await held.count(tx, artisan_id),
    )


async def _groups(tx: Tx, artisan_id: int, asked: Asked) -> Leaf[Group]:
    """Return one page of what something happened to."""
    found: Sequence[Group] = await happenings.list_groups(
        tx,
        artisan_id,
        asked.kinds,
        limit=GROUPS_PER_PAGE + 1,
        offset=(asked.number - 1) * GROUPS_PER_PAGE,
        most=_MOST,
    )
    return leaf_of(asked.number, found, GROUPS_PER_PAGE)


async def _strand(tx: Tx, artisan_id: int, asked: Asked) -> tuple[Strand, list[int]]:
    """Return one page of the things of one sort, and the rows of the works that they happened to."""
    if asked.choice is None or asked.choice in _NO_LISTS or (asked.about and asked.choice in _OF_HER):
        raise NotFound("there is no such list")
    limit, offset = THINGS_PER_PAGE, (asked.number - 1) * THINGS_PER_PAGE
    work = await works.find(tx, asked.about) if asked.about else None
    if asked.about and (work is None or work.artisan_id != artisan_id or work.withdrawn_at is not None):
        raise NotFound("there is no such work")
    if asked.choice is Choice.WAITING:
        strand = await happenings.list_waiting(tx, artisan_id, limit=limit, offset=offset)
    else:
        work_id = None if work is None else work.id
        strand = await happenings.get_strand(
            tx, artisan_id, asked.kinds[0], work_id=work_id, limit=limit, offset=offset
        )
    if asked.number > 1 and not strand.newest:
        raise NoSuchPage("this list is not that long")
    about = {thing.work_id for thing in strand.newest} | {None if work is None else work.id}
    return strand, [one for one in about if one is not None]
