"""Other people's portraits: fetched once, shown as small copies of ours, whatever a server sends (WIRE 10.2 #52)."""

import asyncio
import contextlib
import gzip
import re
import signal
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pyvips
from aiohttp import web

from fedi_artisan.app import open_parts
from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.federation.avatars import Avatars
from fedi_artisan.media.store import open_stores
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.storage import actors, artisans, works
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import parse_note
from tests import saying
from tests.faults.server import Server
from tests.federation.delivering import MovableClock
from tests.house import House, free_socket, furnish, open_house, until
from tests.inbox.sending import effect
from tests.neighbour import Neighbour, Person, Route

COPY = re.compile(r'<img class="face" src="(/media/[0-9a-f]{40}\.webp)"')
FIRST_LETTER = '<span class="face" aria-hidden="true">B</span>'


def picture(red: int = 200, *, ending: str = ".png", width_px: int = 400, height_px: int = 400) -> bytes:
    """Return a plain picture that says where it was taken."""
    image = pyvips.Image.black(width_px, height_px, bands=3).linear(1, [red, 120, 60]).cast("uchar")
    image = image.copy(interpretation="srgb")
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Artist", "A secret name")
    content: bytes = image.write_to_buffer(ending)
    return content


def giving(content: bytes, kind: str = "image/png", **headers: str) -> Route:
    """Return a route that answers with *content*."""

    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=content, headers={"Content-Type": kind, **named})

    return answer


def bob_at(neighbour: Neighbour, path: str = "/bob.png", content: bytes | None = None) -> Person:
    """Return somebody of this server whose portrait stands at *path*."""
    neighbour.routes[path] = giving(picture() if content is None else content)
    return neighbour.person("bob", icon={"type": "Image", "url": neighbour.origin + path})


async def reply(house: House, neighbour: Neighbour, person: Person, *, approved: bool = True) -> str:
    """Let *person* reply to a new work through our inbox; return the path of the work's page."""
    published = await house.publish()
    note = neighbour.note(person, house.uris.work(published.uid))
    assert await effect(house, neighbour, person, neighbour.activity("Create", person, note)) == ("done", "replied")
    if approved:
        async with house.db.write() as tx:
            await tx.execute("UPDATE posts SET approved = TRUE WHERE uri = ?", (note["id"],))
    return f"/works/{published.slug}"


async def known_reply(house: House, neighbour: Neighbour, person: Person) -> str:
    """Write down an approved reply of *person* to a new work, as if it had come; return the path of the work's page."""
    published = await house.publish()
    note = parse_note(neighbour.note(person, house.uris.work(published.uid)))
    async with house.db.write() as tx:
        actor_id = await actors.put(tx, parse_actor(person.document()), utc_now())
        work_id = await works.find_id(tx, published.uid)
        assert work_id is not None
        await saying.answer(tx, note, work_id=work_id, actor_id=actor_id, now=utc_now())
        await tx.execute("UPDATE posts SET approved = TRUE WHERE uri = ?", (note.uri,))
    return f"/works/{published.slug}"


