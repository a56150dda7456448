"""The posts that many kinds of servers send, and what surrounds them: each is read as what it means."""

from typing import Any

import pytest

from fedi_artisan.domain.posts import Visibility
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import Note, parse_note
from fedi_artisan.vocab.rewriting import without_quote_line
from fedi_artisan.vocab.types import ActivityType
from tests.unit.vocab.test_shapes import US, WORK, activity, named, read

EXPECTED: dict[tuple[str, str], dict[str, Any]] = {
    ("akkoma", "create_poll"): {"type": "Question"},
    ("akkoma", "create_post"): {"pictures": 1, "emojis": 1},
    ("akkoma", "update_post"): {"pictures": 1, "emojis": 1},
    ("bookwyrm", "create_comment"): {"pictures": 1},
    ("bookwyrm", "create_quotation"): {"type": "Quotation"},
    ("bookwyrm", "create_review"): {
        "type": "Article",
        "name": 'Review of "The Book of Kilns" (4 stars): Warm',
        "pictures": 1,
    },
    ("bookwyrm", "create_review_of_its_own"): {"type": "Review", "name": "Warm"},
    ("friendica", "create_event"): {"type": "Event", "name": "Open kiln"},
    ("friendica", "create_post"): {"pictures": 1, "other_attachments": 1, "hashtags": ("kava",), "language": "sl"},
    ("friendica", "update_post"): {"pictures": 1, "other_attachments": 1},
    ("ghost", "create_article"): {"type": "Article", "name": "What the kiln gives back", "pictures": 1},
    ("ghost", "create_post"): {"pictures": 1},
    ("ghost", "update_post"): {"type": "Article", "name": "What the kiln keeps", "pictures": 1},
    ("gotosocial", "create_poll"): {"type": "Question"},
    ("gotosocial", "create_post"): {"pictures": 1, "hashtags": ("grès",), "language": "fr", "likes": 2},
    ("gotosocial", "update_post"): {"pictures": 1},
    ("lemmy", "create_direct"): {"type": "ChatMessage"},
    ("lemmy", "create_image_post"): {"type": "Page", "name": "Jar, again", "pictures": 1},
    ("lemmy", "create_post"): {"type": "Page", "name": "My first moon jar", "pictures": 1, "language": "en"},
    ("lemmy", "update_post"): {"type": "Page", "name": "My second moon jar", "pictures": 1},
    ("mastodon", "create_followers"): {"summary": "prices", "sensitive": True},
    ("mastodon", "create_poll"): {"type": "Question"},
    ("mastodon", "create_post"): {
        "pictures": 2,
        "other_attachments": 1,
        "hashtags": ("kiln",),
        "emojis": 1,
        "likes": 3,
        "shares": 1,
        "conversation": "https://mastodon.example/contexts/113500000000000110-1",
    },
    ("mastodon", "update_post"): {"pictures": 2, "other_attachments": 1},
    ("misskey", "create_poll"): {"type": "Question"},
    ("misskey", "create_post"): {
        "pictures": 1,
        "other_attachments": 1,
        "sensitive": True,
        "summary": "",
        "hashtags": ("窯",),
    },
    ("peertube", "create_post"): {
        "type": "Video",
        "name": "Throwing a moon jar in two halves",
        "pictures": 1,
        "other_attachments": 1,
        "language": "ja",
        "hashtags": ("moonjar",),
        "likes": None,
    },
    ("peertube", "update_post"): {
        "type": "Video",
        "name": "Throwing a moon jar",
        "pictures": 1,
        "other_attachments": 1,
    },
    ("pixelfed", "create_post"): {"pictures": 2, "other_attachments": 1, "hashtags": ("celadon",)},
    ("pixelfed", "update_post"): {"pictures": 2, "other_attachments": 1, "summary": "Nothing to hide"},
    ("sharkey", "create_post"): {"pictures": 1, "summary": "fire", "sensitive": True},
    ("sharkey", "update_post"): {"pictures": 1, "summary": "fire"},
    ("threads", "create_post"): {"pictures": 1, "hashtags": ("glass",)},
    ("threads", "update_post"): {"pictures": 1},
    ("wordpress", "create_article"): {
        "type": "Article",
        "name": "Four winters & one bowl",
        "pictures": 1,
        "likes": 12,
        "hashtags": ("clay",),
    },
    ("wordpress", "create_post"): {"pictures": 1},
    ("wordpress", "update_post"): {"type": "Article", "name": "Five winters & one bowl", "pictures": 1},
}
"""What is special about a post: of pictures and emoji the number. What is not told is as in a plain Note."""
PLAIN = {"type": "Note", "name": "", "summary": "", "pictures": 0, "other_attachments": 0}
WORDS = {
    ("akkoma", "create_poll"): "wood or gas?<ul><li>wood</li><li>gas</li></ul>",
    ("bookwyrm", "create_quotation"): ("<blockquote><p>Fire is a poor servant.</p></blockquote><p>So true.</p>"),
    ("friendica", "create_event"): "Bring mugs.",
    ("friendica", "create_post"): "Skodelica za kavo<br>",
    ("ghost", "create_article"): "A letter about ash, and about not arguing with it.",
    ("lemmy", "create_image_post"): "",
    ("lemmy", "create_post"): "<p>Cracked at the seam, of course.</p>",
    ("mastodon", "create_poll"): (
        "<p>Which foot for the tea bowl?</p><ul><li>Cut</li><li>Turned &amp; waxed</li></ul>"
    ),
    ("peertube", "create_post"): (
        "<p>Two halves, <strong>one</strong> seam.</p>\n<ul>\n<li>00:00 The lower half</li>\n<li>09:12 The join</li>\n"
        "</ul>"
    ),
    ("wordpress", "create_article"): "How the river clay was tamed […]",
}
FIRST_PICTURES = {
    ("akkoma", "create_post"): ("https://media.akkoma.example/a1.png", "Orange peel glaze", 1200, 900, True),
    ("ghost", "create_article"): ("https://ghost.example/content/images/2026/11/kiln.jpg", "", 0, 0, False),
    ("ghost", "create_post"): (
        "https://ghost.example/content/images/2026/11/snow.jpg",
        "A wood pile under snow",
        0,
        0,
        False,
    ),
    ("gotosocial", "create_post"): (
        "https://gts.example/fileserver/01K9/attachment/original/01K9.webp",
        "Un four ouvert",
        1200,
        1600,
        True,
    ),
    ("mastodon", "create_post"): (
        "https://files.mastodon.example/media/1/original.jpg",
        "Five bowls on a board, still warm",
        1536,
        2048,
        True,
    ),
    ("peertube", "create_post"): ("https://peertube.example/lazy-static/previews/1.jpg", "", 850, 480, False),
    ("pixelfed", "create_post"): (
        "https://media.pixelfed.example/m/_v2/1/1.jpg",
        "A green bowl from above",
        1080,
        1350,
        True,
    ),
}
VISIBILITIES = {
    "create_direct": Visibility.DIRECT,
    "create_followers": Visibility.FOLLOWERS,
    "create_unlisted": Visibility.UNLISTED,
}
POSTS = [
    (software, name)
    for software, name in named("create_*", "update_*")
    if name not in {"create_vote", "create_reply", "update_reply", "update_actor"}
]


