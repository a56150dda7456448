"""Feeds, asked over HTTP from the running server and read as feed readers do."""

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import feedparser
import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import artisans
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.programs.feed import Editor, absolute_links
from fedi_artisan.web.programs.feeds import NEWEST, TYPES, _atom, _feed, _json_feed, _rss
from tests.conformance.samples import ARTISAN, URIS, WORK, photo
from tests.federation import commands
from tests.house import House, key_pair, until
from tests.photos import grey
from tests.web.asking import Asker

CONTROL = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32)])) + "\ufffe\uffff"
NASTY = f"]]> <script>alert(1)</script> &amp; &#0; <!--{CONTROL} שלום 🏺 🧑‍🎨"
# What is left of it: all but what XML cannot hold.
SEEN = "]]> <script>alert(1)</script> &amp; &#0; <!-- שלום 🏺 🧑‍🎨"
HALF = "\ud83c"


def read(body: bytes, media_type: str) -> Any:
    """Return an Atom or RSS feed as feedparser reads it, which must find no fault with it."""
    feed = feedparser.parse(body, response_headers={"content-type": media_type})
    assert not feed.bozo, feed.bozo_exception
    return feed


async def read_all(ask: Asker, path: str, query: str = "") -> tuple[Any, Any, Any]:
    """Return a feed as Atom, as RSS and as JSON, each of which must come in its own media type."""
    answers = {form: await ask(f"{path}.{form}{query}") for form in TYPES}
    for form, answer in answers.items():
        assert (answer.status, answer.headers["Content-Type"]) == (200, f"{TYPES[form]}; charset=utf-8")
    atom, rss = (read(answers[form].body, answers[form].headers["Content-Type"]) for form in ("atom", "rss"))
    return atom, rss, answers["json"].json()


async def furnish(house: House) -> Draft:
    """Publish a work with all there can be in it, and return what it says."""
    draft = Draft(
        title="Jarre de lune",
        text="Deux bols, [tournés](/pages/atelier) le **même** jour.",
        language="fr",
        photos=(
            dataclasses.replace(await grey(house, alt="A white jar."), captions={"fr": "Avant la cuisson"}),
            await grey(house, shade=90, alt="Its foot."),
        ),
        materials=("porcelaine",),
        techniques=("tournage",),
        dimensions=Dimensions((("height", Decimal("29.3")),), "cm"),
        year=2025,
        price=Price(Decimal(1420), "EUR"),
        availability=Availability.SOLD,
        series="Lunes",
        tags=("Porcelaine",),
        terms=OwnTerms(licence=Licence.CC_BY_NC),
        others={"en": Wording(title="Moon jar", text="Two bowls.", materials=("porcelain",))},
    )
    await house.publish(draft)
    return draft


async def test_feeds_have_the_whole_of_each_work(house: House, ask: Asker) -> None:
    """Words, facts, photographs with sizes and descriptions, tags, rights: in all three forms, with whole addresses."""
    draft = await furnish(house)
    origin = house.uris.origin
    atom, rss, told = await read_all(ask, "/feed")
    [item] = told["items"]
    assert (atom.version, rss.version, told["version"]) == ("atom10", "rss20", "https://jsonfeed.org/version/1.1")
    for entry in (atom.entries[0], rss.entries[0]):
        assert entry.title == item["title"] == "Jarre de lune"
        assert entry.link == item["url"] == f"{origin}/works/jarre-de-lune"
        assert [tag.term for tag in entry.tags] == item["tags"] == ["Porcelaine"]
        assert entry.author == item["authors"][0]["name"] == "Atelier Maria"
        assert entry.rights == item["_rights"]["text"] == "© Atelier Maria. Photographs: CC BY-NC 4.0"
        assert entry.published_parsed[:5] == entry.updated_parsed[:5]
        assert entry.content[0].language == item["language"] == "fr"
        assert [picture["url"] for picture in entry.media_content] == [one["url"] for one in item["attachments"]]
        html = entry.content[0].value
        for alt, words in zip(("A white jar.", "Its foot."), ("Avant la cuisson", ""), strict=True):
            assert f'alt="{alt}"' in html
            assert words in html
        assert html.count("<img") == 2
        assert 'width="90"' in html
        assert f'src="{item["image"]}"' in html
        assert f'href="{origin}/pages/atelier"' in html
        assert "<strong>même</strong>" in html
        assert "porcelaine, tournage" in html
        # The page speaks English, the work French: so do its facts.
        assert "H\u00a029,3\u00a0cm, 2025" in html
        assert "vendue" in html
    assert [link.href for link in atom.entries[0].links if link.rel == "enclosure"] == [
        house.uris.media_url(shown.small(1280).file) for shown in draft.photos
    ]
    assert len(rss.entries[0].enclosures) == 1
    assert [attachment["mime_type"] for attachment in item["attachments"]] == ["image/jpeg"] * 2


