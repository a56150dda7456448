"""Looking for somebody or a post: by an address anywhere, by a name among those who are known here."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fedi_artisan.domain.people import Person
from fedi_artisan.domain.sought import Missing, read_sought
from fedi_artisan.storage import people
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.around import results
from fedi_artisan.web.studio.around.results import Result
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.visit import Studio

PATH = f"{results.AROUND}/search"
SUGGEST = f"{results.PEOPLE}/suggest"
MOST_FOUND = 30
MOST_SUGGESTED = 8
_LONGEST_NAME = 200


async def search(request: Request, studio: Studio) -> Response:
    """Return the page with the field, and below it who or what was found."""
    text = request.query_params.get("q", "").strip()
    if not text or _is_name(text):
        known = await _known(request, studio, text, MOST_FOUND) if text else []
        missing = Missing.UNREADABLE if text and not known else Missing.EMPTY
        return show(request, studio, "studio/search.html", text=text, known=known, result=Result(missing=missing))
    found = await results.look_for(request, studio, text)
    result = await results.result_of(request, studio, found)
    return show(
        request, studio, "studio/search.html", status=results.status_of(found), text=text, known=[], result=result
    )


async def suggest(request: Request, studio: Studio) -> Response:
    """Return as JSON a few people whose name or handle begins like what she writes; nobody is asked for it."""
    begun = request.query_params.get("q", "").strip()
    found = await _known(request, studio, begun, MOST_SUGGESTED) if begun else []
    media = site_of(request).uris
    told = [
        {"handle": one.handle, "name": one.called, "avatar": media.media_url(one.avatar) if one.avatar else None}
        for one in found
    ]
    return JSONResponse({"people": told})


async def _known(request: Request, studio: Studio, begun: str, limit: int) -> list[Person]:
    """Return people who are known here by a name or handle that begins like this."""
    begun = begun[:_LONGEST_NAME].removeprefix("@")
    async with site_of(request).db.read() as tx:
        return await people.suggest(tx, studio.artisan.id, begun, limit=limit) if begun else []


def _is_name(text: str) -> bool:
    """Whether it is no address of anything, but may be how somebody is called."""
    return read_sought(text) is Missing.UNREADABLE and "/" not in text
