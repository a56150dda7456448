"""Foreign texts are read in every form, and made safe on the way in."""

from typing import Any

import pytest

from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab.notes import parse_note

BOB = "https://mastodon.example/users/bob"
WORK = "https://atelier.example/ap/works/1"
NOTE: dict[str, Any] = {
    "id": f"{BOB}/1",
    "type": "Note",
    "attributedTo": BOB,
    "inReplyTo": WORK,
    "content": "<p>Hello</p>",
    "to": PUBLIC,
}


@pytest.mark.parametrize(
    "author",
    [BOB, [BOB], {"id": BOB}, [{"type": "Group", "id": f"{BOB}/channel"}, {"type": "Person", "id": BOB}]],
    ids=str,
)
def test_authors(author: object) -> None:
    """The author is an id, an object, or the person among several."""
    assert parse_note(NOTE | {"attributedTo": author}).attributed_to == BOB


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": {}},
        {"type": "Person"},
        {"type": "Tombstone"},
        {"type": None},
        {"attributedTo": None},
        {"attributedTo": "bob"},
        {"attributedTo": "https://victim.example/users/eve"},
    ],
    ids=str,
)
def test_no_note(changes: dict[str, Any]) -> None:
    """WIRE 10.2 #17: a text without an id, or with an author of another server, is refused."""
    with pytest.raises(BadActivity):
        parse_note(NOTE | changes)


@pytest.mark.parametrize(
    "kind", ["Note", "Article", "Page", "Question", ["Note", "x:Letter"], ["x:Letter", "Note"]], ids=str
)
def test_kinds(kind: object) -> None:
    """A reply may be any kind of text, with several types in an array."""
    assert parse_note(NOTE | {"type": kind}).content_html == "<p>Hello</p>"


def test_content_map_alone() -> None:
    """Where only `contentMap` came, its first text and language are taken."""
    note = parse_note(NOTE | {"content": None, "contentMap": {"fr-CH": "<p>Salut</p>", "en": "<p>Hi</p>"}})
    assert (note.content_html, note.language) == ("<p>Salut</p>", "fr-CH")
    assert parse_note(NOTE | {"contentMap": {"<script>": "x"}}).language is None
    assert parse_note(NOTE | {"contentMap": ["x"]}).language is None


def test_content_is_safe() -> None:
    """WIRE 10.2 #48: scripts, handlers and odd links are gone before anybody stores the text."""
    note = parse_note(NOTE | {"content": '<p onclick="x()">a<script>b</script><a href="javascript:x()">c</a></p>'})
    assert note.content_html == '<p>a<a rel="nofollow noopener ugc" target="_blank">c</a></p>'
    assert parse_note(NOTE | {"summary": "<b>careful</b> &amp; slow<script>x</script>"}).summary == "careful & slow"


def test_votes_are_known() -> None:
    """WIRE 10.2 #59: a name without content in reply to something is a vote, no comment."""
    assert parse_note(NOTE | {"name": "Option 1", "content": None}).is_poll_vote
    assert not parse_note(NOTE | {"name": "Option 1"}).is_poll_vote
    assert not parse_note(NOTE | {"name": "Option 1", "content": None, "inReplyTo": None}).is_poll_vote


def test_audience() -> None:
    """A text is public if the public is addressed at all."""
    assert parse_note(NOTE).is_public
    assert parse_note(NOTE | {"to": [f"{BOB}/followers"], "cc": "as:Public"}).is_public
    assert not parse_note(NOTE | {"to": [WORK], "cc": None}).is_public


@pytest.mark.parametrize(
    ("tag", "mentions"),
    [
        ({"type": "Mention", "href": WORK}, (WORK,)),
        ([{"type": "Hashtag", "href": BOB}, None, 5, {"type": "Mention", "href": WORK}], (WORK,)),
        ([{"type": "Mention", "href": "x"}, {"type": "Mention"}], ()),
        (None, ()),
        ([{"type": "Mention", "href": f"https://a.example/{number}"} for number in range(1000)], 64),
    ],
    ids=["single", "array", "unusable", "none", "WIRE 10.2 #41"],
)
def test_mentions(tag: object, mentions: object) -> None:
    """Mentions are found in one tag or several; of very many, those among the first 64 tags."""
    found = parse_note(NOTE | {"tag": tag}).mentions
    assert (len(found) if isinstance(mentions, int) else found) == mentions


def test_page_and_times() -> None:
    """The page is of the same server as the id; both times are read."""
    note = parse_note(NOTE | {"url": [{"href": "https://mastodon.example/@bob/1"}], "updated": "2026-11-23T12:30:22Z"})
    assert note.url == "https://mastodon.example/@bob/1"
    assert note.published_at is None
    assert note.updated_at is not None
    assert parse_note(NOTE | {"url": "https://evil.example/"}).url is None


def test_only_true_is_sensitive() -> None:
    """`sensitive` may be null or nonsense; only true counts."""
    assert parse_note(NOTE | {"sensitive": True}).sensitive
    assert not any(parse_note(NOTE | {"sensitive": value}).sensitive for value in (None, "yes", 1, [True]))
