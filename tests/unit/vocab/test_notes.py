"""Notes of all dialects become one."""

from typing import Any

import pytest

from fedi_artisan.domain.posts import Visibility
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab.activity import parse
from fedi_artisan.vocab.notes import parse_note
from tests.unit.vocab.noted import BOB, NOTE, WORK
from tests.unit.vocab.test_note_pictures import PICTURE


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


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        (PUBLIC, f"{BOB}/followers", Visibility.PUBLIC),
        ("as:Public", None, Visibility.PUBLIC),
        ([PUBLIC], ["Public"], Visibility.PUBLIC),
        ([f"{BOB}/followers"], ["Public", WORK], Visibility.UNLISTED),
        ([], PUBLIC, Visibility.UNLISTED),
        ([f"{BOB}/followers"], [WORK], Visibility.FOLLOWERS),
        ([WORK], [f"{BOB}/followers"], Visibility.FOLLOWERS),
        (["https://mastodon.example/lists/5"], [], Visibility.FOLLOWERS),
        (["https://mastodon.example/ap/followers/bob/"], [], Visibility.FOLLOWERS),
        (["https://victim.example/users/eve/followers"], [], Visibility.DIRECT),
        ([WORK], [], Visibility.DIRECT),
        (["https://mastodon.example/users/followers-of-clay"], None, Visibility.DIRECT),
        (["nonsense", 7], {"x": 1}, Visibility.DIRECT),
    ],
)
def test_visibility(to: object, cc: object, visibility: Visibility) -> None:
    """Who may read a text follows from whom it is addressed to (WIRE 5.1); in doubt, only they."""
    note = parse_note(NOTE | {"to": to, "cc": cc})
    assert note.visibility("https://mastodon.example/lists/5") is visibility


def test_the_carrier_says_who_may_read() -> None:
    """A text that is addressed to nobody is for those whom its Create is for; one that is addressed says so itself."""
    create = parse(
        {"id": f"{BOB}/1/activity", "type": "Create", "actor": BOB, "object": NOTE, "to": PUBLIC, "cc": WORK}
    )
    silent = {key: value for key, value in NOTE.items() if key != "to"}
    assert parse_note(silent, create).visibility() is Visibility.PUBLIC
    assert parse_note(silent, create).cc == (WORK,)
    assert parse_note(silent).visibility() is Visibility.DIRECT
    assert parse_note(silent | {"to": [WORK]}, create).visibility() is Visibility.DIRECT


LONG = "x" * 30_000


def test_limits() -> None:
    """WIRE 10.2 #42: of everything that a server may send without end, only so much is read."""
    note = parse_note(
        NOTE
        | {
            "type": "Question",
            "content": LONG,
            "summary": LONG,
            "name": LONG,
            "conversation": LONG,
            "attachment": [{**PICTURE, "url": f"{PICTURE['url']}?{n}", "name": LONG} for n in range(500)],
            "tag": [
                *({"type": "Hashtag", "name": f"#t{n}"} for n in range(30)),
                *({"type": "Mention", "href": f"{BOB}/{n}", "name": LONG} for n in range(30)),
                *({"type": "Emoji", "name": f":{n}:", "icon": PICTURE} for n in range(500)),
            ],
            "oneOf": [{"name": f"{n}{LONG}"} for n in range(500)],
            "likes": {"totalItems": 10**30},
            "shares": {"totalItems": -1},
        }
    )
    assert len(note.content_html) <= 20_000 + 20 * 120
    assert note.content_html.count("<li>") == 20
    assert (len(note.summary), len(note.name), len(note.conversation or "")) == (500, 2048, 2048)
    assert (len(note.pictures), len(note.pictures[0].alt)) == (16, 10_000)
    assert (len(note.hashtags), len(note.mentioned), len(note.emojis)) == (30, 30, 4)
    assert len(note.mentioned[0].handle) == 320
    assert (note.likes, note.shares) == (None, None)


def test_hashtags() -> None:
    """Hashtags lose their sign and come once, however they are written; a sentence or markup is none."""
    names = ["#Raku", "raku", "#土", "＃kiln", "two words", "#<b>", "#", None, "#" + "x" * 101]  # noqa: RUF001 - a wide sign
    note = parse_note(NOTE | {"tag": [{"type": "Hashtag", "name": name} for name in names]})
    assert note.hashtags == ("Raku", "土", "kiln")


