"""Who may answer and quote, and whose answers appear at once: the page of it, and the choices in words."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan import language as languages
from fedi_artisan.domain.forms import read_days
from fedi_artisan.domain.policies import NEVER, Policy, Quoting, Replying, Welcome
from fedi_artisan.domain.texts import say
from fedi_artisan.domain.written import write_days
from fedi_artisan.errors import BadInput
from fedi_artisan.services import policies
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.settings.settings import SETTINGS, done, words_of
from fedi_artisan.web.studio.showing import language_of, show

PATH = f"{SETTINGS}/conversation"
Options = list[tuple[str, str]]
_REPLIES: Mapping[str, str] = {
    Replying.EVERYBODY: say("everybody"),
    Replying.KNOWN: say("whom I follow, and who follows me"),
    Replying.NOBODY: say("nobody"),
}
_QUOTES: Mapping[str, str] = {
    Quoting.EVERYBODY: say("everybody"),
    Quoting.FOLLOWERS: say("who follows me"),
    Quoting.NOBODY: say("nobody"),
}
_WELCOME: Mapping[str, str] = {
    Welcome.EVERYBODY: say("everybody’s"),
    Welcome.KNOWN: say("of those I follow or have shown before"),
    Welcome.NOBODY: say("nobody’s"),
}
_DAYS = (NEVER, 7, 30, 90, 365)


async def conversation(request: Request, studio: Studio) -> Response:
    """Return the form, or take it in."""
    site, problems, usual = site_of(request), {}, studio.artisan.policy
    typed: Mapping[str, str] = {
        "may_reply": usual.replies,
        "may_quote": usual.quotes,
        "closes": write_days(usual.days),
        "welcome": studio.artisan.welcome,
    }
    if request.method == "POST":
        typed = studio.fields
        try:
            policy, welcome = _read(typed)
            async with site.db.write() as tx:
                await policies.set_policy(
                    tx, site.uris, studio.artisan, policy=policy, welcome=welcome, now=site.clock()
                )
            return done("conversation")
        except BadInput as error:
            problems["closes"] = words_of(request, error)
    language = language_of(request)
    return show(
        request,
        studio,
        "studio/settings_conversation.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        problems=problems,
        typed=typed,
        options=choices(language),
        days=days(write_days(usual.days), language),
    )


def _read(typed: Mapping[str, str]) -> tuple[Policy, Welcome]:
    """Return what the form says.

    Raises:
        BadInput: it says something that is not among the choices.
    """
    try:
        policy = Policy(
            replies=Replying(typed.get("may_reply", "")),
            quotes=Quoting(typed.get("may_quote", "")),
            days=read_days(typed.get("closes", "")),
        )
        return policy, Welcome(typed.get("welcome", ""))
    except ValueError:
        raise BadInput("Choose one of these.") from None


def choices(language: str) -> dict[str, Options]:
    """Return what can be chosen, in words: who replies, who quotes, whose replies are welcome."""
    tables = {"replies": _REPLIES, "quotes": _QUOTES, "welcome": _WELCOME}
    told = languages.translation(language).gettext
    return {name: [(str(value), told(words)) for value, words in table.items()] for name, table in tables.items()}


def choices_of_work(usual: Policy, language: str) -> dict[str, Options]:
    """Return what can be chosen of one work: as always, or otherwise."""
    found = choices(language)
    now = {"replies": usual.replies, "quotes": usual.quotes}
    return {name: [("", _as_always(dict(found[name])[value], language)), *found[name]] for name, value in now.items()}


def days(chosen: str, language: str) -> Options:
    """Return when comments can close, in words; the number that is *chosen* already is always among them."""
    try:
        numbers = sorted({*_DAYS, read_days(chosen)})
    except BadInput:
        numbers = list(_DAYS)
    return [(write_days(number), _after(number, language)) for number in numbers]


def days_of_work(usual: Policy, chosen: str, language: str) -> Options:
    """Return when comments of one work can close: as always, or otherwise."""
    return [("", _as_always(_after(usual.days, language), language)), *days(chosen, language)]


def _as_always(words: str, language: str) -> str:
    return languages.translation(language).gettext("as always: {words}").format(words=words)


def _after(number: int, language: str) -> str:
    translation = languages.translation(language)
    if number == NEVER:
        return translation.gettext("never")
    return translation.ngettext("after {number} day", "after {number} days", number).format(number=number)
