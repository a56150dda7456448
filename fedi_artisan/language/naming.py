"""What languages are called, by themselves and by others."""

from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global, parse_locale

from fedi_artisan.language.catalogues import SOURCE, nearest

# English is written as in Britain: the day before the month.
_SOURCE_LOCALE = "en_GB"


@cache
def locale_of(language: str) -> Locale:
    """Return how numbers, prices and days are written in *language*; as in English where we have no words of it."""
    code = nearest(language) or SOURCE
    try:
        return Locale.parse(_SOURCE_LOCALE if code == SOURCE else code, sep="-" if code != SOURCE else "_")
    except UnknownLocaleError:
        return Locale.parse(_SOURCE_LOCALE)


@cache
def own_name(code: str) -> str:
    """Return what a language calls itself, as it stands in a list: "Français"; the code where that is not known."""
    try:
        name = Locale.parse(code, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        name = None
    # Not upper(): Georgian has capitals, but never at the beginning of a word.
    return name[:1].title() + name[1:] if name else code


@cache
def open_graph_name(language: str) -> str:
    """Return the language as OpenGraph wants it, with the country where most speak it: "fr_FR", "en_GB".

    Source: ogp.me (og:locale).
    """
    here = locale_of(language)
    likely = get_global("likely_subtags").get(str(here), "")
    territory = here.territory or (parse_locale(likely)[1] if likely else None)
    return f"{here.language}_{territory}" if territory else here.language


def direction(language: str) -> str:
    """Return in which direction a language is written: "ltr" or "rtl"."""
    return locale_of(language).text_direction