def note_of(software: str, name: str) -> tuple[Activity, Note]:
    """Return an activity and the note in it."""
    carrier = activity(software, name)
    assert carrier.object.document is not None
    return carrier, parse_note(carrier.object.document, carrier)


@pytest.mark.parametrize(("software", "name"), POSTS)
def test_posts_are_read(software: str, name: str) -> None:
    """A post of every kind of server has its author, its words and pictures, its audience, and nothing beyond."""
    carrier, note = note_of(software, name)
    found = {**PLAIN, **EXPECTED.get((software, name), {})}
    for key, value in found.items():
        read_value = getattr(note, key)
        assert (len(read_value) if key in {"pictures", "emojis"} else read_value) == value, key
    assert (note.uri, note.attributed_to) == (carrier.object.uri, carrier.actor_uri)
    assert note.content_html or note.pictures
    assert (note.updated_at is not None) >= name.startswith("update")
    assert note.published_at is not None
    assert not note.is_poll_vote
    assert note.in_reply_to is None
    followers = parse_actor(read(software, "actor")).followers_uri
    wanted = VISIBILITIES.get(name, Visibility.PUBLIC)
    assert note.visibility(followers) is wanted
    assert note.visibility(None) is wanted
    assert note.is_public is (wanted in {Visibility.PUBLIC, Visibility.UNLISTED})


@pytest.mark.parametrize(("software", "name"), WORDS)
def test_words_of_posts(software: str, name: str) -> None:
    """Polls list their options; what has a title shows its essence; what is told by other media is left out."""
    assert note_of(software, name)[1].content_html == WORDS[software, name]


@pytest.mark.parametrize(("software", "name"), FIRST_PICTURES)
def test_pictures_of_posts(software: str, name: str) -> None:
    """A picture has its address, what it shows, its size, and its blurred preview where that is sound."""
    picture = note_of(software, name)[1].pictures[0]
    told = (picture.url, picture.alt, picture.width_px, picture.height_px, picture.blurhash != "")
    assert told == FIRST_PICTURES[software, name]


@pytest.mark.parametrize(("software", "name"), named("create_direct"))
def test_direct_messages_are_for_us(software: str, name: str) -> None:
    """A direct message is addressed to our actor, and to nobody else."""
    note = note_of(software, name)[1]
    assert note.to + note.cc == (US,)
    assert note.mentions in {(US,), ()}
    assert all(mention.handle == "@maria@atelier.example" for mention in note.mentioned)


