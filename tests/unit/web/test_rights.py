"""What machines that want to learn are told: by robots.txt, tdmrep.json, headers and pages, which must agree."""

import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.pages import PageDraft
from fedi_artisan.domain.terms import Licence, OwnTerms, Terms
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.language import LANGUAGES, translation
from fedi_artisan.media.turns import Shelf, turn
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import pages as pages_service
from fedi_artisan.services import works as works_service
from fedi_artisan.vocab import licences
from fedi_artisan.web.programs import rights
from fedi_artisan.web.programs.ai_crawlers import AI_CRAWLERS, Purpose
from tests.house import House, key_pair, open_house, until
from tests.photos import grey
from tests.unit.web.markup import read
from tests.unit.web.robots import may_read, reserved
from tests.web.asking import ACTIVITY_JSON, Answer, Asker

CRAWLERS = ("GPTBot", "ccbot", "Google-Extended", "img2dataset", "meta-externalagent")
SEARCH_ENGINES = ("Googlebot", "bingbot", "Applebot", "DuckDuckBot", "PetalBot", "Qwantbot")


@pytest.fixture
async def ask(house: House) -> AsyncIterator[Asker]:
    """A machine that asks our server."""
    async with aiohttp.ClientSession(skip_auto_headers={"Accept", "User-Agent"}) as session:
        yield Asker(session, house.uris.origin)


async def set_terms(house: House, artisan: Artisan, *, ai_refused: bool) -> Artisan:
    """Let an artisan refuse machines, or not, as the command does it."""
    terms = Terms(ai_refused=ai_refused)
    async with house.db.write() as tx:
        await artisans_service.set_terms(tx, artisan, terms, utc_now())
    return dataclasses.replace(artisan, terms=terms)


async def told(ask: Asker, path: str, robots: str, tdmrep: list[Any]) -> set[bool]:
    """Return whether machines are refused at *path*, by each way in which it is told; all should say the same."""
    said = {not may_read(robots, crawler, path) for crawler in CRAWLERS} | {reserved(tdmrep, path)}
    accept = ACTIVITY_JSON if path.startswith("/ap/") else "text/html"
    answer = await ask(path, ("Accept", accept))
    assert answer.status == 200, path
    said |= _by_headers(answer)
    assert _by_headers(await ask(path, ("Accept", accept), method="HEAD")) <= said
    if answer.media_type == "text/html":
        page = read(answer.body.decode())
        said.add(page.meta("tdm-reservation") == "1")
        robots_said = ", ".join(one.attributes["content"] for one in page.all("meta", name="robots"))
        said.add(robots_said.removeprefix("noindex").removeprefix(", ") == "noai, noimageai")
    return said


def _by_headers(answer: Answer) -> set[bool]:
    """Return what the headers of an answer say."""
    assert answer.headers["tdm-reservation"] in {"0", "1"}
    return {answer.headers["tdm-reservation"] == "1", answer.headers.get("X-Robots-Tag") == "noai, noimageai"}


