"""Texts out of files, made fit to be shown and to be written again: one line, no control characters, not too long."""

import re
from dataclasses import replace

from fedi_artisan.media.authorship import Authorship

LONGEST_TEXT = 500
LONGEST_FACT = 80
# Joiners within words of some scripts, and within emoji; they print nothing but belong there.
_JOINERS = "\u200c\u200d"
_URL = re.compile(r"https?://[!#-;=?-\[\]_a-z~]{1,500}", re.IGNORECASE)
# Far more than is kept, so that a megabyte of blanks costs nothing.
_LOOKED_AT = 20


def decode(said: bytes) -> str:
    """Return *said* as text: UTF-8 if it is that, else Latin-1, in which every byte is a letter."""
    said = said[: LONGEST_TEXT * _LOOKED_AT]
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode("latin-1")


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return *text* as one line of at most *longest* characters, all of which can be printed."""
    line = " ".join(text[: longest * _LOOKED_AT].split())
    printable = "".join(letter for letter in line if letter.isprintable() or letter in _JOINERS)
    # What was taken out may have stood between two blanks.
    return " ".join(printable.split())[:longest].strip()


def clean_url(text: str) -> str:
    """Return *text* if it is a web address in plain letters, else an empty text."""
    address = text.strip()
    return address if _URL.fullmatch(address) else ""


def cleaned(authorship: Authorship) -> Authorship:
    """Return *authorship* with every text fit to be written."""
    return replace(
        authorship,
        creator=clean(authorship.creator),
        copyright=clean(authorship.copyright),
        credit=clean(authorship.credit),
        licence_url=clean_url(authorship.licence_url),
        usage=clean(authorship.usage),
    )
