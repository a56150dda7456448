"""How an answer says whether machines may learn from what is in it.

Source: TDM Reservation Protocol (W3C Community Group, 2024), "TDM Header Field in HTTP Responses"; noai and noimageai
are what collectors of pictures such as img2dataset look for in X-Robots-Tag.
"""

from collections.abc import Iterable

from fedi_artisan.domain.actors import Artisan

_REFUSED = {"tdm-reservation": "1", "X-Robots-Tag": "noai, noimageai"}
_ALLOWED = {"tdm-reservation": "0"}


def headers(*, ai_refused: bool | None) -> dict[str, str]:
    """Return the headers that say so; none where there is nothing to learn from."""
    if ai_refused is None:
        return {}
    return _REFUSED if ai_refused else _ALLOWED


def refused_by_any(artisans: Iterable[Artisan]) -> bool:
    """Whether one of these artisans refuses: then what they show together is refused."""
    return any(artisan.terms.ai_refused for artisan in artisans)
