"""Quoting others: asked for, granted, refused, taken back; nothing forged is believed (FEP-044f, WIRE 10.2 #25)."""

import json
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import Post, PostDraft, Visibility
from fedi_artisan.errors import BadInput
from fedi_artisan.services import speaking
from fedi_artisan.storage import actors, own_posts, posts
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab.notes import parse_note
from tests.house import House, until
from tests.inbox.sending import effect
from tests.neighbour import ACTIVITY_JSON, PUBLIC, Neighbour, Person

ANYBODY = {"canQuote": {"automaticApproval": [PUBLIC]}}


async def known_post(house: House, neighbour: Neighbour, person: Person, **more: Any) -> str:
    """Let a post of *person* be known here; return its id."""
    await effect(house, neighbour, person, neighbour.activity("Like", person, house.uris.work("never")))
    note = neighbour.note(person, None, **{"interactionPolicy": ANYBODY, **more})
    async with house.db.write() as tx:
        row = await actors.find_id(tx, person.uri)
        assert row is not None
        await posts.insert(tx, parse_note(note), actor_id=row, place=Place(), approved=False, now=utc_now())
    return str(note["id"])


async def quote(house: House, target: str, visibility: Visibility = Visibility.PUBLIC) -> Post:
    """Let our artisan quote a post."""
    draft = PostDraft(text="Look at this.", quote_uri=target, visibility=visibility)
    async with house.db.write() as tx:
        return await speaking.publish(tx, house.uris, house.artisan, draft, utc_now())


async def asked(neighbour: Neighbour) -> dict[str, Any]:
    """Return the request that came to the neighbour."""

    async def came() -> Any:
        return next((one for one in reversed(neighbour.received) if one["type"] == "QuoteRequest"), None)

    request: dict[str, Any] = await until(came, "the request")
    return request