async def shows(house: House, path: str) -> str:
    """Return the page at *path*."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(house.config.origin + path, headers={"Accept": "text/html"}) as answer,
    ):
        assert answer.status == 200
        return await answer.text()


async def copy_on(house: House, path: str, *, other_than: str = "") -> str:
    """Return the address of the copy that the page at *path* shows, once there is one."""

    async def found() -> str:
        match = COPY.search(await shows(house, path))
        return match[1] if match and match[1] != other_than else ""

    address: str = await until(found, "a copy of the portrait")
    return address


async def has_looked(house: House, neighbour: Neighbour) -> None:
    """Return once the server has looked what is wanted: somebody new has got her portrait."""
    number = next(neighbour.numbers)
    neighbour.routes[f"/{number}.png"] = giving(picture(number % 200))
    icon = {"type": "Image", "url": f"{neighbour.origin}/{number}.png"}
    await copy_on(house, await known_reply(house, neighbour, neighbour.person(f"new{number}", icon=icon)))


async def test_a_portrait_is_fetched_once_and_shown_from_here(house: House, neighbour: Neighbour) -> None:
    """Below a work stands a small copy of our own, without anything its file told; its server was asked once."""
    path = await reply(house, neighbour, bob_at(neighbour, content=picture(ending=".jpg")))
    address = await copy_on(house, path)
    async with aiohttp.ClientSession() as session, session.get(house.config.origin + address) as answer:
        content = await answer.read()
        assert (answer.status, answer.content_type) == (200, "image/webp")
    shown = pyvips.Image.new_from_buffer(content, "")
    assert (shown.width, shown.height) == (96, 96)
    assert not [field for field in shown.get_fields() if field.startswith(("exif", "xmp", "iptc", "icc"))]
    assert b"secret" not in content
    page = await shows(house, path)
    pictures = re.findall(r'<(?:img|source)[^>]* src(?:set)?="([^"]*)"', page)
    assert pictures == [address]
    assert neighbour.asked(neighbour.origin + "/bob.png") == 1


async def test_nobody_is_asked_before_the_artisan_approves(house: House, neighbour: Neighbour) -> None:
    """Whoever writes to us cannot make us ask anybody: the portrait is wanted when the reply is shown."""
    bob = bob_at(neighbour)
    carol = neighbour.person("carol", icon={"type": "Image", "url": neighbour.origin + "/carol.png"})
    neighbour.routes["/carol.png"] = giving(picture(40))
    await reply(house, neighbour, carol, approved=False)
    await copy_on(house, await reply(house, neighbour, bob))
    assert neighbour.asked(neighbour.origin + "/carol.png") == 0


async def test_a_new_portrait_takes_the_place_of_the_old_one(
    timed_house: House, neighbour: Neighbour, clock: MovableClock
) -> None:
    """Who changes her portrait is shown with the new one, at most every ten minutes; who takes it away, without."""
    bob = bob_at(neighbour)
    path = await reply(timed_house, neighbour, bob)
    old = await copy_on(timed_house, path)
    neighbour.routes["/new.png"] = giving(picture(20))
    bob.extra["icon"]["url"] = neighbour.origin + "/new.png"
    update = neighbour.activity("Update", bob, bob.document())
    neighbour.serve(bob.document())
    assert (await effect(timed_house, neighbour, bob, update))[0] == "done"
    await has_looked(timed_house, neighbour)
    assert await copy_on(timed_house, path) == old
    await clock.move(timed_house, timedelta(minutes=10))
    await copy_on(timed_house, path, other_than=old)
    assert neighbour.asked(neighbour.origin + "/new.png") == 1
    bob.extra["icon"] = None
    async with timed_house.db.write() as tx:
        await actors.put(tx, parse_actor(bob.document()), clock())

    async def without() -> bool:
        return FIRST_LETTER in await shows(timed_house, path)

    await until(without, "a page without the portrait")
    sql = "SELECT count(*) FROM avatars JOIN actors ON actors.id = actor_id WHERE username = 'bob'"
    assert await timed_house.value(sql) == 0


async def _endless(request: web.Request) -> web.StreamResponse:
    """Answer with a picture and 20 MB behind it that nobody announced."""
    response = web.StreamResponse(headers={"Content-Type": "image/png"})
    await response.prepare(request)
    await response.write(picture())
    with contextlib.suppress(ConnectionError):
        for _ in range(20):
            await response.write(bytes(1_000_000))
    return response


async def _dripping(request: web.Request) -> web.StreamResponse:
    """Answer with one byte, and then with another one now and then, for ever."""
    response = web.StreamResponse(headers={"Content-Type": "image/png"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b"\x89")
            await asyncio.sleep(0.1)
    return response


async def _to_a_file(request: web.Request) -> web.StreamResponse:
    """Lead to a place that is not asked: a file of this very machine."""
    del request
    return web.Response(status=302, headers={"Location": "file:///etc/passwd"})


async def _in_a_circle(request: web.Request) -> web.StreamResponse:
    """Lead to itself."""
    return web.Response(status=302, headers={"Location": str(request.url)})


async def _failing(request: web.Request) -> web.StreamResponse:
    """Answer that something is broken."""
    del request
    return web.Response(status=500)


def _bomb() -> bytes:
    """Return a PNG of 30,000 × 30,000 pixels in some kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    side = (30_000).to_bytes(4, "big")
    rows = zlib.compress(bytes(30_001 * 1_000), 9)
    header = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_HOSTILE: dict[str, Route] = {
    "20 MB": _endless,
    "20 MB announced": giving(picture() + bytes(20_000_000)),
    "20 MB packed": giving(gzip.compress(picture() + bytes(20_000_000)), Content_Encoding="gzip"),
    "a slow drip": _dripping,
    "a redirect to a file": _to_a_file,
    "a redirect in a circle": _in_a_circle,
    "an SVG": giving(_SVG, "image/svg+xml"),
    "an SVG called PNG": giving(_SVG),
    "a page": giving(b"<!doctype html><script>alert(1)</script>"),
    "a bomb": giving(_bomb()),
    "a part of a picture": giving(picture()[:300]),
    "a beginning only": giving(b"\x89PNG\r\n\x1a\n"),
    "a TIFF": giving(picture(ending=".tif")),
    "nothing": giving(b""),
    "a failure": _failing,
}


