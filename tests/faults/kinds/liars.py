"""Other servers that lie: about who somebody is, about where things are, about how much there is of them."""

import asyncio
import base64
import contextlib
import gzip
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from tests.faults.kinds.certificates import open_impostor
from tests.faults.kinds.fault import Fault
from tests.faults.promises import wrong
from tests.faults.scene import Scene
from tests.neighbour import Person, key, signed_headers

_JSON = "application/activity+json"
_NUMBERS = itertools.count(1)
_BOMB = gzip.compress(bytes(64 << 20), 9)
_LONG_S = 8.0

Lie = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def _told(document: Any, **more: Any) -> web.Response:
    return web.Response(body=json.dumps(document), content_type=_JSON, **more)


async def _other_id(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give the document of somebody else, with one's own key in it."""
    del request
    victim = document["id"].rsplit("/", 1)[0] + "/reader0"
    return _told({**document, "id": victim})


async def _others_key(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give a key that says it is somebody else's."""
    del request
    return _told({**document, "publicKey": {**document["publicKey"], "owner": document["id"] + "-not"}})


async def _changing_key(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give another key each time, never the one that signed."""
    del request
    spoilt = document["publicKey"]["publicKeyPem"].replace("A", "B", next(_NUMBERS) % 7 + 30)
    return _told({**document, "publicKey": {**document["publicKey"], "publicKeyPem": spoilt}})


async def _circle(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Lead from one address to the next, and back to the first."""
    del document
    step = int(request.query.get("step", "0")) + 1
    raise web.HTTPFound(f"{request.path}?step={step % 3}")


async def _page(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give a page for people."""
    del request, document
    return web.Response(text="<!doctype html><title>Hello</title>" + "<div>" * 5_000, content_type="text/html")


async def _half(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give half of it."""
    del request
    return web.Response(body=json.dumps(document)[:300], content_type=_JSON)


async def _deep(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give what is nested beyond all measure."""
    del request, document
    return web.Response(body="[" * 200_000, content_type=_JSON)


async def _bomb(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give little that unfolds into very much."""
    del request, document
    return web.Response(body=_BOMB, content_type=_JSON, headers={"Content-Encoding": "gzip"})


async def _endless(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give without end."""
    del document
    return await _pour(request, b'{"id":"' + b"x" * 65_000, every_s=0.0)


async def _drip(request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
    """Give one byte after the other."""
    del document
    return await _pour(request, b" ", every_s=0.1)


async def _pour(request: web.Request, piece: bytes, *, every_s: float) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": _JSON})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(_LONG_S):
            while True:
                await response.write(piece)
                await asyncio.sleep(every_s)
    return response


LIES: Mapping[str, Lie] = {
    "other-id": _other_id,
    "others-key": _others_key,
    "changing-key": _changing_key,
    "circle": _circle,
    "page": _page,
    "half": _half,
    "deep": _deep,
    "bomb": _bomb,
    "endless": _endless,
    "drip": _drip,
}


@contextlib.asynccontextmanager
async def lying(scene: Scene) -> AsyncIterator[None]:
    """Let liars knock: nothing that they send may take effect, and all others go on meanwhile."""
    host, lies = scene.town.hosts[0], list(LIES)
    liars = {
        person.uri.removeprefix(host.origin): (lie, person)
        for lie in lies
        for person in [host.person(f"liar{next(_NUMBERS)}")]
    }

    async def door(request: web.Request) -> web.StreamResponse | None:
        if request.method == "GET" and request.path in liars:
            lie, person = liars[request.path]
            return await LIES[lie](request, person.document())
        if request.method == "POST" and scene.chance.random() < 0.2:
            # Taken, it says, and goes on talking.
            await request.read()
            return await _pour_status(request, scene.chance.choice((302, 503)))
        return None

    host.door = door
    async with open_impostor() as impostor:
        knocking = [asyncio.create_task(_knock(scene, lie, person)) for lie, person in liars.values()]
        knocking.append(asyncio.create_task(_knock(scene, "certificate", impostor)))
        knocking.append(asyncio.create_task(_spoil(scene, scene.prober)))
        try:
            yield
            async with asyncio.timeout(30):
                await asyncio.gather(*knocking)
        finally:
            host.door = None


async def _pour_status(request: web.Request, status: int) -> web.StreamResponse:
    """Answer a delivery with a word that does not end soon."""
    response = web.StreamResponse(status=status, headers={"Location": request.path})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(1):
            while True:
                await response.write(b"x" * 4096)
                await asyncio.sleep(0.01)
    return response


async def _knock(scene: Scene, lie: str, person: Person) -> None:
    """Send a Follow of a liar, which must not be taken."""
    follow = scene.town.activity(person, "Follow", scene.town.actor_uri)
    status = await scene.town.post(person, follow, patient=False)
    if status not in {401, 403, 404, 429, 502, 503}:
        scene.town.wrong.append(wrong(f"a liar ({lie}) was answered {status}"))


async def _spoil(scene: Scene, person: Person) -> None:
    """Send something with a digest of something else."""
    body = json.dumps(scene.town.activity(person, "Like", scene.town.actor_uri)).encode()
    inbox = scene.town.uris.shared_inbox
    headers = signed_headers("POST", inbox, body, key_id=person.key_id, private=key())
    headers["digest"] = "SHA-256=" + base64.b64encode(bytes(32)).decode()
    async with scene.session.post(inbox, data=body, headers=headers) as answer:
        if answer.status not in {400, 401}:
            scene.town.wrong.append(wrong(f"a wrong digest was answered {answer.status}"))


LIARS = Fault(name="liars", around=lying, holds_s=(0.2, 1.0))
