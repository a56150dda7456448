"""The page of what happened: what it tells, what its forms do, and what they do not."""

from datetime import timedelta

from bs4 import BeautifulSoup, Tag

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft
from fedi_artisan.storage import posts, works
from tests.house import House, until
from tests.studio import signed_in
from tests.web.studio.happening import follow, like, mention, note, put_person, reply

PATH = "/studio/happened"


def sections(page: BeautifulSoup) -> list[str]:
    """Return what something happened to, in the order of the page."""
    return [heading.get_text(strip=True) for heading in page.select(".news > header h2")]


def form(page: BeautifulSoup, css: str) -> dict[str, str]:
    """Return what a form sends when its first button is pressed."""
    found = page.select_one(css)
    assert isinstance(found, Tag)
    fields = [*found.select("input"), *found.select("button[name]")[:1]]
    return {str(field["name"]): str(field["value"]) for field in fields}


async def shown(house: House, slug: str) -> str:
    """Return what anybody sees on the page of a work."""
    async with signed_in(house) as anybody:
        return (await anybody.get(f"/works/{slug}")).text


async def test_everything_is_told_by_work_the_last_first(house: House) -> None:
    """Works, mentions and followers stand in the order of their news; words are cleaned, names are text."""
    jar, bowl = await house.publish(), await house.publish(Draft(title="Bowl", text="x"))
    await like(house, bowl, "bob", "<b>carl</b>", content="🎉")
    await like(house, bowl, "dora", kind="Announce")
    await follow(house, "emil")
    await reply(
        house, jar, 1, '<p>Lovely <img src="https://spy.example/">pot</p>', now=utc_now() - timedelta(minutes=1)
    )
    await mention(house, 2, "<p>Go and see!</p>")
    async with signed_in(house) as maria:
        page = (await maria.get(PATH)).page
        assert sections(page) == ["Mentions", "Moon jar", "Followers", "Bowl"]
        text = " ".join(page.get_text(" ", strip=True).split())
        for words in (
            "6 new",
            "Lovely pot",
            "2 likes",
            "<B>Carl</B> 🎉 , Bob 🎉",
            "1 boost",
            "Go and see!",
            "1 follower",
        ):
            assert words in text, words
        assert "spy.example" not in str(page)
        assert page.select_one("#reply-1 a.original")["href"] == "https://host.example/@x/1"  # type: ignore[index]
        for show, expected in (
            ("replies", ["Moon jar"]),
            ("likes", ["Bowl"]),
            ("boosts", ["Bowl"]),
            ("followers", ["Followers"]),
            ("mentions", ["Mentions"]),
        ):
            page = (await maria.get(f"{PATH}?show={show}")).page
            assert sections(page) == expected
            [current] = page.select(".chips [aria-current]")
            assert current["href"] == f"{PATH}?show={show}"
        assert "Go and see!" in page.get_text()
        answer = await maria.get(PATH, headers={"Accept-Language": "fr"})
        assert "Tout marquer comme lu" in answer.text


async def test_opening_the_page_reads_nothing(house: House) -> None:
    """What is new stays so until she says that she has read it; what came after the page was made stays new then."""
    jar = await house.publish()
    await like(house, jar, "bob")
    async with signed_in(house) as maria:
        for _ in range(2):
            page = (await maria.get(f"{PATH}?show=likes")).page
            assert "1 new" in page.select_one("form.read").get_text()  # type: ignore[union-attr]
        await reply(house, jar, 1, "<p>Late</p>")
        answer = await maria.post(f"{PATH}/read", form(page, "form.read"))
        assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}?show=likes")
        page = (await maria.get(PATH)).page
        assert "1 new" in page.select_one("form.read").get_text()  # type: ignore[union-attr]
        assert [mark.parent.get_text() for mark in page.select(".said .new")] == ["New Ana Lind"]  # type: ignore[union-attr]
        await maria.post(f"{PATH}/read", form(page, "form.read"))
        assert (await maria.get(PATH)).page.select_one("form.read") is None
        assert sections((await maria.get(PATH)).page) == ["Moon jar"]


async def test_a_reply_is_shown_and_hidden(house: House) -> None:
    """One press shows a reply below its work, where everybody sees it at once; another one hides it; twice is once."""
    jar = await house.publish()
    await reply(house, jar, 1, "<p>Lovely belly</p>")
    await reply(house, jar, 2, "<p>Between us</p>", public=False)
    async with signed_in(house) as maria:
        page = (await maria.get(PATH)).page
        assert not page.select("#reply-2 form")
        assert "Lovely belly" not in await shown(house, jar.slug)
        fields = form(page, "#reply-1 form")
        for _ in range(2):
            answer = await maria.post(f"{PATH}/replies", fields)
            assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}#reply-1")

        async def visible() -> bool:
            return "Lovely belly" in await shown(house, jar.slug)

        await until(visible, "the reply below the work")
        fields = form((await maria.get(PATH)).page, "#reply-1 form")
        assert fields["deed"] == "hide"
        await maria.post(f"{PATH}/replies", fields)

        async def hidden() -> bool:
            return not await visible()

        await until(hidden, "the work without the reply")


async def test_what_comes_with_words_is_told(house: House) -> None:
    """An answer says that it has pictures, and leads to them; behind a warning its words are folded away."""
    jar = await house.publish()
    await reply(house, jar, 1, "<p>Mine burst</p>")
    async with house.db.write() as tx:
        await tx.execute("""UPDATE posts SET warning = 'Shards', pictures = '[{}, {}]' WHERE actor_id IS NOT NULL""")
    async with signed_in(house) as maria:
        for path in (PATH, f"{PATH}?show=waiting"):
            words = (await maria.get(path)).page.select_one("#reply-1")
            assert words is not None
            folded = words.select_one("details:not([open])")
            assert folded is not None
            assert folded.get_text(" ", strip=True) == "Shards Mine burst"
            way = words.select_one("a[href^='/studio/around/']:-soup-contains('with 2 pictures')")
            assert way is not None


