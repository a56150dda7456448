"""`translate` and `series`: what is said of works and series in further languages, beside the running server."""

import asyncio
import dataclasses
from typing import Any

import pytest

from fedi_artisan.domain.works import Draft, Series, Wording, Work
from fedi_artisan.storage import series as series_rows
from fedi_artisan.storage import works
from tests.cli.typed import Terminal, Typed
from tests.house import House, until
from tests.photos import grey
from tests.web.asking import Asker

BOWL = Draft(
    title="Bol",
    text="Tourné.",
    language="fr",
    materials=("grès",),
    series="Lunes",
    others={"de": Wording(title="Schale", materials=("Steinzeug",))},
)


async def say(beside: Terminal, *words: str, stdin: str = "") -> Typed:
    """Type a command beside the server; it must do its work."""
    done = await asyncio.to_thread(beside.say, *words, stdin=stdin)
    assert done.code == 0, done.err
    return done


async def refuse(beside: Terminal, *words: str) -> str:
    """Type a command that cannot do its work, and return what it says."""
    done = await asyncio.to_thread(beside.say, *words)
    assert done.code != 0
    return done.err


async def now(house: House, work: Work) -> Draft:
    """Return what a work says now."""
    async with house.db.read() as tx:
        return (await works.get(tx, work.uid)).draft


async def test_a_work_is_said_in_a_further_language(house: House, beside: Terminal) -> None:
    """`translate` adds title, text, facts and descriptions in one language, and touches no other; others are told."""
    photos = (await grey(house), await grey(house, shade=80))
    photos = (dataclasses.replace(photos[0], alts={"fr": "Un bol"}), photos[1])
    work = await house.publish(dataclasses.replace(BOWL, photos=photos))
    said = ("--title", "Bowl", "--material", "stoneware", "--material", "ash", "--technique", "throwing")
    shown = ("--alt", "A bowl", "--alt", "", "--caption", "", "--caption", "Its foot")
    done = await say(
        beside, "translate", work.slug, "--language", "en", "--text", "-", *said, *shown, stdin="Thrown.\n"
    )
    assert done.out == f"URL: {house.uris.work_url(work.slug)}?lang=en\n"
    assert "Photographs without a description in en: 1" in done.err
    draft = await now(house, work)
    english = Wording(title="Bowl", text="Thrown.", materials=("stoneware", "ash"), techniques=("throwing",))
    assert (draft.own_wording, draft.others) == (BOWL.own_wording, {**BOWL.others, "en": english})
    assert [photo.alts for photo in draft.photos] == [{"fr": "Un bol", "en": "A bowl"}, {}]
    assert [photo.captions for photo in draft.photos] == [{}, {"en": "Its foot"}]
    async with Asker.open(house.config.origin) as ask:
        document: Any = await ask.document(f"/ap/works/{work.uid}")
    assert set(document["contentMap"]) == {"fr", "de", "en"}
    assert document["updated"] > document["published"]


async def test_only_what_is_given_changes(house: House, beside: Terminal) -> None:
    """Of a wording that is there `translate` changes what is given; an empty text or fact takes one away."""
    work = await house.publish(BOWL)
    await say(beside, "translate", work.slug, "--language", "de", "--title", "Schüssel")
    assert (await now(house, work)).others == {"de": Wording(title="Schüssel", materials=("Steinzeug",))}
    await say(beside, "translate", work.slug, "--language", "de", "--material", "")
    assert (await now(house, work)).others == {"de": Wording(title="Schüssel")}


async def test_a_language_is_taken_away(house: House, beside: Terminal) -> None:
    """`translate --remove` takes away the wording of one language and the descriptions in it, and nothing else."""
    photo = dataclasses.replace(await grey(house), alts={"fr": "Un bol", "de": "Eine Schale"}, captions={"de": "Fuß"})
    work = await house.publish(dataclasses.replace(BOWL, photos=(photo,)))
    await say(beside, "translate", work.slug, "--language", "de", "--remove")
    draft = await now(house, work)
    assert (draft.own_wording, draft.others) == (BOWL.own_wording, {})
    assert (draft.photos[0].alts, draft.photos[0].captions) == ({"fr": "Un bol"}, {})
    assert "nothing is said" in await refuse(beside, "translate", work.slug, "--language", "de", "--remove")


async def test_revising_keeps_the_other_languages(house: House, beside: Terminal) -> None:
    """`revise` changes what a work says in its own language alone."""
    work = await house.publish(BOWL)
    await say(beside, "revise", work.slug, "--title", "Grand bol", "--year", "2026")
    draft = await now(house, work)
    assert (draft.title, draft.others) == ("Grand bol", BOWL.others)


