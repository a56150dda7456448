"""The whole site without scripts: nothing leads nowhere."""

from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser.chromium import window
from tests.browser.pages import PAGES
from tests.browser.street import Street
from tests.browser.walking import kind_of, walk
from tests.house import free_socket, running


async def test_the_whole_site_can_be_walked_without_scripts(street: Street, browser: Browser) -> None:
    """By links and forms a visitor without scripts comes to every kind of page, and no address answers 400 or more."""
    reached: set[str] = set()
    for house in (street.atelier, street.shared):
        async with window(browser, scripts=False) as tab:
            met = await walk(tab, f"{house.config.origin}/")
        assert met.refused == []
        reached |= met.seen.keys()
    assert {kind_of(kind.url(street)) for kind in PAGES if kind.status == 200 and kind.linked} <= reached


async def test_a_walk_meets_what_is_broken(browser: Browser) -> None:
    """Where a link or a form leads nowhere, or a picture is missing, the walk says so, and on which page."""
    pages = {
        "/": '<a href="/works/1">1</a><a href="/lost?lang=fr">2</a><a href="https://elsewhere.example/">3</a>'
        '<form action="/find"><input type="search" name="q"><select name="of"><option>a<option>b</select>'
        "<button>Find</button></form>",
        "/works/1": '<img src="/lost.jpg">',
        "/find": '<a href="/found">1</a>',
    }

    async def answer(request: Request) -> Response:
        path = request.url.path
        return HTMLResponse(pages.get(path, ""), status_code=200 if path in pages else 404)

    listening = free_socket()
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with running(Starlette(routes=[Route("/{path:path}", answer)]), listening), window(browser) as tab:
        met = await walk(tab, f"{origin}/")
    assert set(met.refused) == {
        (f"{origin}/lost?lang=fr", f"{origin}/"),
        (f"{origin}/lost.jpg", f"{origin}/works/1"),
        (f"{origin}/found", f"{origin}/find?q=bowl&of=b"),
    }
