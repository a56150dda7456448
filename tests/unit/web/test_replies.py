"""What others wrote about a work, as it stands below it."""

import re
from dataclasses import dataclass

import aiohttp
import pytest

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Work
from fedi_artisan.storage import actors, avatars, works
from fedi_artisan.storage.avatars import Wanted
from fedi_artisan.web.people.filters import initial
from fedi_artisan.web.people.public import REPLIES_BELOW_WORK
from tests.house import House, open_house, until
from tests.unit.web.markup import Element, Page, read

HOST = "https://pottery.example"
FILE = "ab" * 20 + ".webp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reply as the database has it."""

    content_html: str = "<p>Lovely!</p>"
    name: str = "Bob Leach"
    username: str = "bob"
    url: str | None = f"{HOST}/@bob/1"
    language: str | None = "en"
    public: bool = True
    approved: bool = True
    number: int = 1
    answers: int | None = None


async def say(house: House, work: Work, *replies: Said) -> int:
    """Write *replies* to *work* into the database; return the row of the last one's actor."""
    actor_id = 0
    async with house.db.write() as tx:
        work_id = await works.find_id(tx, work.uid)
        for said in replies:
            actor = RemoteActor(
                uri=f"{HOST}/users/{said.username}",
                type="Person",
                username=said.username,
                name=said.name,
                inbox_url=f"{HOST}/inbox",
            )
            actor_id = await actors.put(tx, actor, utc_now())
            sql = """
                INSERT INTO posts (uri, work_id, actor_id, url, content_html, language, visibility, approved,
                    published_at, in_reply_to)
                VALUES (?, ?, ?, ?, ?, ?, iif(?, 'public', 'direct'), ?, ?, ?)
            """
            words = (said.url, said.content_html, said.language)
            stands = (said.public, said.approved, 1_764_000_000_000 + said.number)
            answered = None if said.answers is None else f"{HOST}/notes/{said.answers}"
            await tx.execute(sql, (f"{HOST}/notes/{said.number}", work_id, actor_id, *words, *stands, answered))
    return actor_id


