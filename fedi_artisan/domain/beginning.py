"""What an artisan does once, when she begins."""

from dataclasses import dataclass
from enum import StrEnum

ALL = "all"


class Item(StrEnum):
    """One thing on the list."""

    WORK = "work"  # a first work stands on her site
    FOUND = "found"  # a page elsewhere links back to hers, so that she is known to be herself
    BACKUP = "backup"  # what she has here is kept elsewhere as well
    PHONE = "phone"  # the studio is on her phone


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far she is: what is *done*, and whether she *has dismissed* the list."""

    done: frozenset[Item]
    is_dismissed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the list is still to be shown."""
        return not self.is_dismissed and self.done != frozenset(Item)
