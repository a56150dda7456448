"""Pictures in other people's posts: fetched when she first looks at them, made small, and kept for a while."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pyvips
from aiohttp import web

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.federation.glimpses import FAILURE_HOLDS
from fedi_artisan.storage import actors, glimpses
from fedi_artisan.storage.db import fetch_all, to_ms
from fedi_artisan.vocab.actors import parse_actor
from tests.federation.test_avatars import giving, picture
from tests.house import House, open_house
from tests.neighbour import Neighbour
from tests.studio import signed_in


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house with room for little."""
    async with open_house(tmp_path / "data", media={"glimpses_bytes": 6_000}) as opened:
        yield opened


async def put_post(house: House, neighbour: Neighbour, *paths: str, visibility: str = "public") -> int:
    """Write down a post of somebody with the pictures at these paths of her server; return its row."""
    bob = neighbour.person("bob")
    pictures = [{"url": neighbour.origin + path, "alt": "A bowl"} for path in paths]
    number = next(neighbour.numbers)
    async with house.db.write() as tx:
        actor_id = await actors.put(tx, parse_actor(bob.document()), utc_now())
        sql = """
            INSERT INTO posts (uri, actor_id, visibility, content_html, pictures, published_at, received_at)
            VALUES (?1, ?2, ?3, '', ?4, ?5, ?5) RETURNING id
        """
        values = (f"{neighbour.origin}/posts/{number}", actor_id, visibility, json.dumps(pictures), to_ms(utc_now()))
        return int((await fetch_all(tx, sql, values))[0]["id"])


async def look(house: House, post: int, number: int | str = 1) -> tuple[int, bytes]:
    """Look at a picture as her browser does; return the status and what it gets."""
    async with signed_in(house) as maria:
        answer = await maria.client.get(f"{house.config.origin}/studio/pictures/{post}/{number}")
        return answer.status, await answer.read()


async def test_a_picture_is_fetched_when_she_first_looks(house: House, neighbour: Neighbour) -> None:
    """It comes from here, small and without anything its file told; its server is asked once, and not before."""
    neighbour.routes["/bowl.jpg"] = giving(picture(90, width_px=2000, height_px=1000, ending=".jpg"))
    post = await put_post(house, neighbour, "/bowl.jpg")
    assert neighbour.asked(neighbour.origin + "/bowl.jpg") == 0
    for _ in range(2):
        status, content = await look(house, post)
        assert status == 200
        shown = pyvips.Image.new_from_buffer(content, "")
        assert (shown.width, shown.height) == (1080, 540)
        assert b"secret" not in content
    assert neighbour.asked(neighbour.origin + "/bowl.jpg") == 1


async def test_only_pictures_that_there_are(house: House, neighbour: Neighbour) -> None:
    """A number beyond the post's pictures, or none, is not there; nobody is asked."""
    neighbour.routes["/bowl.png"] = giving(picture())
    post = await put_post(house, neighbour, "/bowl.png")
    for number in (0, 2, 10**30, -1, "x"):
        assert (await look(house, post, number))[0] == 404
    assert neighbour.asked(neighbour.origin + "/bowl.png") == 0


async def test_nobody_looks_at_what_is_for_others(house: House, neighbour: Neighbour) -> None:
    """What is for the followers of somebody whom she does not follow, or in a message to others, is not there."""
    neighbour.routes["/bowl.png"] = giving(picture())
    for visibility in ("followers", "direct"):
        post = await put_post(house, neighbour, "/bowl.png", visibility=visibility)
        assert (await look(house, post))[0] == 404
    async with aiohttp.ClientSession() as stranger:
        public = await put_post(house, neighbour, "/bowl.png")
        address = f"{house.config.origin}/studio/pictures/{public}/1"
        assert (await stranger.get(address, allow_redirects=False)).status == 303
    assert neighbour.asked(neighbour.origin + "/bowl.png") == 0


async def test_what_is_no_picture_is_not_asked_for_again(house: House, neighbour: Neighbour) -> None:
    """WIRE 10.2 #52: a page, a film or a bomb in a picture's place is refused, and left alone for hours."""
    neighbour.routes["/bowl.png"] = giving(b"<html>not a picture")
    post = await put_post(house, neighbour, "/bowl.png")
    assert [(await look(house, post))[0] for _ in range(2)] == [404, 404]
    assert neighbour.asked(neighbour.origin + "/bowl.png") == 1
    async with house.db.write() as tx:
        await tx.execute(
            "UPDATE glimpses SET fetched_at = ?", (to_ms(utc_now() - FAILURE_HOLDS - timedelta(minutes=1)),)
        )
    neighbour.routes["/bowl.png"] = giving(picture())
    assert (await look(house, post))[0] == 200


async def test_old_copies_make_way(house: House, neighbour: Neighbour) -> None:
    """Beyond the room that there is, what she has not looked at for longest goes, and comes again when she does."""
    posts = []
    for number in range(3):
        noisy = pyvips.Image.gaussnoise(60, 60, sigma=90, mean=90 + number).cast("uchar")
        neighbour.routes[f"/{number}.png"] = giving(noisy.write_to_buffer(".png"))
        posts.append(await put_post(house, neighbour, f"/{number}.png"))
        assert (await look(house, posts[-1]))[0] == 200
    assert await house.value("SELECT sum(size_bytes) FROM glimpses") <= 6_000
    assert await house.value("SELECT count(*) FROM glimpses WHERE post_id = ?", posts[0]) == 0
    assert (await look(house, posts[0]))[0] == 200
    assert neighbour.asked(neighbour.origin + "/0.png") == 2


async def test_a_server_that_hangs_takes_no_pictures_from_others(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """While one server holds on to all who ask it, pictures of another come; none of those that wait is given up."""
    asked, end = asyncio.Event(), asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        asked.set()
        await end.wait()
        return await giving(picture())(request)

    paths = [f"/{number}.png" for number in range(5)]
    neighbour.routes |= dict.fromkeys(paths, hang)
    elsewhere.routes["/bowl.png"] = giving(picture())
    hanging, bowl = await put_post(house, neighbour, *paths), await put_post(house, elsewhere, "/bowl.png")
    async with signed_in(house) as maria, asyncio.timeout(20):

        async def see(post: int, number: int) -> int:
            async with maria.client.get(f"{house.config.origin}/studio/pictures/{post}/{number}") as answer:
                await answer.read()
                return answer.status

        looks = [asyncio.create_task(see(hanging, number + 1)) for number in range(len(paths))]
        try:
            await asked.wait()
            assert await see(bowl, 1) == 200
            assert await house.value("SELECT count(*) FROM glimpses WHERE post_id = ?", hanging) == 2
        finally:
            end.set()
        assert await asyncio.gather(*looks) == [200] * len(paths)


async def test_a_post_that_went_while_its_picture_waited(house: House, neighbour: Neighbour) -> None:
    """What is forgotten between the look and the turn to ask is not written down any more, and is no fault."""
    post = await put_post(house, neighbour, "/bowl.png")
    async with house.db.write() as tx:
        await tx.execute("DELETE FROM posts")
        assert not await glimpses.begin(tx, post, 1, neighbour.origin + "/bowl.png", utc_now())
    assert await house.value("SELECT count(*) FROM glimpses") == 0
