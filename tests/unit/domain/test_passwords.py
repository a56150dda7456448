"""What may be a password."""

import pytest

from fedi_artisan.domain.passwords import check_password, prepared
from fedi_artisan.errors import BadInput

OWN = ["Atelier Léa Morel", "lea_morel", "atelier-lea.example"]


@pytest.mark.parametrize(
    "password",
    [
        "kiln moon jar",
        "tourner, cuire, attendre",
        "🏺🏺🔥🔥🌊🌊🍃🍃🪵🪵",
        "seven quiet kilns!",
        "7362 8841 9907",
        "lea morel turns pots",
        "x" * 990 + "kiln moon!",
        "ceramique de lea",
    ],
)
def test_what_is_long_enough_may_be_one(password: str) -> None:
    """No signs are demanded: words, digits, pictures, spaces, up to a thousand of them."""
    assert check_password(password, OWN) == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kiln moon", "at least ten"),
        ("", "at least ten"),
        ("e\u0301" * 9, "at least ten"),
        ("x" * 1001, "at most a thousand"),
        ("kiln\nmoon jar", "cannot be typed"),
        ("kiln moon \ud800", "cannot be typed"),
        ("1234567890", "Too many people"),
        ("0987654321", "Too many people"),
        ("aaaaaaaaaaaa", "Too many people"),
        ("ababababab", "Too many people"),
        ("Motdepasse2026!", "Too many people"),
        ("azertyuiop", "Too many people"),
        ("pass word 123", "Too many people"),
        ("correct horse battery staple!", "Too many people"),
        ("passwordpassword", "Too many people"),
        ("Atelier Lea 2026", "Whoever knows your name"),
        ("lea_morel_1984", "Whoever knows your name"),
        ("MORELmorel!!", "Whoever knows your name"),
        ("atelier-lea.example", "Whoever knows your name"),
        ("léa morel léa", "Whoever knows your name"),
    ],
)
def test_what_strangers_try_first_may_not(password: str, why: str) -> None:
    """What is short, cannot be typed, stands in every list, or is her own name is refused in plain words."""
    with pytest.raises(BadInput, match=why):
        check_password(password, OWN)


def test_it_is_compared_as_it_is_meant() -> None:
    """Accents and spaces are the same however a keyboard makes them; case and width are not touched (RFC 8265 4.2)."""
    assert prepared("the\u0301ie\u0300re\u00a0d’e\u0301te\u0301") == "théière d’été"
    assert prepared("Abc ａ") == "Abc ａ"  # noqa: RUF001 - the wide letter is the rule
    assert prepared("kiln\u3000moon") == "kiln moon"
