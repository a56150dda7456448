"""The names under which this server is to be found."""

from typing import NamedTuple
from urllib.parse import urlsplit

from fedi_artisan.config import Config
from fedi_artisan.domain.house import said

_HTTPS = 443
NONE_NEEDED = said("None is needed, as this is only tried out on this machine.")


class Place(NamedTuple):
    """A name, and the port at which it is asked."""

    host: str
    port: int


def places(config: Config) -> tuple[Place, ...]:
    """Return the names of the settings: of everything, and of photographs where they have their own."""
    origins = [origin for origin in (config.origin, config.media.origin) if origin is not None]
    parts = [urlsplit(origin) for origin in origins]
    return tuple(Place(part.hostname or "", part.port or _HTTPS) for part in parts)
