"""What an artisan says besides her works: who is told, who can read it, and what stays of it."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.posts import Mention, Post, PostDraft, Visibility, draft_of
from fedi_artisan.domain.works import Audience, Draft
from fedi_artisan.errors import BadInput, Gone
from fedi_artisan.services import featured as featured_service
from fedi_artisan.services import speaking
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import actors, followers, own_posts, photos, posts
from fedi_artisan.storage.db import fetch_all
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab.notes import Note
from tests.photos import Shop, given, photo

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Room:
    """A portfolio with people around it: Fay follows, Bob and Eve do not."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.uris, self.artisan = shop, shop.queue.uris, shop.artisan
        self.now = NOW

    async def meet(self, name: str, *, follows: bool = False) -> Mention:
        """Let somebody be known here."""
        uri = f"https://{name}.example/users/{name}"
        actor = RemoteActor(
            uri=uri,
            type="Person",
            username=name,
            inbox_url=f"{uri}/inbox",
            shared_inbox_url=f"https://{name}.example/inbox",
        )
        async with self.shop.db.write() as tx:
            actor_id = await actors.put(tx, actor, self.now)
            if follows:
                await followers.put(tx, self.artisan.id, actor_id, follow_uri=f"{uri}/follow", now=self.now)
        return Mention(uri=uri, handle=f"@{name}@{name}.example")

    async def say(self, text: str, **more: Any) -> Post:
        """Have the artisan say something."""
        async with self.shop.db.write() as tx:
            return await speaking.publish(tx, self.uris, self.artisan, PostDraft(text=text, **more), self.now)

    async def hear(self, name: str, *, public: bool = True, addressed: bool = True, to: str | None = None) -> str:
        """Have somebody write something, and return its id."""
        by = await self.meet(name)
        note = Note(
            uri=f"{by.uri}/1",
            attributed_to=by.uri,
            content_html="<p>How?</p>",
            to=(PUBLIC,) if public else (),
            in_reply_to=to,
        )
        async with self.shop.db.write() as tx:
            actor_id = await actors.find_id(tx, by.uri)
            assert actor_id is not None
            ids = [self.artisan.id] if addressed else []
            await posts.insert(tx, note, actor_id=actor_id, place=Place(), addressed=ids, approved=False, now=self.now)
        return note.uri

    async def sent(self, about: Post) -> list[tuple[dict[str, Any], list[str]]]:
        """Return what was said about a post, each with the hosts that are told."""
        async with self.shop.db.read() as tx:
            rows = await fetch_all(
                tx,
                """SELECT body, (SELECT group_concat(inbox_url, ' ') FROM deliveries WHERE activity_id = activities.id)
                   AS inboxes FROM activities WHERE subject_uri = ? ORDER BY id""",
                (about.uri,),
            )
        return [(json.loads(row["body"]), sorted((row["inboxes"] or "").split())) for row in rows]


def hosts(inboxes: Iterable[str]) -> list[str]:
    """Return whose inboxes these are."""
    return [inbox.split("/")[2].removesuffix(".example") for inbox in inboxes]


@pytest.fixture
async def room(shop: Shop) -> Room:
    """The portfolio, with a follower."""
    opened = Room(shop)
    await opened.meet("fay", follows=True)
    return opened


@pytest.mark.parametrize(
    ("visibility", "to", "cc", "told"),
    [
        (Visibility.PUBLIC, ["public"], ["followers", "bob"], ["bob", "fay"]),
        (Visibility.UNLISTED, ["followers"], ["public", "bob"], ["bob", "fay"]),
        (Visibility.FOLLOWERS, ["followers"], ["bob"], ["bob", "fay"]),
        (Visibility.DIRECT, ["bob"], [], ["bob"]),
        (Visibility.WEB, None, None, []),
    ],
)
async def test_a_post_reaches_those_whom_it_is_for(
    room: Room, visibility: Visibility, to: list[str], cc: list[str], told: list[str]
) -> None:
    """Addressing and inboxes are as WIRE 5.1 says, activity and note alike; the web alone is told to nobody."""
    bob = await room.meet("bob")
    names = {PUBLIC: "public", bob.uri: "bob", f"{room.uris.actor(room.artisan.uid)}/followers": "followers"}
    post = await room.say("Hello @bob@bob.example", visibility=visibility, mentions=(bob,))
    sent = await room.sent(post)
    if visibility is Visibility.WEB:
        assert sent == []
        return
    [(create, inboxes)] = sent
    assert hosts(inboxes) == told
    for document in (create, create["object"]):
        assert [names[one] for one in document["to"]] == to
        assert [names[one] for one in document["cc"]] == cc
    assert (create["type"], create["object"]["id"]) == ("Create", post.uri)
    assert create["object"]["tag"] == [{"type": "Mention", "href": bob.uri, "name": "@bob@bob.example"}]


