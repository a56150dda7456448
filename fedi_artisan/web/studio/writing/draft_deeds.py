"""What each button of the page of a draft does, after all that was typed is kept.

`do` names it, with what it is about behind a hyphen: "publish", "up-01jx…", "tag-porcelain". A photograph is a button
as well: tapped, it sends where (`point-01jx….x` and `.y`).

Source: HTML, 4.10.5.1.19 (image button).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from fedi_artisan.domain.drafts import DraftPhoto, KeptDraft, Problem
from fedi_artisan.services import draft_photos, drafts, publication
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio

PATH = "/studio/drafts"
# How wide a photograph stands in the form, in CSS pixels: studio.css says the same of `.shot .picture`.
PICTURE_PX = 112
# From the edge of a photograph to its middle a tenth can be seen; more is nobody's intention.
_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a button: where to go on, or what is wrong."""

    path: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that was pressed: *name* of what it does and *about* what, with the form as it was kept, and when."""

    request: Request
    studio: Studio
    draft: KeptDraft
    typed: Mapping[str, str]
    name: str
    about: str
    now: datetime

    @property
    def page(self) -> str:
        """Where the draft is."""
        return f"{PATH}/{self.draft.uid}"


async def do(tx: Tx, press: Press) -> Came:
    """Do what a button says; of one that is not known, nothing more than what was done."""
    return await _DEEDS.get(press.name, _save)(tx, press)


def pressed(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of what is to be done, and about what."""
    for name in fields:
        if name.startswith("point-") and name.endswith(".x"):
            return "point", name.removeprefix("point-").removesuffix(".x")
    name, _, about = fields.get("do", "").partition("-")
    return name, about


async def _save(_tx: Tx, press: Press) -> Came:
    return Came(press.page)


async def _preview(_tx: Tx, press: Press) -> Came:
    return Came(f"{press.page}/preview")


async def _publish(tx: Tx, press: Press) -> Came:
    site = site_of(press.request)
    came = await publication.publish(tx, site.uris, press.studio.artisan, press.draft.uid, press.now)
    watches = "?watches=yes" if press.studio.fields.get("watches") else ""
    return Came(f"{press.page}/done{watches}", came.problems)


async def _schedule(tx: Tx, press: Press) -> Came:
    site = site_of(press.request)
    came = await publication.schedule(tx, site.uris, press.studio.artisan, press.draft.uid, press.now)
    return Came(f"{press.page}/done", came.problems)


async def _unschedule(tx: Tx, press: Press) -> Came:
    await publication.unschedule(tx, press.draft)
    return Came(press.page)


async def _move(tx: Tx, press: Press, steps: int) -> Came:
    uids = [one.uid for one in press.draft.photos]
    if press.about in uids:
        place = max(uids.index(press.about) + steps, 0)
        await draft_photos.move(tx, press.draft, press.about, to=place)
    return Came(f"{press.page}#photo-{press.about}")


async def _up(tx: Tx, press: Press) -> Came:
    return await _move(tx, press, -1)


async def _down(tx: Tx, press: Press) -> Came:
    return await _move(tx, press, 1)


async def _remove(tx: Tx, press: Press) -> Came:
    if any(one.uid == press.about for one in press.draft.photos):
        await draft_photos.remove(tx, press.draft, press.about)
    return Came(f"{press.page}#photos")


async def _point(tx: Tx, press: Press) -> Came:
    photo = next((one for one in press.draft.photos if one.uid == press.about), None)
    if photo is None:
        return Came(press.page)
    fields = press.studio.fields
    at = _number(fields.get(f"point-{photo.uid}.x", "")), _number(fields.get(f"point-{photo.uid}.y", ""))
    # A key that is pressed on it, instead of a finger, says 0 and 0.
    if any(at):
        await _change(tx, press, f"focus-{photo.uid}", _focus(photo, *at))
    return Came(f"{press.page}#photo-{photo.uid}")


async def _tag(tx: Tx, press: Press) -> Came:
    tags = press.typed.get("tags", "").strip().rstrip(",")
    await _change(tx, press, "tags", f"{tags}, {press.about}" if tags else press.about)
    return Came(f"{press.page}#tags")


async def _year(tx: Tx, press: Press) -> Came:
    await _change(tx, press, "year", press.about)
    return Came(f"{press.page}#year")


async def _change(tx: Tx, press: Press, name: str, text: str) -> None:
    """Keep another text in one field."""
    typed = {**press.typed, name: text}
    await drafts.save(tx, press.studio.artisan, press.draft.uid, typed, version=press.draft.version, now=press.now)


def _focus(photo: DraftPhoto, x_px: int, y_px: int) -> str:
    """Return what matters in a photograph that was tapped at this place of its picture, as the form writes it."""
    whole = photo.photo
    height_px = PICTURE_PX * whole.height_px / whole.width_px if whole.width_px and whole.height_px else PICTURE_PX
    x, y = 2 * x_px / PICTURE_PX - 1, 1 - 2 * y_px / height_px
    return ",".join(f"{min(max(round(place, _DIGITS), -1), 1):g}" for place in (x, y))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("100000") else 0


_DEEDS: Mapping[str, Callable[[Tx, Press], Awaitable[Came]]] = {
    "save": _save,
    "preview": _preview,
    "publish": _publish,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "up": _up,
    "down": _down,
    "remove": _remove,
    "point": _point,
    "tag": _tag,
    "year": _year,
}
