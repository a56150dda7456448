"""Pictures that were fetched from other servers, brought to the darkroom, which makes small copies of them."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fedi_artisan.config import Config
from fedi_artisan.errors import BadPhoto
from fedi_artisan.media.incoming import begin
from fedi_artisan.media.kinds import HEAD_BYTES, Kind, describe, kind_of
from fedi_artisan.media.threads import to_its_end
from fedi_artisan.media.turns import Shelf, turn

# What browsers show; nobody shows a TIFF to people elsewhere.
_KINDS = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF, Kind.AVIF})


@contextlib.asynccontextmanager
async def brought(config: Config, content: bytes) -> AsyncIterator[Path]:
    """Give the file in which the picture in *content* lies while the block has its turn in the darkroom.

    The turn is that of all public pictures: what is made in the block must be recorded before it ends.

    Raises:
        BadPhoto: it is no picture, or of no kind that browsers show.
    """
    head = content[:HEAD_BYTES]
    if kind_of(head) not in _KINDS:
        raise BadPhoto("this is {kind}", kind=describe(head))
    with begin(config) as original:
        await to_its_end(original.write, content)
        async with turn(config, Shelf.PICTURES):
            yield original.path