async def test_every_kind_of_feed_names_itself_and_its_page(house: House, ask: Asker) -> None:
    """Site, artisan, series and tag have feeds, each with its own address, its page and an id that never changes."""
    work_uri = (await house.publish(Draft(title="Jar", series="Lunes", tags=("Moon",)))).uid
    series = await house.value("SELECT uid FROM series")
    origin = house.uris.origin
    for path, page, uri, title in (
        ("/feed", "/", house.actor_uri, "Atelier Maria"),
        ("/@maria/feed", "/", house.actor_uri, "Atelier Maria"),
        ("/series/lunes/feed", "/series/lunes", house.uris.series(series), "Lunes – Atelier Maria"),
        ("/tags/moon/feed", "/tags/Moon", house.uris.tag("moon"), "#Moon – Atelier Maria"),
    ):
        atom, rss, told = await read_all(ask, path)
        assert atom.feed.id == uri
        assert atom.feed.title == rss.feed.title == told["title"] == title
        assert atom.feed.link == rss.feed.link == told["home_page_url"] == origin + page
        # An artisan who is alone has one feed with one address.
        own = "/feed" if path == "/@maria/feed" else path.replace("moon", "Moon")
        found = [link.href for form in (atom, rss) for link in form.feed.links if link.rel == "self"]
        assert found == [f"{origin}{own}.atom", f"{origin}{own}.rss"]
        assert told["feed_url"] == f"{origin}{own}.json"
        ids = {atom.entries[0].id, rss.entries[0].id, told["items"][0]["id"]}
        assert ids == {house.uris.work(work_uri)}


async def test_several_artisans_share_a_feed_and_have_their_own(house: House, ask: Asker) -> None:
    """With several, the site's feed has everybody's newest works with their makers; each has a feed of her own."""
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean Petit", language="fr", key=key_pair(), now=utc_now()
        )
        for number in range(NEWEST):
            await works_service.publish(tx, house.uris, jean, Draft(title=f"Bol {number}"), utc_now())
    await house.publish(Draft(title="Jar"))
    atom, rss, told = await read_all(ask, "/feed")
    assert [entry.title for entry in atom.entries[:2]] == ["Jar", f"Bol {NEWEST - 1}"]
    assert len(atom.entries) == len(rss.entries) == len(told["items"]) == NEWEST
    assert [entry.author for entry in atom.entries[:2]] == ["Atelier Maria", "Jean Petit"]
    assert "authors" not in told
    own, _, _ = await read_all(ask, "/@jean/feed")
    assert {entry.author for entry in own.entries} == {"Jean Petit"}
    assert own.feed.link == f"{house.uris.origin}/@jean"


async def test_feeds_speak_the_language_that_is_asked_for(house: House, ask: Asker) -> None:
    """`?lang=` chooses words and links; without it each work speaks its own language, whatever the program likes."""
    await furnish(house)
    atom, rss, told = await read_all(ask, "/feed", "?lang=en")
    assert {atom.entries[0].title, rss.entries[0].title, told["items"][0]["title"]} == {"Moon jar"}
    assert {atom.entries[0].content[0].language, told["items"][0]["language"], told["language"]} == {"en"}
    assert atom.entries[0].link == f"{house.uris.origin}/works/jarre-de-lune?lang=en"
    assert told["feed_url"] == f"{house.uris.origin}/feed.json?lang=en"
    assert "H\u00a029.3\u00a0cm" in atom.entries[0].content[0].value
    [own, same] = [await ask("/feed.atom", ("Accept-Language", code)) for code in ("en", "fr")]
    assert own.body == same.body
    assert b"Jarre de lune" in own.body


async def test_hostile_words_stay_words(house: House, ask: Asker) -> None:
    """Whatever an artisan writes, feeds can be read, say what she wrote, and hold no markup but ours."""
    async with house.db.write() as tx:
        named = dataclasses.replace(house.artisan, name="]]> <b>&lt;", summary=NASTY)
        await artisans.update(tx, named)
    shown = dataclasses.replace(await grey(house, alt=NASTY), captions={"en": NASTY})
    draft = Draft(
        title="]]> <script>alert(1)</script> 🏺 שלום",
        text=f"{NASTY}\n\n[x](javascript:alert(1)) [y](http://[) [z](//elsewhere.example)",
        photos=(shown,),
        materials=("<b>clay</b> ]]>",),
        series="]]> & <i>",
        tags=("tag",),
    )
    work = await house.publish(draft)
    assert work.series is not None
    for path in ("/feed", "/tags/tag/feed", f"/series/{work.series.slug}/feed"):
        atom, rss, told = await read_all(ask, path)
        raw = [(await ask(f"{path}.{form}")).body.decode() for form in ("atom", "rss")]
        assert not any(set(CONTROL) & set(body) or "<script" in body for body in raw)
        for entry in (atom.entries[0], rss.entries[0]):
            assert "<script" not in entry.content[0].value
            assert 'href="javascript:' not in entry.content[0].value
            assert 'alt="]]' in entry.content[0].value
        assert (atom.entries[0].title, atom.entries[0].author) == (draft.title, "]]> <b>&lt;")
        assert "]]> <script>alert(1)</script> & " in atom.entries[0].summary
        assert atom.entries[0].media_content
        [item] = told["items"]
        assert item["title"] == draft.title
        assert item["attachments"][0]["title"] == SEEN
        assert "<script" not in item["content_html"]


