"""How what was found in the house reads in each language."""

from datetime import date, timedelta

from fedi_artisan import language as languages
from fedi_artisan.domain.house import Sentence, Size, Value


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
    return value
