"""Texts that people write: how long they may be, and in which languages they are there."""

import re
from collections.abc import Collection

from fedi_artisan.errors import BadInput, Words

MOST_LANGUAGES = 12
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

# They stand within French punctuation and between numbers and units; Python does not count them as printable.
_FIXED_SPACES = dict.fromkeys(map(ord, "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"))

_UNREADABLE = re.compile("[\0\ud800-\udfff]")


def say(sentence: str) -> str:
    """Return *sentence* as it is: by this name translators find what pages say in the language of their visitors."""
    return sentence


def is_language(code: str) -> bool:
    """Whether *code* is written like the code of a language: "fr", "pt-BR"."""
    return _LANGUAGE.fullmatch(code) is not None


def check_language(code: str) -> str:
    """Return *code* if it can be a language.

    Raises:
        BadInput: with how to write it.
    """
    if not is_language(code):
        raise BadInput("{code!r} is no language; use a short code such as fr or en", code=code)
    return code


def check_languages(own: str, others: Collection[str]) -> None:
    """Refuse languages that cannot stand beside each other.

    Raises:
        BadInput: one is no language, is there twice, or there are too many.
    """
    for code in (own, *others):
        check_language(code)
    if own in others:
        raise BadInput("the texts are in {own} already; give another language", own=own)
    if len(others) >= MOST_LANGUAGES:
        raise BadInput("up to {most} languages are possible", most=MOST_LANGUAGES)


def check_line(name: str, text: str, longest: int) -> None:
    """Refuse an empty, overlong or many-lined text.

    Raises:
        BadInput: with what to change.
    """
    if not text.strip():
        raise BadInput("the {name} is empty", name=Words(name))
    _check_length(name, text, longest)
    if not text.translate(_FIXED_SPACES).isprintable():
        raise BadInput("the {name} must be one line of text", name=Words(name))


def check_text(name: str, text: str, longest: int) -> None:
    """Refuse an overlong text, and one that could not be sent on: with NUL, or with half of a character in it.

    Python makes halves of what is typed in another encoding than UTF-8.

    Raises:
        BadInput: with what to change.
    """
    _check_length(name, text, longest)
    unreadable = _UNREADABLE.search(text)
    if unreadable is not None:
        place = unreadable.start() + 1
        raise BadInput(
            "the {name} has a character that cannot be read, at place {place}; write the text in UTF-8",
            name=Words(name),
            place=place,
        )


def _check_length(name: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadInput(
            "the {name} has {count} characters; up to {longest} are possible",
            name=Words(name),
            count=len(text),
            longest=longest,
        )
