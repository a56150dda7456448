"""What is answered when something fails."""

import errno
import json
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request

from fedi_artisan.config import Config
from fedi_artisan.errors import ArtisanError, BadInput, BadJson, Forbidden, Gone, NotFound, TooLarge
from fedi_artisan.language.catalogues import translation
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database
from fedi_artisan.web import errors
from fedi_artisan.web.people.pages import Pages
from tests.house import House, lay_out
from tests.unit.web.markup import read


@pytest.fixture(params=["nobody", "nothing"])
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Starlette]:
    """An application of which only the pages are needed; its database is empty, or cannot be read at all."""
    application = Starlette()
    path, migrations = tmp_path / "empty.sqlite3", folder("migrations")
    await lay_out(path)
    db = await Database.open(path, migrations)
    application.state.site = SimpleNamespace(pages=Pages(Config(origin="https://atelier.example")), db=db)
    if request.param == "nothing":
        await db.close()
    yield application
    if request.param != "nothing":
        await db.close()


def _request(app: Starlette, path: str = "/works/x", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": named, "app": app})


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (NotFound("there is no such work"), 404, "Nothing on this shelf"),
        (HTTPException(404), 404, "Nothing on this shelf"),
        (Gone("this work was withdrawn"), 410, "This piece has left the workshop"),
        (BadInput("write four digits"), 400, "This did not work"),
        (Forbidden("a secret reason"), 403, "This did not work"),
        (TooLarge("a secret limit"), 413, "This did not work"),
        (HTTPException(405, headers={"Allow": "GET"}), 405, "This did not work"),
        (ArtisanError("a secret path"), 500, "A crack in the kiln"),
        (RuntimeError("a secret path"), 500, "A crack in the kiln"),
    ],
)
async def test_people_get_a_page(app: Starlette, error: Exception, status: int, heading: str) -> None:
    """Each failure has its status and a page in the house's voice; inner words stay inside, none of it is kept."""
    answer = await errors.on_error(_request(app, accept="text/html"), error)
    page = read(bytes(answer.body).decode())
    assert answer.status_code == status
    assert page.one("h1").text == heading
    assert "secret" not in page.one("html").text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert page.one("p", class_="onwards").text == "See the works"


async def test_what_a_person_can_mend_is_told(app: Starlette) -> None:
    """The sentence of a BadInput stands on the page, escaped."""
    answer = await errors.on_error(_request(app), BadInput("write <b>{count}</b> digits", count=4))
    assert "Write <b>4</b> digits." in [p.text for p in read(bytes(answer.body).decode()).all("p")]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/works/x", "application/activity+json"),
        ("/works/x", "application/json"),
        ("/ap/works/x", "text/html"),
        ("/ap/inbox", "*/*"),
        ("/.well-known/webfinger", "*/*"),
        ("/nodeinfo/9", "*/*"),
    ],
)
async def test_servers_get_json(app: Starlette, path: str, accept: str) -> None:
    """Where a document is asked, or only documents live, the answer is JSON with the reason."""
    answer = await errors.on_error(_request(app, path, accept=accept), BadJson("the document is broken"))
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(bytes(answer.body)) == {"error": "the document is broken"}


async def test_headers_of_a_refusal_are_kept(app: Starlette) -> None:
    """A 405 says what is allowed, on a page and in JSON."""
    refusal = HTTPException(405, headers={"Allow": "GET"})
    for accept in ("text/html", "application/json"):
        assert (await errors.on_error(_request(app, accept=accept), refusal)).headers["Allow"] == "GET"


@pytest.mark.parametrize("accept", ["text/html", "application/activity+json"])
async def test_crash_tells_nothing(app: Starlette, accept: str) -> None:
    """A fault of our own is a decent 500 without a word of what it was."""
    answer = await errors.on_crash(_request(app, accept=accept), RuntimeError("a secret path"))
    assert answer.status_code == 500
    assert b"secret" not in bytes(answer.body)


@pytest.mark.parametrize(
    ("number", "status", "reason"),
    [
        (errno.ENOSPC, 507, "the disk here is full, and takes nothing more"),
        (errno.EROFS, 503, "the disk here can only be read"),
        (errno.EMFILE, 503, "too many files are open here"),
    ],
)
async def test_what_the_system_refuses_is_no_crash(app: Starlette, number: int, status: int, reason: str) -> None:
    """A full or failing disk, too many open files: other servers hear that they should come again."""
    refusal = OSError(number, "")
    answer = await errors.on_system(_request(app, accept="application/json"), refusal)
    assert (answer.status_code, json.loads(bytes(answer.body))) == (status, {"error": reason})
    assert ("Retry-After" in answer.headers) == (status == 503)
    with pytest.raises(OSError, match="secret"):
        await errors.on_system(_request(app), OSError(errno.EBADF, "a secret path"))


@pytest.mark.parametrize(("heard", "words"), [(True, "vous n’y êtes pour rien"), (False, "no fault of yours")])
async def test_an_excuse_needs_no_file(app: Starlette, heard: bool, words: str) -> None:
    """Where not even the page can be opened, one line says it, with the status as it is, in the visitor's language.

    That is English as long as the words of hers have not been read.
    """
    if heard:
        translation("fr")
    else:
        translation.cache_clear()
    opened = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, opened[1]))
    try:
        answer = await errors.on_error(_request(app, accept="text/html", accept_language="fr"), NotFound("not here"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, opened)
    assert answer.status_code == 404
    assert words in bytes(answer.body).decode()
    assert answer.headers["Content-Language"] == ("fr" if heard else "en")


async def test_wrong_method_is_refused_by_the_running_server(house: House) -> None:
    """A POST to a page is 405 with what is allowed, in the visitor's language."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(house.config.origin, headers={"Accept": "text/html", "Accept-Language": "fr"}) as answer,
    ):
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]
        assert read(await answer.text()).one("h1").text == "Cela n’a pas marché"