@pytest.mark.parametrize(("software", "name"), named("create_quote*", "update_quote"))
def test_quotes_name_our_work(software: str, name: str) -> None:
    """Every dialect of quoting is read (WIRE 4.8), and its line for others can be left out."""
    note = note_of(software, name)[1]
    if name == "create_quotation":
        assert note.quote_uri is None
        return
    assert note.quote_uri == WORK
    assert (note.quote_authorization_uri is not None) is (name == "update_quote")
    assert "RE:" not in without_quote_line(note.content_html)


@pytest.mark.parametrize(("software", "name"), named("quote_request"))
def test_quote_requests_are_read(software: str, name: str) -> None:
    """A QuoteRequest says what is to be quoted and by what, given as an id or as a whole."""
    request = activity(software, name)
    assert request.object.uri == WORK
    assert request.instrument is not None
    assert request.instrument.uri == note_of(software, "create_quote")[1].uri
    if request.instrument.document is not None:
        assert parse_note(request.instrument.document).quote_uri == WORK


def test_quotes_are_answered() -> None:
    """Accept and Reject of a QuoteRequest carry it; an Accept says where the leave is, a Delete takes it back."""
    accept, reject = activity("mastodon", "accept_quote"), activity("mastodon", "reject_quote")
    for answer in (accept, reject):
        assert answer.inner is not None
        assert answer.inner.type is ActivityType.QUOTE_REQUEST
        assert answer.inner.actor_uri == US
        assert answer.inner.instrument is not None
        assert answer.inner.instrument.uri == "https://atelier.example/ap/posts/01je0000000000000000000003"
    assert accept.result is not None
    assert activity("mastodon", "delete_quote_authorization").object.uri == accept.result.uri
    assert reject.result is None


def test_quote_policies_are_read() -> None:
    """Who may quote is told by two lists, given as one value or several; mere silence is no policy."""
    by_one = note_of("wordpress", "create_article")[1].quote_policy
    by_lists = note_of("pixelfed", "create_quote")[1].quote_policy
    assert by_one is not None
    assert (by_one.automatic, by_one.manual) == ((PUBLIC,), ())
    assert by_lists is not None
    assert (by_lists.automatic, by_lists.manual) == (("https://pixelfed.example/users/ana/followers",), (PUBLIC,))
    assert note_of("gotosocial", "create_post")[1].quote_policy is None


@pytest.mark.parametrize(("software", "name"), named("create_vote"))
def test_votes_are_known(software: str, name: str) -> None:
    """WIRE 10.2 #59: the votes that servers send are known as such."""
    assert note_of(software, name)[1].is_poll_vote


@pytest.mark.parametrize(("software", "name"), named("flag"))
def test_reports_are_read(software: str, name: str) -> None:
    """A Flag tells what it is about, one thing or several, by id or whole; its words are only text."""
    flag = activity(software, name)
    about = {"misskey": (US,), "lemmy": (WORK,)}.get(software, (US, WORK))
    assert flag.object_uris == about
    assert (flag.content is None) is (software == "pixelfed")
    assert software != "mastodon" or flag.content == "The photograph is mine, <b>not</b> hers."


@pytest.mark.parametrize(("software", "name"), named("add_pin", "remove_pin"))
def test_pins_name_their_collection(software: str, name: str) -> None:
    """Add and Remove say of which collection; Mastodon's have no id, and get one that tells them apart."""
    pin = activity(software, name)
    assert pin.target is not None
    assert pin.target.uri is not None
    assert pin.object.uri == note_of(software, "create_post")[1].uri
    assert pin.uri != activity(software, "add_pin" if name == "remove_pin" else "remove_pin").uri


@pytest.mark.parametrize(("software", "name"), named("announce_*", "undo_announce_post"))
def test_announces_of_others(software: str, name: str) -> None:
    """An Announce names a post by its id; a group's names an activity, read and not yet believed (WIRE 7.2)."""
    announce = activity(software, name)
    if name == "undo_announce_post":
        assert announce.inner is not None
        assert announce.inner.object.uri == activity(software, "announce_post").object.uri
        return
    assert announce.object.uri is not None
    kind = {"announce_create": ActivityType.CREATE, "announce_like": ActivityType.LIKE}.get(name)
    assert (announce.inner.type if announce.inner else None) is kind
    if announce.inner:
        assert announce.inner.actor_uri == parse_actor(read(software, "actor")).uri
        assert announce.inner.uri == announce.object.uri


@pytest.mark.parametrize(("software", "name"), named("delete_post"))
def test_deleted_posts_are_named(software: str, name: str) -> None:
    """Delete names the post by id, Tombstone, or beside what else is told of it."""
    assert activity(software, name).object.uri == note_of(software, "create_post")[1].uri
