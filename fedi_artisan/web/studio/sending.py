"""How a form that brings files is read: it has to carry its token before the first of them."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request

from fedi_artisan.web.bodies import FORM, media_type, read_form
from fedi_artisan.web.context import site_of
from fedi_artisan.web.parts import Part, read_parts
from fedi_artisan.web.studio.door import check_token
from fedi_artisan.web.studio.visit import CARRIED_FIELD, LONGEST_FORM_BYTES, MOST_FIELDS, Studio


async def read_files(
    request: Request,
    studio: Studio,
    typed: list[tuple[str, str]],
    *,
    most_bytes: int,
    open_to_all: bool = False,
) -> AsyncGenerator[Part]:
    """Give the files of a form, each as it comes, and note in *typed* what was typed around them.

    Where none was chosen, some browsers and programs send the form without its files; that gives none.

    Args:
        request: whose body is read.
        studio: who sent it.
        typed: gathers the names and texts of all other fields.
        most_bytes: of all files.
        open_to_all: whether the form needs to carry nothing: the phone's own menu sends it, and knows no token.

    Raises:
        Forbidden: the form carries another token, or a file before it.
        WrongMediaType, BadInput, TooLarge, BadJson, Stalled: it cannot be read to its end.
    """
    idle_s = site_of(request).config.timeouts.request_body_s
    if media_type(request) == FORM and not open_to_all:
        fields = await read_form(request, idle_s, longest=LONGEST_FORM_BYTES, most=MOST_FIELDS)
        check_token(studio, fields.get(CARRIED_FIELD, ""))
        typed.extend(fields.multi_items())
        return
    is_trusted, left_bytes = open_to_all, LONGEST_FORM_BYTES
    parts = read_parts(request, idle_s=idle_s, most_bytes=most_bytes + LONGEST_FORM_BYTES, most_parts=MOST_FIELDS)
    async with aclosing(parts):
        async for part in parts:
            if part.file is None:
                text = await part.text(left_bytes)
                left_bytes -= len(text.encode())
                if part.name == CARRIED_FIELD:
                    check_token(studio, text)
                    is_trusted = True
                typed.append((part.name, text))
            elif not is_trusted:
                break
            elif part.file:
                yield part
    if not is_trusted:
        check_token(studio, "")
