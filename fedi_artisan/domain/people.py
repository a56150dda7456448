"""Somebody elsewhere, as an artisan sees her."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody elsewhere, as she calls herself; *id* is her row, *avatar* a file of our own, or None."""

    id: int
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
class Acquaintance:
    """Somebody elsewhere, with all that was between her and an artisan.

    Args:
        about_html: what she says of herself, safe to show.
        state: of being followed by the artisan: "requested", "accepted", "rejected"; None where that was never asked.
        followed_at: when it was asked.
        follows_at: since when she follows the artisan; None where she does not.
        moved_to_uri: her other account, where she has moved.
        likes, shares: how many works and posts of the artisan she likes, and shares.
        answers: how often she answered them.
        letters: how often she wrote to the artisan alone.
        liked, shared: how many of her posts the artisan likes, and shares.
    """

    person: Person
    about_html: str
    state: str | None
    followed_at: datetime | None
    follows_at: datetime | None
    moved_to_uri: str | None
    likes: int
    shares: int
    answers: int
    letters: int
    liked: int
    shared: int

    @property
    def is_stranger(self) -> bool:
        """Whether nothing was ever between the two."""
        counts = (self.likes, self.shares, self.answers, self.letters, self.liked, self.shared)
        return self.followed_at is None and self.follows_at is None and not any(counts)
