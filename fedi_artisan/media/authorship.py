"""Who made a photograph and what may be done with it, as its files say it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """What the metadata of a public picture says, and all that it says. Texts are plain, absent ones empty.

    Args:
        creator: who made it (dc:creator, EXIF Artist, IPTC By-line).
        copyright: whose it is (dc:rights, EXIF Copyright, IPTC CopyrightNotice).
        credit: how to name the source (photoshop:Credit, IPTC Credit).
        licence_url: where the licence can be read (xmpRights:WebStatement, cc:license).
        usage: the licence in a few words (xmpRights:UsageTerms).
        ai_refused: whether machines are asked not to learn from it (plus:DataMining).
    """

    creator: str = ""
    copyright: str = ""
    credit: str = ""
    licence_url: str = ""
    usage: str = ""
    ai_refused: bool = False