@pytest.mark.parametrize(
    ("fields", "quoted"),
    [
        ({"quote": WORK}, True),
        ({"quote": {"id": WORK, "type": "Note"}}, True),
        ({"quote": None, "quoteUrl": WORK}, True),
        ({"quoteUri": WORK}, True),
        ({"_misskey_quote": WORK}, True),
        ({"quote": {"type": "Tombstone"}}, False),
        ({"quote": "a passage"}, False),
        ({"quote": f"{BOB}/1"}, False),
        ({"tag": {"type": "Link", "mediaType": "application/activity+json", "href": WORK}}, True),
        (
            {
                "tag": {
                    "type": "Link",
                    "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
                    "href": WORK,
                    "rel": "https://misskey-hub.net/ns#_misskey_quote",
                }
            },
            True,
        ),
        (
            {"tag": {"type": "Link", "mediaType": "application/activity+json", "href": WORK, "rel": ["alternate"]}},
            False,
        ),
        ({"tag": {"type": "Link", "mediaType": "text/html", "href": WORK}}, False),
        ({"tag": {"type": "Link", "mediaType": "application/ld+json", "href": WORK}}, False),
    ],
    ids=range(13),
)
def test_quotes(fields: dict[str, Any], quoted: bool) -> None:
    """What is quoted is read in every dialect (WIRE 4.8); nothing quotes itself."""
    assert parse_note(NOTE | fields).quote_uri == (WORK if quoted else None)


@pytest.mark.parametrize("kind", ["Article", "Page", "Video", "Audio", "Event", "Image"])
def test_long_texts_are_shortened(kind: str) -> None:
    """Of a long text with a title its summary is shown, else its preview, else its beginning up to a whole sentence."""
    long = NOTE | {"type": kind, "name": "A title", "content": "<p>One &lt;two&gt; three. </p>" * 200}
    assert parse_note(long | {"summary": "<p>In <b>short</b></p>"}).content_html == "<p>In <b>short</b></p>"
    assert parse_note(long | {"preview": {"content": "Shorter"}}).content_html == "Shorter"
    beginning = parse_note(long).content_html
    assert beginning.startswith("<p>One &lt;two&gt; three.</p>")
    assert beginning.endswith("three. …</p>")
    assert 700 < len(beginning) < 3500
    assert parse_note(long | {"content": "x" * 5000}).content_html.endswith("…</p>")
    assert parse_note(long).summary == ""


def test_warnings_stay_warnings() -> None:
    """The summary of something sensitive is a warning, not its essence; one of invisible signs has no words."""
    article = NOTE | {"type": "Article", "name": "A title", "sensitive": True, "summary": "nude", "content": "<p>a</p>"}
    assert (parse_note(article).summary, parse_note(article).content_html) == ("nude", "<p>a</p>")
    assert parse_note(NOTE | {"summary": "\u200b", "sensitive": True}).summary == ""


def test_other_media_of_words() -> None:
    """Words that say they are Markdown or plain text are read as that, and made safe all the same."""
    wild = "*a* <script>b</script>"
    assert parse_note(NOTE | {"mediaType": "text/markdown", "content": wild}).content_html == (
        "<p><em>a</em> &lt;script&gt;b&lt;/script&gt;</p>"
    )
    assert parse_note(NOTE | {"mediaType": "text/plain", "content": wild + "\nc"}).content_html == (
        "<p>*a* &lt;script&gt;b&lt;/script&gt;</p><p>c</p>"
    )


def test_options_are_only_text() -> None:
    """WIRE 10.2 #48: the options of a poll can bring no markup; what is no option is left out."""
    poll = NOTE | {"type": "Question", "anyOf": [{"name": "<img src=x>"}, {"name": ""}, None, "x", {"name": ["b"]}]}
    assert parse_note(poll).content_html == "<p>Hello</p><ul><li>&lt;img src=x&gt;</li><li>b</li></ul>"


def test_pages_at_www() -> None:
    """A page may stand at `www.` before the host of the id (Threads); without a page the id leads there."""
    assert parse_note(NOTE | {"url": "https://www.mastodon.example/1"}).page_url == "https://www.mastodon.example/1"
    assert parse_note(NOTE | {"url": "https://www.evil.example/1"}).page_url == NOTE["id"]


def test_a_picture_without_words_is_no_vote() -> None:
    """WIRE 10.2 #59: a name without words is no vote if a picture comes with it, or if it is a title."""
    bare = NOTE | {"name": "Option 1", "content": None}
    assert not parse_note(bare | {"attachment": PICTURE}).is_poll_vote
    assert not parse_note(bare | {"type": "Page"}).is_poll_vote


def test_no_page_within_a_page() -> None:
    """WIRE 10.2 #50: HTML that comes as a preview of a link, or to be embedded, is shown nowhere as it came."""
    embed = '<iframe src="https://evil.example/"></iframe><script>x</script><p>words</p>'
    link = {"type": "Link", "href": "https://mastodon.example/page", "html": embed, "name": embed, "preview": embed}
    note = parse_note(NOTE | {"attachment": link, "html": embed, "oembed": embed})
    assert (note.content_html, note.pictures, note.other_attachments) == ("<p>Hello</p>", (), 0)
    article = NOTE | {"type": "Article", "content": "", "preview": {"type": "Note", "content": embed}}
    assert parse_note(article).content_html == "<p>words</p>"
