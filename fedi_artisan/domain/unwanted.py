"""Words that an artisan does not want to read, and how they are looked for in what others say."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.errors import BadInput

LONGEST_PHRASE = 200
MOST_PHRASES = 500
# What divides nothing and is not seen: it is put into words so that nobody finds them.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Languages in which the small letter of I has no dot (Unicode, SpecialCasing).
_DOTLESS = frozenset({"tr", "az", "kk", "tt", "ba", "crh", "gag"})
_DOTLESS_LETTERS = str.maketrans({"I": "\N{LATIN SMALL LETTER DOTLESS I}", "İ": "i"})
# Scripts that put no spaces between words: there a whole word is wherever its signs stand.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Action(StrEnum):
    """What is done about words that an artisan does not want to read."""

    HIDE = "hide"  # they are held back
    WARN = "warn"  # they stand behind a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word or phrase that an artisan does not want to read, as she typed it."""

    id: int
    phrase: str
    whole: bool
    action: Action


def check_phrase(text: str) -> str:
    """Return a word or phrase as it is kept.

    Raises:
        BadInput: it is empty, too long, or there is nothing in it to find.
    """
    phrase = " ".join(text.split())
    if len(phrase) > LONGEST_PHRASE:
        raise BadInput("This is too long: up to {most} characters are possible.", most=LONGEST_PHRASE)
    if not phrase.isprintable() or not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in phrase):
        raise BadInput("Write a word or a few words.")
    return phrase


def folded(text: str, language: str | None = None) -> str:
    """Return *text* as words are looked for in it: without case as its language has it, without signs nobody sees.

    Accents stay: "pêche" and "péché" are different words.

    >>> folded("Straße  IĞDE", "de"), folded("STRASSE")
    ('strasse iğde', 'strasse')
    """
    plain = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    if (language or "").partition("-")[0].lower() in _DOTLESS:
        plain = plain.translate(_DOTLESS_LETTERS)
    return " ".join(unicodedata.normalize("NFC", plain.casefold()).split())


def is_in(word: Word, read: str, language: str | None) -> bool:
    """Whether *word* stands in *read*, which is folded already: whole where she wants it so and words have spaces."""
    phrase = folded(word.phrase, language)
    if not word.whole or _UNSPACED.search(phrase):
        return phrase in read
    start = read.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if not (_joins(read[start - 1 : start], phrase[0]) or _joins(read[end : end + 1], phrase[-1])):
            return True
        start = read.find(phrase, start + 1)
    return False


def caught(words: Iterable[Word], text: str, language: str | None) -> Word | None:
    """Return the strictest of some words that stands in *text*; None where none does."""
    read = folded(text, language)
    found = [word for word in words if is_in(word, read, language)]
    return min(found, key=lambda word: word.action is not Action.HIDE, default=None)


def _joins(beside: str, sign: str) -> bool:
    """Whether two signs that stand beside each other are of one word."""
    return bool(beside) and _is_of_word(beside) and _is_of_word(sign)


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_" or unicodedata.category(sign).startswith("M")
