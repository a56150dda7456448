"""Finding works: the index has every word that is shown, and no other; nothing that is typed is an operator."""

import dataclasses
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.filters import LONGEST_SEARCH, Facet, Filter, parse_filter
from fedi_artisan.domain.works import Availability, Draft, SeriesWording, Wording
from fedi_artisan.errors import BadInput, NoSuchWorks
from fedi_artisan.storage import artisans, series, works
from fedi_artisan.storage.db import Database, Tx, fetch_value
from fedi_artisan.storage.search import Found, search
from tests.unit.storage.conftest import NOW
from tests.unit.storage.test_works import photo, publish, store

JAR = Draft(
    title="Jarre de lune",
    text="Deux bols **profonds**.",
    language="fr",
    materials=("grès émaillé", "cendre"),
    techniques=("tournage",),
    year=2025,
    availability=Availability.AVAILABLE,
    series="Lunes",
    tags=("Raku",),
    photos=(photo(1),),
    others={
        "en": Wording(
            title="Moon jar", text="Two deep bowls.", materials=("glazed stoneware", "ash"), techniques=("throwing",)
        )
    },
)
# One word of each place in which a work says something.
WORDS = [
    *("jarre", "profonds", "émaillé", "cendre", "tournage", "2025", "Lunes", "raku", "côté"),
    *("moon", "deep", "stoneware", "ash", "throwing", "seen", "Maria"),
]


async def find(tx: Tx, asked: str | Filter, order: Order = Order.DATE, language: str = "en") -> list[str]:
    """Return the uids of what is found, in their order."""
    wanted = Filter(q=asked) if isinstance(asked, str) else asked
    return [work.uid for work in (await search(tx, wanted, limit=99, order=order, language=language)).works]


async def look(tx: Tx, asked: Filter, language: str = "en") -> Found:
    """Return all that is found."""
    return await search(tx, asked, limit=99, language=language)


async def test_every_word_of_a_work_finds_it(db: Database, artisan_id: int) -> None:
    """Title, text, facts, tags, series, photographs, maker; in every language, whatever the case and the accents."""
    await store(db, artisan_id, "bowl", Draft(title="Bowl", text="A bol."))
    await store(db, artisan_id, "jar", JAR)
    async with db.read() as tx:
        for word in WORDS:
            expected = ["jar", "bowl"] if word == "Maria" else ["jar"]
            assert sorted(await find(tx, word)) == sorted(expected), word
        assert await find(tx, "EMAILLE cote") == ["jar"]
        assert await find(tx, "jarre plate") == []
        assert await find(tx, "nothing") == []
        assert await find(tx, "…") == []


async def test_letters_that_are_written_as_one_or_as_two(db: Database, artisan_id: int) -> None:
    """However œ, æ and ß are written, in a work and in what is looked for, the work is found."""
    for uid, title in (("heart", "Cœur"), ("ring", "Ægir"), ("jug", "Großer Krug"), ("dish", "Grosse Schale")):
        await store(db, artisan_id, uid, Draft(title=title))
    async with db.read() as tx:
        assert await find(tx, "coeur") == await find(tx, "CŒUR") == ["heart"]
        assert await find(tx, "aegir") == ["ring"]
        assert await find(tx, "GROSSER") == await find(tx, "großer") == ["jug"]
        assert sorted(await find(tx, "gros")) == sorted(await find(tx, "groß")) == ["dish", "jug"]


async def test_the_index_follows_every_change(db: Database, artisan_id: int) -> None:
    """What a revision, another word below a photograph, another name or a withdrawal takes away is found no more."""
    await store(db, artisan_id, "jar", JAR)
    async with db.write() as tx:
        work = await works.get(tx, "jar")
        (shown,) = work.draft.photos
        said = dataclasses.replace(shown, alts={"fr": "Une anse"}, captions={"en": "Handle"})
        # Without tags, whose coming and going would be enough to have the work read anew.
        await works.update(tx, work, dataclasses.replace(JAR, photos=(said,), tags=()), series_uid="s", now=NOW)
        assert await find(tx, "anse") == await find(tx, "handle") == ["jar"]
        assert await find(tx, "côté") == await find(tx, "seen") == []

        found = await series.find_named(tx, artisan_id, "Lunes")
        assert found is not None
        named = dataclasses.replace(found, name="Marées", others={"en": SeriesWording(name="Tides")})
        await series.update(tx, named)
        assert await find(tx, "marees") == await find(tx, "tides") == ["jar"]
        assert await find(tx, "lunes") == []

        maker = await artisans.get(tx, artisan_id)
        await artisans.update(tx, dataclasses.replace(maker, name="Zoé"))
        assert await find(tx, "zoe") == ["jar"]

        changed = await works.update(tx, work, Draft(title="Plate", tags=("raku", "thé")), series_uid="s", now=NOW)
        assert await find(tx, "plate thé raku") == ["jar"]
        for word in ("jarre", "moon", "stoneware", "tides", "anse", "2025"):
            assert await find(tx, word) == [], word

        await works.withdraw(tx, changed, NOW)
        assert await find(tx, "plate") == await find(tx, "raku") == await find(tx, Filter()) == []
        assert await fetch_value(tx, "SELECT (SELECT count(*) FROM materials) + (SELECT count(*) FROM words)") == 0


