"""Settings: one page that leads to all, and one for each thing that an artisan can set without a file."""

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan import language as languages
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Commissions
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import ArtisanError, BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import settings as settings_service
from fedi_artisan.services.settings import Room
from fedi_artisan.storage import artisans, credentials
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import language_of, show

SETTINGS = "/studio/settings"
_GB, _MB = 1_000_000_000, 1_000_000


class InFile(NamedTuple):
    """What stands in the configuration file alone: the names of the settings, why, and what they are now."""

    names: tuple[str, ...]
    why: str
    values: tuple[str, ...] = ()


_IN_FILE = (
    InFile(("origin",), say("Your address. Others know you by it, so it can never be changed.")),
    InFile(
        ("listen", "trusted_proxies"),
        say("Where the server listens, and behind what. With a wrong word here nobody could come in, nor could you."),
    ),
    InFile(("data_dir",), say("The folder with everything in it. It has to be moved before it is named.")),
    InFile(
        ("media.origin", "media.bucket", "media.originals_bucket"),
        say("Where photographs lie and are shown. They have to be moved before another place is named."),
    ),
    InFile(("allow_private_networks",), say("It protects the machines around this one.")),
    InFile(
        ("limits", "timeouts", "delivery"),
        say("How patient the server is with others, and how much it does at once. Who runs the machine knows why."),
    ),
)


async def hub(request: Request, studio: Studio) -> Response:
    """Return the page that leads to all settings, and says of each how it is now."""
    site = site_of(request)
    async with site.db.read() as tx:
        room = await settings_service.room(tx, site.config)
        ways = await credentials.ways(tx, studio.artisan.id)
    language = language_of(request)
    return show(
        request,
        studio,
        "studio/settings.html",
        ways=ways,
        done=request.query_params.get("done", ""),
        anew=request.query_params.get("anew", "") not in {"", "0"},
        room_words=f"{languages.size(room.taken_bytes, language)} / {languages.size(room.quota_bytes, language)}",
    )


def done(name: str, **more: object) -> Response:
    """Return the way back to the hub, where it is said that something was set."""
    query = "".join(f"&{key}={value}" for key, value in more.items())
    return see(f"{SETTINGS}?done={name}{query}")


def words_of(request: Request, error: ArtisanError) -> str:
    """Return why something cannot be set, in her language."""
    return languages.told(error.sentence, error.values, language_of(request))


async def language(request: Request, studio: Studio) -> Response:
    """Return the form for the language of the studio, or take it in."""
    problem = ""
    if request.method == "POST":
        try:
            async with site_of(request).db.write() as tx:
                await settings_service.set_studio_language(tx, studio.artisan, studio.fields.get("language") or None)
            return done("language")
        except BadInput as error:
            problem = words_of(request, error)
    return _form(
        request,
        studio,
        "language",
        {"language": problem},
        options=[(code, languages.own_name(code)) for code in languages.LANGUAGES],
        chosen=studio.artisan.studio_language or "",
    )


async def followers(request: Request, studio: Studio) -> Response:
    """Return the form that says whether she answers each request to follow herself, or take it in."""
    if request.method == "POST":
        site = site_of(request)
        async with site.db.write() as tx:
            wanted = studio.fields.get("approval") == "self"
            await artisans_service.set_approval(tx, site.uris, studio.artisan, wanted, site.clock())
        return done("followers")
    return _form(request, studio, "followers", {}, chosen="self" if studio.artisan.approves_followers else "all")


async def commissions(request: Request, studio: Studio) -> Response:
    """Return the form that says whether she makes things to order, or take it in."""
    site, artisan, problems = site_of(request), studio.artisan, {}
    given = {code: artisan.commissions_notes.get(code, "") for code in artisan.languages}
    chosen: str = artisan.commissions or ""
    if request.method == "POST":
        chosen = studio.fields.get("commissions", "")
        given = {code: studio.fields.get(f"note-{code}", "") for code in given}
        try:
            async with site.db.write() as tx:
                standing = await artisans.get(tx, artisan.id)
                notes = {**standing.commissions_notes, **{code: text.strip() for code, text in given.items()}}
                changed = dataclasses.replace(
                    standing,
                    commissions=Commissions(chosen) if chosen in {*Commissions} else None,
                    commissions_notes={code: text for code, text in notes.items() if text},
                )
                await artisans_service.describe(tx, site.uris, changed, site.clock())
            return done("commissions")
        except BadInput as error:
            problems["note"] = words_of(request, error)
    return _form(request, studio, "commissions", problems, chosen=chosen, notes=given, states=tuple(Commissions))


