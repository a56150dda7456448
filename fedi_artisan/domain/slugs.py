"""What the page of something is called in its address."""

import re
import unicodedata

# Letters that Unicode does not take apart.
_LATIN = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"})


def slug_of(title: str) -> str:
    """Return *title* as the last part of an address, "work" where nothing is left.

    >>> slug_of("Jarre de lune n° 14")
    'jarre-de-lune-n-14'
    """
    latin = title.lower().translate(_LATIN)
    letters = [letter for letter in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(letter)]
    return re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")[:80].strip("-") or "work"