async def test_a_message_goes_to_the_person_and_not_to_her_whole_server(room: Room) -> None:
    """A direct post is put into personal inboxes, all others into shared ones; a message to nobody is refused."""
    bob = await room.meet("bob")
    [(_, direct)] = await room.sent(await room.say("Psst", visibility=Visibility.DIRECT, mentions=(bob,)))
    [(_, public)] = await room.sent(await room.say("Hey", mentions=(bob,)))
    assert direct == ["https://bob.example/users/bob/inbox"]
    assert "https://bob.example/inbox" in public
    with pytest.raises(BadInput, match="for nobody yet"):
        await room.say("Psst", visibility=Visibility.DIRECT)


@pytest.mark.parametrize("wanted", [Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.WEB])
async def test_an_answer_is_never_for_more_people_than_what_it_answers(room: Room, wanted: Visibility) -> None:
    """Whatever is asked for, an answer to a message is a message, to its author alone."""
    uri = await room.hear("bob", public=False)
    post = await room.say("With pine.", in_reply_to=uri, visibility=wanted)
    assert post.visibility is Visibility.DIRECT
    [(create, inboxes)] = await room.sent(post)
    assert (create["object"]["inReplyTo"], create["to"], create["cc"]) == (uri, ["https://bob.example/users/bob"], [])
    assert hosts(inboxes) == ["bob"]


async def test_an_answer_names_the_author_of_what_it_answers(room: Room) -> None:
    """She is mentioned and addressed, though the text does not name her: else it would be no news to her."""
    uri = await room.hear("bob")
    [(create, inboxes)] = await room.sent(await room.say("With pine.", in_reply_to=uri))
    assert [tag["href"] for tag in create["object"]["tag"]] == ["https://bob.example/users/bob"]
    assert "https://bob.example/users/bob" in create["cc"]
    assert hosts(inboxes) == ["bob", "fay"]


async def test_what_is_not_hers_cannot_be_answered(room: Room) -> None:
    """What is not here, and what is here but not for her, is the same: nothing tells that it exists."""
    hidden = await room.hear("eve", public=False, addressed=False)
    for uri in (hidden, "https://eve.example/nothing"):
        with pytest.raises(BadInput, match="not here any more"):
            await room.say("Aha.", in_reply_to=uri)


async def test_an_answer_to_a_work_stands_in_its_conversation(room: Room) -> None:
    """An own answer needs no approval, counts, and has at most the readers of the work; to an answer of others too."""
    async with room.shop.db.write() as tx:
        work = await works_service.publish(
            tx, room.uris, room.artisan, Draft(title="Jar", audience=Audience.UNLISTED), NOW
        )
    post = await room.say("It is cracked.", in_reply_to=room.uris.work(work.uid))
    assert (post.work_id, post.approved, post.visibility) == (work.id, True, Visibility.UNLISTED)
    further = await room.say("Not much.", in_reply_to=post.uri)
    assert (further.work_id, further.journal_id) == (work.id, None)
    assert (await room.shop.work(work.uid)).replies == 2


async def test_an_edit_is_newer_whatever_the_clock_does_and_one_that_changes_nothing_is_none(room: Room) -> None:
    """`updated` rises strictly, each Update has its own id and goes to all who were told; no change is no Update."""
    bob = await room.meet("bob")
    post = await room.say("Hello @bob@bob.example", mentions=(bob,))
    room.now = NOW - timedelta(days=1)
    for text in ("Hello.", "Hello!", "Hello!"):
        async with room.shop.db.write() as tx:
            draft = dataclasses.replace(draft_of(post), text=text, mentions=())
            post = await speaking.revise(tx, room.uris, post, draft, room.now)
    [_, first, second] = await room.sent(post)
    assert first[0]["id"] != second[0]["id"]
    assert NOW.isoformat()[:19] < first[0]["object"]["updated"] < second[0]["object"]["updated"]
    assert second[0]["object"]["content"] == "<p>Hello!</p>"
    assert hosts(second[1]) == ["bob", "fay"]


async def test_nobody_unlearns_what_she_was_told(room: Room) -> None:
    """A post can go between public and unlisted, and otherwise stays for whom it was."""
    post = await room.say("Hello.")
    async with room.shop.db.write() as tx:
        quiet = dataclasses.replace(draft_of(post), visibility=Visibility.UNLISTED)
        post = await speaking.revise(tx, room.uris, post, quiet, NOW)
        with pytest.raises(BadInput, match="sent already"):
            await speaking.revise(tx, room.uris, post, dataclasses.replace(quiet, visibility=Visibility.FOLLOWERS), NOW)
    assert post.visibility is Visibility.UNLISTED


