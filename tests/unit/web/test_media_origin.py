"""Photographs from an origin of their own."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import obstore
import pytest

from fedi_artisan.domain.works import Draft
from tests.bucket_service import BucketService
from tests.house import House, open_house
from tests.photos import grey
from tests.unit.web.markup import read
from tests.unit.web.pictures_asked import DIGITS, MEDIA_HOST, PAGE, put


async def asked(
    session: aiohttp.ClientSession, house: House, path: str, host: str, **options: Any
) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and body of what *path* gives under a *host*."""
    headers = {"Host": host, **options.pop("headers", {})}
    method = options.pop("method", "GET")
    address = f"{house.config.origin}{path}"
    async with session.request(method, address, headers=headers, allow_redirects=False, **options) as answer:
        return answer.status, answer.headers, await answer.read()


@pytest.fixture
async def split(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, with an origin of their own for photographs."""
    async with open_house(tmp_path / "data", media={"origin": f"https://{MEDIA_HOST}"}) as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    [MEDIA_HOST, MEDIA_HOST.upper(), f"{MEDIA_HOST}:443", f"{MEDIA_HOST}.", f"{MEDIA_HOST}.:443"],
)
async def test_under_their_origin_there_are_photographs_alone(
    split: House, session: aiohttp.ClientSession, host: str
) -> None:
    """No page, document or inbox stands under the origin of photographs, in whatever way it is written.

    Only what machines may read is told there too (test_rights.py).
    """
    work = await split.publish()
    content = (await grey(split)).post
    name = content.file
    status, headers, body = await asked(session, split, f"/media/{name}", host)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert len(body) == content.size_bytes
    paths = [
        *("/", "/@maria", f"/works/{work.slug}", f"/ap/works/{work.uid}", "/ap/actor", "/static/portfolio.css"),
        *("/.well-known/webfinger?resource=acct:maria@x", "/robots.txt/", "/media/", "/media/a/b", "/media/x.jpg"),
        *("/media", "/none", "//", f"/{name}"),
    ]
    for path in paths:
        for accept in ("text/html", "application/activity+json"):
            # Twice, as an answer that is kept for the one host must not be given to the other.
            await asked(session, split, path, split.uris.host, headers={"Accept": accept})
            status, headers, body = await asked(session, split, path, host, headers={"Accept": accept})
            assert status == 404, path
            assert headers["Content-Type"] == "text/plain; charset=utf-8"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert b"maria" not in body.lower()
    for path in ("/ap/inbox", f"/media/{name}"):
        assert (await asked(session, split, path, host, method="POST", data=b"{}"))[0] == 404


async def test_pages_show_photographs_from_their_origin(split: House, session: aiohttp.ClientSession) -> None:
    """Pages, documents and previews name the origin of photographs, and the pages' policy lets them in from there."""
    shown = await grey(split)
    work = await split.publish(Draft(title="Moon jar", photos=(shown,)))
    status, headers, body = await asked(session, split, f"/works/{work.slug}", split.uris.host, headers=PAGE)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert f"img-src 'self' https://{MEDIA_HOST};" in policy
    page = read(body.decode())
    images = page.all("img")
    addresses = [image.attributes["src"] for image in images]
    addresses += [part for image in images for part in re.findall(r"\S+\.jpg", image.attributes.get("srcset", ""))]
    assert len(addresses) >= 3
    expected = re.compile(rf"https://{re.escape(MEDIA_HOST)}/media/[0-9a-f]{{40}}\.jpg")
    assert all(expected.fullmatch(address) for address in [*addresses, page.meta("og:image")])
    document = await asked(
        session, split, f"/ap/works/{work.uid}", split.uris.host, headers={"Accept": "application/activity+json"}
    )
    assert f"https://{MEDIA_HOST}/media/{shown.post.file}".encode() in document[2]


async def test_old_addresses_of_photographs_stay(split: House, session: aiohttp.ClientSession) -> None:
    """Posts elsewhere name photographs under our first origin; there they stay, also after they get their own."""
    name = (await grey(split)).post.file
    assert (await asked(session, split, f"/media/{name}", split.uris.host))[0] == 200


async def test_a_bucket_can_be_the_origin(
    session: aiohttp.ClientSession, bucket_service: BucketService, tmp_path: Path
) -> None:
    """What lies in a bucket lies under the very path of its address, with its type: a network may fetch it there."""
    media = {**bucket_service.settings, "origin": f"https://{MEDIA_HOST}"}
    async with open_house(tmp_path / "data", media=media) as house:
        address = await put(house, DIGITS, "avif")
    key = address.rpartition("/media/")[2]
    meta = obstore.get(bucket_service.door(), f"media/{key}")
    assert bytes(meta.bytes()) == DIGITS
    assert meta.attributes["Content-Type"] == "image/avif"
