"""The page that asks where somebody's account is, and the way there."""

from functools import partial
from urllib.parse import parse_qs, quote, urlsplit

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft, Wording
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from tests.house import key_pair, until
from tests.neighbour import Neighbour
from tests.web.interact.visiting import FEP, SUBSCRIBE, Visitor, account, pages


async def test_the_page_explains_and_asks(visitor: Visitor) -> None:
    """PRODUCT 10, 25: an account, the feed and no account at all stand side by side; nothing closes the door."""
    answer = await visitor.get("/follow")
    page, house = answer.page, visitor.house
    assert answer.status == 200
    assert page.one("h1").text == "Follow Atelier Maria"
    form, field = page.one("form"), page.one("input")
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/follow")
    assert (field.attributes["name"], field.attributes.get("value")) == ("address", "")
    assert page.one("label", **{"for": field.attributes["id"]}).text
    assert "The feed of this workshop" in [link.text for link in page.all("a", href="/feed.atom")]
    assert [one.text for one in page.all("span", class_="handle")] == [house.handle]
    assert "Nobody follows Atelier Maria yet" in page.one("p", class_="many").text
    assert page.one("link", rel="canonical").attributes["href"] == f"{house.config.origin}/follow"
    assert page.one("link", type="application/activity+json").attributes["href"] == house.actor_uri
    assert "noindex" not in page.meta("robots")
    assert "ETag" in answer.headers
    profile = await visitor.get("/@maria/follow")
    assert profile.page == page


async def _says(visitor: Visitor, address: str, words: str) -> bool:
    """Whether a page tells how many follow in these *words*: what was kept is forgotten a moment after the change."""
    return (await visitor.get(address)).page.one("p", class_="many").text == words


async def test_followers_are_counted_not_named(visitor: Visitor) -> None:
    """How many follow is told as each language writes numbers; who they are is on no page."""
    house = visitor.house
    for many, english, french in (
        (1, "1 person follows Atelier Maria.", "1 personne suit Atelier Maria."),
        (1280, "1,280 people follow Atelier Maria.", "1\N{NARROW NO-BREAK SPACE}280 personnes suivent Atelier Maria."),
    ):
        async with house.db.write() as tx:
            await tx.execute(
                """
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                INSERT OR IGNORE INTO actors (uri, host, type, username, name, inbox_url, also_known_as, fetched_at)
                SELECT 'https://a.example/' || n, 'a.example', 'Person', 'name' || n, 'Bob', '', '[]', 0 FROM numbers
                """,
                (many,),
            )
            await tx.execute(
                """
                INSERT OR IGNORE INTO followers (artisan_id, actor_id, follow_uri, followed_at)
                SELECT ?, id, uri, 0 FROM actors
                """,
                (house.artisan.id,),
            )
        for language, words in (("en", english), ("fr", french)):
            address = f"/follow?lang={language}"
            await until(partial(_says, visitor, address, words), words)
            assert "name1" not in str((await visitor.get(address)).page)


async def test_every_page_of_hers_asks_where_you_are(visitor: Visitor) -> None:
    """Home and works end with the form and the address; the header leads to the page; the chosen language stays."""
    work = await visitor.house.publish()
    for path in ("/?lang=fr", f"/works/{work.slug}?lang=fr"):
        page = (await visitor.get(path)).page
        assert page.one("form", method="post").attributes["action"] == "/follow?lang=fr"
        assert page.one("input", id="your-address")
        assert page.one("a", class_="follow").attributes["href"] == "/follow?lang=fr"
        assert visitor.house.handle in page.one("section", id="follow").text
    assert page.one("a", href=f"/works/{work.slug}/respond?lang=fr").attributes["rel"] == "nofollow"


