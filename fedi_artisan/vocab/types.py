"""Which ActivityStreams types mean something here."""

from enum import StrEnum


class ActivityType(StrEnum):
    """The activities that are acted upon; all others are answered politely and dropped."""

    FOLLOW = "Follow"
    ACCEPT = "Accept"
    REJECT = "Reject"
    UNDO = "Undo"
    BLOCK = "Block"
    DELETE = "Delete"
    UPDATE = "Update"
    MOVE = "Move"
    LIKE = "Like"
    EMOJI_REACT = "EmojiReact"
    ANNOUNCE = "Announce"
    CREATE = "Create"
    FLAG = "Flag"
    ADD = "Add"
    REMOVE = "Remove"
    QUOTE_REQUEST = "QuoteRequest"


ACTOR_TYPES = frozenset({"Application", "Group", "Organization", "Person", "Service"})
# Read where it stands, on the whole: Pleroma's chat, and what people write about books (BookWyrm), are texts as well.
WORDS_TYPES = frozenset({"Note", "Question", "ChatMessage", "Review", "Comment", "Quotation"})
# Looked at elsewhere: they have a title, and here their beginning is shown.
TITLED_TYPES = frozenset({"Article", "Page", "Image", "Video", "Audio", "Event"})
NOTE_TYPES = WORDS_TYPES | TITLED_TYPES
TOMBSTONE = "Tombstone"
KNOWN_TYPES = ACTOR_TYPES | NOTE_TYPES | {TOMBSTONE} | {str(kind) for kind in ActivityType}
