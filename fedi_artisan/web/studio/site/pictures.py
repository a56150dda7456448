"""How a portrait or a header comes in: with the form in which everything else about the artisan stands."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from starlette.requests import Request

from fedi_artisan.config import Config
from fedi_artisan.domain.photos import OwnPlace
from fedi_artisan.errors import ArtisanError, Stalled
from fedi_artisan.media.incoming import receive_stream
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import settings
from fedi_artisan.storage import wanted_photos
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.parts import Part
from fedi_artisan.web.studio.sending import read_files
from fedi_artisan.web.studio.visit import Studio

# Most pictures are made within this; of the others the page says that they are on their way.
_MADE_WITHIN_S = 3.0
_LOOK_EVERY_S = 0.05


@dataclass(slots=True, kw_only=True)
class Sent:
    """What came with a form: what was typed, which pictures are taken in, and why others are not."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    given: set[OwnPlace] = field(default_factory=set)
    refused: dict[OwnPlace, ArtisanError] = field(default_factory=dict)

    @property
    def typed(self) -> Fields:
        """What was typed."""
        return Fields(self.fields)


async def read_form_with_pictures(request: Request, studio: Studio) -> Sent:
    """Return what was typed, and keep the pictures that came with it: each takes its place as soon as it is made.

    A picture is kept even where what was typed cannot be: nobody has to send it twice.

    Raises:
        Forbidden: the form carries another token, or a file before it.
        WrongMediaType, BadInput, TooLarge, BadJson, Stalled: it cannot be read to its end.
    """
    site, sent = site_of(request), Sent()
    config = await settings.current(site.db, site.config)
    files = read_files(request, studio, sent.fields, most_bytes=len(OwnPlace) * config.limits.photo_bytes)
    async with aclosing(files):
        async for file in files:
            if file.name in list(OwnPlace):
                await _take_in(site, config, studio, file, sent)
    return sent


async def _take_in(site: Site, config: Config, studio: Studio, part: Part, sent: Sent) -> None:
    """Keep one picture, and note what came of it.

    Raises:
        Stalled: it did not come to its end.
    """
    place, name = OwnPlace(part.name), part.file or ""
    async with site.db.read() as tx:
        beside = await wanted_photos.list_in_drafts(tx, studio.artisan.id)
    try:
        with await receive_stream(config, name, part.chunks) as upload:
            uid = await site.intake.give_upload(studio.artisan, upload, name, beside=beside)
        async with site.db.write() as tx:
            await artisans_service.want_picture(tx, studio.artisan, place, uid, site.clock())
    except Stalled:
        raise
    except ArtisanError as error:
        sent.refused[place] = error
    else:
        sent.given.add(place)


async def wait_until_made(site: Site, studio: Studio) -> None:
    """Return when every picture that is to take a place is made or refused, or after a few seconds."""
    try:
        async with asyncio.timeout(_MADE_WITHIN_S):
            while await _is_pending(site, studio):  # noqa: ASYNC110 - another process may make it
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        return


async def _is_pending(site: Site, studio: Studio) -> bool:
    async with site.db.read() as tx:
        wanted = await wanted_photos.list_of(tx, studio.artisan.id)
    return any(one.refusal is None for one in wanted.values())