async def test_the_words_of_a_withdrawn_work_leave_the_disk(db: Database, artisan_id: int) -> None:
    """Not even the index has them any more."""
    await store(db, artisan_id, "kept", Draft(title="Bowl"))
    await store(db, artisan_id, "jar", Draft(title="Unutterable"))
    pages = "SELECT count(*) FROM words_data WHERE instr(block, CAST('nutterable' AS BLOB))"
    async with db.write() as tx:
        assert await fetch_value(tx, pages) == 1
        await works.withdraw(tx, await works.get(tx, "jar"), NOW)
        assert await fetch_value(tx, pages) == 0
        assert await find(tx, "bowl") == ["kept"]


async def test_nobody_can_forget_the_index(db: Database, artisan_id: int, path: Path) -> None:
    """The database itself keeps it, whoever writes: here somebody with nothing of ours."""
    await store(db, artisan_id, "jar", JAR)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE works SET title = 'Amphore', others = '{}'")
        other.execute("DELETE FROM tags")
    async with db.read() as tx:
        assert await find(tx, "amphore") == ["jar"]
        assert await find(tx, "moon") == await find(tx, "raku") == []
        with pytest.raises(NoSuchWorks):
            await find(tx, Filter(material="ash"))


TYPED = st.lists(
    st.sampled_from(
        [
            *("moon", "jar", "Bowl", "ash", "bo", "é", "AND", "OR", "NOT", "NEAR", "NEAR(", "(", ")", '"', "'", "*"),
            *("-", "+", "^", ":", "title:", "words:", "{title}:", "{", "}", ",", ";", "--", "\\", "%", "_", "jar*"),
        ]
    )
    | st.text(max_size=5),
    max_size=8,
)
MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
TITLES = {"jar": "Moon jar", "and": "Jar AND bowl", "not": "NOT near ash", "near": "Near or title, moon", "e": "Été"}


@MANY
@given(typed=TYPED, apart=st.sampled_from(["", " "]))
async def test_whatever_is_typed_is_words(db: Database, artisan_id: int, typed: list[str], apart: str) -> None:
    """It never fails and is never syntax: a work is found if it has every word, the last one perhaps only begun."""
    async with db.read() as tx:
        there = await fetch_value(tx, "SELECT count(*) FROM works")
    for uid, title in TITLES.items() if not there else ():
        await store(db, artisan_id, uid, Draft(title=title))
    try:
        asked = parse_filter([("q", apart.join(typed)[:LONGEST_SEARCH])])
    except BadInput:
        return
    async with db.read() as tx:
        found = set(await find(tx, asked))
    if not asked.q:
        assert found == set(TITLES)
    elif all(word.isascii() for word in asked.words):
        words = [word.lower() for word in asked.words]
        assert found == {uid for uid, title in TITLES.items() if _has(f"{title} Maria", words)}


def _has(said: str, words: list[str]) -> bool:
    """Whether a text has all *words*; of the last one its beginning does, if that is more than a letter."""
    there = re.findall(r"\w+", said.lower().replace("é", "e"))
    *whole, last = words or ["\0"]
    begun = any(one.startswith(last) for one in there) if len(last) > 1 else last in there
    return begun and all(word in there for word in whole)


async def test_the_title_weighs_more_than_the_text(db: Database, artisan_id: int) -> None:
    """Among works with the word, those come first that are called so, then those that are made of it."""
    await store(db, artisan_id, "title", Draft(title="Ash bowl"))
    await store(db, artisan_id, "fact", Draft(title="Bowl", materials=("ash",)))
    await store(db, artisan_id, "text", Draft(title="Bowl", text="Ash and more words about something else."))
    async with db.read() as tx:
        assert await find(tx, "ash") == ["title", "fact", "text"]


async def test_without_words_works_stand_in_their_order(db: Database, artisan_id: int) -> None:
    """By date the newest first; by hand as the artisan placed them, what she has not placed before them; in pages."""
    for uid in ("a", "b", "c", "d"):
        await store(db, artisan_id, uid)
    async with db.write() as tx:
        await works.arrange(tx, artisan_id, ["c", "a", "d"])
        assert await find(tx, Filter()) == ["d", "c", "b", "a"]
        assert await find(tx, Filter(), Order.HAND) == ["b", "c", "a", "d"]
        page = await search(tx, Filter(), limit=2, offset=2, order=Order.HAND, language="en")
        assert ([work.uid for work in page.works], page.total) == (["a", "d"], 4)


