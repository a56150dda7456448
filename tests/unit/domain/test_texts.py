"""Texts that people write, and what of them is refused at the door."""

from collections.abc import Callable

import pytest

from fedi_artisan.domain.pages import PageDraft
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.works import Draft, SeriesWording
from fedi_artisan.errors import BadInput


def _photo(**said: dict[str, str]) -> Photo:
    return Photo(uid="1", original=None, width_px=1, height_px=1, renditions=(), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("unreadable", ["\udcff", "\0"])
@pytest.mark.parametrize(
    "write",
    [
        lambda text: Draft(title=text),
        lambda text: Draft(title="Bowl", text=text),
        lambda text: Draft(title="Bowl", materials=(text,)),
        lambda text: SeriesWording(name="Moons", text=text),
        lambda text: PageDraft(title="Prices", text=text),
        lambda text: _photo(alts={"en": text}),
        lambda text: _photo(captions={"en": text}),
    ],
    ids=["title", "text", "material", "series", "page", "alt", "caption"],
)
def test_what_cannot_be_sent_on_is_never_taken(write: Callable[[str], object], unreadable: str) -> None:
    """Half a character (what another encoding becomes) and NUL are refused in words, wherever somebody writes."""
    write("Rim, very thin 🌙")
    with pytest.raises(BadInput, match=r"cannot be read, at place 5|one line of text"):
        write(f"Rim {unreadable} thin")