async def rules(ask: Asker) -> tuple[str, list[Any]]:
    """Return the text of robots.txt and the rules of tdmrep.json."""
    robots, tdmrep = await ask("/robots.txt"), await ask("/.well-known/tdmrep.json")
    assert (robots.status, robots.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert (tdmrep.status, tdmrep.headers["Content-Type"]) == (200, "application/json")
    return robots.body.decode(), tdmrep.json()


async def published(house: House, artisan: Artisan, title: str, shade: int, *, ai_refused: bool | None) -> Work:
    """Publish a work with one real photograph."""
    # In its turn, or the server that tidies up at its start takes the pictures for forgotten ones.
    async with turn(house.config, Shelf.PICTURES):
        photo = await grey(house, shade=shade)
    draft = Draft(
        title=title,
        photos=(photo,),
        series="Moons" if artisan == house.artisan else None,
        tags=("moon",),
        terms=OwnTerms(ai_refused=ai_refused),
    )
    async with house.db.write() as tx:
        if artisan != house.artisan:
            await tx.execute("UPDATE photos SET artisan_id = ? WHERE work_id IS NULL", (artisan.id,))
        return await works_service.publish(tx, house.uris, artisan, draft, utc_now())


def paths_of(house: House, work: Work) -> list[str]:
    """Return where a work can be read: its page in any language, its document, its pictures."""
    document = house.uris.work(work.uid).removeprefix(house.uris.origin)
    files = [f"/media/{picture.file}" for photo in work.draft.photos for picture in photo.renditions]
    return [f"/works/{work.slug}", f"/works/{work.slug}?lang=fr", document, *files]


async def written(house: House, artisan: Artisan) -> list[str]:
    """Write a page and return where it can be read, as a page and as a document."""
    async with house.db.write() as tx:
        page = await pages_service.write(tx, artisan, PageDraft(title="About", text="Clay."), utc_now())
    return [f"/pages/{page.slug}", f"/pages/{page.slug}?lang=fr", f"/ap/pages/{page.uid}"]


@pytest.mark.parametrize("own", [None, True, False], ids=["as usual", "work refuses", "work allows"])
@pytest.mark.parametrize("usual", [True, False], ids=["site refuses", "site allows"])
async def test_all_ways_of_refusing_agree(house: House, ask: Asker, usual: bool, own: bool | None) -> None:
    """A work is refused by its own terms, all else by its artisan's, whichever way a machine asks.

    Another work whose address only begins the same is not touched by it.
    """
    artisan = await set_terms(house, house.artisan, ai_refused=usual)
    one = await published(house, house.artisan, "Moon", 90, ai_refused=own)
    other = await published(house, house.artisan, "Moon jar", 200, ai_refused=None)
    actor = house.uris.actor(artisan.uid).removeprefix(house.uris.origin)
    pages = await written(house, artisan)

    async def heard() -> bool:
        return (await ask(f"/works/{one.slug}")).headers.get("tdm-reservation") == str(
            int(usual if own is None else own)
        )

    await until(heard, "the new terms")
    robots, tdmrep = await rules(ask)
    for path in (*paths_of(house, one), f"/works/{one.slug}/embed"):
        assert await told(ask, path, robots, tdmrep) == {usual if own is None else own}, path
    places = ("/", "/?lang=fr", "/@maria", "/tags/moon", "/series/moons", "/embed", "/series/moons/embed", actor)
    for path in (*paths_of(house, other), *places, *pages, f"/works/{other.slug}/embed"):
        assert await told(ask, path, robots, tdmrep) == {usual}, path
    # A feed has all of each work.
    for path in ("/feed.atom", "/@maria/feed.rss?lang=fr", "/series/moons/feed.json", "/tags/moon/feed.atom"):
        assert await told(ask, path, robots, tdmrep) == {usual or bool(own)}, path


async def test_each_of_several_artisans_speaks_for_herself(house: House, ask: Asker) -> None:
    """Where one refuses and another does not, each is heard at her own pages; what they show together is refused."""
    await set_terms(house, house.artisan, ai_refused=False)
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="mar", name="Jean", language="fr", key=key_pair(), now=utc_now()
        )
    free = await published(house, house.artisan, "Free", 60, ai_refused=None)
    closed = await published(house, house.artisan, "Closed", 90, ai_refused=True)
    his = await published(house, jean, "His", 120, ai_refused=None)
    given = await published(house, jean, "Given", 200, ai_refused=False)
    hers, his_own = await written(house, house.artisan), await written(house, jean)

    async def heard() -> bool:
        return (await ask("/@maria")).headers["tdm-reservation"] == "0"

    await until(heard, "the new terms")
    robots, tdmrep = await rules(ask)
    actors = [house.uris.actor(uid).removeprefix(house.uris.origin) for uid in (house.artisan.uid, jean.uid)]
    refused = ["/", "/tags/moon", "/@mar", "/@mar/embed", actors[1], *paths_of(house, closed), *paths_of(house, his)]
    refused += ["/feed.atom", "/@maria/feed.atom", "/@mar/feed.atom", f"/works/{closed.slug}/embed", *his_own]
    allowed = ["/@maria", "/@maria/embed", "/series/moons", "/series/moons/embed", actors[0]]
    allowed += [*paths_of(house, free), *paths_of(house, given), f"/works/{given.slug}/embed", *hers]
    for path in refused:
        assert await told(ask, path, robots, tdmrep) == {True}, path
    for path in allowed:
        assert await told(ask, path, robots, tdmrep) == {False}, path


