"""What somebody says that is no work, and who may read it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.people import Person
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.texts import check_language, check_text, say
from fedi_artisan.errors import BadInput

LONGEST_POST = 5_000
LONGEST_WARNING = 200
# More than four are not shown by Mastodon (WIRE 4.3), and a post has no page elsewhere that would show the others.
MOST_PICTURES = 4
MOST_MENTIONS = 20
# A handle in a text; what stands before it must not make it the middle of something else.
HANDLE = (
    r"(?<![\w@/.-])@(?P<name>[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)"
    r"@(?P<place>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?)"
)
_HANDLE = re.compile(HANDLE)


class Visibility(StrEnum):
    """Who may read a post, and where it appears.

    Source: ActivityPub 5.6; that `as:Public` in `cc` alone means unlisted is Mastodon's custom, followed by all.
    """

    PUBLIC = "public"
    """Everybody, and it appears wherever public posts are listed."""

    UNLISTED = "unlisted"
    """Everybody who comes across it; lists of public posts leave it out."""

    FOLLOWERS = "followers"
    """Those who follow its author, and whom it mentions."""

    DIRECT = "direct"
    """Only those whom it is addressed to by name."""

    WEB = "web"
    """Ours alone: everybody, on the pages of the site; it is sent to nobody."""

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it who knows where it stands."""
        return self not in {Visibility.FOLLOWERS, Visibility.DIRECT}

    @property
    def is_sent(self) -> bool:
        """Whether other servers are told of it."""
        return self is not Visibility.WEB

    def narrowed(self, other: "Visibility") -> "Visibility":
        """Return which of both has fewer readers."""
        return max(self, other, key=list(Visibility)[:-1].index)

    @property
    def is_listed(self) -> bool:
        """Whether it stands where visitors look around here."""
        return self in {Visibility.PUBLIC, Visibility.WEB}

    def within(self, other: "Visibility") -> "Visibility":
        """Return for whom an answer of this visibility is to what has the *other*: for nobody who cannot read that.

        What is on our pages alone is answered there alone, and nothing else is.
        """
        if Visibility.WEB in {self, other}:
            return Visibility.WEB if other is Visibility.WEB else Visibility.UNLISTED.within(other)
        return max(self, other, key=_NARROWER.index)

    def can_become(self, other: "Visibility") -> bool:
        """Whether what was published so can be for *other* readers instead: nobody unlearns what she was told."""
        return self is other or {self, other} == {Visibility.PUBLIC, Visibility.UNLISTED}


_NARROWER = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in a post of somebody else: where it stands, and what it shows; sizes are zero where not said."""

    url: str
    alt: str = ""
    width_px: int = 0
    height_px: int = 0
    blurhash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody whom a post names: her id, the handle by which it does (@name@place), and her page, where known."""

    uri: str
    handle: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """What an artisan is about to say; every field has been checked.

    Args:
        text: Markdown.
        in_reply_to: the id of what it answers: a post of anybody, or a work of ours.
        warning: what stands in front of it.
        sensitive: whether its pictures are not for every moment.
        photos: her own, with what they show; none stands anywhere else.
        mentions: whom the text names, as found out before.
        quote_uri: the id of what it quotes.
    """

    text: str
    visibility: Visibility = Visibility.PUBLIC
    in_reply_to: str | None = None
    warning: str = ""
    sensitive: bool = False
    language: str = "en"
    photos: tuple[Photo, ...] = ()
    mentions: tuple[Mention, ...] = ()
    quote_uri: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no page and no server could show.

        Raises:
            BadInput: with what to change.
        """
        if not self.text.strip() and not self.photos:
            raise BadInput("There is nothing to say yet: write something, or add a picture.")
        check_text(say("text"), self.text, LONGEST_POST)
        check_text(say("warning"), self.warning, LONGEST_WARNING)
        check_language(self.language)
        if len(self.photos) > MOST_PICTURES:
            raise BadInput("a post can have up to {most} pictures", most=MOST_PICTURES)
        if len(self.mentions) > MOST_MENTIONS:
            raise BadInput("a post can name up to {most} people", most=MOST_MENTIONS)


def handles_in(text: str) -> tuple[str, ...]:
    """Return the handles that a text names, each once, in their order and letters: `@bob@place.example`."""
    found = {match[0].casefold(): match[0] for match in reversed([*_HANDLE.finditer(text)])}
    return tuple(reversed(found.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What somebody said. Either *author* wrote it elsewhere, or the artisan of the row *artisan_id* here.

    Args:
        uid: of ours, the last part of its id.
        work_id, journal_id: in whose conversation it stands: the row of the work, or of the post of ours.
        url: its page for people.
        html: its text, safe to show; *source* is what was typed, of ours.
        warning: what stands in front of it; *sensitive* whether its pictures are not for every moment.
        approved: whether it is shown below what it answers.
        received_at: when its words came here as they are now.
        withdrawn_at: when we took it back.
        photos: of ours, its pictures; *pictures* are those of others.
        featured: of ours, whether it is shown first on other servers.
        quote_stamp_uri: of ours, the permission to quote what it quotes, once it is given.
    """

    id: int
    uri: str
    uid: str | None
    author: Person | None
    artisan_id: int | None
    type: str
    visibility: Visibility
    in_reply_to: str | None
    work_id: int | None
    journal_id: int | None
    url: str
    title: str
    html: str
    source: str | None
    warning: str
    sensitive: bool
    language: str | None
    pictures: tuple[Picture, ...]
    mentions: tuple[Mention, ...]
    quote_uri: str | None
    approved: bool
    published_at: datetime
    updated_at: datetime | None
    received_at: datetime
    edits: int
    withdrawn_at: datetime | None
    photos: tuple[Photo, ...] = ()
    featured: bool = False
    quote_stamp_uri: str | None = None

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a journal of ours."""
        return self.artisan_id is not None and self.in_reply_to is None and self.visibility.is_listed


def draft_of(post: Post) -> PostDraft:
    """Return what a post of ours says, as it can be revised."""
    return PostDraft(
        text=post.source or "",
        visibility=post.visibility,
        in_reply_to=post.in_reply_to,
        warning=post.warning,
        sensitive=post.sensitive,
        language=post.language or "en",
        photos=post.photos,
        mentions=post.mentions,
        quote_uri=post.quote_uri,
    )
