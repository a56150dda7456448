"""What the tests of photographs on the web share."""

import os

from fedi_artisan.media import store
from tests.house import House

FOR_EVER = "public, max-age=31536000, immutable"
PAGE = {"Accept": "text/html"}
DIGITS = b"0123456789" * 30
MEDIA_HOST = "photos.atelier.example"


async def put(house: House, content: bytes, ending: str = "jpg") -> str:
    """Put a picture into the store and return its address."""
    name = store.name_of(os.urandom(32).hex(), ending)
    with store.begin(house.config) as unfinished:
        unfinished.write(content)
        await store.open_stores(house.config).public.put(unfinished.path, name)
    return house.uris.media_url(name)