def permission(neighbour: Neighbour, person: Person, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a permission of *person* for what was requested, which is served at its id."""
    stamp = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{neighbour.origin}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": person.uri,
        "interactingObject": request["instrument"],
        "interactionTarget": request["object"],
        **more,
    }
    neighbour.serve(stamp)
    return stamp


async def as_it_is(house: House, post: Post) -> Post:
    """Return the post as it is now."""
    async with house.db.read() as tx:
        return await own_posts.get(tx, post.uid or "")


async def updates(house: House, post: Post) -> list[dict[str, Any]]:
    """Return what was told of a post since it was said."""
    rows = await house.rows("SELECT body FROM activities WHERE subject_uri = ? AND type = 'Update'", post.uri)
    return [json.loads(row["body"])["object"] for row in rows]


async def test_a_quote_is_asked_for_and_granted(house: House, neighbour: Neighbour) -> None:
    """The post says from the beginning what it quotes, and once it is permitted, by what permission."""
    bob = neighbour.person("bob")
    target = await known_post(house, neighbour, bob)
    post = await quote(house, target)
    request = await asked(neighbour)
    said = {key: request[key] for key in ("actor", "object", "instrument", "to")}
    assert said == {"actor": house.actor_uri, "object": target, "instrument": post.uri, "to": [bob.uri]}
    async with neighbour.session.get(post.uri, headers={"accept": ACTIVITY_JSON}) as answer:
        document = await answer.json(content_type=None)
    assert [document[key] for key in ("quote", "quoteUri", "_misskey_quote")] == [target] * 3
    assert "quoteAuthorization" not in document
    assert "quote-inline" in document["content"]
    stamp = permission(neighbour, bob, request)
    accept = neighbour.activity("Accept", bob, request, result=stamp["id"])
    assert await effect(house, neighbour, bob, accept) == ("done", "may be quoted")
    again = neighbour.activity("Accept", bob, request["id"], result=stamp["id"])
    assert await effect(house, neighbour, bob, again) == ("done", "permitted before")
    [told] = await updates(house, post)
    assert (told["quote"], told["quoteAuthorization"]) == (target, stamp["id"])
    assert told["updated"] > told["published"]


async def test_a_post_for_few_goes_along_with_the_request(house: House, neighbour: Neighbour) -> None:
    """Whoever cannot read the quoting post at its id gets it with the request, whole."""
    post = await quote(
        house, await known_post(house, neighbour, neighbour.person("bob")), visibility=Visibility.FOLLOWERS
    )
    instrument = (await asked(neighbour))["instrument"]
    assert (instrument["id"], instrument["type"], "@context" in instrument) == (post.uri, "Note", False)


@pytest.mark.parametrize("how", ["refused", "revoked", "deleted"])
async def test_what_may_not_be_quoted_is_quoted_no_more(house: House, neighbour: Neighbour, how: str) -> None:
    """Refused, taken back, or deleted itself, the quote is taken out of the post, and those who know it are told."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    target = await known_post(house, neighbour, bob)
    await known_post(house, neighbour, mallory)
    post = await quote(house, target)
    request = await asked(neighbour)
    if how == "refused":
        ends = [neighbour.activity("Reject", person, request) for person in (mallory, bob)]
    else:
        stamp = permission(neighbour, bob, request)
        await effect(house, neighbour, bob, neighbour.activity("Accept", bob, request, result=stamp["id"]))
        gone = {"id": stamp["id"], "type": "QuoteAuthorization"} if how == "revoked" else target
        ends = [neighbour.activity("Delete", person, gone) for person in (mallory, bob)]
    await effect(house, neighbour, mallory, ends[0])
    assert (await as_it_is(house, post)).quote_uri == target
    await effect(house, neighbour, bob, ends[1])
    left = await as_it_is(house, post)
    assert (left.quote_uri, left.quote_stamp_uri, left.source) == (None, None, "Look at this.")
    told = (await updates(house, post))[-1]
    assert not {"quote", "quoteUri", "quoteAuthorization"} & told.keys()
    assert "quote-inline" not in told["content"]


@pytest.mark.parametrize(
    "forged",
    [
        {"attributedTo": "https://elsewhere.example/users/eve"},
        {"interactingObject": "https://elsewhere.example/notes/1"},
        {"interactionTarget": "https://elsewhere.example/notes/1"},
        {"interactingObject": {"id": "embedded", "type": "Note"}},
        {"interactionTarget": ["listed"]},
        {"type": "Note"},
        {"type": ["QuoteAuthorization", "Note"]},
        {"attributedTo": None},
    ],
)
async def test_no_forged_permission_is_believed(house: House, neighbour: Neighbour, forged: dict[str, Any]) -> None:
    """All of its three ids must be those that were asked about, as text, in what stands at its own id (#25)."""
    bob = neighbour.person("bob")
    post = await quote(house, await known_post(house, neighbour, bob))
    request = await asked(neighbour)
    whole = permission(neighbour, bob, request)
    permission(neighbour, bob, request, **forged)
    # What came along is as it should be, and is not looked at.
    accept = neighbour.activity("Accept", bob, request, result=whole)
    assert (await effect(house, neighbour, bob, accept))[0] == "refused"
    assert (await as_it_is(house, post)).quote_stamp_uri is None


async def test_a_permission_stands_on_the_server_of_who_is_quoted(
    house: House, neighbour: Neighbour, elsewhere: Neighbour
) -> None:
    """One of another server is not even asked for; nobody answers for another, with or without a permission (#25)."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    target = await known_post(house, neighbour, bob)
    await known_post(house, neighbour, mallory)
    post = await quote(house, target)
    request = await asked(neighbour)
    foreign = {**permission(neighbour, bob, request), "id": f"{elsewhere.origin}/stamps/1"}
    elsewhere.serve(foreign)
    answers = [
        (bob, neighbour.activity("Accept", bob, request, result=foreign["id"])),
        (mallory, neighbour.activity("Accept", mallory, request, result=f"{neighbour.origin}/stamps/1")),
        (mallory, neighbour.activity("Accept", mallory, request["id"])),
        (bob, neighbour.activity("Accept", bob, request)),
    ]
    for person, accept in answers:
        assert (await effect(house, neighbour, person, accept))[0] == "refused"
    assert elsewhere.asked() == 0
    assert (await as_it_is(house, post)).quote_stamp_uri is None


@pytest.mark.parametrize(
    "policy",
    [
        None,
        {},
        {"canQuote": {"automaticApproval": ["https://host.example/users/eve"]}},
        {"canLike": {"always": [PUBLIC]}},
    ],
)
async def test_nobody_is_quoted_who_does_not_let_it(
    house: House, neighbour: Neighbour, policy: dict[str, Any] | None
) -> None:
    """Silence is no permission, nor is one for others; and what is not public is quoted by nobody."""
    bob = neighbour.person("bob")
    target = await known_post(house, neighbour, bob, interactionPolicy=policy)
    private = await known_post(house, neighbour, bob, to=[f"{bob.uri}/followers"])
    for uri in (target, private, f"{neighbour.origin}/notes/unknown", house.uris.work("never")):
        with pytest.raises(BadInput, match="does not let it be quoted"):
            await quote(house, uri)
    with pytest.raises(BadInput, match="in a message"):
        await quote(house, target, visibility=Visibility.DIRECT)
    assert await house.value("SELECT count(*) FROM posts WHERE artisan_id IS NOT NULL") == 0


async def test_her_own_works_and_posts_need_no_permission(house: House, neighbour: Neighbour, work: str) -> None:
    """An entry of the journal that quotes a work of hers, or another entry, asks nobody."""
    first = await quote(house, work)
    second = await quote(house, first.uri)
    assert (first.quote_uri, second.quote_uri) == (work, first.uri)
    assert await house.value("SELECT count(*) FROM activities WHERE type = 'QuoteRequest'") == 0


async def test_an_entry_of_the_journal_can_be_quoted(house: House, neighbour: Neighbour) -> None:
    """By the usual policy, as works are; what is for few cannot, and nobody hears that it is there."""
    bob = neighbour.person("bob")
    async with house.db.write() as tx:
        entry, private = [
            await speaking.publish(
                tx, house.uris, house.artisan, PostDraft(text="Kiln day.", visibility=visibility), utc_now()
            )
            for visibility in (Visibility.PUBLIC, Visibility.FOLLOWERS)
        ]
    answers = []
    for target in (entry.uri, private.uri):
        post = neighbour.note(bob, None, quote=target)
        request = neighbour.activity("QuoteRequest", bob, target, instrument=post["id"])
        answers.append(await effect(house, neighbour, bob, request))
    assert answers == [("done", "may quote"), ("done", "nothing that can be quoted")]
