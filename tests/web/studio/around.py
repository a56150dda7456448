"""What the tests of people and posts elsewhere share."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft
from fedi_artisan.services import speaking
from fedi_artisan.storage.db import fetch_all, to_ms
from tests.house import House
from tests.studio import Answer
from tests.web.studio.happening import put_person

PATH = "/studio/around"
OPPOSITE = {"like": "unlike", "unlike": "like", "share": "unshare", "unshare": "share"}
LINE = '<p class="quote-inline">RE: <a href="https://host.example/posts/1">there</a></p><p>So it is.</p>'


async def say(house: House, who: str, number: int, html: str = "<p>Clay</p>", **more: Any) -> int:
    """Let somebody whom she follows say something; return its row."""
    addressed = more.pop("addressed", False)
    async with house.db.write() as tx:
        actor_id = await put_person(tx, who, who.title())
        sql = """
            INSERT INTO following (artisan_id, actor_id, follow_uri, state, requested_at)
            VALUES (?, ?, ?, 'accepted', 0) ON CONFLICT DO NOTHING
        """
        await tx.execute(sql, (house.artisan.id, actor_id, f"https://atelier.example/follows/{who}"))
        moment = to_ms(utc_now() - timedelta(minutes=9) + timedelta(seconds=number))
        columns = {
            "uri": f"https://host.example/posts/{number}",
            "actor_id": actor_id,
            "content_html": html,
            "visibility": "public",
            "published_at": moment,
            "received_at": moment,
            **more,
        }
        sql = f"""
            INSERT INTO posts ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))}) RETURNING id
        """  # noqa: S608 - names of this file
        post_id = int((await fetch_all(tx, sql, tuple(columns.values())))[0]["id"])
        if addressed:
            sql = "INSERT INTO addressed (post_id, artisan_id, received_at) VALUES (?, ?, ?)"
            await tx.execute(sql, (post_id, house.artisan.id, moment))
        return post_id


async def speak(house: House, text: str, **more: Any) -> Post:
    """Let our artisan say something."""
    async with house.db.write() as tx:
        return await speaking.publish(tx, house.uris, house.artisan, PostDraft(text=text, **more), utc_now())


async def told(house: House) -> Counter[str]:
    """Return how often others were told of what."""
    bodies = [json.loads(row["body"]) for row in await house.rows("SELECT body FROM activities")]
    return Counter(body["type"] if body["type"] != "Undo" else f"Undo {body['object']['type']}" for body in bodies)


def names(page: BeautifulSoup) -> list[str]:
    """Return the rows of the posts on a page, in their order."""
    return [str(one["id"]).removeprefix("post-") for one in page.select(".speech")]


def form(answer: Answer, post_id: int, deed: str) -> dict[str, str]:
    """Return what the form below a post sends when this button of it is pressed."""
    found = answer.page.select_one(f"#post-{post_id} form")
    assert found is not None
    assert found.select_one(f'button[value="{deed}"]') is not None, found
    return {str(one["name"]): str(one["value"]) for one in found.select("input")} | {"deed": deed}
