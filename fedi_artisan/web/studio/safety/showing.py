"""What the pages of safety share: where they are, and how a form on one of them comes back with what is wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.errors import ArtisanError
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.showing import show

SAFETY = "/studio/safety"
LONGEST_TYPED = 2_000


def to(path: str, **given: object) -> str:
    """Return the address of a page, with whatever of *given* says something."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}" if query else path


def page(
    request: Request,
    studio: Studio,
    template: str,
    *,
    refused: ArtisanError | None = None,
    told: str = "",
    **values: object,
) -> Response:
    """Return a page with a form: as it is, or with what was typed and why it was *refused*; *told* was just done."""
    return show(
        request,
        studio,
        f"studio/{template}",
        status=HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        refused=refused,
        told=told,
        typed=typed(studio.fields),
        **values,
    )


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the fields of a form."""
    return {name: text[:LONGEST_TYPED] for name, text in fields.items()}
