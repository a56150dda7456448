"""Words that she does not want to read."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.texts import say
from fedi_artisan.domain.unwanted import LONGEST_PHRASE, Action
from fedi_artisan.errors import BadInput
from fedi_artisan.services import safety
from fedi_artisan.storage import unwanted_words
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see

PATH = f"{SAFETY}/words"
_LONGEST_ROW = 18
_TOLD = {"added": say("From now on."), "removed": say("Removed from the list."), "gone": say("So it was already.")}


async def words(request: Request, studio: Studio) -> Response:
    """Return the words that she does not want to read, and take in another one, or take one off."""
    site, fields, refused = site_of(request), studio.fields, None
    if request.method == "POST":
        try:
            async with site.db.write() as tx:
                if fields.get("deed") == "remove":
                    done = await safety.remove_word(tx, studio.artisan, _row(fields.get("word", "")), site.clock())
                    return see(to(PATH, told="removed" if done else "gone"))
                whole, action = fields.get("whole") == "yes", _action(fields.get("action", ""))
                phrase = fields.get("phrase", "")
                await safety.add_word(tx, studio.artisan, phrase, site.clock(), whole=whole, action=action)
            return see(to(PATH, told="added"))
        except BadInput as error:
            refused = error
    async with site.db.read() as tx:
        listed = await unwanted_words.list_all(tx, studio.artisan.id)
    told = _TOLD.get(request.query_params.get("told", ""), "")
    return page(request, studio, "safety_words.html", refused=refused, told=told, words=listed, longest=LONGEST_PHRASE)


def _action(wanted: str) -> Action:
    """Return what is to be done.

    Raises:
        BadInput: nothing is said of that.
    """
    if wanted not in {*Action}:
        raise BadInput("Choose what is to be done about it.")
    return Action(wanted)


def _row(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ROW else 0