@pytest.mark.parametrize("ai_refused", [True, False])
async def test_search_engines_stay_welcome(house: House, ask: Asker, ai_refused: bool) -> None:
    """Whoever is not on the list may read everything but the inboxes; whoever is may always read the terms."""
    await set_terms(house, house.artisan, ai_refused=ai_refused)
    work = await published(house, house.artisan, "Moon", 90, ai_refused=not ai_refused)
    robots, _ = await rules(ask)
    inboxes = [house.uris.shared_inbox, f"{house.actor_uri}/inbox", f"{house.uris.instance_actor}/inbox"]
    for engine in SEARCH_ENGINES:
        assert all(may_read(robots, engine, path) for path in ("/", "/@maria", *paths_of(house, work)))
        assert not any(may_read(robots, engine, inbox.removeprefix(house.uris.origin)) for inbox in inboxes)
    for crawler in CRAWLERS:
        assert may_read(robots, crawler, "/.well-known/tdmrep.json")
        assert not any(may_read(robots, crawler, inbox.removeprefix(house.uris.origin)) for inbox in inboxes)


async def test_a_whole_refusal_is_signalled(house: House, ask: Asker) -> None:
    """Content-Signal, which has no paths, is said only while nothing at all is allowed."""
    assert "Content-Signal: search=yes, ai-input=no, ai-train=no\n" in (await rules(ask))[0]
    await published(house, house.artisan, "Given", 90, ai_refused=False)

    async def heard() -> bool:
        return "Content-Signal" not in (await rules(ask))[0]

    await until(heard, "the new terms")


@pytest.mark.parametrize("usual", [True, False], ids=["site refuses", "site allows"])
async def test_robots_txt_never_grows_beyond_what_is_read(house: House, ask: Asker, usual: bool) -> None:
    """RFC 9309 2.5: it stays below 500 KiB; where the pictures are too many to be named, all are closed."""
    await set_terms(house, house.artisan, ai_refused=usual)
    work = await published(house, house.artisan, "Moon", 90, ai_refused=not usual)
    rows = [(f"{number:040x}.avif", number) for number in range(3000, 3000 + rights.MOST_FILES - 20)]
    sql = """
        INSERT INTO renditions (photo_id, role, type, width_px, height_px, size_bytes, file)
        SELECT id, 'view', 'avif', ?2, 1, 1, ?1 FROM photos LIMIT 1
    """
    async with house.db.write() as tx:
        await tx.executemany(sql, rows)
        await tx.execute("UPDATE photos SET tone = '#000000'")

    def names_it(robots: str, tdmrep: list[Any]) -> set[bool]:
        place = f"/media/{rows[-1][0]}"
        return {f": {place}\n" in robots, place in {rule["location"] for rule in tdmrep}}

    async def heard() -> bool:
        return names_it(*await rules(ask)) == {True}

    await until(heard, "the new pictures")
    assert 300_000 < len((await rules(ask))[0]) < 500 * 1024
    async with house.db.write() as tx:
        await tx.executemany(sql, [(f"{number:040x}.avif", number) for number in range(2900, 3000)])
        await tx.execute("UPDATE photos SET tone = '#ffffff'")

    async def heard_again() -> bool:
        return names_it(*await rules(ask)) == {False}

    await until(heard_again, "the new pictures")
    robots, tdmrep = await rules(ask)
    picture = f"/media/{work.draft.photos[0].post.file}"
    assert not may_read(robots, "GPTBot", picture)
    assert reserved(tdmrep, picture)
    assert may_read(robots, "GPTBot", f"/works/{work.slug}") is usual


