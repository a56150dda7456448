"""The neighbours of the demo: people with servers of their own, who do what people do, over the wire."""

import asyncio
import socket
from pathlib import Path

from fedi_artisan.cli import sample
from fedi_artisan.cli.neighbourhood import Home, Shelf, live, open_homes
from fedi_artisan.domain.works import Draft
from fedi_artisan.resources import folder
from tests.house import free_socket, open_house, until
from tests.sample import shrunk

TITLES = ("Moon jar", "Three celadon bowls", "Matte black teapot")


def reached(port: int) -> bool:
    """Whether anybody listens on *port*."""
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


async def test_neighbours_follow_like_share_answer_and_write(tmp_path: Path) -> None:
    """Everything told of them reaches the house it is about; whom she follows is shown at once, the other one waits.

    They follow before there is anything, and wait for the works. When the block ends their servers have ended.
    """
    told = shrunk(tmp_path / "sample")
    noemie, sellerie = sample.read_neighbours(tmp_path / "sample")
    with free_socket() as one, free_socket() as two:
        ports = [taken.getsockname()[1] for taken in (one, two)]
    async with open_house(tmp_path / "lea", username="lea") as house:
        works = Shelf()
        host = Home(told, house.config)
        async with open_homes(tmp_path / "neighbours", [noemie, sellerie], ports) as homes:
            living = asyncio.create_task(live(homes, host, works, breath_s=0))
            await until(lambda: house.value("SELECT count(*) = 2 FROM followers"), "followers")
            for title in TITLES:
                works.put(await house.publish(Draft(title=title)))
            works.fill()
            await living

            async def all_came() -> bool:
                return bool(
                    await house.value("SELECT count(*) FROM posts WHERE actor_id IS NOT NULL") == 6
                    and await house.value("SELECT sum(likes) + sum(announces) FROM works") == 4
                )

            await until(all_came, "what the neighbours did")
            likes = dict(await house.rows("SELECT title, likes FROM works"))
            shown = await house.rows("SELECT works.title, approved FROM replies JOIN works ON works.id = work_id")
            seen = await house.rows("SELECT username, visibility FROM posts JOIN actors ON actors.id = actor_id")
        assert likes == {"Moon jar": 1, "Three celadon bowls": 1, "Matte black teapot": 1}
        assert sorted(map(tuple, shown)) == [("Matte black teapot", 0), ("Moon jar", 1), ("Three celadon bowls", 1)]
        assert ("sellerie", "direct") in [tuple(row) for row in seen]
        assert not any(reached(port) for port in ports)


def test_all_that_is_told_of_them_can_be_done() -> None:
    """Every deed is about a work of the sample, their pictures are there, and their words in both languages."""
    titles = {work["title"]["en"] for work in sample.read(folder("sample")).told["works"]}
    for one in sample.read_neighbours(folder("sample")):
        assert {deed["work"] for deed in one.told["deeds"] if "work" in deed} <= titles
        assert {deed["do"] for deed in one.told["deeds"]} <= {"like", "share", "answer", "write"}
        assert one.photo_count() == 5
        assert one.others == ["en"]
        for told in (one.told["artisan"]["avatar"], one.told["artisan"]["header"], *one.told["works"][0]["photos"]):
            assert (folder("sample") / "photos" / told["file"]).exists()
