"""What went wrong, told to a person in her language."""

from collections.abc import Mapping

from fedi_artisan.errors import Words
from fedi_artisan.language.catalogues import translation
from fedi_artisan.language.writing import count

_ENDS = (".", "!", "?", "…")


def told(sentence: str, values: Mapping[str, object], language: str) -> str:
    """Return a *sentence* of ours with its *values*, in *language*: with a capital letter and a full stop."""
    catalogue = translation(language)
    text = catalogue.gettext(sentence)
    if values:
        text = text.format(**{name: _written(value, language) for name, value in values.items()})
    text = text[:1].upper() + text[1:]
    return text if text.endswith(_ENDS) else f"{text}."


def _written(value: object, language: str) -> object:
    """Return a value as it is written in *language*: words of ours in it, whole numbers with its spaces."""
    if isinstance(value, Words):
        return translation(language).gettext(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value, language)
    return value