async def test_rules_are_kept_for_an_hour(house: House, ask: Asker) -> None:
    """Both files may be kept for an hour; who has them already is told so."""
    for path in ("/robots.txt", "/.well-known/tdmrep.json"):
        for _ in range(2):
            answer = await ask(path)
            assert answer.headers["Cache-Control"] == "public, max-age=3600"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            again = await ask(path, ("If-None-Match", answer.headers["ETag"]))
            assert (again.status, again.body) == (304, b"")
    del house


async def test_the_host_of_photographs_has_its_rules(tmp_path: Path) -> None:
    """Machines ask each host by itself: that of the photographs says the same as the first, and no more."""
    async with (
        open_house(tmp_path / "data", media={"origin": "https://photos.atelier.example"}) as house,
        aiohttp.ClientSession() as session,
    ):
        split = Asker(session, house.uris.origin)
        for path in ("/robots.txt", "/.well-known/tdmrep.json"):
            first, other = await split(path), await split(path, ("Host", "photos.atelier.example"))
            assert (other.status, other.body) == (200, first.body)
        assert (await split("/@maria", ("Host", "photos.atelier.example"))).status == 404


async def test_nothing_is_reserved_where_nothing_is(ask: Asker) -> None:
    """A page that tells of a failure is left out of searches, and says nothing about learning."""
    answer = await ask("/works/none", ("Accept", "text/html"))
    page = read(answer.body.decode())
    assert page.meta("robots") == "noindex"
    assert not page.all("meta", name="tdm-reservation")
    assert "tdm-reservation" not in answer.headers


def test_crawlers_are_named_as_robots_txt_can_hold() -> None:
    """RFC 9309 2.2.1: each name is one word, stands once, and is of no ordinary search engine."""
    names = [crawler.name for crawler in AI_CRAWLERS]
    assert len(names) >= 60
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert not {name.lower() for name in names} & {engine.lower() for engine in SEARCH_ENGINES}
    assert {crawler.purpose for crawler in AI_CRAWLERS} == set(Purpose)


@pytest.mark.parametrize("licence", list(Licence))
async def test_a_work_says_what_others_may_do(house: House, ask: Asker, licence: Licence) -> None:
    """The page of a work with photographs names its licence with a link to the deed, in the visitor's language."""
    photo = await grey(house)
    work = await house.publish(Draft(title="Moon", photos=(photo,), terms=OwnTerms(licence=licence)))
    for language, reserved_words in (("en", "All rights reserved"), ("fr", "Tous droits réservés")):
        page = read((await ask(f"/works/{work.slug}?lang={language}", ("Accept", "text/html"))).body.decode())
        line = page.one("p", class_="rights")
        assert line.text.strip() == (licence.words or reserved_words)
        links = page.all("a", rel="license")
        deed = "deed.fr" if language == "fr" else ""
        assert [link.attributes["href"] for link in links] == ([f"{licence.url}{deed}"] if licence.url else [])
        assert [link.attributes["title"] for link in links] == [licences.permission(licence, language) for _ in links]


async def test_without_photographs_there_is_no_licence(house: House, ask: Asker) -> None:
    """A licence is of photographs: a work without any names none."""
    work = await house.publish(Draft(title="Moon", terms=OwnTerms(licence=Licence.CC0)))
    page = read((await ask(f"/works/{work.slug}", ("Accept", "text/html"))).body.decode())
    assert not page.all("p", class_="rights")


def test_every_licence_is_explained_in_every_language() -> None:
    """Each licence has words of its own, and French ones are not the English ones."""
    said = {language: [licences.permission(licence, language) for licence in Licence] for language in LANGUAGES}
    assert {len(set(words)) for words in said.values()} == {len(Licence)}
    assert not set(said["fr"]) & set(said["en"])
    assert translation("fr").gettext("All rights reserved") == "Tous droits réservés"
