"""The blocks of metadata that files carry, whatever kind of file it is."""

from enum import Enum, auto


class Block(Enum):
    """What a block of bytes in a file is."""

    EXIF = auto()  # a TIFF
    XMP = auto()
    IPTC = auto()
    AUTHOR = auto()  # a text of its own, as PNG has them
    COPYRIGHT = auto()
