"""Looking for people and posts on a server of tests, with or without our own whole server around it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.abc import AbstractResolver

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.looking import Looking
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.resources import folder
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.schema import migrate
from tests.neighbour import ACTIVITY_JSON, Neighbour, Person

Headers = Mapping[str, str]


@asynccontextmanager
async def open_looking(
    tmp_path: Path,
    *,
    names: AbstractResolver | None = None,
    refuses: Callable[[str], bool] = lambda _: False,
    **settings: object,
) -> AsyncIterator[tuple[Looking, Database]]:
    """Give what looks for people, and its database; nothing else runs."""
    config = parse({"origin": "http://127.0.0.1:9", "data_dir": str(tmp_path), **settings})
    await migrate(config.database, folder("migrations"))
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with Client(config, signer=None, resolver=names) as client:
            actors = Actors(db, client, await Hosts.load(db, utc_now), utc_now)
            webfinger = WebFinger(config, client, actors)
            yield Looking(config, db, Uris(config.origin), actors, webfinger, refuses=refuses), db
    finally:
        await db.close()


def host_of(neighbour: Neighbour) -> str:
    """Return what stands behind the `@` in handles of another server."""
    return neighbour.origin.removeprefix("http://")


def fingered(neighbour: Neighbour, name: str, /, *, points_to: str | None = None, **extra: Any) -> Person:
    """Return a new actor of another server, who is found by her handle as well; or her handle leads elsewhere."""
    person = neighbour.person(name, **extra)
    tell(neighbour, name, points_to or person.uri)
    return person


def tell(neighbour: Neighbour, name: str, uri: str) -> None:
    """Have another server say that *name* there is the actor *uri*."""
    resource = f"acct:{name}@{host_of(neighbour)}"
    links = [{"rel": "self", "type": ACTIVITY_JSON, "href": uri}]
    at = f"{neighbour.origin}/.well-known/webfinger?resource={quote(resource, safe='')}"
    neighbour.serve({"subject": resource, "links": links}, at=at, kind="application/jrd+json")


def page(neighbour: Neighbour, path: str, html: str, headers: Headers | None = None) -> str:
    """Have another server give a page for people at *path*; return its address."""

    async def give(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=html, content_type="text/html", headers=headers)

    neighbour.routes[path] = give
    return neighbour.origin + path


def lead_on(neighbour: Neighbour, path: str, target: str) -> str:
    """Have another server lead from *path* to *target*; return the address that does so."""

    async def redirect(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    neighbour.routes[path] = redirect
    return neighbour.origin + path


def alternate(href: str) -> str:
    """Return the head of a page that says where it stands as ActivityStreams."""
    return (
        f'<!DOCTYPE html><head><title>A page</title><link rel="alternate" type="{ACTIVITY_JSON}" href="{href}"></head>'
    )
