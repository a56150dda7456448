"""What stands in the form in which an artisan says something: as she begins, as she left it, or as it was said."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.drafts import DraftPhoto
from fedi_artisan.domain.post_drafts import FIELDS, PostInWriting
from fedi_artisan.domain.posts import LONGEST_POST, Post, Visibility
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.errors import ArtisanError, BadInput
from fedi_artisan.services import post_drafts
from fedi_artisan.services.post_drafts import Target
from fedi_artisan.services.speaking import READERS
from fedi_artisan.storage import people
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.typed import version_of
from fedi_artisan.web.studio.writing.photo_forms import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in the form.

    Args:
        key: under which it is kept.
        values: what was typed, by FIELDS.
        photos: in their order.
        problems: what is wrong, by field; under "" what is wrong with the whole.
        unknown: handles that could not be found.
        refused: files that were not taken in.
        trouble: why it could not be said after all, once its pictures were made.
        is_kept: whether it is kept already, and can be thrown away.
    """

    key: str
    values: dict[str, str]
    photos: tuple[DraftPhoto, ...] = ()
    problems: dict[str, ArtisanError]
    unknown: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    trouble: BadInput | None = None
    is_kept: bool = False

    @property
    def status(self) -> int:
        """With what status the page with this form is answered."""
        if self.refused:
            return self.refused[0].status
        if "" in self.problems:
            return self.problems[""].status
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.problems or self.unknown else HTTPStatus.OK


async def begun(tx: Tx, request: Request, studio: Studio) -> Form:
    """Return the form in which stands what the address asks for."""
    site, asked = site_of(request), request.query_params
    text, visibility = asked.get("text", "")[:LONGEST_POST], asked.get("visibility", "")
    if visibility not in list(Visibility):
        visibility = Visibility.PUBLIC.value
    to, person_id = asked.get("to", ""), asked.get("with", "")
    if person_id.isascii() and person_id.isdigit() and len(person_id) <= len("1000000000000"):
        person = await people.find(tx, int(person_id))
        if person is not None:
            text, visibility = f"{person.handle} {text}", Visibility.DIRECT.value
    target = await post_drafts.find_target(tx, site.uris, studio.artisan, to)
    quoted = await post_drafts.find_target(tx, site.uris, studio.artisan, asked.get("quote", ""))
    if target is not None:
        visibility = readers_of(target).value
        text = _others_named(target) + text
    values = dict.fromkeys(FIELDS, "") | {
        "text": text,
        "visibility": visibility,
        "language": _language(studio.artisan, target),
        "to": to if target is not None else "",
        "quote": asked.get("quote", "") if quoted is not None else "",
        "back": asked.get("back", ""),
    }
    return Form(key=new_uid(site.clock()), values=values, problems={})


def readers_of(target: Target) -> Visibility:
    """Return for whom an answer is unless something else is chosen: for those who can read what it answers."""
    if target.work is not None:
        return READERS[target.work.draft.audience]
    return Visibility.PUBLIC if target.post is None else target.post.visibility


def _others_named(target: Target) -> str:
    """Return the handles of those whom a post names besides its author: they are in the conversation."""
    post = target.post
    if post is None or post.author is None:
        return ""
    return "".join(f"{one.handle} " for one in post.mentions if one.uri != post.author.uri and "@" in one.handle[1:])


def _language(artisan: Artisan, target: Target | None) -> str:
    """Return the language that she probably writes in."""
    spoken = target.post.language if target is not None and target.post is not None else None
    return spoken if spoken in artisan.languages else artisan.language


def form_of(kept: PostInWriting, **more: object) -> Form:
    """Return the form of what was begun, with whatever *more* is to be told of it."""
    values = dict.fromkeys(FIELDS, "") | dict(kept.fields)
    given = {"problems": {}, "trouble": kept.trouble, "is_kept": True} | more
    return Form(key=kept.uid, values=values, photos=kept.photos, **given)  # type: ignore[arg-type]  # fields of it


def said(request: Request, post: Post) -> Form:
    """Return the form in which stands what was said."""
    values = values_of(post)
    photos = tuple(DraftPhoto(photo=one, words={"alt": one.alts.get(values["language"], "")}) for one in post.photos)
    values |= {"version": version_of(values), "back": request.query_params.get("back", "")}
    return Form(key=new_uid(site_of(request).clock()), values=values, photos=photos, problems={})


def values_of(post: Post) -> dict[str, str]:
    """Return how a post reads in the form."""
    return dict.fromkeys(FIELDS, "") | {
        "text": post.source or "",
        "visibility": post.visibility.value,
        "warning": post.warning,
        "sensitive": "yes" if post.sensitive else "",
        "language": post.language or "",
    }
