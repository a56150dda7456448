"""What the server has promised, and what must therefore be there in the end; and what is said of a broken promise."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from fedi_artisan.domain.works import Draft


class Harm(StrEnum):
    """What a fault can do to a promise."""

    LOST = "lost"
    DOUBLED = "doubled"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept, in words."""

    harm: Harm
    what: str

    def __str__(self) -> str:
        """Return it for a person to read."""
        return f"{self.harm}: {self.what}"


def lost(what: str) -> Broken:
    """Return that something is not there, or did not happen."""
    return Broken(Harm.LOST, what)


def doubled(what: str) -> Broken:
    """Return that something is there, or happened, more than once."""
    return Broken(Harm.DOUBLED, what)


def wrong(what: str) -> Broken:
    """Return that something is otherwise than it was promised, or nobody was ever promised it."""
    return Broken(Harm.WRONG, what)


def differing(name: str, found: int) -> Broken:
    """Return what it means that *name* is there so often, and not once."""
    return (doubled if found else lost)(f"{name} is there {found} times")


@dataclass
class Promises:
    """What the server has promised, and what must therefore be there in the end."""

    # Others
    accepted: set[str] = field(default_factory=set)
    forged: set[str] = field(default_factory=set)
    repeated: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    follows: dict[str, str] = field(default_factory=dict)  # every accepted Follow: its id → the actor
    followers: dict[str, str] = field(default_factory=dict)
    reactions: dict[tuple[str, str, str], str] = field(default_factory=dict)  # actor, type, work → id
    replies: dict[str, str] = field(default_factory=dict)  # note → actor
    messages: dict[str, str] = field(default_factory=dict)  # note, written to the artisan alone → actor
    quotes: dict[str, str] = field(default_factory=dict)  # post that quotes → id of the request
    # The artisan
    works: dict[str, Draft | None] = field(default_factory=dict)  # uid → as last published; None once withdrawn
    kept: list[str] = field(default_factory=list)  # uids of works that will not be withdrawn
    said: dict[str, list[str]] = field(default_factory=dict)  # subject → ids of what was said of it, in order
    owed: dict[str, set[str]] = field(default_factory=dict)  # id of an activity → inboxes that must get it


@dataclass
class Own:
    """What the artisan was told in the studio that it is done; by words that stand nowhere else.

    Args:
        posts: what she says besides works → whether it still stands.
        answered: the rows of messages that she has answered.
        drafts: the addresses of works in writing → the title that was kept.
        scheduled: titles of works that are to go out in half a day, and not before.
        titles: works that are out → whether they still stand.
        photographed: titles of works that show a photograph.
        followed: ids of people whom she follows.
        blocked: ids of people whom she blocks.
    """

    posts: dict[str, bool] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    drafts: dict[str, str] = field(default_factory=dict)
    scheduled: set[str] = field(default_factory=set)
    titles: dict[str, bool] = field(default_factory=dict)
    photographed: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)

    def count(self) -> int:
        """Return how much was promised."""
        return sum(
            map(len, (self.posts, self.answered, self.drafts, self.scheduled, self.titles, self.followed, self.blocked))
        )
