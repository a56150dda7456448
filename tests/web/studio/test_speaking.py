"""Saying something in the studio: nothing typed is lost, nothing is said twice, nobody sees what is not for her."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft, Visibility
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import speaking
from fedi_artisan.storage import artisans, own_posts, posts
from fedi_artisan.storage.places import Place
from tests.house import House, key_pair, until
from tests.photos import PHOTOS
from tests.studio import Visitor, signed_in
from tests.web.studio.forms import filled, troubles
from tests.web.studio.happening import note, put_person

PATH = "/studio/posts"
NEW = f"{PATH}/new"


async def said(house: House) -> list[Post]:
    """Return all that the artisan said, the newest first."""
    async with house.db.read() as tx:
        return await own_posts.list_said(tx, house.artisan.id, limit=50)


async def heard(house: House, *, public: bool = True, number: int = 1) -> int:
    """Let Bob write something to the artisan, and return its row."""
    async with house.db.write() as tx:
        actor_id = await put_person(tx, "bob", "Bob", host="host.example")
        post_id = await posts.insert(
            tx,
            note(number, "<p>How hot?</p>", public=public),
            actor_id=actor_id,
            place=Place(),
            addressed=[house.artisan.id],
            approved=False,
            now=utc_now(),
        )
    assert post_id is not None
    return post_id.id


async def say(house: House, text: str, **more: Any) -> Post:
    """Have the artisan say something."""
    async with house.db.write() as tx:
        return await speaking.publish(tx, house.uris, house.artisan, PostDraft(text=text, **more), utc_now())


async def typed(visitor: Visitor, path: str, **fields: str) -> dict[str, str]:
    """Return what the form at *path* would send, with these *fields* typed in it."""
    return filled(await visitor.get(path), "speak") | {"do": "publish"} | fields


async def test_what_is_said_is_out_once(house: House) -> None:
    """It stands in her journal as it was typed; a second press of the same button leads to the same post."""
    async with signed_in(house) as maria:
        form = await typed(maria, NEW, text="The kiln is *hot*. #kiln", warning="Heat")
        answers = await asyncio.gather(*(maria.post(NEW, form) for _ in range(3)))
        assert [(one.status, one.headers["Location"]) for one in answers] == [(303, f"{PATH}?said=out")] * 3
        listed = (await maria.get(f"{PATH}?said=out")).page
    [post] = await said(house)
    assert (post.source, post.warning, post.visibility, post.language) == (
        "The kiln is *hot*. #kiln",
        "Heat",
        Visibility.PUBLIC,
        "en",
    )
    assert listed.select_one(f"#post-{post.uid}") is not None
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Create'") == 1


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"warning": "x" * 201}, "warning"),
        ({"visibility": "all"}, "visibility"),
        ({"visibility": "direct"}, "text"),
        ({"language": "?"}, "language"),
    ],
)
async def test_what_cannot_be_said_comes_back(house: House, wrong: dict[str, str], where: str) -> None:
    """422 with the reason beside the field and all that was typed; it is kept, and nothing went out."""
    async with signed_in(house) as maria:
        form = await typed(maria, NEW, **{"text": "Kept.", **wrong})
        answer = await maria.post(NEW, form)
        assert answer.status == 422
        assert troubles(answer).get(where)
        again = filled(answer, "speak")
        kept = filled(await maria.get(f"{NEW}?draft={again['key']}"), "speak")
    if "visibility" not in wrong and "language" not in wrong:
        assert again["text"].strip() == form["text"].strip()
    assert kept["text"] == again["text"]
    assert await said(house) == []


async def test_an_answer_from_a_small_form_goes_where_it_belongs(house: House) -> None:
    """Without a key it is said once all the same; it answers, names the author, and leads back to where she was."""
    row = await heard(house)
    form = {"to": str(row), "text": "Very.", "visibility": "public", "language": "en", "back": "/studio/happened#x"}
    async with signed_in(house) as maria:
        for _ in range(2):
            answer = await maria.post(NEW, form)
            assert (answer.status, answer.headers["Location"]) == (303, "/studio/happened?told=said-out#x")
        leads_out = await maria.post(NEW, form | {"text": "Hm.", "back": "https://evil.example/"})
        assert leads_out.headers["Location"] == "/studio?told=said-out"
        news = await maria.get("/studio/happened?told=said-out")
        line, answered = news.page.select_one(".told.just"), news.page.select_one(f"#mention-{row} .deeds")
        assert line is not None
        assert answered is not None
        assert (line.get_text(strip=True), "You answered" in answered.get_text()) == ("It is out.", True)
        assert not (await maria.get("/studio/happened?told=x")).page.select(".told.just")
        thread = await maria.get(f"/studio/around/{row}?told=said-out&back=/studio/happened")
        # What is done next there does not say it once more.
        assert thread.page.select(".told.just")
        assert "said-out" not in str(thread.page.select_one(".thread"))
        later = await heard(house, number=2)
        fresh = (await maria.get("/studio/happened")).page.select_one(f"#mention-{later} .deeds")
        assert fresh is not None
        assert "You answered" not in fresh.get_text()
    _, post = await said(house)
    assert (post.in_reply_to, [one.handle for one in post.mentions]) == (
        "https://host.example/notes/1",
        ["@bob@host.example"],
    )


async def test_an_answer_offers_no_more_readers_than_what_it_answers(house: House) -> None:
    """To a message only a message can be said, which is no secret; what is not for her is not shown to her."""
    row = await heard(house, public=False)
    async with house.db.write() as tx:
        other = await artisans_service.create(
            tx, username="lea", name="Léa", language="fr", key=key_pair(), now=utc_now()
        )
    async with signed_in(house) as maria:
        page = (await maria.get(f"{NEW}?to={row}")).page
        assert [one["value"] for one in page.select("[name=visibility]")] == ["direct"]
        assert "no secret" in page.select_one("#about-direct").get_text()  # type: ignore[union-attr]  # it is there
        assert "How hot?" in page.get_text()
    async with signed_in(house, other) as lea:
        page = (await lea.get(f"{NEW}?to={row}")).page
        assert "How hot?" not in page.get_text()
        assert len(page.select("[name=visibility]")) == len(Visibility)
        answer = await lea.post(NEW, {"to": str(row), "text": "Aha.", "visibility": "direct", "language": "fr"})
        assert answer.status == 422
    assert await said(house) == []


async def test_a_message_begins_with_whom_it_is_for(house: House) -> None:
    """`?with=` names somebody and makes it a message; nobody else gets it, and no page shows it."""
    await heard(house)
    row = await house.value("SELECT id FROM actors")
    async with signed_in(house) as maria:
        form = await typed(maria, f"{NEW}?with={row}&text=Hello")
        assert (form["text"], form["visibility"]) == ("@bob@host.example Hello", "direct")
        assert (await maria.post(NEW, form)).status == 303
        [post] = await said(house)
        assert (await maria.get(f"/posts/{post.uid}")).status == 404
    assert post.visibility is Visibility.DIRECT
    assert [row["inbox_url"] for row in await house.rows("SELECT inbox_url FROM deliveries")] == [
        "https://host.example/users/bob/inbox"
    ]


async def test_a_name_that_nobody_has_is_asked_about_once(house: House) -> None:
    """Who is named and cannot be found is told before it goes out; said all the same, the name stays plain words."""
    async with signed_in(house) as maria:
        form = await typed(maria, NEW, text="With @nobody@127.0.0.1:9 and @maria@" + house.uris.host)
        answer = await maria.post(NEW, form)
        assert answer.status == 422
        assert "@nobody@127.0.0.1:9" in troubles(answer)["text"]
        assert "@maria" not in troubles(answer)["text"]
        again = filled(answer, "speak") | {"do": "publish", "anyway": "yes"}
        assert (await maria.post(NEW, again)).status == 303
    [post] = await said(house)
    assert post.mentions == ()


async def test_pictures_come_with_the_form_and_wait_to_be_made(house: House) -> None:
    """A picture is taken in with what is typed; one that is none is told by its name; said at once, it waits."""
    async with signed_in(house) as maria:
        form = await typed(maria, NEW, text="Look.", do="pictures")

        def files(*given: tuple[str, bytes], **more: str) -> aiohttp.FormData:
            data = aiohttp.FormData()
            for name, value in ({"token": maria.token} | form | more).items():
                data.add_field(name, value)
            for name, content in given:
                data.add_field("picture", content, filename=name, content_type="image/jpeg")
            return data

        bowl = (PHOTOS / "bowl-tiny.jpg").read_bytes()
        refused = await maria.send(NEW, files(("kiln.jpg", b"no picture"), ("bowl.jpg", bowl)))
        assert refused.status == 422
        assert "kiln.jpg" in refused.page.get_text()
        again = filled(refused, "speak")
        assert again["text"].strip() == "Look."
        alt = f"alt-{again['photo']}"
        answer = await maria.post(NEW, again | {alt: "A bowl.", "do": "publish"})
        assert answer.headers["Location"] in {f"{PATH}?said=waits", f"{PATH}?said=out"}

        async def is_out() -> bool:
            return bool(await said(house))

        await until(is_out, "the post")
        [post] = await said(house)
        assert [shown.alts for shown in post.photos] == [{"en": "A bowl."}]
        late = await maria.post(NEW, again | {"do": "save"}, headers={"Accept": "application/json"})
        assert late.status == 200
        assert len(await said(house)) == 1


async def test_what_a_script_keeps_holds_up_nothing(house: House) -> None:
    """While it waits for its pictures, a late keeping changes nothing; opened and sent again by hand, it waits anew."""
    key = new_uid(utc_now())
    async with signed_in(house) as maria:
        form = {"key": key, "text": "One.", "visibility": "public", "language": "en"}
        assert (await maria.post(NEW, form | {"do": "save"})).headers["Location"] == f"{NEW}?draft={key}#pictures"
        async with house.db.write() as tx:
            await tx.execute("UPDATE post_drafts SET state = 'waiting'")
        await maria.post(NEW, form | {"do": "save", "text": "Two."}, headers={"Accept": "application/json"})
        kept = (await house.rows("SELECT state, fields FROM post_drafts"))[0] if not await said(house) else None
    if kept is not None:
        assert (kept["state"], json.loads(kept["fields"])["text"]) == ("waiting", "One.")


async def test_what_was_said_can_be_said_otherwise_unless_it_changed_meanwhile(house: House) -> None:
    """A change tells all who know it; one from an older window is held up once, with all that was typed in it."""
    post = await say(house, "The kiln is hot.")
    edit = f"{PATH}/{post.uid}/edit"
    async with signed_in(house) as maria:
        first, second = [await typed(maria, edit) for _ in range(2)]
        assert first["text"].strip() == "The kiln is hot."
        assert (await maria.post(edit, first | {"text": "It is cold."})).headers["Location"] == f"{PATH}?said=changed"
        held = await maria.post(edit, second | {"text": "It broke."})
        assert held.status == 409
        again = filled(held, "speak") | {"do": "publish"}
        assert again["text"].strip() == "It broke."
        assert (await maria.post(edit, again)).status == 303
        choices = [one["value"] for one in (await maria.get(edit)).page.select("[name=visibility]")]
    [now] = await said(house)
    assert (now.source, now.edits, choices) == ("It broke.", 2, ["public", "unlisted"])
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Update'") == 2


async def test_withdrawing_asks_first_and_happens_once(house: House) -> None:
    """The page says what it can and cannot do; a second press is no failure; another's post is not there."""
    post = await say(house, "Regrettable.")
    where = f"{PATH}/{post.uid}/withdraw"
    async with house.db.write() as tx:
        other = await artisans_service.create(
            tx, username="lea", name="Léa", language="fr", key=key_pair(), now=utc_now()
        )
        assert other.id != house.artisan.id
        assert len(await artisans.list_all(tx)) == 2
    async with signed_in(house, other) as lea:
        assert [(await lea.get(where)).status, (await lea.post(where)).status] == [404, 404]
    async with signed_in(house) as maria:
        assert "Regrettable." in (await maria.get(where)).text
        assert len(await said(house)) == 1
        for _ in range(2):
            assert (await maria.post(where)).headers["Location"] == f"{PATH}?said=withdrawn"
        assert (await maria.get(f"{PATH}/{post.uid}/edit")).status == 404
    assert await said(house) == []
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Delete'") == 1


async def test_what_is_begun_can_be_thrown_away(house: House) -> None:
    """It stands in the list until it is said or thrown away; what is not hers, or not there, is 404."""
    async with signed_in(house) as maria:
        form = await typed(maria, NEW, text="Half a thought", do="save")
        await maria.post(NEW, form)
        assert "Half a thought" in (await maria.get(PATH)).text
        await maria.post(NEW, form | {"do": "discard"})
        assert "Half a thought" not in (await maria.get(PATH)).text
        assert (await maria.get(f"{NEW}?draft={form['key']}")).status == 404
