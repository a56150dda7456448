"""Which languages there are, and their words: one catalogue each in `locales/`, named by its code."""

import gettext
import io
import re
from functools import cache

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fedi_artisan.resources import folder

SOURCE = "en"
_FIRST = ("fr", SOURCE)
_NAME = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def _found() -> tuple[str, ...]:
    """Return the codes of all languages as they stand in lists: those of the house first, others by their codes."""
    named = {file.stem for file in folder("locales").glob("*.po") if _NAME.fullmatch(file.stem)}
    return (*(code for code in _FIRST if code in named | {SOURCE}), *sorted(named - set(_FIRST)))


LANGUAGES = _found()


def nearest(tag: str) -> str | None:
    """Return the language of ours for somebody who reads *tag*: "fr" for "fr-CH", "pt-BR" for "pt"; None for no other.

    Source: RFC 4647 3.4 (look-up); then whatever shares the first part of the tag.
    """
    parts = tag.lower().split("-")
    ours = {code.lower(): code for code in reversed(LANGUAGES)}
    ours = {code.partition("-")[0]: ours[code] for code in ours} | ours
    return next((ours[name] for end in range(len(parts), 0, -1) if (name := "-".join(parts[:end])) in ours), None)


@cache
def translation(language: str) -> gettext.NullTranslations:
    """Return the words of *language*, such as "fr" or "fr-CH"; English where we have no others."""
    code = nearest(language)
    if code is None or code == SOURCE:
        return gettext.NullTranslations()
    if code != language:
        return translation(code)
    with (folder("locales") / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
