"""Who finds a work where: every public address, for every audience."""

import dataclasses
from datetime import timedelta
from urllib.parse import quote

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.facts import parse_edition
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.works import Audience, Availability, Draft, Work
from fedi_artisan.services import works as works_service
from fedi_artisan.vocab.render.moments import moment
from tests.federation import commands
from tests.house import House, until
from tests.unit.web.markup import Page, read
from tests.web.asking import ACTIVITY_JSON, Asker

EVERYBODY = frozenset(Audience)
OPENS = EVERYBODY - {Audience.FOLLOWERS}
LISTED = frozenset({Audience.EVERYONE, Audience.WEB})
COLLECTED = frozenset({Audience.EVERYONE, Audience.FEDIVERSE})
DOCUMENTED = OPENS - {Audience.WEB}
AS_DOCUMENT = ("Accept", ACTIVITY_JSON)

LISTS = (
    *(
        "/",
        "/works",
        "/works?tag=ash",
        "/works?series=moons",
        "/works?material=clay",
        "/works?q=jar",
        "/works?year=2024",
    ),
    *("/works?availability=available", "/series/moons", "/tags/ash", "/@maria", "/sitemap.xml"),
    *(f"{of}/feed.{form}" for of in ("", "/@maria", "/series/moons", "/tags/ash") for form in ("atom", "rss", "json")),
)


def draft(audience: Audience, **more: object) -> Draft:
    """Return a work for this audience, like all others but for its title."""
    facts = {
        "series": "Moons",
        "tags": ("ash",),
        "materials": ("clay",),
        "year": 2024,
        "availability": Availability.AVAILABLE,
        "edition": parse_edition("3/12"),
        "terms": OwnTerms(ai_refused=False),
        **more,
    }
    return dataclasses.replace(Draft(title=f"Jar for {audience}", audience=audience), **facts)  # type: ignore[arg-type]  # by name


async def one_for_each(house: House) -> dict[Audience, Work]:
    """Publish a work for every audience, that for everyone in the middle."""
    return {audience: await house.publish(draft(audience)) for audience in sorted(Audience, key=len)}


async def found_in(ask: Asker, where: str, shown: dict[Audience, Work]) -> set[Audience]:
    """Return whose works are named at an address."""
    body = (await ask(where)).body.decode()
    return {one for one, work in shown.items() if f"/works/{work.slug}" in body or work.uid in body}


def sides(page: Page) -> dict[str, str]:
    """Return where a page leads before and after what it shows."""
    return {rel: link.attributes["href"] for rel in ("prev", "next") for link in page.all("a", rel=rel)}


async def there(ask: Asker, paths: dict[Audience, str], *headers: tuple[str, str]) -> set[Audience]:
    """Return at whose paths there is something; where there is not, it must be as if there had never been anything."""
    answers = {audience: await ask(path, *headers) for audience, path in paths.items()}
    assert {answer.status for answer in answers.values()} <= {200, 404}
    return {audience for audience, answer in answers.items() if answer.status == 200}


async def test_lists_have_what_is_listed_and_nothing_else(house: House, ask: Asker) -> None:
    """Pages, feeds and the sitemap name works for everyone and for the web; the rest has no trace in any of them."""
    shown = await one_for_each(house)
    for where in LISTS:
        assert await found_in(ask, where, shown) == LISTED, where
    page = read((await ask(f"/works/{shown[Audience.EVERYONE].slug}")).body.decode())
    assert set(sides(page).values()) == {f"/works/{shown[Audience.WEB].slug}"}


async def test_servers_find_what_is_collected_and_nothing_else(house: House, ask: Asker) -> None:
    """Outbox, featured, series and tags as documents have works for everyone and for other servers, and count these."""
    shown = await one_for_each(house)
    series = shown[Audience.WEB].series
    assert series is not None
    outbox = f"{house.actor_uri}/outbox"
    for where in (f"{outbox}?page=1", house.uris.series(series.uid), house.uris.tag("ash")):
        assert await found_in(ask, where, shown) == COLLECTED, where
    assert (await ask.document(outbox))["totalItems"] == len(COLLECTED)
    assert (await ask("/nodeinfo/2.1")).json()["usage"]["localPosts"] == len(COLLECTED)
    assert await found_in(ask, f"{house.actor_uri}/featured", shown) == set()
    for work in shown.values():
        await commands.revise(house, work, featured=True)

    async def chosen() -> bool:
        return await found_in(ask, f"{house.actor_uri}/featured", shown) == COLLECTED

    await until(chosen, "featured works for everyone and for other servers, and no others")


