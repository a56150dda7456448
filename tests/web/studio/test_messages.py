"""Messages: gathered by whom they are with, and read or not."""

import json

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Mention, Visibility
from fedi_artisan.storage.db import to_ms
from tests.house import House
from tests.studio import Visitor, signed_in
from tests.web.studio.around import PATH, names, say, speak


async def test_messages_are_gathered_by_whom_they_are_with(house: House) -> None:
    """With the last first, apart from mentions; new until she has read or answered them; answers are for them."""
    first = await say(house, "bob", 1, "<p>Two bowls, please</p>", visibility="direct", addressed=True)
    await say(house, "bob", 2, "<p>Or three?</p>", visibility="direct", addressed=True)
    both = json.dumps([{"uri": "https://host.example/users/bob", "handle": "@bob@host.example"}])
    group = await say(house, "carol", 3, "<p>We three</p>", visibility="direct", addressed=True, mentions=both)
    await say(house, "dora", 4, "<p>Look at her pots</p>", addressed=True)
    async with signed_in(house) as maria:
        page = (await maria.get("/studio/messages")).page
        talks = [" ".join(one.get_text(" ", strip=True).split()) for one in page.select(".talks li")]
        assert [talk.partition(" · ")[0] for talk in talks] == ["B 1 new Bob , Carol We three", "B 2 new Bob Or three?"]
        news = (await maria.get("/studio/happened")).page
        assert [one.get_text(strip=True) for one in news.select(".news > header h2")] == ["Mentions", "Messages"]
        assert "3 messages for you alone" in news.get_text()
        assert "Two bowls" not in news.get_text()
        talk = await maria.get(f"/studio/messages/{first}")
        assert len(names(talk.page)) == 2
        answer = talk.page.select_one("form.respond")
        assert answer is not None
        fields = {str(one["name"]): str(one["value"]) for one in answer.select("input")}
        sent = await maria.post("/studio/posts/new", fields | {"text": "Three.", "do": "publish"})
        assert (sent.status, sent.headers["Location"].partition("#")[0]) == (303, f"{fields['back']}?told=said-out")
        assert names((await maria.get(fields["back"])).page)[:2] == names(talk.page)
        told = [json.loads(row["body"]) for row in await house.rows("SELECT body FROM activities")]
        assert [body["to"] for body in told] == [["https://host.example/users/bob"]]
        page = (await maria.get("/studio/messages")).page
        assert [one.get_text() for one in page.select(".talks .new")] == ["1 new"]
        text = (await maria.get(f"/studio/messages/{group}")).page.select_one("form.respond textarea")
        assert text is not None
        assert text.get_text().strip() == "@bob@host.example"


async def test_a_talk_is_marked_as_read_by_itself(house: House) -> None:
    """Looking changes nothing; what she marks, or answers, is read up to then, everywhere, and nothing besides."""
    letters = [await say(house, "bob", number, visibility="direct", addressed=True) for number in (1, 2)]
    other = await say(house, "carol", 3, visibility="direct", addressed=True)
    await say(house, "dora", 4, addressed=True)

    async def unread(maria: Visitor) -> tuple[list[str], str, str]:
        """Return what is new by talk, among the messages, and among all that happened."""
        pages = [(await maria.get(path)).page for path in ("/studio/messages", PATH, "/studio/happened")]
        return (
            [one.get_text() for one in pages[0].select(".talks .new")],
            " ".join(one.get_text() for one in pages[1].select(".to-followers strong")),
            " ".join(one.get_text() for one in pages[2].select(".read > span")),
        )

    async with signed_in(house) as maria:
        talk = await maria.get(f"/studio/messages/{letters[0]}")
        assert await unread(maria) == (["1 new", "2 new"], "3 new", "4 new")
        read = talk.page.select_one("form.read")
        assert read is not None
        fields = {str(one["name"]): str(one["value"]) for one in read.select("input")}
        late = await say(house, "bob", 5, visibility="direct", addressed=True)
        done = await maria.post(str(read["action"]), fields)
        assert "Marked as read" in (await maria.get(done.headers["Location"])).text
        assert await unread(maria) == (["1 new", "1 new"], "2 new", "3 new")
        # Other words than those that she read are new.
        async with house.db.write() as tx:
            for table in ("posts", "addressed"):
                column = "id" if table == "posts" else "post_id"
                sql = f"UPDATE {table} SET received_at = ? WHERE {column} = ?"  # noqa: S608 - names of this file
                await tx.execute(sql, (to_ms(utc_now()), letters[0]))
        assert await unread(maria) == (["2 new", "1 new"], "3 new", "4 new")
        answer = {"to": str(late), "text": "Yes.", "visibility": "direct", "language": "en"}
        assert (await maria.post("/studio/posts/new", answer)).status == 303
        assert await unread(maria) == (["1 new"], "1 new", "2 new")
        assert not (await maria.get(f"/studio/messages/{late}")).page.select("form.read")
        for wrong in ({}, {"until": "x"}):
            assert (await maria.post(f"/studio/messages/{other}", wrong)).status == 400
        assert (await maria.post("/studio/messages/77", fields)).status == 404


async def test_a_message_that_nobody_answered_can_be_followed_by_another(house: House) -> None:
    """Where all words are her own, the way to write once more names whom they are for."""
    bob = Mention(uri="https://host.example/users/bob", handle="@bob@host.example")
    await say(house, "bob", 1)
    own = await speak(house, "Hello?", visibility=Visibility.DIRECT, mentions=(bob,))
    async with signed_in(house) as maria:
        link = (await maria.get(f"/studio/messages/{own.id}")).page.select_one("main .deeds a.button[href*=visibility]")
        assert link is not None
        written = (await maria.get(str(link["href"]))).page
        text, chosen = written.select_one("#text"), written.select_one('[name="visibility"][checked]')
        assert text is not None
        assert chosen is not None
        assert (text.get_text().strip(), chosen["value"]) == ("@bob@host.example", "direct")
