"""Files with people and servers: what would come of each line is shown before it is done; and what she takes away."""

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.block_lists import LARGEST_BYTES, Kind, write_people, write_servers
from fedi_artisan.domain.safety import Severity
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import ArtisanError, BadInput, NotFound, TooLarge
from fedi_artisan.services import safety
from fedi_artisan.storage import servers, unwelcome
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.safety.showing import SAFETY, page, to
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.sending import read_files

PATH = f"{SAFETY}/files"
MOST_SHOWN = 200
_LONGEST_ROW = 18
_TOLD = {"done": say("Done, line by line as it was shown.")}


async def files(request: Request, studio: Studio) -> Response:
    """Return the form for a file, and what can be taken away; or take a file in, and lead to what would come of it."""
    refused: ArtisanError | None = None
    if request.method == "POST":
        try:
            kind, content = await _given(request, studio)
            site = site_of(request)
            async with site.db.write() as tx:
                row = await safety.give_import(tx, studio.artisan, kind, content, site.clock())
            return see(f"{PATH}/{row}")
        except (BadInput, TooLarge) as error:
            refused = error
    return page(
        request,
        studio,
        "safety_files.html",
        refused=refused,
        told=_TOLD.get(request.query_params.get("told", ""), ""),
        largest_mb=LARGEST_BYTES // 1_000_000,
    )


async def _given(request: Request, studio: Studio) -> tuple[Kind, bytes]:
    """Return the file that was sent, and what it is of.

    Raises:
        BadInput: none was chosen, or it is not said what it is of.
        TooLarge: it is larger than is read.
    """
    typed: list[tuple[str, str]] = []
    content = bytearray()
    async for part in read_files(request, studio, typed, most_bytes=LARGEST_BYTES):
        async for chunk in part.chunks:
            content += chunk
    kind = Fields(typed).get("kind", "")
    if kind not in {*Kind}:
        raise BadInput("Choose what the file is of.")
    if not content:
        raise BadInput("Choose a file.")
    return Kind(kind), bytes(content)


async def one_file(request: Request, studio: Studio) -> Response:
    """Return what would come of a file, line by line; or do it.

    Raises:
        NotFound: it is not here any more.
    """
    site, row = site_of(request), _row(request)
    refused = None
    if request.method == "POST":
        try:
            async with site.db.write() as tx:
                await safety.apply_import(tx, site.uris, studio.artisan, row, site.clock())
            await safety.clear(site.db, site.clock())
            return see(to(PATH, told="done"))
        except BadInput as error:
            refused = error
    async with site.db.read() as tx:
        outlook = await safety.foresee(tx, site.uris, studio.artisan, row)
    by_fate = {str(fate): [one for one in outlook.lines if one.fate is fate][:MOST_SHOWN] for fate in safety.Fate}
    return page(
        request,
        studio,
        "safety_file.html",
        refused=refused,
        outlook=outlook,
        lines=by_fate,
        counts={str(fate): outlook.counts.get(fate, 0) for fate in safety.Fate},
    )


async def whole_report(request: Request, studio: Studio) -> Response:
    """Return what would come of every line of a file, as a text.

    Raises:
        NotFound: it is not here any more.
    """
    site = site_of(request)
    async with site.db.read() as tx:
        outlook = await safety.foresee(tx, site.uris, studio.artisan, _row(request))
    lines = (f"{one.line.number}\t{one.fate}\t{one.line.what}\t{one.line.problem}\n" for one in outlook.lines)
    return _download("".join(lines), "report.txt", "text/plain")


async def export(request: Request, studio: Studio) -> Response:
    """Return whom she blocks or mutes, or how servers are treated, as a file that other programs read.

    Raises:
        NotFound: there is no such file.
    """
    name, artisan_id = request.path_params["name"], studio.artisan.id
    async with site_of(request).db.read() as tx:
        if name == "blocked_accounts.csv":
            text = write_people((one.handle for one in await unwelcome.list_blocked(tx, artisan_id)), muted=False)
        elif name == "muted_accounts.csv":
            text = write_people((one.handle for one in await unwelcome.list_muted(tx, artisan_id)), muted=True)
        elif name == "blocked_domains.csv":
            ruled = await servers.list_all(tx, (Severity.BLOCKED, Severity.SILENCED))
            text = write_servers((one.domain, one.severity, one.comment) for one in ruled)
        else:
            raise NotFound("there is no such file")
    return _download(text, name, "text/csv")


def _download(text: str, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type=kind, headers=headers)


def _row(request: Request) -> int:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ROW):
        raise NotFound("this file is not here any more; give it once more")
    return int(text)
