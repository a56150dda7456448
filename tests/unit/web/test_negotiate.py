"""Which language is answered in."""

from collections.abc import Collection

import pytest
from starlette.requests import Request

from fedi_artisan.errors import UnknownLanguage
from fedi_artisan.web import negotiate
from fedi_artisan.web.negotiate import Spoken


def _request(query: str = "", *accepted: str) -> Request:
    headers = [(b"accept-language", line.encode("latin-1")) for line in accepted]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("header", "liked"),
    [
        ("", ("en",)),
        ("fr", ("fr",)),
        ("FR-ca", ("fr",)),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ("fr",)),
        ("en-US,en;q=0.5", ("en",)),
        ("en;q=0.5, fr;q=0.8", ("fr",)),
        ("fr;q=0.5, en;q=0.5", ("fr",)),
        ("en, fr", ("en",)),
        ("*", ("en",)),
        ("*, fr;q=0.5", ("en",)),
        ("fr, *;q=0.5", ("fr",)),
        ("en;q=0, *", ("fr",)),
        ("en;q=0", ("fr",)),
        ("fr;q=0, en;q=0", ("en",)),
        ("fr;q=0.0, de", ("de", "en")),
        ("de", ("de", "en")),
        ("de-AT, de;q=0.9, fr;q=0.5", ("de", "fr")),
        ("de, es;q=0.9, it;q=0.8, fr;q=0.1", ("de", "es", "fr")),
        ("fr;q=0.1, de, *;q=0.5", ("de", "en")),
        # Whatever is broken counts for nothing, and spoils nothing beside it.
        ("fr;q=many, en", ("en",)),
        ("fr;q=2, en;q=0.1", ("en",)),
        ("fr;q=-1", ("en",)),
        ("fr;q=nan, en;q=0.1", ("en",)),
        ("fr;q=1e0", ("en",)),
        ("fr;q=0.1234", ("en",)),
        ("fr ; q = 0.3 , en;q=0.2", ("fr",)),
        ("fr;level=1;q=0.3, en;q=0.2", ("fr",)),
        (";;,=,fr", ("fr",)),
        ("français, fr_FR, f r, <script>, fr", ("fr",)),
        ("é" * 10, ("en",)),
        ("xxxx-yyyy", ("en",)),
        ("de, " * 500 + "fr", ("de", "en")),
    ],
)
def test_a_browsers_wish(header: str, liked: tuple[str, ...]) -> None:
    """Weights, regions, `*` and refusals are understood as RFC 9110 and RFC 4647 have them; English in doubt."""
    assert negotiate.liked(header) == liked
    assert negotiate.preferred_language(header) == liked[-1]


@pytest.mark.parametrize(
    ("query", "accepted", "further", "expected"),
    [
        ("", "fr", (), Spoken("fr", "fr")),
        ("lang=fr", "en", (), Spoken("fr", "fr", "fr")),
        ("lang=", "fr", (), Spoken("fr", "fr")),
        # Texts may be there in more languages than the house speaks.
        ("lang=de", "fr", ("de", "fr"), Spoken("fr", "de", "de")),
        ("lang=de", "", ("de",), Spoken("en", "de", "de")),
        ("lang=pt-BR", "fr", ("pt-BR",), Spoken("fr", "pt-BR", "pt-BR")),
        ("", "de-CH, fr;q=0.5", ("de",), Spoken("fr", "de")),
        ("", "pt, en;q=0.5", ("de", "pt-BR"), Spoken("en", "pt-BR")),
        ("", "fr, de;q=0.5", ("de",), Spoken("fr", "fr")),
        ("", "es, fr;q=0.5", ("de",), Spoken("fr", "fr")),
    ],
)
def test_what_is_spoken(query: str, accepted: str, further: Collection[str], expected: Spoken) -> None:
    """The address decides before the browser, and the texts may come in a language that the house does not speak."""
    assert negotiate.spoken(_request(query, accepted), further) == expected


@pytest.mark.parametrize("asked", ["de", "FR", "fr-CA", "*", "fr,en", "%00"])
def test_unknown_language(asked: str) -> None:
    """A language that nothing is written in is refused, with those that there are; an excuse is said in one we have."""
    request = _request(f"lang={asked}", "fr")
    with pytest.raises(UnknownLanguage) as refused:
        negotiate.spoken(request, ("pl", "en"))
    assert refused.value.known == ("fr", "en", "pl")
    assert negotiate.language_of_excuse(request) == "fr"
    assert negotiate.language_of_excuse(_request("lang=en", "fr")) == "en"