async def test_one_of_several_is_chosen(visitor: Visitor, neighbour: Neighbour) -> None:
    """With several artisans `/follow` lets one be chosen, and each has her own page; a form must say whom."""
    house = visitor.house
    async with house.db.write() as tx:
        other = await artisans_service.create(
            tx, username="ines", name="Inès", language="fr", key=key_pair(), now=utc_now()
        )
    assert (await visitor.get("/?several")).page.one("a", href="/follow")
    choice = await visitor.get("/follow")
    assert {link.attributes["href"] for link in choice.page.all("a") if "/follow" in link.attributes["href"]} == {
        "/@maria/follow",
        "/@ines/follow",
    }
    page = (await visitor.get("/@ines/follow")).page
    assert page.one("form").attributes["action"] == "/@ines/follow"
    assert page.all("a", href="/@ines/feed.atom")
    bob = account(neighbour, *pages(neighbour, "Follow"))
    going = await visitor.send("/@ines/follow", bob)
    assert quote(house.uris.actor(other.uid), safe="") in going.page.one("a", class_="go").attributes["href"]
    assert (await visitor.send("/follow", bob)).status == 404
    assert (await visitor.get("/@nobody/follow")).status == 404


async def test_the_way_to_ones_own_place(visitor: Visitor, neighbour: Neighbour) -> None:
    """WIRE 9: the host is shown first, a plain link leads on, nothing goes by itself and nothing is kept."""
    bob = account(neighbour, {"rel": SUBSCRIBE, "template": f"{neighbour.origin}/authorize_interaction?uri={{uri}}"})
    host = neighbour.origin.removeprefix("http://")
    for given in (bob, bob[1:], f"  {bob}\N{ZERO WIDTH SPACE}\n", f"http://{host}/@bob"):
        answer = await visitor.send("/follow", given)
        assert answer.status == 200
        assert "Location" not in answer.headers
        assert "Refresh" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
        assert answer.page.one("h1").text.split() == ["You", "are", "going", "to", host]
        link = answer.page.one("a", class_="go")
        assert link.attributes["href"] == (
            f"{neighbour.origin}/authorize_interaction?uri={quote(visitor.house.actor_uri, safe='')}"
        )
        assert set(link.attributes["rel"].split()) >= {"nofollow", "noopener"}
        assert link.attributes["referrerpolicy"] == "no-referrer"
        assert answer.page.meta("robots") == "noindex"
        assert not answer.page.all("link", rel="canonical")
        assert not answer.page.all("meta", **{"http-equiv": "refresh"})


async def test_each_deed_has_its_page(visitor: Visitor, neighbour: Neighbour) -> None:
    """FEP-3b86: liking, boosting and answering a work lead to the page made for it, with the id of the work."""
    work = await visitor.house.publish(Draft(title="Jarre", language="fr", others={"en": Wording(title="Jar")}))
    create = {"rel": f"{FEP}/Create", "template": f"{neighbour.origin}/Create?id={{inReplyTo}}&text={{content}}"}
    bob = account(neighbour, *pages(neighbour, "Like", "Announce", "Object"), create)
    path = f"/works/{work.slug}/respond"
    for act, goal in (("like", "/Like"), ("boost", "/Announce"), ("reply", "/Create")):
        page = (await visitor.get(f"{path}?act={act}&lang=en")).page
        chosen = [one.attributes["value"] for one in page.all("input", type="radio") if "checked" in one.attributes]
        assert chosen == [act]
        assert page.meta("robots").startswith("noindex")
        assert visitor.house.uris.work_url(work.slug) in {one.text for one in page.all("span", class_="handle")}
        going = await visitor.send(f"{path}?lang=en", bob, act=act)
        link = urlsplit(going.page.one("a", class_="go").attributes["href"])
        assert link.path == goal
        assert parse_qs(link.query) == {"id": [visitor.house.uris.work(work.uid)]}
        assert "“Jar”" in going.page.one("p", class_="said").text


async def test_a_work_that_cannot_be_answered(visitor: Visitor) -> None:
    """Works that never were are 404, withdrawn ones 410; so are deeds that nobody knows, as a page."""
    house = visitor.house
    work = await house.publish()
    assert (await visitor.get(f"/works/{work.slug}/respond?act=sing")).status == 404
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example", act="sing")).status == 400
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example", act="follow")).status == 400
    for method in (visitor.get, visitor.send):
        assert (await method("/works/nothing/respond")).status == 404
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, work, utc_now())
    assert (await visitor.get(f"/works/{work.slug}/respond")).status == 410
    assert (await visitor.send(f"/works/{work.slug}/respond", "@bob@a.example")).status == 410