async def test_a_work_is_there_for_whom_it_is(house: House, ask: Asker) -> None:
    """Page, label, frame and oEmbed are there for all but followers; documents where servers are told."""
    shown = await one_for_each(house)
    pages = {audience: f"/works/{work.slug}" for audience, work in shown.items()}
    ids = {audience: house.uris.work(work.uid) for audience, work in shown.items()}
    for below in ("", "?lang=fr", "/label", "/embed"):
        assert await there(ask, {one: page + below for one, page in pages.items()}) == OPENS, below
    asked = {one: f"/oembed?url={quote(house.uris.origin + page)}" for one, page in pages.items()}
    assert await there(ask, asked) == OPENS
    assert await there(ask, {one: f"{page}/respond" for one, page in pages.items()}) == DOCUMENTED
    assert await there(ask, pages, AS_DOCUMENT) == DOCUMENTED
    for below in ("", "/likes", "/shares", "/replies", "/replies?page=1"):
        assert await there(ask, {one: uri + below for one, uri in ids.items()}) == DOCUMENTED, below
    said = {one: await house.value("SELECT uri FROM activities WHERE subject_uri = ?", uri) for one, uri in ids.items()}
    assert said.pop(Audience.WEB) is None
    assert await there(ask, said) == DOCUMENTED


async def test_a_page_tells_programs_what_may_be_done_with_it(house: House, ask: Asker) -> None:
    """What is not listed is not to be indexed; what no server can read names no document and asks for no reaction."""
    for audience, work in (await one_for_each(house)).items():
        if audience is Audience.FOLLOWERS:
            continue
        answer = await ask(f"/works/{work.slug}")
        page = read(answer.body.decode())
        robots = [meta.attributes["content"] for meta in page.all("meta", name="robots")]
        assert ("noindex" in robots) == (audience not in LISTED), audience
        assert ("activity+json" in answer.headers.get("Link", "")) == (audience in DOCUMENTED)
        assert (b"activity+json" in answer.body) == (audience in DOCUMENTED)
        assert (f"/works/{work.slug}/respond".encode() in answer.body) == (audience in DOCUMENTED)
        # Where a list does not have the work, its page does not lead there: the list may not even be.
        assert (b'href="/series/moons"' in answer.body) == (audience in LISTED)
        assert (b'href="/tags/ash"' in answer.body) == (audience in LISTED)


async def test_a_work_for_followers_is_like_none(house: House, ask: Asker) -> None:
    """Its page answers as one that never was, byte for byte; after it was withdrawn as well."""
    work = await house.publish(draft(Audience.FOLLOWERS))
    never = (await ask("/works/never-was")).body
    assert (await ask(f"/works/{work.slug}")).body == never
    never = (await ask("/works/never-was?lang=fr")).body
    await commands.withdraw(house, work)
    assert (await ask(f"/works/{work.slug}?lang=fr")).body == never
    assert (await ask(house.uris.work(work.uid))).status == 404


async def test_what_was_on_the_web_alone_is_gone_for_people_alone(house: House, ask: Asker) -> None:
    """Its page says that it was withdrawn; other servers never knew it, and are told nothing."""
    work = await house.publish(draft(Audience.WEB))
    await commands.withdraw(house, work)
    assert (await ask(f"/works/{work.slug}")).status == 410
    assert (await ask(house.uris.work(work.uid))).status == 404
    assert await house.rows("SELECT 1 FROM activities") == []


async def test_nothing_tells_what_hidden_works_are_of(house: House, ask: Asker) -> None:
    """Series, tag, material, year and terms that only hidden works have are in no list, and asking for them is 404."""
    await house.publish(Draft(title="Bowl", terms=OwnTerms(ai_refused=False)))
    for audience in EVERYBODY - LISTED:
        hidden = {"series": "Obsidian", "tags": ("obsidian",), "materials": ("obsidian",), "year": 1987}
        await house.publish(draft(audience, **hidden, terms=OwnTerms(ai_refused=True)))
    for where in ("/", "/works", "/series", "/sitemap.xml", "/robots.txt", "/.well-known/tdmrep.json"):
        body = (await ask(where)).body.lower()
        assert b"obsidian" not in body, where
        assert b"1987" not in body, where
    for asked in ("series=obsidian", "tag=obsidian", "material=obsidian", "year=1987"):
        assert (await ask(f"/works?{asked}")).status == 404, asked
    for where in ("/series/obsidian", "/series/obsidian/feed.atom", "/series/obsidian/embed", "/tags/obsidian"):
        assert (await ask(where)).status == 404, where