def test_half_characters_are_left_out(tmp_path: Path) -> None:
    """Half a character, which a text in memory can hold and UTF-8 cannot, breaks no form of a feed."""
    pages = Pages(parse({"origin": URIS.origin, "data_dir": str(tmp_path)}))
    shown = dataclasses.replace(photo(1), captions={"en": "cd"})
    work = dataclasses.replace(WORK, draft=dataclasses.replace(WORK.draft, photos=(shown,)))
    for chosen in ("", "fr"):
        editor = Editor(pages, URIS, {1: ARTISAN}, language="fr", chosen=chosen)
        feed = _feed(editor, [work], uri=URIS.origin, url="/", path="/feed", title=f"g{HALF}h", author=ARTISAN)
        assert "gh" in read(_atom(pages, URIS.origin, feed), TYPES["atom"]).feed.title
        assert read(_rss(pages, URIS.origin, feed), TYPES["rss"]).entries[0].media_content
        assert b'"title":"cd"' in _json_feed(pages, URIS.origin, dataclasses.replace(feed, title="gh"))


async def test_an_edit_is_the_same_entry(house: House, ask: Asker) -> None:
    """A revised work keeps its id and its day of publication; its entry and its feed say when it was changed."""
    work = await house.publish()
    before = read((await ask("/feed.atom")).body, TYPES["atom"])
    revised = await commands.revise(house, work, text="Thrown in three.")

    async def changed() -> bool:
        return b"Thrown in three" in (await ask("/feed.atom")).body

    await until(changed, "the new words")
    after = read((await ask("/feed.atom")).body, TYPES["atom"])
    assert revised.updated_at is not None
    assert (after.entries[0].id, after.entries[0].published) == (before.entries[0].id, before.entries[0].published)
    assert after.entries[0].updated > before.entries[0].updated
    assert after.feed.updated == after.entries[0].updated


async def test_feeds_that_are_held_are_not_sent_again(house: House, ask: Asker) -> None:
    """RFC 9110 13.1.2: a reader that has this very feed gets 304; a feed may be read from any page's script."""
    await house.publish()
    for form in TYPES:
        first = await ask(f"/feed.{form}")
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        again = await ask(f"/feed.{form}", ("If-None-Match", first.headers["ETag"]))
        assert (again.status, again.body) == (304, b"")


async def test_an_empty_portfolio_has_an_empty_feed(ask: Asker) -> None:
    """Before the first work there is a feed to subscribe to, without entries and without fault."""
    atom, rss, told = await read_all(ask, "/feed")
    assert atom.entries == rss.entries == told["items"] == []
    assert atom.feed.updated_parsed


async def test_what_is_not_there_has_no_feed(ask: Asker) -> None:
    """Unknown forms, and feeds of what is not here, are 404."""
    things = ("/feed.xml", "/feed.", "/@nobody/feed.atom", "/series/none/feed.rss", "/tags/none/feed.json")
    for path in (*things, "/series/none/feed.x", "/feed.atom/", "/tags/%00/feed.atom"):
        assert (await ask(path)).status == 404, path


async def test_what_was_withdrawn_leaves_its_feeds(house: House, ask: Asker) -> None:
    """A withdrawn work is in no feed, and the feeds of a series and a tag that it leaves empty are 404."""
    work = await house.publish(Draft(title="Jar", series="Lunes", tags=("moon",)))
    await commands.withdraw(house, work)
    for path in ("/series/lunes/feed.atom", "/tags/moon/feed.atom"):
        assert (await ask(path)).status == 404
    assert (await ask("/feed.json")).json()["items"] == []


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("/works/x", "https://a.example/works/x"),
        ("x", "https://a.example/works/x"),
        ("?lang=en", "https://a.example/works/jar?lang=en"),
        ("#foot", "https://a.example/works/jar#foot"),
        ("https://b.example/", "https://b.example/"),
        ("mailto:lea@b.example", "mailto:lea@b.example"),
        ("http://[", "http://["),
    ],
)
def test_links_are_whole(href: str, whole: str) -> None:
    """A link in an artisan's words leads where it leads on her page, also in a reader that knows no page."""
    found = absolute_links(f'<p>"<a href="{href}" rel="noopener">x</a> href="/y"</p>', "https://a.example/works/jar")
    assert found == f'<p>"<a href="{whole}" rel="noopener">x</a> href="/y"</p>'