async def room(request: Request, studio: Studio) -> Response:
    """Return the form for the room of photographs, or take it in."""
    site, language, problems = site_of(request), language_of(request), {}
    async with site.db.read() as tx:
        there = await settings_service.room(tx, site.config)
    given = {"quota": _number(there.quota_bytes, _GB, language), "photo": _number(there.photo_bytes, _MB, language)}
    if request.method == "POST":
        given = {name: studio.fields.get(name, "") for name in given}
        problems = await _set_room(request, there, given)
        if not problems:
            return done("room")
    return _form(
        request,
        studio,
        "room",
        problems,
        given=given,
        room={name: languages.size(value, language) for name, value in _sizes(there).items()},
        quota_differs=there.quota_bytes != there.quota_in_file_bytes,
        photo_differs=there.photo_bytes != there.photo_in_file_bytes,
    )


async def _set_room(request: Request, there: Room, given: Mapping[str, str]) -> dict[str, str]:
    """Set both, or neither; return what is wrong, in words, by field."""
    site, problems, wanted = site_of(request), {}, {}
    rules: dict[str, tuple[int, Callable[[Room, int], None]]] = {
        "quota": (_GB, settings_service.check_quota),
        "photo": (_MB, settings_service.check_largest_photo),
    }
    for name, (unit, check) in rules.items():
        try:
            wanted[name] = _bytes(given[name], unit)
            check(there, wanted[name])
        except BadInput as error:
            problems[name] = words_of(request, error)
    if not problems:
        async with site.db.write() as tx:
            await settings_service.set_room(tx, site.config, wanted["quota"], wanted["photo"])
    return problems


def _sizes(there: Room) -> dict[str, int]:
    """Return what the page says of the room, in bytes."""
    sizes = {
        "taken": there.taken_bytes,
        "quota_in_file": there.quota_in_file_bytes,
        "photo_in_file": there.photo_in_file_bytes,
    }
    return sizes if there.most_quota_bytes is None else sizes | {"most": there.most_quota_bytes}


def _number(size_bytes: int, unit: int, language: str) -> str:
    """Return a size as it stands in a field."""
    return languages.number(Decimal(size_bytes) / unit, language)


def _bytes(text: str, unit: int) -> int:
    """Return the bytes that somebody wrote in units of so many: with a comma or a point, with spaces or without.

    Raises:
        BadInput: it is no number.
    """
    plain = "".join(text.split()).replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise BadInput("Write a number, such as 10 or 2.5.") from None
    if not value.is_finite() or not 0 < value < _GB:
        raise BadInput("Write a number, such as 10 or 2.5.")
    return int(value * unit)


async def in_file(request: Request, studio: Studio) -> Response:
    """Return what stands in the configuration file alone, and why."""
    config = site_of(request).config
    return _form(
        request,
        studio,
        "file",
        {},
        sections=[one._replace(values=tuple(_value(config, name) for name in one.names)) for one in _IN_FILE],
    )


def _value(config: Config, name: str) -> str:
    """Return a setting as one reads it; a whole table of them has no value, nor has what is not set."""
    value: object = config
    for part in name.split("."):
        value = getattr(value, part)
    if value is None or dataclasses.is_dataclass(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _form(request: Request, studio: Studio, name: str, problems: Mapping[str, str], **values: object) -> Response:
    """Return the page of one setting; with what is wrong, it is an answer to what was sent."""
    wrong = {field: problem for field, problem in problems.items() if problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return show(request, studio, f"studio/settings_{name}.html", status=status, problems=wrong, **values)
