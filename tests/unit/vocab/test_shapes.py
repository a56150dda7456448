"""The shapes that many kinds of servers really send, each read for what it means (`tests/data/README.md`)."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.domain.uris import PUBLIC, same_origin
from fedi_artisan.vocab import json
from fedi_artisan.vocab.activity import Activity, parse
from fedi_artisan.vocab.actors import parse_actor, parse_key
from fedi_artisan.vocab.notes import parse_note
from fedi_artisan.vocab.types import ActivityType

DATA = Path(__file__).parents[2] / "data"
US = "https://atelier.example/ap/actors/01jc7maria00000000000000aa"
WORK = "https://atelier.example/ap/works/01jc8zmoonjar000000000000b"
OUR_FOLLOW = "https://atelier.example/ap/activities/01jd0000000000000000000001"
SOFTWARE = (
    "akkoma",
    "bookwyrm",
    "friendica",
    "ghost",
    "gotosocial",
    "lemmy",
    "mastodon",
    "microblogpub",
    "misskey",
    "peertube",
    "pixelfed",
    "sharkey",
    "takahe",
    "threads",
    "wordpress",
)
TYPES = {
    "accept": ActivityType.ACCEPT,
    "add": ActivityType.ADD,
    "announce": ActivityType.ANNOUNCE,
    "block": ActivityType.BLOCK,
    "create": ActivityType.CREATE,
    "delete": ActivityType.DELETE,
    "dislike": None,
    "emoji": ActivityType.EMOJI_REACT,
    "flag": ActivityType.FLAG,
    "follow": ActivityType.FOLLOW,
    "like": ActivityType.LIKE,
    "move": ActivityType.MOVE,
    "quote": ActivityType.QUOTE_REQUEST,
    "reject": ActivityType.REJECT,
    "remove": ActivityType.REMOVE,
    "reply": None,
    "undo": ActivityType.UNDO,
    "update": ActivityType.UPDATE,
    "view": None,
}


def read(software: str, name: str) -> dict[str, Any]:
    """Return a shape, through the reader that reads what really arrives."""
    return json.loads((DATA / software / f"{name}.json").read_bytes())


def named(*patterns: str) -> list[tuple[str, str]]:
    """Return software and name of every shape whose name fits one of *patterns*, in which `*` stands for anything."""
    return [
        (software, path.stem)
        for software in SOFTWARE
        for path in sorted((DATA / software).glob("*.json"))
        if any(fnmatch(path.stem, pattern) for pattern in patterns)
    ]


def activity(software: str, name: str) -> Activity:
    """Return a shape as it is read."""
    return parse(read(software, name))


@pytest.mark.parametrize(("software", "name"), named("actor", "group"))
def test_actors_are_read(software: str, name: str) -> None:
    """Every server's actor can be followed by, delivered to, and verified."""
    actor = parse_actor(read(software, name))
    assert actor.type == ("Group" if name == "group" else "Person")
    assert actor.username
    assert actor.name
    assert same_origin(actor.inbox_url, actor.uri)
    assert (actor.shared_inbox_url is None) is (software == "gotosocial")
    assert [key.owner_uri for key in actor.keys] == [actor.uri]
    assert parse_key(read(software, name), actor.keys[0].key_id) == actor.keys[0]


@pytest.mark.parametrize(("software", "name"), named(*TYPES, *(f"{kind}_*" for kind in TYPES)))
def test_activities_are_read(software: str, name: str) -> None:
    """Every activity has its type, its actor and its object; reports are sent by a server's own actor."""
    read_activity = activity(software, name)
    senders = {parse_actor(read(*folder_and_name)).uri for folder_and_name in named("actor", "group")}
    assert read_activity.type is TYPES[name.partition("_")[0]]
    if name == "flag":
        assert any(same_origin(read_activity.actor_uri, sender) for sender in senders)
    else:
        assert read_activity.actor_uri in senders
    assert same_origin(read_activity.uri, read_activity.actor_uri)
    assert (read_activity.object.uri is None) is (name == "add_hashtag")


@pytest.mark.parametrize(("software", "name"), named("follow", "block"))
def test_follows_and_blocks_are_about_us(software: str, name: str) -> None:
    """Follow and Block name our actor, whether as an id or as an object."""
    assert activity(software, name).object.uri == US


@pytest.mark.parametrize(("software", "name"), named("like*", "announce", "emoji_react*", "dislike"))
def test_reactions_are_about_a_work(software: str, name: str) -> None:
    """Like, EmojiReact, Dislike and Announce name our work."""
    assert activity(software, name).object.uri == WORK


