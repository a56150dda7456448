"""Why nothing can be made of a file; known on both sides of the child process."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a picture could not be used."""

    PIXELS = "pixels"  # more of them than are decoded
    RAW = "raw"  # what a camera's sensor saw, not yet developed
    LETTERS = "letters"  # of a watermark, which cannot be drawn
    DAMAGED = "damaged"  # cut off, or not what its beginning promised
    TIME = "time"  # more than it is given
    MEMORY = "memory"  # more than it is given, or the decoder came to grief


class PhotoRefused(Exception):
    """No pictures are made of this file; `darkroom` turns it into a BadPhoto with a sentence."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
