"""Storing bytes as a public picture, also from the scripts that tests kill."""

import asyncio
import hashlib

from fedi_artisan.config import Config
from fedi_artisan.media.incoming import begin
from fedi_artisan.media.store import open_stores
from fedi_artisan.media.stored import name_of


def put(config: Config, content: bytes, ending: str = "jpg") -> str:
    """Store *content* for the world to see and return its name; it is on the disk when this returns."""
    name = name_of(hashlib.sha256(content).hexdigest(), ending)
    with begin(config) as unfinished:
        unfinished.write(content)
        asyncio.run(open_stores(config).public.put(unfinished.path, name))
    return name