async def test_translate_explains_what_cannot_be(house: House, beside: Terminal) -> None:
    """Whatever cannot be said is told in words, and nothing is changed."""
    work = await house.publish(BOWL)
    refusals = {
        "is the work's own language": ("fr", "--title", "x"),
        "give --title as well": ("en", "--text", "/dev/null"),
        "is no language": ("English!", "--title", "x"),
        "the title is empty": ("en", "--title", " "),
        "the work has 0 photographs": ("de", "--alt", "x"),
        "give what is said in this language": ("de",),
        "or --remove": ("de", "--remove", "--title", "x"),
    }
    for told, words in refusals.items():
        assert told in await refuse(beside, "translate", work.slug, "--language", *words)
    assert await now(house, work) == work.draft
    assert "there is no work" in await refuse(beside, "translate", "nothing", "--language", "en", "--title", "x")


# --- Series


async def lunes(house: House) -> Series:
    """Return the series of the bowl as it is now."""
    async with house.db.read() as tx:
        found = await series_rows.find(tx, slug="lunes")
    assert found is not None
    return found[0]


async def test_series_are_listed(house: House, beside: Terminal) -> None:
    """`series` lists each with its number of works and its languages."""
    assert "No series yet" in (await say(beside, "series")).out
    for title in ("One", "Two"):
        await house.publish(dataclasses.replace(BOWL, title=title))
    assert (await say(beside, "series")).out == f"Lunes  2 works  fr  {house.uris.series_url('lunes')}\n"


async def test_a_series_speaks_its_languages(house: House, beside: Terminal) -> None:
    """`series NAME` changes name and text in the series' own language or a further one, and shows what is said."""
    await house.publish(BOWL)
    await say(beside, "series", "Lunes", "--text", "-", stdin="Des jarres.")
    await say(beside, "series", "Lunes", "--language", "en", "--name", "Moons", "--text", "-", stdin="Jars.")
    shown = (await say(beside, "series", house.uris.series_url("lunes"), "--language", "en", "--name", "The moons")).out
    assert shown.splitlines()[1:] == ["fr: Lunes", "    Des jarres.", "en: The moons", "    Jars."]
    assert (await say(beside, "series", "lunes")).out == shown
    await say(beside, "series", "Lunes", "--remove-language", "en")
    assert (await lunes(house)).languages == ("fr",)


async def test_a_new_name_is_shown_everywhere(house: House, beside: Terminal) -> None:
    """A renamed series keeps its address; works, its page and later works go by the new name."""
    work = await house.publish(BOWL)
    series = await lunes(house)
    async with Asker.open(house.config.origin) as ask:
        for path in (f"/works/{work.slug}", "/series/lunes"):
            assert b"Lunes" in (await ask(path, ("Accept", "text/html"))).body
        await say(beside, "series", "Lunes", "--name", "Pleines lunes")

        async def everywhere() -> bool:
            pages = [
                (await ask(path, ("Accept", "text/html"))).body for path in (f"/works/{work.slug}", "/series/lunes")
            ]
            return all(b"Pleines lunes" in page for page in pages)

        await until(everywhere, "the new name")
        assert (await ask.document(f"/ap/works/{work.uid}"))["craft:work"]["series"]["name"] == "Pleines lunes"
    await say(beside, "revise", work.slug, "--title", "Bol rond")
    assert (await now(house, work)).series == "Pleines lunes"
    later = await house.publish(dataclasses.replace(BOWL, series="Pleines lunes"))
    assert later.series is not None
    assert later.series.uid == series.uid


async def test_series_explains_what_cannot_be(house: House, beside: Terminal) -> None:
    """Whatever cannot be said of a series is told in words, and nothing is changed."""
    await house.publish(BOWL)
    await house.publish(dataclasses.replace(BOWL, series="Soleils"))
    before = await lunes(house)
    refusals = {
        "there is no series Nuages": ("Nuages",),
        "say which series": ("--name", "x"),
        "there is another series": ("Lunes", "--name", "Soleils"),
        "give --name as well": ("Lunes", "--language", "en", "--text", "/dev/null"),
        "give --name or --text": ("Lunes", "--language", "en"),
        "as a further language": ("Lunes", "--remove-language", "fr"),
        "is no language": ("Lunes", "--language", "English", "--name", "x"),
        "name of the series is empty": ("Lunes", "--name", " "),
    }
    for told, words in refusals.items():
        assert told in await refuse(beside, "series", *words)
    assert await lunes(house) == before


@pytest.mark.parametrize("words", [("series", "Lunes"), ("series",)])
async def test_looking_changes_nothing(house: House, beside: Terminal, words: tuple[str, ...]) -> None:
    """Who only looks writes nothing, so no page has to be made anew."""
    await house.publish(BOWL)
    version = await house.value("SELECT version FROM shown")
    await say(beside, *words)
    assert await house.value("SELECT version FROM shown") == version
