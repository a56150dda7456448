"""What somebody was about to do when she was asked who she is: it is kept in the page that asks, and not lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from fedi_artisan.domain.uris import same_origin
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.visit import CARRIED_FIELD, HOME, asked_path, local_path

_NEXT = "next"
_SENDS = "sends"
_KEPT = "kept."
# What is secret is typed once more.
_SECRET = ("password", "code", "paper_code", "credential", "halfway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A page of the studio to open, or, with *sends*, a form to send there with these *fields*."""

    path: str = HOME
    sends: bool = False
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that keep it in a form."""
        kept = [(_KEPT + name, value) for name, value in self.fields]
        return [(_NEXT, self.path), *([(_SENDS, "yes")] if self.sends else []), *kept]


def of_sending(request: Request, fields: Fields) -> Errand:
    """Return the errand of whoever sent a form. What is secret in it is not kept: then its page is opened anew."""
    pairs = [(name, value) for name, value in fields.multi_items() if name != CARRIED_FIELD]
    open_ones = tuple((name, value) for name, value in pairs if not name.startswith(_SECRET))
    if len(open_ones) < len(pairs):
        return Errand(path=asked_path(request))
    return Errand(path=asked_path(request), sends=True, fields=open_ones)


def of_page_before(request: Request) -> Errand:
    """Return the way back to the page from which something was sent that cannot be kept: files."""
    origin, before = site_of(request).config.origin, request.headers.get("referer", "")
    return Errand(path=local_path(urlsplit(before).path)) if same_origin(before, origin) else Errand()


def read(fields: Fields) -> Errand:
    """Return the errand that a form of ours has kept."""
    return Errand(
        path=local_path(fields.get(_NEXT, "")),
        sends=_SENDS in fields,
        fields=tuple(_kept(fields.multi_items())),
    )


def _kept(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in pairs:
        if name.startswith(_KEPT):
            yield name.removeprefix(_KEPT), value
