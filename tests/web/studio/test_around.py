"""People and posts elsewhere: what she does with them leads back to where she was."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Visibility
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.storage.db import to_ms
from tests.house import House, key_pair
from tests.studio import signed_in
from tests.web.studio.around import LINE, OPPOSITE, PATH, form, names, say, speak, told
from tests.web.studio.happening import put_person


async def test_the_page_turns_and_keeps_what_is_chosen(house: House) -> None:
    """The newest first, page by page, all or with pictures alone; a place that is none is a page that there is not."""
    picture = json.dumps([{"url": "https://host.example/a.jpg", "alt": "A <bowl>"}])
    posts = [await say(house, "bob", number, pictures=picture if number % 2 else "[]") for number in range(23)]
    async with signed_in(house) as maria:
        first = await maria.get(PATH)
        assert names(first.page) == [str(post) for post in reversed(posts[3:])]
        older = first.page.select_one('.turning [rel="next"]')
        assert older is not None
        assert names((await maria.get(str(older["href"]))).page) == [str(post) for post in reversed(posts[:3])]
        shown = await maria.get(f"{PATH}?show=pictures")
        assert names(shown.page) == [str(post) for post in reversed(posts[1::2])]
        image = shown.page.select_one(f"#post-{posts[1]} img")
        assert image is not None
        assert (image["src"], image["alt"]) == (f"/studio/pictures/{posts[1]}/1", "A <bowl>")
        assert "host.example/a.jpg" not in shown.text
        for wrong in ("x", "1", "1-0", "-1-1", "999999999999999-1", "1-9999999999999999999"):
            assert (await maria.get(f"{PATH}?before={wrong}")).status == 404, wrong
        answer = await maria.get(PATH, headers={"Accept-Language": "fr"})
        assert "Autour de moi" in answer.text


async def test_liking_and_sharing_lead_back_to_where_she_was(house: House) -> None:
    """Each is told once however often it is pressed, and taken back; she comes back to the post, and nowhere else."""
    post = await say(house, "bob", 1)
    private = await say(house, "bob", 2, visibility="followers")
    async with signed_in(house) as maria:
        here = f"{PATH}?show=pictures&before=9-9"
        for deed, said in (
            ("like", "Like"), ("share", "Announce"), ("unlike", "Undo Like"), ("unshare", "Undo Announce"),
        ):  # fmt: skip
            fields = form(await maria.get(PATH), post, deed)
            assert fields["back"] == PATH
            for _ in range(2):
                answer = await maria.post(f"{PATH}/{post}", fields | {"back": here})
                assert (answer.status, answer.headers["Location"]) == (303, f"{here}#post-{post}")
            assert (await told(house))[said] == 1
            button = (await maria.get(PATH)).page.select_one(f'#post-{post} [value="{OPPOSITE[deed]}"]')
            assert button is not None
            # Whoever sees no colours sees the mark, and whoever sees nothing hears it.
            state = (button["aria-pressed"], button.get_text(strip=True).startswith("✓"))
            assert state == (("false", False) if deed.startswith("un") else ("true", True)), deed
        for back, leads in (("https://evil.example/", "/studio"), ("", f"{PATH}/{post}"), ("/studio/x#y", "/studio/x")):
            answer = await maria.post(f"{PATH}/{post}", {"deed": "like", "back": back})
            assert answer.headers["Location"] == f"{leads}#post-{post}"
        page = (await maria.get(PATH)).page
        assert not page.select(f'#post-{private} [value="share"]')
        # Nobody who is not signed in there could see it.
        assert (len(page.select(f"#post-{post} .original")), page.select(f"#post-{private} .original")) == (1, [])
        refused = await maria.post(f"{PATH}/{private}", {"deed": "share"})
        assert (refused.status, "cannot be boosted" in refused.text, names(refused.page)) == (400, True, [str(private)])
        assert (await maria.post(f"{PATH}/{post}", {"deed": "dance"})).status == 400
        assert (await maria.post(f"{PATH}/77", {"deed": "like"})).status == 404
        own = await speak(house, "Mine")
        assert (await maria.post(f"{PATH}/{own.id}", {"deed": "like"})).status == 400


async def test_what_is_for_somebody_else_is_not_there(house: House) -> None:
    """Another artisan of the house neither sees nor touches what is for the first alone."""
    message = await say(house, "bob", 1, visibility="direct", addressed=True)
    followers = await say(house, "bob", 2, visibility="followers")
    own = await speak(house, "Mine", visibility=Visibility.FOLLOWERS)
    async with house.db.write() as tx:
        jean = await artisans_service.create(
            tx, username="jean", name="Jean", language="en", key=key_pair(), now=utc_now()
        )
    async with signed_in(house, jean) as other, signed_in(house) as maria:
        for post_id in (message, followers, own.id):
            assert (await maria.get(f"{PATH}/{post_id}")).status == 200
            assert (await other.get(f"{PATH}/{post_id}")).status == 404
            assert (await other.post(f"{PATH}/{post_id}", {"deed": "like"})).status == 404
        assert names((await other.get(PATH)).page) == []
        assert (await maria.get(f"/studio/messages/{message}")).status == 200
        assert (await other.get(f"/studio/messages/{message}")).status == 404
        assert "Bob" not in (await other.get("/studio/messages")).text


async def test_a_conversation_says_what_it_is_about(house: House) -> None:
    """A work, or a post that is not known; what is quoted stands small in place of the line that tells of it."""
    jar = await house.publish()
    about_work = await say(house, "bob", 1, in_reply_to=house.uris.work(jar.uid), work_id=jar.id)
    unknown = await say(
        house, "bob", 2, LINE, in_reply_to="https://gone.example/1", quote_uri="https://host.example/posts/1"
    )
    async with signed_in(house) as maria:
        page = (await maria.get(f"{PATH}/{about_work}?back=/studio/happened%3Fshow%3Dreplies")).page
        assert page.select_one(f'.about a[href="/works/{jar.slug}"]')
        back = page.select_one(".back a")
        assert back is not None
        assert back["href"] == f"/studio/happened?show=replies#post-{about_work}"
        page = (await maria.get(f"{PATH}/{unknown}?back=//evil.example")).page
        assert page.select_one('.about a[href="https://gone.example/1"]')
        assert not page.select('a[href*="evil.example"]:not([href*="back="])')
        quoted = page.select_one(".quoted")
        assert quoted is not None
        assert "Clay" in quoted.get_text()
        assert "RE:" not in page.get_text()


async def test_quotes_of_what_is_hers_are_shown_as_others_are(house: House) -> None:
    """A work of hers, or what she said, stands small in place of the line that tells of it; a withdrawn work does not.

    Nor does what claims to be a work of hers and stands elsewhere.
    """
    jar, gone = await house.publish(), await house.publish(Draft(title="Broken bowl", text="No more."))
    work = house.uris.work(jar.uid)
    own = await speak(house, "The kiln is open")
    quoted = (work, own.uri, house.uris.work(gone.uid), work.replace(house.uris.origin, "https://evil.example"))
    rows = [await say(house, "bob", number, LINE, quote_uri=uri) for number, uri in enumerate(quoted, start=1)]
    async with house.db.write() as tx:
        await works_service.withdraw(tx, house.uris, gone, utc_now())
    bob = await house.value("SELECT max(id) FROM actors")
    async with signed_in(house) as maria:
        for path in (PATH, f"{PATH}/{rows[0]}", f"/studio/people/{bob}"):
            page = (await maria.get(path)).page
            for row, small in zip(rows, ("Your work · Moon jar", "The kiln is open", None, None), strict=True):
                post = page.select_one(f"#post-{row}")
                if post is not None:
                    words = [" ".join(one.get_text(" ", strip=True).split()) for one in post.select(".quoted")]
                    assert (len(words), "RE:" in post.get_text()) == ((0, True) if small is None else (1, False)), path
                    assert small is None or small in words[0]
            assert page.select(f"#post-{rows[0]} .quoted"), path


async def test_her_own_words_can_be_changed_from_there(house: House) -> None:
    """Below what she said herself are the ways to change and withdraw it; nobody is asked to like her own words."""
    own = await speak(house, "Mine")
    answer = await say(house, "bob", 2, in_reply_to=own.uri, journal_id=own.id)
    async with signed_in(house) as maria:
        page = (await maria.get(f"{PATH}/{answer}")).page
        assert names(page) == [str(own.id), str(answer)]
        links = [str(link["href"]).partition("?")[0] for link in page.select(f"#post-{own.id} .deeds a")]
        assert links == ["/studio/posts/new", f"/studio/posts/{own.uid}/edit", f"/studio/posts/{own.uid}/withdraw"]
        assert not page.select(f"#post-{own.id} form")


@pytest.mark.parametrize(
    ("back", "room"),
    [
        ("/studio/around#post-1", "/studio/around"),
        ("/studio/around/7", "/studio/around"),
        ("/studio/messages/7", "/studio/around"),
        ("/studio/site", "/studio/site"),
        ("", "/studio/site"),
    ],
)
async def test_the_menu_stays_in_the_room_that_she_answers_from(house: House, back: str, room: str) -> None:
    """The page on which she writes belongs to what is around her where she came from there, else to her site."""
    async with signed_in(house) as maria:
        page = (await maria.get(f"/studio/posts/new?back={quote(back)}")).page
        assert [one["href"] for one in page.select(".menu [aria-current]")] == [room]


async def test_what_she_took_back_is_said_to_be_gone(house: House) -> None:
    """A conversation under a withdrawn post of hers says so, and not that the post never came here."""
    own = await speak(house, "Mine")
    answer = await say(house, "bob", 2, in_reply_to=own.uri, journal_id=own.id)
    async with house.db.write() as tx:
        await speaking.withdraw(tx, house.uris, own, utc_now())
    async with signed_in(house) as maria:
        about = (await maria.get(f"{PATH}/{answer}")).page.select_one(".about")
        assert about is not None
        assert "taken back" in about.get_text()
        assert not about.select("a")


@pytest.mark.parametrize("place", ["work", "journal"])
async def test_an_answer_waits_until_she_has_decided(house: House, place: str) -> None:
    """It is counted on the first pages of the studio, shown or not from the conversation or the list, and then gone."""
    if place == "work":
        jar = await house.publish()
        where: dict[str, Any] = {"in_reply_to": house.uris.work(jar.uid), "work_id": jar.id}
    else:
        own = await speak(house, "The kiln is open")
        where = {"in_reply_to": own.uri, "journal_id": own.id}
    rows = [await say(house, "bob", number, **where) for number in (1, 2, 3)]
    direct = await say(house, "bob", 4, visibility="direct", addressed=True, **where)
    async with signed_in(house) as maria:
        for page in ("/studio", "/studio/happened"):
            assert "3 answers wait for you" in (await maria.get(page)).text, page
        thread = await maria.get(f"{PATH}/{rows[0]}")
        await maria.post(f"{PATH}/{rows[0]}", form(thread, rows[0], "show"))
        await maria.post(f"{PATH}/{rows[1]}", form(await maria.get(f"{PATH}/{rows[1]}"), rows[1], "hide"))
        assert "1 answer waits for you" in (await maria.get("/studio")).text
        waiting = await maria.get("/studio/happened?show=waiting")
        assert [one["id"] for one in waiting.page.select(".said")] == [f"reply-{rows[2]}"]
        called = "Moon jar" if place == "work" else "The kiln is open"
        assert f"In answer to {called}" in " ".join(waiting.page.get_text().split())
        assert bool(waiting.page.select('button[aria-label^="Show below the work"]')) == (place == "work")
        assert await house.value("SELECT sum(approved) FROM posts WHERE actor_id IS NOT NULL") == 1
        stale = form(await maria.get(f"{PATH}/{rows[2]}"), rows[2], "show")
        async with house.db.write() as tx:
            await tx.execute("UPDATE posts SET received_at = received_at + 1")
            await tx.execute("UPDATE posts SET settled = 0, approved = 0 WHERE id = ?", (rows[0],))
        refused = await maria.post(f"{PATH}/{rows[2]}", stale)
        assert (refused.status, "have changed meanwhile" in refused.text) == (409, True)
        # Other words than those that she decided about wait again.
        assert "3 answers wait for you" in (await maria.get("/studio")).text
        assert not (await maria.get(f"{PATH}/{direct}")).page.select(f'#post-{direct} [value="show"]')


async def test_what_happens_to_her_posts_is_news(house: House) -> None:
    """Answers, likes and boosts of what stands in the journal, with the post they are about; not of a withdrawn one."""
    own, gone = await speak(house, "The kiln is open"), await speak(house, "Never mind")
    await say(house, "bob", 1, "<p>At last</p>", in_reply_to=own.uri, journal_id=own.id)
    async with house.db.write() as tx:
        carol = await put_person(tx, "carol", "Carol")
        for post, kind in ((own, "Like"), (own, "Announce"), (gone, "Like")):
            sql = "INSERT INTO post_reactions VALUES (?, ?, ?, ?, NULL, ?)"
            await tx.execute(sql, (post.id, carol, kind, f"https://host.example/{kind}", to_ms(utc_now())))
        await speaking.withdraw(tx, house.uris, gone, utc_now())
    async with signed_in(house) as maria:
        page = (await maria.get("/studio/happened?show=posts")).page
        text = " ".join(page.get_text(" ", strip=True).split())
        for words in ("What you said", "3 new", "At last", "1 like", "1 boost", "The kiln is open – Carol"):
            assert words in text, words
        assert "Never mind" not in text
        assert page.select(f'a[href^="{PATH}/{own.id}?"]')
        for sort in ("answers", "post-likes", "post-boosts"):
            listed = await maria.get(f"/studio/happened?show={sort}")
            assert (listed.status, "The kiln is open" in listed.text) == (200, True), sort
        assert (await maria.get("/studio/happened?show=messages&about=x")).status == 404