@pytest.fixture
async def hasty_house(tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    """Our server, with little patience for others."""
    patience = {"connect_s": 1.0, "first_byte_s": 1.0, "total_s": 1.0}
    async with open_house(tmp_path / "data", clock=clock, timeouts=patience) as opened:
        yield opened


async def test_what_is_no_portrait_harms_nothing(hasty_house: House, neighbour: Neighbour, clock: MovableClock) -> None:
    """Whatever stands where a portrait should: the page shows a letter, nothing is kept, one question a day."""
    house = hasty_house
    addresses = {kind: f"{neighbour.origin}/{number}.bad" for number, kind in enumerate(_HOSTILE)}
    paths: dict[str, str] = {}
    for number, (kind, address) in enumerate(addresses.items()):
        neighbour.routes[f"/{number}.bad"] = _HOSTILE[kind]
        stranger = neighbour.person(f"bob{number}", icon={"type": "Image", "url": address})
        paths[kind] = await known_reply(house, neighbour, stranger)

    async def all_tried() -> bool:
        return bool(await house.value("SELECT count(*) FROM avatars WHERE file IS NULL") == len(_HOSTILE))

    async def shown() -> dict[str, bool]:
        pages = {kind: await shows(house, path) for kind, path in paths.items()}
        assert all((COPY.search(page) is None) is (FIRST_LETTER in page) for page in pages.values())
        return {kind: COPY.search(page) is not None for kind, page in pages.items()}

    def asked() -> dict[str, int]:
        return {kind: neighbour.asked(address) for kind, address in addresses.items()}

    await until(all_tried, "a look at each of them", within_s=60)
    await has_looked(house, neighbour)
    assert await shown() == dict.fromkeys(_HOSTILE, False)
    assert asked() == dict.fromkeys(_HOSTILE, 1)
    assert sum(1 for _ in house.config.media_dir.rglob("*.webp")) == 1
    assert not list(house.config.incoming_dir.iterdir())
    await clock.move(house, timedelta(hours=23, minutes=59))
    await has_looked(house, neighbour)
    assert asked() == dict.fromkeys(_HOSTILE, 1)
    for number in range(len(_HOSTILE)):
        neighbour.routes[f"/{number}.bad"] = giving(picture(30))
    await clock.move(house, timedelta(minutes=2))
    for path in paths.values():
        await copy_on(house, path)
    assert asked() == dict.fromkeys(_HOSTILE, 2)


async def test_private_addresses_are_not_asked(tmp_path: Path, neighbour: Neighbour) -> None:
    """A portrait that stands in a private network, as nearly every attack would have it, is never asked for."""
    neighbour.routes["/bob.png"] = giving(picture())
    async with open_house(tmp_path / "data", allow_private_networks=False) as house:
        bob = neighbour.person("bob", icon={"type": "Image", "url": neighbour.origin + "/bob.png"})
        path = await known_reply(house, neighbour, bob)

        async def tried() -> bool:
            return bool(await house.value("SELECT count(*) FROM avatars"))

        await until(tried, "a look at the portrait")
        assert FIRST_LETTER in await shows(house, path)
    assert neighbour.asked() == 0


async def test_copies_keep_within_their_quota(tmp_path: Path, neighbour: Neighbour) -> None:
    """Beyond the quota the copies longest unseen go: from the pages at once, from the disk when files are collected."""
    async with open_house(tmp_path / "data", media={"avatars_bytes": 200}) as house:
        paths = []
        for number, name in enumerate(("ann", "bob", "cleo")):
            neighbour.routes[f"/{name}.png"] = giving(picture(40 * number))
            icon = {"type": "Image", "url": f"{neighbour.origin}/{name}.png"}
            paths.append(await known_reply(house, neighbour, neighbour.person(name, icon=icon)))
            await copy_on(house, paths[-1])
        shown = [COPY.search(await shows(house, path)) is not None for path in paths]
        assert shown == [False, True, True]
        assert await house.value("SELECT sum(size_bytes) FROM avatars") <= 200
        assert await PhotoFiles(house.config, house.db, open_stores(house.config)).collect() == 1
        assert sum(1 for _ in house.config.media_dir.rglob("*.webp")) == 2
        assert [neighbour.asked(f"{neighbour.origin}/{name}.png") for name in ("ann", "bob", "cleo")] == [1, 1, 1]


async def test_nothing_stays_of_somebody_who_goes(house: House, neighbour: Neighbour) -> None:
    """Whoever deletes her account takes her reply and our copy of her portrait with her."""
    bob = bob_at(neighbour)
    path = await reply(house, neighbour, bob)
    address = await copy_on(house, path)
    neighbour.serve(bob.document(), status=410)
    await effect(house, neighbour, bob, neighbour.activity("Delete", bob, bob.uri))

    async def without() -> bool:
        return 'id="replies"' not in await shows(house, path)

    await until(without, "a page without the reply")
    assert await PhotoFiles(house.config, house.db, open_stores(house.config)).collect() == 1
    async with aiohttp.ClientSession() as session, session.get(house.config.origin + address) as answer:
        assert answer.status == 404


async def test_what_is_shown_no_more_is_forgotten(
    timed_house: House, neighbour: Neighbour, clock: MovableClock
) -> None:
    """A month after the last work with a reply of hers was withdrawn, a portrait is forgotten, and not before."""
    stays, goes = bob_at(neighbour), neighbour.person("gina", icon=f"{neighbour.origin}/gina.png")
    neighbour.routes["/gina.png"] = giving(picture(90))
    kept = await known_reply(timed_house, neighbour, stays)
    withdrawn = await known_reply(timed_house, neighbour, goes)
    for path in (kept, withdrawn):
        await copy_on(timed_house, path)
    async with timed_house.db.write() as tx:
        work = await works.find_by_slug(tx, withdrawn.rpartition("/")[2])
        assert work is not None
        await works_service.withdraw(tx, timed_house.uris, work, clock())
    await clock.move(timed_house, timedelta(days=29))
    await has_looked(timed_house, neighbour)
    assert await timed_house.value("SELECT count(*) FROM avatars") == 3
    await clock.move(timed_house, timedelta(days=2))

    async def forgotten() -> bool:
        sql = "SELECT count(*) FROM avatars JOIN actors ON actors.id = actor_id WHERE username = 'gina'"
        return bool(await timed_house.value(sql) == 0)

    await until(forgotten, "the end of a portrait that is not shown")
    assert COPY.search(await shows(timed_house, kept)) is not None
    assert neighbour.asked(neighbour.origin + "/bob.png") == 1


async def test_two_who_look_at_once_ask_once(tmp_path: Path, neighbour: Neighbour) -> None:
    """Of two servers that see at the same moment what is wanted, one asks for it."""
    config = parse({"origin": "http://127.0.0.1:9", "data_dir": str(tmp_path / "data"), "allow_private_networks": True})
    await furnish(config)
    async with open_parts(config) as one, open_parts(config) as other:
        async with one.db.read() as tx:
            [artisan] = await artisans.list_all(tx)
        house = House(config, one.uris, one.db, artisan)
        for number in range(8):
            neighbour.routes[f"/{number}.png"] = giving(picture(20 * number))
            person = neighbour.person(f"reader{number}", icon=f"{neighbour.origin}/{number}.png")
            await known_reply(house, neighbour, person)
        store = open_stores(config).public
        both = [Avatars(config, parts.db, parts.client, store, utc_now) for parts in (one, other)]
        while any(await asyncio.gather(*(each.fetch_some() for each in both))):
            pass
        assert await house.value("SELECT count(DISTINCT file) FROM avatars") == 8
    assert [neighbour.asked(f"{neighbour.origin}/{number}.png") for number in range(8)] == [1] * 8


async def test_two_processes_ask_once(house: House, neighbour: Neighbour) -> None:
    """However many servers work on one data folder, each portrait is asked for once, and each has its copy."""
    async with aiohttp.ClientSession() as session:
        listening = free_socket()
        port = listening.getsockname()[1]
        listening.close()
        file = house.config.data_dir.with_suffix(".toml")
        file.write_text(
            f'origin = "{house.config.origin}"\ndata_dir = "{house.config.data_dir}"\n'
            f'listen = "127.0.0.1:{port}"\nallow_private_networks = true\n',
            encoding="utf-8",
        )
        second = Server(file, f"http://127.0.0.1:{port}", session)
        await second.start()
        try:
            await second.answers()
            names = [f"reader{number}" for number in range(12)]
            for number, name in enumerate(names):
                neighbour.routes[f"/{name}.png"] = giving(picture(20 * number))
                await known_reply(house, neighbour, neighbour.person(name, icon=f"{neighbour.origin}/{name}.png"))

            async def all_there() -> bool:
                return bool(await house.value("SELECT count(*) = 12 FROM avatars WHERE file IS NOT NULL"))

            await until(all_there, "twelve portraits", within_s=60)
            assert [neighbour.asked(f"{neighbour.origin}/{name}.png") for name in names] == [1] * 12
            files = {row["file"] for row in await house.rows("SELECT file FROM avatars")}
            assert {path.name for path in house.config.media_dir.rglob("*.webp")} == files
            assert second.crashes() == []
        finally:
            await second.end(signal.SIGTERM)
