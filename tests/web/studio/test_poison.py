"""Whatever others put into their names, words, pictures and reports, on each page that shows it it is only text."""

import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import AttributeValueList, Tag

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.resources import folder
from fedi_artisan.services import safety, speaking
from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.talking import followed
from tests.neighbour import PUBLIC, Neighbour, Person
from tests.studio import signed_in

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(1)><svg onload=alert(1)>{{7*7}}{% raise %}"
EVIL = f"{QUOTES}{SCRIPT}\u202e"
LINK = "javascript:alert(1)"
_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href")
_HARMLESS = re.compile(r"(https?:)?//|/(?!/)|#|\?|mailto:|web\+ap:|data:image/|$")
_DATA = {"application/ld+json", "application/json"}


def poisoned(person: Person) -> dict[str, Any]:
    """Return her actor document, with something odd in all that is shown of her."""
    return {
        **person.document(),
        "name": EVIL,
        "summary": f"<p {QUOTES} style='position:fixed'>{EVIL}</p><a href='{LINK}'>x</a>",
        "url": LINK,
        "icon": {"type": "Image", "url": LINK, "name": EVIL},
        "attachment": [{"type": "PropertyValue", "name": EVIL, "value": f"<a href='{LINK}'>{EVIL}</a>"}],
        "tag": [{"type": "Emoji", "name": EVIL, "icon": {"type": "Image", "url": LINK}}],
    }


def note_of(neighbour: Neighbour, person: Person, in_reply_to: str | None, **more: Any) -> dict[str, Any]:
    """Return a note with something odd in each of its parts."""
    picture = {"type": "Document", "mediaType": "image/jpeg", "url": f"{neighbour.origin}/{QUOTES}.jpg", "name": EVIL}
    return neighbour.note(
        person,
        in_reply_to,
        f"<p onclick='alert(1)' style='x'>{EVIL}</p><a href='{LINK}'>x</a><a href='data:text/html,{SCRIPT}'>y</a>"
        "<iframe src='/studio'></iframe><form action='/studio/posts/new'><input name=token></form>"
        "<math><mi//xlink:href='x'>",
        name=EVIL,
        summary=EVIL,
        sensitive=True,
        url=LINK,
        attachment=[picture, {**picture, "url": LINK}],
        tag=[{"type": "Hashtag", "href": LINK, "name": EVIL}, {"type": "Mention", "href": LINK, "name": EVIL}],
        contentMap={EVIL: EVIL},
        **more,
    )


async def furnish(house: House, neighbour: Neighbour, work: str) -> None:
    """Let such people follow, answer, write to the artisan, publish where she follows them, and report."""
    cleo, bob = await followed(house, neighbour, "cleo"), neighbour.person("bob")
    async with house.db.write() as tx:
        entry = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="Fired."), utc_now())
    for person in (cleo, bob):
        neighbour.serve(poisoned(person))
        await effect(house, neighbour, person, neighbour.activity("Follow", person, house.actor_uri))
        await effect(house, neighbour, person, neighbour.activity("Update", person, poisoned(person)))
        for target in (work, entry.uri):
            await effect(house, neighbour, person, neighbour.activity("EmojiReact", person, target, content=EVIL))
            answer = note_of(neighbour, person, target)
            await effect(house, neighbour, person, neighbour.activity("Create", person, answer, to=[PUBLIC]))
    to = [house.actor_uri]
    for note in (
        note_of(neighbour, cleo, None),
        note_of(neighbour, cleo, None, to=to),
        note_of(neighbour, bob, None, to=to),
    ):
        person = cleo if note["attributedTo"] == cleo.uri else bob
        create = neighbour.activity("Create", person, note, to=note["to"])
        assert (await effect(house, neighbour, person, create))[0] == "done"
    flag = neighbour.activity("Flag", bob, [house.actor_uri, work], content=EVIL)
    await effect(house, neighbour, bob, flag)
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET approved = 1 WHERE work_id IS NOT NULL OR journal_id IS NOT NULL")
        held = "UPDATE posts SET held = 'word', held_for = ? WHERE id = (SELECT max(id) FROM posts)"
        await tx.execute(held, (EVIL,))
        await safety.mute(tx, house.uris, house.artisan, "@dan@host.example", utc_now(), why=EVIL)


def dangers(page: BeautifulSoup) -> Iterator[str]:
    """Give whatever on a page could run, or lead somewhere odd."""
    for tag in page.find_all(True):
        assert isinstance(tag, Tag)
        if tag.name == "script" and "src" not in tag.attrs and tag.get("type") not in _DATA:
            yield str(tag)
        if tag.name in {"iframe", "object", "embed", "base"} and "/studio" not in str(tag.get("src", "")):
            yield str(tag)
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, AttributeValueList) else str(value)
            odd = name.startswith("on") or name == "style" or (name in _ADDRESSES and not _HARMLESS.match(text.strip()))
            if odd or (tag.name == "img" and name == "src" and not re.match(r"/(?!/)|data:image/", text)):
                yield str(tag)[:300]


async def test_no_page_runs_what_others_wrote(house: House, neighbour: Neighbour, work: str) -> None:
    """WIRE 10.2 #48: every page that shows something of others comes whole, and nothing on it runs or leads astray."""
    await furnish(house, neighbour, work)
    people = await house.rows("SELECT id, uri FROM actors WHERE name <> ''")
    posts = await house.rows("SELECT id, visibility, coalesce(uid, '') AS uid FROM posts WHERE held IS NULL")
    slug = await house.value("SELECT slug FROM works")
    paths = ["/studio", "/studio/followers", "/studio/around", "/studio/around?show=pictures", "/studio/messages"]
    paths += [f"/studio/happened{show}" for show in ("", "?show=waiting", "?show=mentions", "?show=likes")]
    paths += [
        "/studio/people",
        "/studio/posts",
        "/studio/around/search?q=cleo",
        "/studio/around/search?q=" + "%3Cscript%3E",
    ]
    paths += [f"/studio/safety{part}" for part in ("", "/people", "/servers", "/reports", "/log")]
    paths += [f"/studio/people/{row['id']}" for row in people]
    paths += [f"/studio/safety/reports/new?whom={row['uri']}" for row in people[:1]]
    paths += [f"/studio/around/{row['id']}" for row in posts]
    paths += [f"/studio/messages/{row['id']}" for row in posts if row["visibility"] == "direct"]
    paths += ["/", f"/works/{slug}", f"/works/{slug}/respond", "/journal"]
    paths += [f"/posts/{row['uid']}" for row in posts if row["uid"]]
    shown = 0
    async with signed_in(house) as visitor:
        for path in paths:
            answer = await visitor.get(path)
            assert answer.status == 200, path
            assert list(dangers(answer.page)) == [], path
            assert "49{" not in answer.page.get_text(), path
            shown += "{{7*7}}" in answer.page.get_text()
    assert shown > 10


def test_no_part_of_a_link_is_hidden() -> None:
    """WIRE 10.2 #51: of the classes by which other servers hide a part of an address, none means anything here."""
    for sheet in folder("static").glob("*.css"):
        assert not re.search(r"\.(?:invisible|ellipsis)\b", sheet.read_text(encoding="utf-8")), sheet.name
