"""What others did that an artisan wants to know of: their words, their likings, and who comes and goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.people import Person


class Kind(StrEnum):
    """What happened; the value is how the database has it."""

    REPLY = "reply"  # somebody answered a work
    MENTION = "mention"  # somebody wrote of the artisan by name, for others as well
    MESSAGE = "message"  # somebody wrote to the artisan alone
    LIKE = "like"
    BOOST = "boost"
    QUOTE = "quote"  # somebody was permitted to quote something of hers
    REQUEST = "request"  # somebody asks to follow, and waits
    FOLLOW = "follow"
    ANSWER = "answer"  # somebody answered a post of hers
    POST_LIKE = "post-like"
    POST_BOOST = "post-boost"
    MOVE = "move"  # a follower has another account now


class Choice(StrEnum):
    """What the artisan may want to see alone; the value stands in addresses."""

    REPLIES = "replies"
    MENTIONS = "mentions"
    LIKES = "likes"
    BOOSTS = "boosts"
    MESSAGES = "messages"
    POSTS = "posts"
    ANSWERS = "answers"
    POST_LIKES = "post-likes"
    POST_BOOSTS = "post-boosts"
    QUOTES = "quotes"
    FOLLOWERS = "followers"
    WAITING = "waiting"  # for her to say whether it is shown

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are meant."""
        return _KINDS[self]


_KINDS = {
    Choice.REPLIES: (Kind.REPLY,),
    Choice.MENTIONS: (Kind.MENTION,),
    Choice.LIKES: (Kind.LIKE,),
    Choice.BOOSTS: (Kind.BOOST,),
    Choice.MESSAGES: (Kind.MESSAGE,),
    Choice.POSTS: (Kind.ANSWER, Kind.POST_LIKE, Kind.POST_BOOST),
    Choice.ANSWERS: (Kind.ANSWER,),
    Choice.POST_LIKES: (Kind.POST_LIKE,),
    Choice.POST_BOOSTS: (Kind.POST_BOOST,),
    Choice.QUOTES: (Kind.QUOTE,),
    Choice.FOLLOWERS: (Kind.REQUEST, Kind.FOLLOW, Kind.MOVE),
    Choice.WAITING: (Kind.REPLY, Kind.ANSWER),
}
OF_WORKS = (Kind.REPLY, Kind.LIKE, Kind.BOOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote. The HTML is of others still.

    Args:
        id: its row.
        uri: its id elsewhere.
        url: where the original stands.
        html: the text.
        warning: what stands in front of it, or "".
        pictures: how many come with it.
        language: of the text, as its author says.
        public: whether anybody may read it where it was written.
        direct: whether it is for her alone.
        shown: whether it stands below what it answers; None where it has no place there.
        settled: whether the artisan has said whether it does.
        version: rises when the words change, so that nobody approves of what she has not read.
        answered: whether she has answered it.
    """

    id: int
    uri: str
    url: str
    html: str
    warning: str
    pictures: int
    language: str | None
    public: bool
    direct: bool
    shown: bool | None
    settled: bool
    version: int
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A quote that was permitted: where it stands, and what it quotes; *slug* is of the work, if it is one.

    *uid* is of the permission.
    """

    uid: str
    url: str
    title: str
    slug: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A post of the artisan's to which something happened: its row, what was typed, and what stands in front of it."""

    id: int
    text: str
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened. Which of the last six there are follows from the kind.

    *work_id* is of the work below which an answer waits; *about* is the post of hers to which it happened.
    """

    kind: Kind
    person: Person
    happened_at: datetime
    unread: bool
    words: Said | None = None
    emoji: str | None = None
    moved_to: Person | None = None
    quote: Quoted | None = None
    about: About | None = None
    work_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Of what happened to one work, or to the artisan, the things of one kind: the newest, and how many there are."""

    kind: Kind
    newest: Sequence[Happening]
    count: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What something happened to: the work of this row, or where that is None, the artisan, in one of her *choices*."""

    work_id: int | None
    choice: Choice | None
    newest_at: datetime
    strands: Sequence[Strand] = ()

    @property
    def unread(self) -> int:
        """How much of it the artisan has not read."""
        return sum(strand.unread for strand in self.strands)
