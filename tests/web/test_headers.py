"""What every answer tells browsers, on every route: nothing is taken for something else, framed, or read by others."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from fedi_artisan.app import build
from fedi_artisan.config import parse
from fedi_artisan.domain.works import Draft
from fedi_artisan.web.answers.safeguards import complete
from fedi_artisan.web.routes import every_route
from tests.house import House, free_socket, furnish, open_house, running
from tests.neighbour import ACTIVITY_JSON
from tests.studio import signed_in

PATHS = sorted({(route.path, method) for route in every_route() for method in route.methods or () if method != "HEAD"})
# These may stand in frames of other sites, or of the studio's own pages.
FRAMED = re.compile(r"/embed$|/studio/appearance|/studio/.*/preview")
MANY = {"Set-Cookie", "Link", "Vary"}
ODD = (
    ("/nothing", "GET"),
    ("/", "DELETE"),
    ("/?lang=xx&lang=yy", "GET"),
    ("/healthz", "GET"),
    ("/readyz", "PUT"),
)
HTTPS = "https://atelier.example"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Give a house with a work."""
    async with open_house(tmp_path / "data") as opened:
        await opened.publish(Draft(title="Moon jar", series="Jars", tags=("clay",)))
        yield opened


def filled(path: str) -> str:
    """Return the address of a route, of what is there where that can be guessed."""
    known = {"slug": "moon-jar", "tag": "clay", "username": "maria", "form": "xml", "number": "1", "version": "2.1"}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda gap: known.get(gap[1], "1"), path)


def faults(answer: aiohttp.ClientResponse, *, https: bool = False) -> list[str]:
    """Return what is missing or too much in what an answer tells browsers."""
    said = answer.headers
    policy = said.get("Content-Security-Policy", "")
    sandboxed, page = "sandbox" in policy, said.get("Content-Type", "").startswith("text/html")
    used_by = "cross-origin" if said.get("Access-Control-Allow-Origin") == "*" else "same-origin"
    bare = policy.replace("frame-ancestors *", "")
    holds = {
        "nosniff": said.get("X-Content-Type-Options") == "nosniff",
        "a policy": sandboxed or "default-src 'none'" in policy,
        "no unsafe policy": "'unsafe-" not in bare and "*" not in bare,
        "no frames": sandboxed or "frame-ancestors 'none'" in policy or FRAMED.search(str(answer.url)) is not None,
        "a referrer policy": said.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "who may use it": said.get("Cross-Origin-Resource-Policy") == used_by,
        "each said once": all(len(said.getall(name)) == 1 for name in said if name not in MANY),
        "its own window": not page or said.get("Cross-Origin-Opener-Policy") == "same-origin",
        "no senses": not page or "camera=()" in said.get("Permissions-Policy", ""),
        "strict": ("Strict-Transport-Security" in said) is https,
        "nothing readable with cookies": "Access-Control-Allow-Credentials" not in said,
    }
    return [f"{answer.method} {answer.url} {answer.status}: {name}" for name, kept in holds.items() if not kept]


async def test_every_route_says_it_to_strangers(house: House) -> None:
    """Whatever is asked for, as a page or as a document, by a reader or by a form without a token: all is said."""
    found = []
    async with aiohttp.ClientSession(house.config.origin) as stranger:
        for path, method in PATHS:
            for accept in ("text/html", ACTIVITY_JSON):
                headers = {"Accept": accept}
                async with stranger.request(method, filled(path), headers=headers, allow_redirects=False) as answer:
                    found += faults(answer)
                    assert answer.status < 500, (path, answer.status)
        for path, method in ODD:
            async with stranger.request(method, path) as answer:
                found += faults(answer)
    assert found == []


async def test_every_route_says_it_to_the_artisan(house: House) -> None:
    """In the studio all is said as well, and nothing of it is kept by anybody."""
    found = []
    async with signed_in(house) as artisan:
        for path, method in PATHS:
            if path.startswith("/studio") and method == "GET" and "sign-out" not in path:
                url = f"{house.config.origin}{filled(path)}"
                async with artisan.client.get(url, allow_redirects=False) as answer:
                    found += faults(answer)
                    assert answer.status < 500, (path, answer.status)
                    if "no-store" not in answer.headers.get("Cache-Control", "") and answer.status == 200:
                        found.append(f"{path}: may be kept")
    # What a phone that has the studio installed shows while there is no network says nothing of anybody.
    assert set(found) <= {
        f"{path}: may be kept" for path in ("/studio/offline", "/studio/worker.js", "/studio/manifest.webmanifest")
    }


async def test_by_tls_browsers_are_told_to_come_by_it_from_now_on(tmp_path: Path) -> None:
    """HSTS is on every answer of a house whose address is https, whoever brings the TLS."""
    raw = {"origin": HTTPS, "data_dir": str(tmp_path / "data"), "media": {"origin": "https://photos.example"}}
    config = parse(raw)
    await furnish(config, "maria")
    paths = ("/", "/works", "/nothing", "/studio", "/healthz", "/media/x.jpg", "/.well-known/webfinger", "/ap/actor")
    found = []
    with free_socket() as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with running(build(config), listening), aiohttp.ClientSession(origin) as visitor:
            for path in paths:
                async with visitor.get(path, headers={"Host": "atelier.example"}, allow_redirects=False) as answer:
                    found += faults(answer, https=True)
            async with visitor.get("/", headers={"Host": "photos.example"}) as answer:
                found += faults(answer, https=True)
                assert answer.status == 404
    assert found == []


def test_what_was_said_stays_and_what_is_missing_is_added() -> None:
    """Nobody's own policy is changed; what is for everybody may be used by everybody."""
    own = [(b"content-type", b"text/html"), (b"content-security-policy", b"default-src 'self'")]
    completed = dict(complete(list(own), https=True))
    assert completed[b"content-security-policy"] == b"default-src 'self'"
    assert completed[b"cross-origin-resource-policy"] == b"same-origin"
    assert completed[b"strict-transport-security"] == b"max-age=31536000"
    shared = dict(complete([(b"access-control-allow-origin", b"*")], https=False))
    assert shared[b"cross-origin-resource-policy"] == b"cross-origin"
    assert b"cross-origin-opener-policy" not in shared
    assert b"strict-transport-security" not in shared