async def test_filters_leave_what_has_all_of_it(db: Database, artisan_id: int) -> None:
    """Each filter by itself, and together; a tag in any case, a material in any language, case and accents."""
    async with db.write() as tx:
        await publish(tx, "jar", artisan_id, JAR)
        other = await artisans.insert(tx, uid="nour", username="nour", name="Nour", language="fr", now=NOW)
        sold = Draft(title="Box", tags=("raku", "oak"), year=2024, availability=Availability.SOLD)
        await publish(tx, "box", other, sold)
        for asked in (
            *(Filter(series="lunes"), Filter(material="GRES emaille"), Filter(material="Glazed stoneware")),
            *(Filter(year=2025), Filter(availability=Availability.AVAILABLE), Filter(artisan="MARIA")),
            *(Filter(tag="RAKU", year=2025), Filter(q="raku", artisan="maria")),
        ):
            assert await find(tx, asked) == ["jar"], asked
        assert await find(tx, Filter(tag="raku")) == ["box", "jar"]
        assert await find(tx, Filter(tag="oak", year=2025)) == []
        assert await find(tx, Filter(availability=Availability.ON_COMMISSION)) == []
        for unknown in (
            *(Filter(series="x"), Filter(material="stoneware"), Filter(year=1999), Filter(tag="rak")),
            *(Filter(artisan="nobody"), Filter(tag="raku", material="x")),
        ):
            with pytest.raises(NoSuchWorks):
                await find(tx, unknown)


async def test_choices_count_what_they_would_leave(db: Database, artisan_id: int) -> None:
    """Each choice is counted with the other filters given; what is chosen can be changed for another of its kind."""
    for uid, year, tags in (("a", 2024, ("raku",)), ("b", 2025, ("raku", "Oak")), ("c", 2025, ("oak",))):
        draft = Draft(title="Bowl", year=year, tags=tags, series="One", availability=Availability.SOLD)
        await store(db, artisan_id, uid, draft)
    async with db.read() as tx:
        found = await look(tx, Filter(year=2025, tag="OAK"))
        assert found.total == 2
        counts = {
            facet: [(one.value, one.count) for one in choices] for facet, choices in found.choices.items() if choices
        }
        assert counts == {
            Facet.SERIES: [("one", 2)],
            Facet.AVAILABILITY: [("sold", 2)],
            Facet.YEAR: [("2025", 2)],
            Facet.TAG: [("oak", 2), ("raku", 1)],
            Facet.ARTISAN: [("maria", 2)],
        }
        assert {facet: choice.name for facet, choice in found.chosen.items()} == {Facet.YEAR: "2025", Facet.TAG: "oak"}
        for facet, choices in found.choices.items():
            for choice in choices:
                others = found.chosen.keys() - {facet}
                asked = {"year": "2025", "tag": "oak"}
                again = parse_filter([*((str(one), asked[one]) for one in others), (facet, choice.value)])
                assert (await look(tx, again)).total == choice.count


async def test_materials_and_series_are_named_in_the_language_of_the_page(db: Database, artisan_id: int) -> None:
    """A material counts once however it is spelt, leads to works in every language, and keeps its name across them."""
    await store(db, artisan_id, "jar", JAR)
    spelt = dataclasses.replace(JAR, title="Bol", photos=(), materials=("Grès Émaillé",), others={})
    await store(db, artisan_id, "bol", spelt)
    async with db.write() as tx:
        found = await series.find_named(tx, artisan_id, "Lunes")
        assert found is not None
        await series.update(tx, dataclasses.replace(found, others={"en": SeriesWording(name="Moons")}))
        french, english = await look(tx, Filter(), "fr"), await look(tx, Filter(), "en")
        assert [(one.name, one.language, one.count) for one in french.choices[Facet.MATERIAL]] == [
            ("Grès Émaillé", "fr", 2),
            ("cendre", "fr", 1),
        ]
        # What is said in no English stands in its own language.
        assert {(one.name, one.language, one.count) for one in english.choices[Facet.MATERIAL]} == {
            ("Grès Émaillé", "fr", 2),
            ("ash", "en", 1),
            ("glazed stoneware", "en", 1),
        }
        assert [one.name for one in french.choices[Facet.SERIES]] == ["Lunes"]
        assert [one.name for one in english.choices[Facet.SERIES]] == ["Moons"]
        for material, language, name in (
            *(("ash", "fr", "cendre"), ("CENDRE", "en", "ash"), ("ash", "en", "ash"), ("ash", "de", "ash")),
            ("gres emaille", "en", "glazed stoneware"),
        ):
            chosen = (await look(tx, Filter(material=material), language)).chosen[Facet.MATERIAL]
            assert (chosen.value, chosen.name) == (material, name)