async def test_a_series_that_only_followers_know_has_no_document(house: House, ask: Asker) -> None:
    """The name of a series is told once something of it can be found by anybody."""
    work = await house.publish(draft(Audience.FOLLOWERS))
    assert work.series is not None
    uri = house.uris.series(work.series.uid)
    assert [(await ask(where, AS_DOCUMENT)).status for where in (uri, "/series/moons")] == [404, 404]
    await house.publish(draft(Audience.WEB))

    async def known() -> bool:
        return (await ask(uri, AS_DOCUMENT)).status == 200

    await until(known, "a document of the series")
    assert (await ask.document(uri))["orderedItems"] == []


async def test_a_language_of_an_unlisted_work_can_be_chosen(house: House, ask: Asker) -> None:
    """Whoever has the link reads the page in its language; one that only followers' works are in is not known here."""
    work = await house.publish(draft(Audience.UNLISTED, language="pt"))
    assert (await ask(f"/works/{work.slug}?lang=pt")).status == 200
    await house.publish(draft(Audience.FOLLOWERS, language="nl"))
    assert (await ask("/?lang=nl")).status == 404


async def test_works_stand_by_their_dates(house: House, ask: Asker) -> None:
    """A work with a past date stands where that belongs: in lists, between its neighbours, in feeds and the outbox."""
    now = utc_now().replace(microsecond=0)
    oldest = now - timedelta(days=2000)
    await house.publish(Draft(title="Now", series="Moons", tags=("ash",)))
    for title, past in (("Older", now - timedelta(days=900)), ("Oldest", oldest), ("Old", now - timedelta(days=300))):
        async with house.db.write() as tx:
            told = Draft(title=title, series="Moons", tags=("ash",))
            await works_service.publish(tx, house.uris, house.artisan, told, now, published_at=past)
    expected = ["/works/now", "/works/old", "/works/older", "/works/oldest"]
    for where in ("/", "/works", "/series/moons", "/tags/ash"):
        page = read((await ask(where)).body.decode())
        assert [link.attributes["href"] for link in page.all("a", class_="u-url")] == expected, where
    feed = (await ask("/feed.json")).json()
    assert [one["url"].removeprefix(house.uris.origin) for one in feed["items"]] == expected
    assert feed["items"][3]["date_published"] == moment(oldest)
    assert sides(read((await ask("/works/older")).body.decode())) == {"prev": "/works/old", "next": "/works/oldest"}
    outbox = f"{house.actor_uri}/outbox"
    whole = (await ask.document(f"{outbox}?page=1"))["orderedItems"]
    assert [one["object"]["url"].removeprefix(house.uris.origin) for one in whole] == expected
    assert whole[3]["published"] == whole[3]["object"]["published"] == moment(oldest)
    middle = whole[1]["object"]["id"].rpartition("/")[2]
    rest = (await ask.document(f"{outbox}?before={middle}"))["orderedItems"]
    assert [one["id"] for one in rest] == [one["id"] for one in whole[2:]]


async def test_an_edition_is_told_on_page_and_label(house: House, ask: Asker) -> None:
    """Which of how many: for people in their language, for search engines how many."""
    work = await house.publish(draft(Audience.EVERYONE))
    page = (await ask(f"/works/{work.slug}?lang=fr")).body.decode()
    assert "<dt>Édition</dt>\n<dd>3/12</dd>" in page
    assert '"artEdition":12' in page
    assert "<p>Exemplaire 3/12</p>" in (await ask(f"/works/{work.slug}/label?lang=fr")).body.decode()
    await commands.revise(house, work, edition=parse_edition("12"))
    assert "<dd>one of 12</dd>" in (await ask(f"/works/{work.slug}?lang=en")).body.decode()
