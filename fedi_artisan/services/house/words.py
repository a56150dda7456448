"""How what was found in the house reads in each language."""

from collections.abc import Sequence
from datetime import date, timedelta

from fedi_artisan import language as languages
from fedi_artisan.domain.house import Check, Group, Sentence, Size, Value, Verdict, said, said_many

GROUPS = {
    Group.MACHINE: said("What it stands on"),
    Group.ADDRESS: said("How the world sees it"),
    Group.WORK: said("What goes on"),
}
"""What people call each part of the house, in the order in which one goes round."""


def in_words(sentence: Sentence, language: str) -> str:
    """Return the sentence in *language*, one of ours, with its numbers, sizes and days as they are written there."""
    words = languages.translation(language)
    if sentence.several:
        count = sentence.values["count"]
        text = words.ngettext(sentence.text, sentence.several, count if isinstance(count, int) else 0)
    else:
        text = words.gettext(sentence.text)
    return text.format(**{name: _written(value, language) for name, value in sentence.values.items()})


def _written(value: Value, language: str) -> str:
    if isinstance(value, Size):
        return languages.size(value.size_bytes, language)
    if isinstance(value, int):
        return languages.count(value, language)
    if isinstance(value, date):
        return languages.day(value, language)
    if isinstance(value, timedelta):
        return languages.duration(value, language)
    # Others say what they like: half a letter (a lone surrogate) could be written to no terminal, and on no page.
    return value.encode("utf-8", "replace").decode()


def summary(checks: Sequence[Check]) -> Sentence:
    """Return what it comes to."""
    broken, look = (sum(check.verdict is verdict for check in checks) for verdict in (Verdict.BROKEN, Verdict.LOOK))
    if broken:
        return said_many("One thing is broken.", "{count} things are broken.", broken)
    if look:
        return said_many(
            "It stands. One thing wants to be looked at.", "It stands. {count} things want to be looked at.", look
        )
    return said("All is well.")
