"""What a visitor may ask the list of works for, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.filters import PARAMETERS, Facet, Filter, folded, parse_filter
from fedi_artisan.domain.works import Availability
from fedi_artisan.errors import BadInput, NoSuchWorks


def test_an_address_says_all_that_is_asked() -> None:
    """Every parameter is read, empty ones and those of other names are none, and the filter says the same again."""
    given = [
        *(("utm_source", "x"), ("q", " moon  jar "), ("series", "lunes"), ("tag", "Grès"), ("material", "")),
        *(("availability", "sold"), ("year", "2025"), ("artisan", "maria"), ("utm_source", "y"), ("lang", "fr")),
    ]
    asked = parse_filter(given)
    assert asked == Filter(
        q="moon jar", series="lunes", tag="Grès", availability=Availability.SOLD, year=2025, artisan="maria"
    )
    assert parse_filter(asked.asked.items()) == asked
    assert list(asked.asked) == ["q", "series", "availability", "year", "tag", "artisan"]
    assert asked.facets == (Facet.SERIES, Facet.AVAILABILITY, Facet.YEAR, Facet.TAG, Facet.ARTISAN)
    for facet in Facet:
        assert facet not in asked.without(facet).facets
    assert parse_filter([]) == Filter()


def test_the_year_nought_is_asked_like_any_other() -> None:
    """`?year=0000` is no year of a work, and must not pass for a page of all works that shows none."""
    assert parse_filter([("year", "0000")]).facets == (Facet.YEAR,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("q", "a" * 201), ("tag", "a" * 301), ("material", "a" * 301), ("series", "a" * 301), ("artisan", "a" * 301)),
        *(("year", "20"), ("year", "02025"), ("year", "\uff12\uff10\uff12\uff15"), ("year", "-999"), ("year", "1e03")),
        *(("q", "a\0b"), ("q", "\ud83c"), ("q", "a\ufffd"), ("tag", "\x7f"), ("material", "\x1b[1m"), ("q", "\uffff")),
    ],
)
def test_what_nobody_can_look_for_is_refused_in_words(name: str, value: str) -> None:
    """Too long, no year, NUL, half a character, what came in another encoding: a sentence says so."""
    with pytest.raises(BadInput, match=r"^[A-Z].+\.$"):
        parse_filter([(name, value)])


@pytest.mark.parametrize("name", PARAMETERS)
def test_nothing_is_asked_twice(name: str) -> None:
    """Of two values nobody knows which one was meant."""
    with pytest.raises(BadInput, match="twice"):
        parse_filter([(name, ""), ("x", ""), (name, "")])


def test_an_unknown_availability_is_not_found() -> None:
    """No work was ever to be had in such a way: that is no broken address."""
    with pytest.raises(NoSuchWorks):
        parse_filter([("availability", "free")])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ()),
        ("moon jar", ("moon", "jar")),
        ('"moon" AND (jar* OR -bowl) NEAR/2 title:x', ("moon", "AND", "jar", "OR", "bowl", "NEAR", "2", "title", "x")),
        ("l’émail d'une jarre qu’aujourd'hui", ("émail", "une", "jarre", "aujourd", "hui")),
        ("Cœur-œuvre vase vase", ("Coeur", "oeuvre", "vase")),
        ("groß", ("gross",)),
        ("** -- …", ()),
        ("हिन्दी 日本 جرة", ("हिन्दी", "日本", "جرة")),
    ],
)
def test_words_are_letters_and_digits(typed: str, words: tuple[str, ...]) -> None:
    """Of what is typed only words are left, each once; what French puts before a vowel is none."""
    assert Filter(q=typed).words == words


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from([*PARAMETERS, "page"]), st.text(max_size=250)), max_size=4))
def test_any_address_is_understood_or_refused(given: list[tuple[str, str]]) -> None:
    """Whatever an address says, it is a filter, or a failure with a name; and words never hold a sign."""
    try:
        asked = parse_filter(given)
    except (BadInput, NoSuchWorks):
        return
    assert parse_filter(asked.asked.items()) == asked
    assert not set('"*-()^:+{}\0') & set("".join(asked.words))


def test_accents_and_capitals_make_no_difference() -> None:
    """Materials are compared by their letters alone."""
    assert folded(" GRÈS  Émaillé ") == folded("gre\u0300s emaille")
    assert folded("Cœur") == "coeur"
    assert folded("Straße") == "strasse"
