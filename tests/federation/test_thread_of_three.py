"""A conversation of ten across three of our servers: everybody reads the whole of it, each answer where it belongs."""

import asyncio
import dataclasses
import functools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft, draft_of
from fedi_artisan.services import conversation, speaking
from tests.federation import commands
from tests.house import House, open_house, until
from tests.studio import signed_in
from tests.web.asking import Asker

Houses = tuple[House, House, House]


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """Three houses whose artisans follow each other."""
    async with AsyncExitStack() as opened:
        maria, nour, ada = [
            await opened.enter_async_context(open_house(tmp_path / name, username=name))
            for name in ("maria", "nour", "ada")
        ]
        three = (maria, nour, ada)
        await asyncio.gather(*(commands.follow(one, other.handle) for one in three for other in three if one != other))
        both = "SELECT count(*) = 2 FROM following WHERE state = 'accepted'"
        for one in three:
            await until(functools.partial(one.value, both), f"those whom {one.handle} follows")
        yield three


async def has(house: House, uri: str) -> None:
    """Return once something has come to a house, or stood there from the beginning."""
    await until(lambda: house.value("SELECT 1 FROM posts WHERE uri = ?", uri), f"{uri} at {house.handle}")


async def answer(by: House, text: str, to: str, everybody: Houses) -> Post:
    """Let an artisan answer something, and return when it has come to all."""
    async with by.db.write() as tx:
        draft = PostDraft(text=text, in_reply_to=to)
        post = await speaking.publish(tx, by.uris, by.artisan, draft, utc_now())
    for house in everybody:
        await has(house, post.uri)
    return post


def nesting(page: BeautifulSoup, said: str, lists: str) -> list[tuple[int, str]]:
    """Return how deep each post *said* on a page stands in its *lists*, and what it says, from top to bottom."""
    found = [(one, one.select_one(".prose")) for one in page.select(said)]
    return [(len(one.find_parents(lists)), prose.get_text(" ", strip=True)) for one, prose in found if prose]


async def in_public(house: House, path: str) -> list[tuple[int, str]]:
    """Return the conversation below a work as anybody reads it."""
    async with Asker.open(house.config.origin) as ask:
        answer = await ask(path, ("Accept", "text/html"))
    assert answer.status == 200
    return nesting(BeautifulSoup(answer.body, "html.parser"), ".replies .reply", "ul")


async def in_studio(house: House, uri: str) -> list[tuple[int, str]]:
    """Return the conversation in which a post stands as the artisan of a house reads it."""
    post_id = await house.value("SELECT id FROM posts WHERE uri = ?", uri)
    async with signed_in(house) as visitor:
        answer = await visitor.get(f"/studio/around/{post_id}")
    assert answer.status == 200
    return nesting(answer.page, ".thread .speech", "ol")


async def test_a_thread_of_ten(houses: Houses) -> None:
    """Visitors read nine answers below the work, and the artisans of all three the same ten posts, each in its place.

    An edit changes it everywhere, what is taken back is gone everywhere, what she hides is hidden on her page alone.
    """
    maria, nour, ada = houses
    work = await maria.publish()
    uri = maria.uris.work(work.uid)
    for house in (nour, ada):
        await has(house, uri)
    one = await answer(nour, "one", uri, houses)
    two = await answer(ada, "two", uri, houses)
    three = await answer(maria, "three", one.uri, houses)
    four = await answer(ada, "four", three.uri, houses)
    await answer(nour, "five", four.uri, houses)
    await answer(maria, "six", two.uri, houses)
    seven = await answer(nour, "seven", two.uri, houses)
    await answer(ada, "eight", uri, houses)
    await answer(maria, "nine", seven.uri, houses)
    # No deeper than this: a phone is narrow.
    whole = "one>three>>four>>five two>six>seven>>nine eight"
    page = f"/works/{work.slug}"
    assert as_text(await in_public(maria, page)) == whole
    assert as_text(await in_studio(maria, one.uri)) == "one>three>>four>>five"
    for house in (nour, ada):
        jar, *answers = await in_studio(house, one.uri)
        assert jar[1].startswith("Moon jar")
        assert as_text(answers, jar[0] + 1) == whole.replace(">>", ">")

    async with nour.db.write() as tx:
        await speaking.revise(tx, nour.uris, one, dataclasses.replace(draft_of(one), text="uno"), utc_now())
    async with ada.db.write() as tx:
        await speaking.withdraw(tx, ada.uris, four, utc_now())
    for house in (maria, nour, ada):
        await until(
            functools.partial(house.value, "SELECT content_html LIKE '%uno%' FROM posts WHERE uri = ?", one.uri)
        )
    for house in (maria, nour):
        await until(functools.partial(house.value, "SELECT count(*) = 0 FROM posts WHERE uri = ?", four.uri))
    async with maria.db.write() as tx:
        await conversation.hide_reply(tx, maria.artisan, two.uri)
    # What answered something that is gone stands by itself.
    without = "uno>three five six seven>nine eight"
    await until(lambda: reads(maria, page, without), "what she hid is gone from her page")
    _, *answers = await in_studio(nour, one.uri)
    assert [words for _, words in answers] == ["uno", "three", "two", "six", "seven", "nine", "eight"]


async def reads(house: House, page: str, expected: str) -> bool:
    """Whether visitors read this; a kept page may be a moment old."""
    return as_text(await in_public(house, page)) == expected


def as_text(answers: list[tuple[int, str]], top: int = 1) -> str:
    """Return a conversation in one line, with a sign for each step to the side."""
    lines = [">" * (depth - top) + words for depth, words in answers]
    return " ".join(lines).replace(" >", ">")
