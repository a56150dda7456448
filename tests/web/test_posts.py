"""What an artisan says besides her works, as other servers read it at its ids (WIRE 4, 6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Mention, Post, PostDraft, Visibility
from fedi_artisan.domain.works import Audience, Draft
from fedi_artisan.services import speaking
from fedi_artisan.services import works as works_service
from tests.house import House, until
from tests.neighbour import Neighbour, signed_headers
from tests.photos import grey
from tests.web.asking import ACTIVITY_JSON, Asker
from tests.web.test_documents import accepted


async def say(house: House, text: str, *, now: datetime | None = None, **more: Any) -> Post:
    """Have the artisan say something."""
    async with house.db.write() as tx:
        draft = PostDraft(text=text, **more)
        return await speaking.publish(tx, house.uris, house.artisan, draft, now or utc_now())


async def test_a_post_and_its_collections_serve_themselves(house: House, ask: Asker) -> None:
    """Each document is at its own id to the liking of four servers, is what was sent, and its page leads to it."""
    post = await say(house, "The kiln is #hot.", photos=(await grey(house, alt="A kiln."),))
    served = accepted(await ask(post.uri))
    create = accepted(await ask(await house.value("SELECT uri FROM activities")))
    assert {key: value for key, value in served.items() if key != "@context"} == create["object"]
    assert [picture["name"] for picture in served["attachment"]] == ["A kiln."]
    for part in ("likes", "shares", "replies", "replies?page=1"):
        assert accepted(await ask(f"{post.uri}/{part}"))["id"] == f"{post.uri}/{part}"
    assert (await ask.document(post.url))["id"] == post.uri


async def test_an_answer_of_hers_is_among_the_answers(house: House, ask: Asker) -> None:
    """What she answers to her own work, and to her own post, is listed with both at once."""
    work = house.uris.work((await house.publish()).uid)
    entry = await say(house, "Fired.")
    for uri in (work, entry.uri):
        answer = await say(house, "With pine.", in_reply_to=uri)
        replies = accepted(await ask(f"{uri}/replies"))
        assert replies["totalItems"] == 1
        assert accepted(await ask(replies["first"]))["items"] == [answer.uri]


async def test_what_is_not_for_everybody_is_not_there(house: House, ask: Asker) -> None:
    """A post for followers, and one for the web alone, are the same 404 as none, with all that belongs to them."""
    none = await ask(house.uris.post("01jc8znothing0000000000000"), ("Accept", ACTIVITY_JSON))
    for visibility in (Visibility.FOLLOWERS, Visibility.WEB):
        post = await say(house, "Psst.", visibility=visibility)
        for part in ("", "/likes", "/shares", "/replies"):
            answer = await ask(post.uri + part, ("Accept", ACTIVITY_JSON))
            assert (answer.status, answer.body) == (404, none.body)
    assert (await ask.document(f"{house.actor_uri}/outbox"))["totalItems"] == 0


async def test_a_withdrawn_post_is_a_tombstone(house: House, ask: Asker) -> None:
    """410 with a Tombstone at its id, nothing else of it anywhere; what was said of it is not repeated."""
    post = await say(house, "Regrettable.")
    said = await house.value("SELECT uri FROM activities")
    async with house.db.write() as tx:
        await speaking.withdraw(tx, house.uris, post, utc_now())

    async def gone() -> bool:
        return (await ask(post.uri)).status == 410

    await until(gone, "the withdrawal", within_s=1)
    tombstone = (await ask(post.uri)).json()
    assert (tombstone["type"], tombstone["formerType"]) == ("Tombstone", "Note")
    assert "Regrettable" not in str(tombstone)
    assert [(await ask(uri)).status for uri in (f"{post.uri}/likes", said)] == [404, 404]


async def test_the_outbox_has_works_and_posts_in_their_order(house: House, ask: Asker) -> None:
    """All that is public and unlisted, the newest first, each once however the pages are cut; the count is theirs."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    expected = []
    async with house.db.write() as tx:
        for number in range(24):
            now = start + timedelta(hours=number)
            if number % 3:
                visibility = Visibility.UNLISTED if number % 2 else Visibility.PUBLIC
                draft = PostDraft(text=f"Day {number}", visibility=visibility)
                expected.append((await speaking.publish(tx, house.uris, house.artisan, draft, now)).uri)
            else:
                work = await works_service.publish(tx, house.uris, house.artisan, Draft(title=f"Jar {number}"), now)
                expected.append(house.uris.work(work.uid))
    outbox = await ask.document(f"{house.actor_uri}/outbox")
    found, page = [], outbox["first"]
    while page is not None:
        document = accepted(await ask(page))
        found += [create["object"]["id"] for create in document["orderedItems"]]
        page = document.get("next")
    assert found == expected[::-1]
    assert outbox["totalItems"] == 24


