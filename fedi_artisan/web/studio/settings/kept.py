"""What is kept of others: how much room it takes, and by what rules it goes again."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.language import writing as languages
from fedi_artisan.services.room import STRANGERS_KEPT
from fedi_artisan.storage import room
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.settings.settings import SETTINGS
from fedi_artisan.web.studio.showing import language_of, show

PATH = f"{SETTINGS}/kept"


async def kept(request: Request, studio: Studio) -> Response:
    """Return what is kept of others."""
    site, language = site_of(request), language_of(request)
    async with site.db.read() as tx:
        found = await room.measure(tx)

    def size(size_bytes: int) -> str:
        return languages.size(size_bytes, language)

    limits, media = site.config.limits, site.config.media
    return show(
        request,
        studio,
        "studio/settings_kept.html",
        found=found,
        sizes={
            "database": size(found.database_bytes),
            "pictures": size(found.pictures_bytes),
            "most_pictures": size(media.glimpses_bytes),
            "portraits": size(found.portraits_bytes),
            "most_portraits": size(media.avatars_bytes),
        },
        days=limits.others_days,
        most=limits.others_posts,
        strangers_days=STRANGERS_KEPT.days,
    )