@pytest.mark.parametrize(("software", "name"), named("undo_*"))
def test_undo_carries_what_is_undone(software: str, name: str) -> None:
    """Undo embeds the activity, by the same actor, about us."""
    undo = activity(software, name)
    assert undo.inner is not None
    assert undo.inner.type is TYPES[name.split("_")[1]]
    assert undo.inner.actor_uri == undo.actor_uri
    assert undo.inner.uri == undo.object.uri
    assert (undo.inner.object.uri in {US, WORK}) is not name.endswith("_post")


@pytest.mark.parametrize(("software", "name"), named("accept_follow", "reject_follow"))
def test_answers_name_our_follow(software: str, name: str) -> None:
    """Accept and Reject name the Follow we sent, by its id or as a whole."""
    answer = activity(software, name)
    assert answer.object.uri == OUR_FOLLOW
    if software != "microblogpub":
        assert answer.inner is not None
        assert (answer.inner.type, answer.inner.actor_uri) == (ActivityType.FOLLOW, US)
        assert answer.inner.object.uri == answer.actor_uri


@pytest.mark.parametrize(("software", "name"), named("create_reply", "update_reply"))
def test_replies_are_read(software: str, name: str) -> None:
    """A reply has its author, what it answers, safe words, an audience and whom it mentions."""
    carrier = activity(software, name)
    assert carrier.object.document is not None
    note = parse_note(carrier.object.document)
    assert note.uri == carrier.object.uri
    assert note.attributed_to == carrier.actor_uri
    assert note.in_reply_to == WORK
    assert note.content_html
    assert note.published_at is not None
    assert (note.updated_at is not None) >= name.startswith("update")
    assert note.is_public
    assert PUBLIC in carrier.to + carrier.cc
    assert not note.is_poll_vote
    assert note.mentions == (US,)


@pytest.mark.parametrize(("software", "name"), named("delete_reply", "delete_actor"))
def test_deletions_name_what_is_gone(software: str, name: str) -> None:
    """Delete names a text by id or Tombstone, or the actor itself."""
    deletion = activity(software, name)
    if name == "delete_actor":
        assert deletion.object.uri == deletion.actor_uri
    else:
        reply = activity(software, "create_reply")
        assert deletion.object.uri == reply.object.uri


@pytest.mark.parametrize(("software", "name"), named("update_actor"))
def test_profile_updates_carry_the_actor(software: str, name: str) -> None:
    """Update of an actor embeds it as a whole."""
    update = activity(software, name)
    assert update.object.document is not None
    assert parse_actor(update.object.document).uri == update.actor_uri


@pytest.mark.parametrize(("software", "name"), named("move"))
def test_moves_lead_somewhere(software: str, name: str) -> None:
    """Move names the actor itself and where it went."""
    move = activity(software, name)
    assert move.object.uri == move.actor_uri
    assert move.target is not None
    assert move.target.uri is not None


def test_emoji_of_reactions() -> None:
    """The emoji of Akkoma's EmojiReact and of Misskey's Like are kept, one from elsewhere without its host."""
    assert activity("akkoma", "emoji_react").content == "🏺"
    assert activity("akkoma", "emoji_react_custom").content == ":clay:"
    assert activity("misskey", "like").content == ":kiln:"
    assert activity("misskey", "like_of_elsewhere").content == ":jar:"
    assert activity("sharkey", "like").content == "❤"
    assert activity("mastodon", "like").content is None


def test_gotosocial_stub_gives_its_key() -> None:
    """A stub actor without an inbox is good for its key and nothing else (WIRE 14)."""
    stub = read("gotosocial", "actor_stub")
    key = parse_key(stub, "https://gts.example/users/lena/main-key")
    assert key is not None
    assert key == parse_actor(read("gotosocial", "actor")).keys[0]


def test_every_folder_is_read() -> None:
    """No shape lies there unread, and each folder is described."""
    folders = {path.parent.name for path in DATA.glob("*/actor.json")} - {"golden"}
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert folders == set(SOFTWARE)
    assert all(f"| {folder} |" in readme for folder in folders)
    unread = {path.stem for folder in folders for path in (DATA / folder).iterdir()} - {
        name for _, name in named(*TYPES, *(f"{kind}_*" for kind in TYPES), "actor*", "group")
    }
    assert unread == set()