async def test_nobody_approves_what_she_has_not_read(house: House) -> None:
    """Words that changed meanwhile, were taken back, or are private are not shown; the page says so, as it is now."""
    jar = await house.publish()
    uri = await reply(house, jar, 1, "<p>Old</p>")
    private = await reply(house, jar, 2, "<p>Between us</p>", public=False)
    async with signed_in(house) as maria:
        fields = form((await maria.get(f"{PATH}?show=replies")).page, "#reply-1 form")
        async with house.db.write() as tx:
            later = utc_now() + timedelta(seconds=1)
            actor_id = await put_person(tx, "ana", "Ana Lind")
            edit = note(1, "<p>Ugly</p>")
            assert await posts.update(tx, edit, actor_id, updated_at=later, now=later)
        answer = await maria.post(f"{PATH}/replies", fields)
        assert (answer.status, "These words have changed meanwhile" in answer.text) == (409, True)
        fields = form(answer.page, "#reply-1 form")
        assert (fields["show"], "Ugly" in answer.text) == ("replies", True)
        version = await house.value("SELECT received_at FROM replies WHERE uri = ?", private)
        answer = await maria.post(f"{PATH}/replies", {**fields, "reply": private, "version": str(version)})
        assert (answer.status, "cannot be shown to others" in answer.text) == (400, True)
        async with house.db.write() as tx:
            await tx.execute("DELETE FROM posts WHERE uri = ?", (uri,))
        answer = await maria.post(f"{PATH}/replies", fields)
        assert (answer.status, "has taken it back" in answer.text) == (404, True)
    assert await house.value("SELECT count(*) FROM replies WHERE approved") == 0


async def test_long_lists_go_on(house: House) -> None:
    """Of what many do a few stand on the page, and a link leads to all of them, page by page."""
    jar = await house.publish()
    await like(house, jar, *(f"p{number}" for number in range(60)))
    for number in range(7):
        await reply(house, jar, number, f"<p>Word {number}</p>")
    async with signed_in(house) as maria:
        page = (await maria.get(PATH)).page
        assert len(page.select(".said")) == 5
        likes, replies = (page.select_one(css)["href"] for css in (".strand .more", ".rest a"))  # type: ignore[index]
        assert page.select_one(".strand .more").get_text() == "and 52 more"  # type: ignore[union-attr]
        assert len((await maria.get(str(replies))).page.select(".said")) == 7
        page = (await maria.get(str(likes))).page
        assert len(page.select(".people li")) == 50
        later = page.select_one("a[rel=next]")
        assert later is not None
        page = (await maria.get(str(later["href"]))).page
        assert (len(page.select(".people li")), page.select_one("a[rel=next]")) == (10, None)


async def test_what_cannot_be_asked(house: House) -> None:
    """Lists that there are not are not found; nothing fails."""
    uid = (await house.publish()).uid
    asked = {
        "?show=everything": 404,
        "?page=0": 404,
        "?page=2": 404,
        "?show=likes&about=nothing": 404,
        f"?show=mentions&about={uid}": 404,
        f"?about={uid}": 404,
        f"?show=replies&about={'0' * 9_000}": 404,
        f"?show=replies&about={uid}&page=2": 404,
        f"?show=replies&about={uid}": 200,
    }
    async with signed_in(house) as maria:
        assert {path: (await maria.get(PATH + path)).status for path in asked} == asked


async def test_odd_forms_change_nothing(house: House) -> None:
    """A form that lacks something, or says what it cannot, is answered 400."""
    jar = await house.publish()
    uri = await reply(house, jar, 1, "<p>Oh</p>")
    async with signed_in(house) as maria:
        for until_when in ("", "soon", "-1", "٣", "9" * 15, "9" * 5000):
            assert (await maria.post(f"{PATH}/read", {"until": until_when})).status == 400, until_when
        assert (await maria.post(f"{PATH}/read", {"until": "9" * 14})).status == 303
        # What no address could carry is not led back to.
        assert (await maria.post(f"{PATH}/read", {"until": "1", "about": "x" * 9_000})).status == 404
        for fields in (
            {"reply": uri, "version": "1"},
            {"reply": uri, "version": "", "deed": "show"},
            {"reply": uri, "version": "9" * 5000, "deed": "show"},
        ):
            assert (await maria.post(f"{PATH}/replies", fields)).status == 400
    # Nothing of the future has been read.
    assert await house.value("SELECT until FROM happenings_read") <= utc_now().timestamp() * 1000


async def test_another_artisans_news_are_hers(house: House) -> None:
    """Of two artisans here each sees what happened to her, and nobody approves for the other."""
    jar = await house.publish()
    uri = await reply(house, jar, 1, "<p>Oh</p>")
    async with house.db.write() as tx:
        await tx.execute(
            "INSERT INTO artisans (uid, username, name, created_at, updated_at) VALUES ('l', 'lea', 'Léa', 0, 0)"
        )
        await tx.execute("UPDATE works SET artisan_id = (SELECT max(id) FROM artisans)")
        assert (await works.get(tx, jar.uid)).artisan_id != house.artisan.id
    async with signed_in(house) as maria:
        assert sections((await maria.get(PATH)).page) == []
        assert (await maria.get(f"{PATH}?show=replies&about={jar.uid}")).status == 404
        version = str(await house.value("SELECT received_at FROM replies"))
        fields = {"reply": uri, "version": version, "deed": "show"}
        assert (await maria.post(f"{PATH}/replies", fields)).status == 404
