"""What an artisan is about to say, as it is kept while she writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fedi_artisan.domain.drafts import DraftPhoto, State
from fedi_artisan.domain.posts import Mention
from fedi_artisan.errors import BadInput

# The fields of its form, and how much is kept of each; of more she is told that it is too much.
FIELDS: Mapping[str, int] = {
    "text": 20_000,
    "visibility": 20,
    "warning": 1_000,
    "sensitive": 10,
    "language": 40,
    "to": 40,  # what it answers: the row of a post, or the uid of a work
    "quote": 40,  # what it quotes: the same
    "back": 2_000,  # where she goes on afterwards
    "version": 40,
}
LONGEST_ALT_TYPED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostInWriting:
    """A post while it is written.

    Args:
        post_uid: the post that it is the revision of; None for a new one.
        fields: what was typed, by FIELDS.
        mentions: whom it names, as it was found out when the button was pressed.
        photos: in their order; of their words only "alt" counts.
        trouble: why it could not be said after all, once its pictures were made.
        published_uid: the post that it became.
    """

    id: int
    uid: str
    artisan_id: int
    post_uid: str | None
    fields: Mapping[str, str]
    state: State
    saved_at: datetime
    mentions: tuple[Mention, ...] = ()
    photos: tuple[DraftPhoto, ...] = ()
    trouble: BadInput | None = None
    published_uid: str | None = None

    @property
    def is_pending(self) -> bool:
        """Whether pictures of it are still being made."""
        return any(photo.pending for photo in self.photos)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a form brought: what was typed, and the photographs by their uids with what each shows, in their order."""

    fields: Mapping[str, str]
    alts: Mapping[str, str] = field(default_factory=dict)
