"""How the body of a request is read: bounded in size and time, whoever sends it."""

import asyncio
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request

from fedi_artisan.errors import BadInput, BadJson, TooLarge, WrongMediaType

Fields = ImmutableMultiDict[str, str]

FORM = "application/x-www-form-urlencoded"
LONGEST_FORM_BYTES = 4_000
MOST_FIELDS = 10
_LONGEST_NUMBER = 18


def media_type(request: Request) -> str:
    """Return what kind of body is announced, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, longest: int, within_s: float) -> bytes:
    """Return the body, refusing an overlong one before it is read and an endless or slow one while it is.

    Raises:
        TooLarge: it has more than *longest* bytes.
        BadJson: it did not arrive in time, or not whole.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > _LONGEST_NUMBER or int(announced) > longest):
        raise TooLarge(f"up to {longest} bytes are read here")
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > longest:
                    raise TooLarge(f"up to {longest} bytes are read here")
    except (TimeoutError, ClientDisconnect):
        raise BadJson("the message did not arrive") from None
    return bytes(body)


async def read_form(
    request: Request, within_s: float, *, longest: int = LONGEST_FORM_BYTES, most: int = MOST_FIELDS
) -> Fields:
    """Return the fields of a form; of a name that comes twice, `[]` gives the last, `getlist` all.

    Raises:
        WrongMediaType: it is another kind of body.
        TooLarge: it has more than *longest* bytes.
        BadJson: it did not arrive.
        BadInput: it is not UTF-8, or has more than *most* fields.
    """
    if media_type(request) != FORM:
        raise WrongMediaType(f"send {FORM}")
    body = await read_body(request, longest, within_s)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError:
        raise BadInput("the form cannot be read") from None
    return Fields(fields)
