"""What is written to an artisan, and by her, for the eyes of a few: gathered by whom it is between."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Messages between an artisan and the same people.

    Args:
        with_uris: the ids of the others, in a fixed order.
        messages: the first one first.
    """

    with_uris: tuple[str, ...]
    messages: Sequence[Post]

    @property
    def newest(self) -> Post:
        """The last message."""
        return self.messages[-1]

    @property
    def newest_of_others(self) -> Post | None:
        """The last message that is not the artisan's own."""
        return next((one for one in reversed(self.messages) if one.author is not None), None)

    def unread(self, read_until: datetime, read: Collection[int]) -> frozenset[int]:
        """Return the rows of what came after *read_until* and is not among *read*.

        Whoever has answered has read what came before.
        """
        answered = max((one.published_at for one in self.messages if one.author is None), default=read_until)
        return frozenset(
            one.id
            for one in self.messages
            if one.author is not None and one.received_at > max(read_until, answered) and one.id not in read
        )

    def handle_of(self, uri: str) -> str:
        """Return how one of the others is written to, as far as the messages tell; else her id."""
        named = (mention.handle for one in self.messages for mention in one.mentions if mention.uri == uri)
        wrote = (one.author.handle for one in self.messages if one.author is not None and one.author.uri == uri)
        return next(wrote, None) or next(named, None) or uri


def talks(messages: Iterable[Post], own_uri: str) -> list[Talk]:
    """Return the messages of the artisan whose id is *own_uri*, gathered; the talk with the last message first.

    Who takes part is said by each message itself: who wrote it, and whom it names.
    """
    gathered: dict[tuple[str, ...], list[Post]] = {}
    for message in messages:
        gathered.setdefault(others_of(message, own_uri), []).append(message)
    found = [
        Talk(with_uris=uris, messages=sorted(said, key=lambda message: (message.published_at, message.id)))
        for uris, said in gathered.items()
    ]
    return sorted(found, key=lambda talk: (talk.newest.published_at, talk.newest.id), reverse=True)


def find_talk(messages: Sequence[Post], post_id: int, own_uri: str) -> Talk | None:
    """Return the talk in which the message of this row is; None where it is not among *messages*."""
    return next((one for one in talks(messages, own_uri) if any(said.id == post_id for said in one.messages)), None)


def others_of(message: Post, own_uri: str) -> tuple[str, ...]:
    """Return the ids of those whom a message is between, without the artisan's own."""
    named = {mention.uri for mention in message.mentions}
    if message.author is not None:
        named.add(message.author.uri)
    return tuple(sorted(named - {own_uri}))