async def test_a_withdrawn_post_leaves_a_tombstone_and_its_pictures_go(room: Room) -> None:
    """Everybody told hears of it, with the addressing it had; words, tags and photographs are gone; once only."""
    bob = await room.meet("bob")
    async with room.shop.db.write() as tx:
        shown = await given(tx, room.artisan.id, photo(1))
    post = await room.say("#kiln @bob@bob.example", visibility=Visibility.FOLLOWERS, mentions=(bob,), photos=(shown,))
    async with room.shop.db.write() as tx:
        await speaking.withdraw(tx, room.uris, post, NOW)
        left = await own_posts.get(tx, post.uid or "")
        assert (left.html, left.source, left.mentions, left.photos) == ("", "", (), ())
        assert await fetch_all(tx, "SELECT * FROM post_tags UNION ALL SELECT id, uid, '' FROM photos") == []
        with pytest.raises(Gone):
            await speaking.withdraw(tx, room.uris, left, NOW)
    [(create, _), (delete, inboxes)] = await room.sent(post)
    assert (delete["type"], delete["object"]) == ("Delete", {"id": post.uri, "type": "Tombstone"})
    assert (delete["to"], delete["cc"]) == (create["to"], create["cc"])
    assert hosts(inboxes) == ["bob", "fay"]


async def test_photographs_of_a_post_are_kept_and_are_its_alone(room: Room) -> None:
    """They are not tidied away, cannot stand in a second post, and one that the post shows no more is forgotten."""
    async with room.shop.db.write() as tx:
        one, other = [await given(tx, room.artisan.id, photo(number, alt="A kiln.")) for number in (1, 2)]
        third = await given(tx, room.artisan.id, photo(3))
    post = await room.say("Look", photos=(one, other))
    assert [(shown.uid, shown.alts) for shown in post.photos] == [
        (one.uid, {"en": "A kiln."}),
        (other.uid, {"en": "A kiln."}),
    ]
    with pytest.raises(BadInput, match="give it again"):
        await room.say("Again", photos=(one,))
    async with room.shop.db.write() as tx:
        assert await photos.forget_unplaced(tx, NOW + timedelta(days=100)) == 1
        assert await photos.find_id(tx, third.uid) is None
        post = await speaking.revise(tx, room.uris, post, dataclasses.replace(draft_of(post), photos=(other,)), NOW)
        assert [shown.uid for shown in post.photos] == [other.uid]
        assert await photos.find_id(tx, one.uid) is None


async def test_a_post_that_others_would_drop_is_refused(room: Room) -> None:
    """Misskey reads 64 KB: text, people and addresses together must fit, and nothing is stored that does not."""
    people = tuple(
        Mention(uri=f"https://x.example/{number}/{'u' * 1900}", handle=f"@p{number}@x.example") for number in range(20)
    )
    with pytest.raises(BadInput, match="too long for other places"):
        await room.say(" ".join(one.handle for one in people), mentions=people)
    longest = await room.say('"& ' * 1600)
    [(create, _)] = await room.sent(longest)
    assert len(json.dumps(create, ensure_ascii=False).encode()) < 64_000
    assert create["object"]["content"].count("&amp;") == 1600


async def test_pins_are_told_one_by_one(room: Room) -> None:
    """What is put first, and what is not any more, is told as Add and Remove; works and entries are five in all."""
    async with room.shop.db.write() as tx:
        work = await works_service.publish(tx, room.uris, room.artisan, Draft(title="Jar", featured=True), NOW)
    post = await room.say("Market on Sunday.")
    quiet = await room.say("Hm.", visibility=Visibility.FOLLOWERS)
    async with room.shop.db.write() as tx:
        await featured_service.choose(tx, room.uris, room.artisan, [str(post.uid), str(quiet.uid)], NOW)
        rows = await fetch_all(
            tx, "SELECT type, subject_uri, body FROM activities WHERE type IN ('Add', 'Remove') ORDER BY id"
        )
        with pytest.raises(BadInput):
            await featured_service.choose(tx, room.uris, room.artisan, [str(number) for number in range(6)], NOW)
    told = [(row["type"], json.loads(row["body"])["object"]) for row in rows]
    assert told == [("Add", room.uris.work(work.uid)), ("Remove", room.uris.work(work.uid)), ("Add", post.uri)]