async def test_what_is_shown_first_is_works_and_entries(house: House, ask: Asker) -> None:
    """The featured collection has what was chosen, and the newest works only where nothing was."""
    await house.publish(Draft(title="Jar"))
    entry = await say(house, "Market on Sunday.")
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET featured = 1")

    async def shown() -> bool:
        return bool((await ask.document(f"{house.actor_uri}/featured"))["orderedItems"] == [entry.uri])

    await until(shown, "the pin", within_s=1)


async def test_what_is_for_some_is_read_by_them_alone(house: House, ask: Asker, neighbour: Neighbour) -> None:
    """A signed GET of a follower, or of whom it names, gets the post and nobody keeps that; all others get the 404."""
    fay, bob, eve = (neighbour.person(name) for name in ("fay", "bob", "eve"))
    for person in (fay, bob, eve):
        # Whoever has sent something is known here, with her key.
        kind = "Follow" if person is fay else "Like"
        target = house.actor_uri if person is fay else house.uris.work((await house.publish()).uid)
        await neighbour.send(person, house.uris.shared_inbox, neighbour.activity(kind, person, target))
    await house.quiet()
    named = (Mention(uri=bob.uri, handle="@bob@place.example"),)
    posts = {
        Visibility.FOLLOWERS: await say(house, "It broke.", visibility=Visibility.FOLLOWERS, mentions=named),
        Visibility.DIRECT: await say(house, "Psst.", visibility=Visibility.DIRECT, mentions=named),
    }
    none = await ask(house.uris.post("01jc8znothing0000000000000"), ("Accept", ACTIVITY_JSON))
    statuses = {}
    for visibility, post in posts.items():
        for person in (fay, bob, eve):
            headers = signed_headers("GET", post.uri, key_id=person.key_id, private=person.private)
            answer = await ask(post.uri, ("Accept", ACTIVITY_JSON), *headers.items())
            statuses[visibility.value, person.uri.rsplit("/", 1)[-1]] = answer.status
            if answer.status == 200:
                assert answer.headers["Cache-Control"] == "private, no-store"
                assert answer.json()["id"] == post.uri
            else:
                assert answer.body == none.body
        unsigned = await ask(post.uri, ("Accept", ACTIVITY_JSON))
        assert (unsigned.status, unsigned.body) == (404, none.body)
    assert statuses == {
        ("followers", "fay"): 200,
        ("followers", "bob"): 200,
        ("followers", "eve"): 404,
        ("direct", "fay"): 404,
        ("direct", "bob"): 200,
        ("direct", "eve"): 404,
    }


async def test_answers_for_the_web_alone_are_in_no_list(house: House, ask: Asker) -> None:
    """WIRE 10.2 #53: what she answers below her work for visitors alone, other servers do not hear of."""
    work = house.uris.work((await house.publish()).uid)
    await say(house, "Here alone.", in_reply_to=work)
    async with house.db.write() as tx:
        await tx.execute("UPDATE posts SET visibility = 'web'")
    assert accepted(await ask(f"{work}/replies?page=1"))["items"] == []


async def test_an_outbox_has_no_page_after_what_it_does_not_show(house: House, ask: Asker) -> None:
    """WIRE 10.2 #53: asked for what came before a private post or work, it answers as if there were none."""
    hidden = [(await say(house, "Psst.", visibility=one)).uid for one in (Visibility.FOLLOWERS, Visibility.WEB)]
    hidden.append((await house.publish(Draft(title="Jar", audience=Audience.WEB))).uid)
    shown = (await say(house, "Fired.")).uid
    for uid in (*hidden, "01jc8znothing0000000000000"):
        assert (await ask(f"{house.actor_uri}/outbox?before={uid}", ("Accept", ACTIVITY_JSON))).status == 404
    accepted(await ask(f"{house.actor_uri}/outbox?before={shown}"))