async def source(house: House, work: Work, language: str = "en") -> str:
    """Return the page of *work* in *language*."""
    address = f"{house.config.origin}/works/{work.slug}?lang={language}"
    async with aiohttp.ClientSession() as session, session.get(address, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        return await answer.text()


async def shown(house: House, work: Work, language: str = "en") -> Page:
    """Return the page of *work* in *language*, read."""
    return read(await source(house, work, language))


async def test_a_reply_says_who_and_when_and_where(house: House) -> None:
    """Below the work stand name, handle, words, day and a link to the original, under headings of their own."""
    work = await house.publish()
    await say(house, work, Said())
    page = await shown(house, work)
    assert page.one("h2", id="replies-heading").text == "Replies"
    assert page.one("section", id="replies").attributes["aria-labelledby"] == "replies-heading"
    assert page.one("article", class_="reply")
    assert page.all("h3")[0].text == "Bob Leach"
    assert page.one("p", class_="from").text == "@bob@pottery.example"
    assert [words.text for words in page.all("div", class_="prose", lang="en", dir="auto")][-1] == "Lovely!"
    assert page.one("time").text == "24\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2025"
    link = page.one("a", href=f"{HOST}/@bob/1")
    assert link.text == "See the original"
    assert link.attributes["rel"] == "nofollow noopener ugc"
    assert link.attributes["aria-label"].startswith(link.text)


async def test_replies_are_announced_in_french(house: House) -> None:
    """A French page says so in French; the words of a reply are not said to be French where nobody knows."""
    work = await house.publish()
    await say(house, work, Said(language=None))
    page = await shown(house, work, "fr")
    assert page.one("h2", id="replies-heading").text == "Réponses"
    assert page.one("a", href=f"{HOST}/@bob/1").attributes["aria-label"] == "Voir l’original de Bob Leach"
    assert page.one("time").text == "24\N{NO-BREAK SPACE}novembre\N{NO-BREAK SPACE}2025"
    assert page.one("div", class_="prose", lang="").text == "Lovely!"


@pytest.mark.parametrize(
    "hidden", [Said(public=False), Said(approved=False), Said(public=False, approved=False)], ids=str
)
async def test_only_approved_public_replies_are_shown(house: House, hidden: Said) -> None:
    """What the artisan has not approved, or what was not meant for everybody, is not there: no heading, no number."""
    work = await house.publish()
    await say(house, work, hidden)
    text = await source(house, work)
    assert "Lovely" not in text
    assert "1 reply" not in text
    assert "replies-heading" not in text


async def test_replies_stand_below_their_own_work_in_order(house: House) -> None:
    """Each work has its own replies, the first one first, and not more than a page can bear."""
    work, other = await house.publish(), await house.publish()
    replies = [Said(content_html=f"<p>no {number}</p>", number=number) for number in range(REPLIES_BELOW_WORK + 5)]
    await say(house, work, *reversed(replies))
    shown_numbers = re.findall(r"<p>no (\d+)</p>", await source(house, work))
    assert [int(number) for number in shown_numbers] == list(range(REPLIES_BELOW_WORK))
    assert "replies-heading" not in await source(house, other)


async def test_answers_to_answers_stand_below_them(house: House) -> None:
    """An answer stands within what it answers; what the artisan says herself stands there as hers, without a stamp."""
    work = await house.publish()
    await say(house, work, Said(), Said(number=2, answers=1, content_html="<p>Indeed</p>"))
    async with house.db.write() as tx:
        sql = """
            INSERT INTO posts (uri, uid, artisan_id, work_id, in_reply_to, content_html, visibility, published_at)
            SELECT 'https://own.example/1', '1', artisan_id, id, ?, '<p>Thank you</p>', ?, 1764000000009 FROM works
        """
        await tx.execute(sql, (f"{HOST}/notes/2", "public"))
        await tx.execute(sql.replace("/1'", "/2'").replace("'1'", "'2'"), (f"{HOST}/notes/2", "direct"))
    text = await source(house, work)
    words = re.findall(
        r"<ul role=\"list\">|<p>(Lovely!|Indeed|Thank you)</p>|</ul>", text[text.index('id="replies"') :]
    )
    assert words[:7] == ["", "Lovely!", "", "Indeed", "", "Thank you", ""]
    assert text.count('class="reply own"') == 1
    assert "own.example" not in text


async def test_a_letter_stands_for_a_missing_portrait(house: House) -> None:
    """Without a copy of a portrait a letter stands there, which is read to nobody; with one, our own small picture."""
    work = await house.publish()
    actor_id = await say(house, work, Said(name="🏺 élodie"))
    letter = (await shown(house, work)).one("span", class_="face")
    assert (letter.text, letter.attributes["aria-hidden"]) == ("É", "true")
    async with house.db.write() as tx:
        wanted = Wanted(actor_id=actor_id, source_url=f"{HOST}/bob.png")
        await avatars.begin(tx, [wanted], utc_now())
        await avatars.put(tx, wanted, file=FILE, size_bytes=1)

    async def pictures() -> list[Element]:
        return (await shown(house, work)).all("img", class_="face")

    [picture] = await until(pictures, "a portrait on the page")
    expected = {"src": f"/media/{FILE}", "alt": "", "width": "48", "height": "48", "loading": "lazy"}
    assert expected.items() <= picture.attributes.items()


async def test_portraits_come_from_where_photographs_come_from(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where photographs have an origin of their own, portraits stand there as well, and the page's policy allows it."""
    media = {"origin": "http://localhost:9"}
    async with open_house(tmp_path_factory.mktemp("media") / "data", media=media) as house:
        work = await house.publish()
        actor_id = await say(house, work, Said())
        async with house.db.write() as tx:
            wanted = Wanted(actor_id=actor_id, source_url=f"{HOST}/bob.png")
            await avatars.begin(tx, [wanted], utc_now())
            await avatars.put(tx, wanted, file=FILE, size_bytes=1)
        page = await shown(house, work)
    assert page.one("img", class_="face").attributes["src"] == f"http://localhost:9/media/{FILE}"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        (Said(content_html="<script>alert(1)</script><p>hi</p>"), "<p>hi</p>"),
        (Said(content_html='<p onclick="alert(1)">hi</p>'), "<p>hi</p>"),
        (Said(content_html='<img src="https://tracker.example/1.gif"><p>hi</p>'), "<p>hi</p>"),
        (Said(content_html='<p style="position:fixed">hi</p>'), "<p>hi</p>"),
        (Said(content_html="</div></article><h1>hi</h1>"), "<p><strong>hi</strong></p>"),
        (Said(content_html='<a href="javascript:alert(1)">hi</a>'), ">hi</a>"),
        (Said(name="<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (Said(name='" onmouseover="alert(1)'), "&#34; onmouseover=&#34;alert(1)"),
    ],
    ids=lambda case: case.content_html + case.name if isinstance(case, Said) else "",
)
async def test_words_of_others_are_harmless(house: House, hostile: Said, harmless: str) -> None:
    """WIRE 10.2 #48: even if something hostile ever stood in the database, it would not stand in a page."""
    work = await house.publish()
    await say(house, work, hostile)
    text = await source(house, work)
    assert harmless in text[text.index('id="replies"') :]
    for element in read(text).elements:
        assert element.tag != "img"
        own = element.attributes.get("src", "").startswith("/static/")
        assert element.tag != "script" or own or element.attributes["type"] == "application/ld+json"
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
        assert not element.attributes.get("href", "").startswith("javascript")


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Bob", "B"),
        ("élodie", "É"),
        ("  ana", "A"),
        ("🏺 rosa", "R"),
        ("ßeta", "S"),
        ("張三", "張"),
        ("…", "·"),
        ("", "·"),
    ],
)
def test_initials(name: str, letter: str) -> None:
    """The letter for somebody is the first one of her name, whatever stands before it."""
    assert initial(name) == letter
