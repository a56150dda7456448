"""What those whom an artisan follows publish, as it comes to her."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.conversation import Branch
from fedi_artisan.domain.people import Person
from fedi_artisan.domain.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post as she reads it.

    Args:
        post: what was said.
        liked, shared: whether she has.
        sharer: who of those whom she follows showed it to her, where it is by somebody else.
        shown: whether it is shown in a conversation of hers; None where that is not for her to say.
        waits: whether she has not said yet whether it is.
        version: rises when the words change, so that nobody approves of what she has not read.
        quotable: whether its author lets her quote it, or at least lets her ask.
        quoted: the post that it quotes, where that is here and she may read it.
    """

    post: Post
    version: int
    liked: bool = False
    shared: bool = False
    sharer: Person | None = None
    shown: bool | None = None
    waits: bool = False
    quotable: bool = False
    quoted: Post | None = None

    @property
    def uri(self) -> str:
        """The id of the post."""
        return self.post.uri

    @property
    def in_reply_to(self) -> str | None:
        """The id of what it answers."""
        return self.post.in_reply_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A place in the timeline: when something was published or shared, and the row of the post."""

    at: datetime
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the timeline, the newest first; *older* is the place below which the next one begins, if any."""

    entries: Sequence[Entry]
    older: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation as far as it is known here.

    Args:
        branches: what was said, each answer below what it answers.
        answers_uri: the id of what the first of it answers and is no post that is known here; or None.
        above_id: the row of a post in which it goes on above, where it is too long to be shown at once.
        more: whether there is more below than is shown.
        taken_back: whether something above the post was withdrawn here.
    """

    branches: Sequence[Branch[Entry]]
    answers_uri: str | None
    above_id: int | None
    more: bool
    taken_back: bool
