"""What the page of something is called in its address."""

import pytest

from fedi_artisan.domain.slugs import slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Jarre de lune n° 14", "jarre-de-lune-n-14"),
        ("Œuvre", "oeuvre"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("  Moon -- Jar! ", "moon-jar"),
        ("naïve café", "naive-cafe"),
        ("日本", "work"),
        ("…", "work"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 200, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_slug_is_plain_and_short(title: str, slug: str) -> None:
    """The last part of a page's address holds small ASCII letters, digits and hyphens, never nothing."""
    assert slug_of(title) == slug
