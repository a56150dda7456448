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


ACTOR_TYPES = frozenset({"Application", "Group", "Organization", "Person", "Service"})
NOTE_TYPES = frozenset({"Note", "Article", "Page", "Question", "Image", "Video", "Audio", "Event"})
TOMBSTONE = "Tombstone"
KNOWN_TYPES = ACTOR_TYPES | NOTE_TYPES | {TOMBSTONE} | {str(kind) for kind in ActivityType}
