"""Whether the pages that an artisan links to link back to hers."""

from enum import StrEnum


class Verdict(StrEnum):
    """What came of looking at a page."""

    BACK = "back"  # it links back, and says that both are of the same person
    NOT_YET = "not-yet"  # it does not
    SILENT = "silent"  # it gave no answer that could be read
