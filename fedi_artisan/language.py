"""The languages that pages and posts are written in, from the catalogues in `locales/`."""

import gettext
import io
from functools import cache

import polib

from fedi_artisan.resources import folder

SOURCE = "en"
LANGUAGES = ("fr", "en")


@cache
def translation(language: str) -> gettext.NullTranslations:
    """Return the words of *language*, such as "fr" or "fr-CH"; English where we have no others."""
    primary = language.partition("-")[0].lower()
    if primary == SOURCE or primary not in LANGUAGES:
        return gettext.NullTranslations()
    catalogue = polib.pofile(str(folder("locales") / f"{primary}.po"), encoding="utf-8")
    return gettext.GNUTranslations(io.BytesIO(catalogue.to_binary()))
