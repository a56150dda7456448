"""Who may answer and quote: said once for all works, otherwise for one, and taken back for each quote."""

from typing import Any

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.policies import NEVER, OwnPolicy, Policy, Quoting, Replying, Welcome
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import drafts, speaking
from fedi_artisan.storage import artisans, works
from tests.house import House, until
from tests.studio import signed_in
from tests.web.studio.forms import filled
from tests.web.studio.happening import permit, reply

PATH = "/studio/settings/conversation"
NEWS = "/studio/happened"


async def test_she_says_once_who_may_reply_and_quote(house: House) -> None:
    """The form shows what holds, takes in what she chooses, and refuses what is not among the choices."""
    chosen = {"may_reply": "known", "may_quote": "followers", "closes": "30", "welcome": "nobody"}
    async with signed_in(house) as maria:
        usual = {"may_reply": "everybody", "may_quote": "everybody", "closes": "never", "welcome": "known"}
        assert filled(await maria.get(PATH), "setting").items() >= usual.items()
        assert (await maria.post(PATH, chosen)).status == 303
        for wrong in ({"may_reply": "friends"}, {"closes": "-1"}, {"closes": "99999"}, {"welcome": ""}):
            refused = await maria.post(PATH, chosen | wrong)
            assert (refused.status, "Choose one of these." in refused.text) == (422, True)
        assert filled(await maria.get(PATH), "setting").items() >= chosen.items()
    async with house.db.read() as tx:
        artisan = await artisans.get(tx, house.artisan.id)
    expected = Policy(replies=Replying.KNOWN, quotes=Quoting.FOLLOWERS, days=30)
    assert (artisan.policy, artisan.welcome) == (expected, Welcome.NOBODY)


async def test_a_work_can_differ(house: House) -> None:
    """What is chosen beside the audience holds for this work; read again, the form says the same."""
    own = OwnPolicy(replies=Replying.NOBODY, quotes=Quoting.EVERYBODY, days=NEVER)
    async with house.db.write() as tx:
        draft = await drafts.begin(tx, house.artisan, utc_now(), typed={"title": "Jar"})
    async with signed_in(house) as maria:
        page = f"/studio/drafts/{draft.uid}"
        fields = filled(await maria.get(page), "draft")
        assert (fields["may_reply"], fields["may_quote"], fields["closes"]) == ("", "", "")
        fields |= {"may_reply": "nobody", "may_quote": "everybody", "closes": "never", "do": "publish"}
        assert (await maria.post(page, fields)).status == 303
        uid = await house.value("SELECT uid FROM works")
        async with house.db.read() as tx:
            assert (await works.get(tx, uid)).draft.policy == own
        answer = await maria.post(f"/studio/works/{uid}/edit", {})
        again = filled(await maria.get(answer.headers["Location"]), "draft")
        assert (again["may_reply"], again["may_quote"], again["closes"]) == ("nobody", "everybody", "never")


async def test_a_page_says_that_comments_are_closed(house: House) -> None:
    """Nobody is shown a way to reply where no reply is taken; to like and to boost there is one."""
    shut = await house.publish(Draft(title="Jar", policy=OwnPolicy(replies=Replying.NOBODY)))
    async with signed_in(house) as maria:
        for path, way in ((f"/works/{shut.slug}", "Like or boost"), (f"/works/{shut.slug}/respond?act=reply", "")):
            answer = await maria.get(path)
            assert "Comments are closed." in answer.text
            assert way in answer.text
        assert [str(box["value"]) for box in answer.page.select("input[name=act]")] == ["like", "boost"]
        await reply(house, shut, 1, "<p>Early</p>")
        async with house.db.write() as tx:
            await tx.execute("UPDATE posts SET approved = TRUE")

        async def shown() -> Any:
            return (await maria.get(f"/works/{shut.slug}")).page.select_one("#replies")

        assert not (await until(shown, "the reply below the work")).select(".join")
        async with house.db.write() as tx:
            said = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="The kiln"), utc_now())
        for may_reply in (Replying.EVERYBODY, Replying.NOBODY):
            async with house.db.write() as tx:
                await tx.execute("UPDATE artisans SET may_reply = ?", (may_reply,))

            async def says(closed: bool = may_reply is Replying.NOBODY) -> bool:
                return ("Comments are closed." in (await maria.get(f"/posts/{said.uid}")).text) == closed

            await until(says, f"the way to answer as {may_reply} may")


async def test_a_quote_is_news_and_can_be_taken_back(house: House) -> None:
    """Each stands with what it quotes and a way there; withdrawn it is gone, and a second press says so."""
    jar = await house.publish()
    uid = await permit(house, jar)
    await permit(house, jar, "carol")
    async with signed_in(house) as maria:
        for path in (NEWS, f"{NEWS}?show=quotes"):
            page = (await maria.get(path)).page
            assert [item.get_text(" ", strip=True)[:3] for item in page.select(".said h3 bdi")] == ["Car", "Bob"]
            assert page.select_one(f"#quote-{uid} a.original")["href"] == "https://host.example/@bob/1"  # type: ignore[index]
            assert "2 new" in page.select_one("form.read").get_text()  # type: ignore[union-attr]
        fields = {"quote": uid, "show": "quotes"}
        answer = await maria.post(f"{NEWS}/quotes", fields)
        assert (answer.status, answer.headers["Location"]) == (303, f"{NEWS}?show=quotes")
        assert uid not in (await maria.get(NEWS)).text
        assert (await maria.post(f"{NEWS}/quotes", fields)).status == 303
        unknown = await maria.post(f"{NEWS}/quotes", {"quote": "x"})
        assert (unknown.status, "This quote is not there any more." in unknown.text) == (404, True)
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'Delete'") == 1
    assert (await house.rows("SELECT host FROM deliveries"))[0]["host"] == "host.example"
