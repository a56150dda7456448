"""What others did that an artisan wants to know of: their words, their likings, and who comes and goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What happened; the value is how the database has it."""

    REPLY = "reply"  # somebody answered a work
    MENTION = "mention"  # somebody wrote to the artisan, or of her by name
    LIKE = "like"
    BOOST = "boost"
    REQUEST = "request"  # somebody asks to follow, and waits
    FOLLOW = "follow"
    MOVE = "move"  # a follower has another account now


class Choice(StrEnum):
    """What the artisan may want to see alone; the value stands in addresses."""

    REPLIES = "replies"
    MENTIONS = "mentions"
    LIKES = "likes"
    BOOSTS = "boosts"
    FOLLOWERS = "followers"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are meant."""
        return _KINDS[self]


_KINDS = {
    Choice.REPLIES: (Kind.REPLY,),
    Choice.MENTIONS: (Kind.MENTION,),
    Choice.LIKES: (Kind.LIKE,),
    Choice.BOOSTS: (Kind.BOOST,),
    Choice.FOLLOWERS: (Kind.REQUEST, Kind.FOLLOW, Kind.MOVE),
}
OF_WORKS = (Kind.REPLY, Kind.LIKE, Kind.BOOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody elsewhere, as she calls herself; *avatar* is a file of our own, or None."""

    uri: str
    url: str
    name: str
    username: str
    host: str
    avatar: str | None

    @property
    def handle(self) -> str:
        """How she is written to."""
        return f"@{self.username}@{self.host}"

    @property
    def called(self) -> str:
        """Her name, or where she gave none, her user name."""
        return self.name or self.username


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote. The HTML is of others still.

    Args:
        id: its row, among replies or mentions.
        uri: its id elsewhere.
        url: where the original stands.
        html: the text.
        language: of the text, as its author says.
        public: whether anybody may read it where it was written.
        shown: whether it stands below the work; None where it has no place there.
        version: rises when the words change, so that nobody approves of what she has not read.
    """

    id: int
    uri: str
    url: str
    html: str
    language: str | None
    public: bool
    shown: bool | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened. Which of the last three there are follows from the kind."""

    kind: Kind
    person: Person
    happened_at: datetime
    unread: bool
    words: Said | None = None
    emoji: str | None = None
    moved_to: Person | None = None


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
