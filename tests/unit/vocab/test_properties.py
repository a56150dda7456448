"""What holds for any input whatever, tried with many."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.posts import Visibility
from fedi_artisan.domain.uris import origin_of
from fedi_artisan.domain.works import Draft
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields, render
from fedi_artisan.vocab.activity import parse
from fedi_artisan.vocab.actors import parse_actor, parse_key
from fedi_artisan.vocab.html import page_html, plain_text, post_html, sanitise
from fedi_artisan.vocab.notes import parse_note
from tests.conformance.documents import ELEMENTS
from tests.conformance.everybody import elements_of
from tests.conformance.samples import ARTISAN, BARE, URIS, documents
from tests.conformance.validator import complaints
from tests.unit.vocab.test_shapes import named, read

# Others work on the same machine: no example is bad because it took long.
UNHURRIED = settings(deadline=None)
KEYS = [
    "id",
    "type",
    "actor",
    "object",
    "target",
    "to",
    "cc",
    "published",
    "updated",
    "content",
    "contentMap",
    "_misskey_reaction",
    "attributedTo",
    "inReplyTo",
    "tag",
    "href",
    "name",
    "summary",
    "sensitive",
    "url",
    "icon",
    "inbox",
    "endpoints",
    "sharedInbox",
    "preferredUsername",
    "publicKey",
    "publicKeyPem",
    "owner",
    "alsoKnownAs",
    "movedTo",
    "followers",
    "mediaType",
    "attachment",
    "image",
    "width",
    "height",
    "blurhash",
    "quote",
    "quoteUrl",
    "quoteAuthorization",
    "interactionPolicy",
    "canQuote",
    "automaticApproval",
    "oneOf",
    "preview",
    "context",
    "language",
    "likes",
    "totalItems",
    "instrument",
    "result",
    "rel",
]
WORDS = [
    "Follow",
    "Undo",
    "Create",
    "Note",
    "Person",
    "Like",
    "Flag",
    "Add",
    "Announce",
    "QuoteRequest",
    "Question",
    "Article",
    "Image",
    "Link",
    "Hashtag",
    "Emoji",
    "Mention",
    "image/png",
    "https://a.example/1",
    "https://b.example/",
    "as:Public",
    "bob",
    "2026-11-23T12:30:22Z",
    "<p>a</p>",
]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(WORDS)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=6),
    max_leaves=30,
)
DOCUMENTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=12)
SHAPES = [
    read(*shape) for shape in named("create_*", "update_*", "quote_request", "flag", "add_pin", "announce_create")
]
OBJECTS = [shape["object"] for shape in SHAPES if isinstance(shape["object"], dict)]
NEARLY = st.builds(
    lambda document, changes: {**document, **changes},
    st.sampled_from([*documents().values(), documents()["create"]["object"], *SHAPES, *OBJECTS]),
    st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4),
)
READERS: list[Callable[[dict[str, Any]], object]] = [
    parse,
    parse_actor,
    parse_note,
    lambda document: parse_key(document, "https://a.example/1"),
]
MARKUP = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>",
            '<a href="JAVA\tSCRIPT:x" onclick=x()>',
            "</a>",
            "<svg onload=x>",
            "<math><mtext><style>",
            "<h1>",
            "</h1>",
            "<p ",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<iframe srcdoc='<script>x</script>'>",
            "<b>",
            "</b>",
            "<ul><li>",
            '"',
            "'",
            ">",
            "&lt;script&gt;",
            "&#106;avascript:",
            "<annotation-xml encoding=text/html>",
            "<noscript><p title='</noscript><img src=x onerror=x>'>",
            "<blockquote>" * 20,
            "\0",
            "\ud800",
        ]
    )
    | st.text(max_size=8),
    max_size=30,
).map("".join)


@pytest.mark.parametrize("read", READERS, ids=["activity", "actor", "note", "key"])
@UNHURRIED
@given(document=DOCUMENTS | NEARLY)
def test_reading_fails_in_one_way(read: Callable[[dict[str, Any]], object], document: dict[str, Any]) -> None:
    """WIRE 10.2 #41: of any JSON whatever either a value comes, or BadActivity."""
    with contextlib.suppress(BadActivity):
        assert read(document) == read(document)


@UNHURRIED
@given(document=NEARLY)
def test_what_is_read_of_a_post_is_harmless(document: dict[str, Any]) -> None:
    """WIRE 10.2 #42, #48: whatever is read as a post is bounded, and can be shown as it is."""
    try:
        note = parse_note(document)
    except BadActivity:
        return
    elements = elements_of(note.content_html)
    assert elements.found <= ELEMENTS | {"s", "ruby", "rt", "rp"}
    assert all(link.startswith(("http://", "https://")) for link in elements.links)
    addresses = [*(picture.url for picture in note.pictures), *(emoji.url for emoji in note.emojis), note.page_url]
    assert all(origin_of(address) is not None for address in addresses + list(note.mentions))
    assert max(len(note.pictures), len(note.emojis), len(note.mentioned), len(note.hashtags)) <= fields.MOST_TAGS
    assert not any(sign in tag for tag in note.hashtags for sign in "<># ")
    assert note.visibility() in set(Visibility) - {Visibility.WEB}


@UNHURRIED
@given(JSON)
def test_single_values_never_fail(value: object) -> None:
    """Reading one value of any JSON gives something of the promised kind."""
    assert all(isinstance(item, str) for item in fields.uris(value, 9) + fields.audience(value))
    assert isinstance(fields.text(value), str)
    assert isinstance(fields.type_name(value), str)
    assert fields.uri(value) is None or fields.uri(value) in fields.uris(value, 99)
    assert fields.url(value) is None or fields.url(value)
    moment = fields.moment(value)
    assert moment is None or moment.tzinfo is not None


@UNHURRIED
@given(MARKUP)
@example("<a href='javascript:alert(1)'>" + "<blockquote>" * 20 + "<a href='javascript:alert(1)'>")
def test_nothing_that_acts_comes_through(markup: str) -> None:
    """WIRE 10.2 #48: of any markup no script, no handler, no odd link is left, and its elements are the listed ones."""
    safe = sanitise(markup)
    elements = elements_of(safe)
    assert elements.found <= ELEMENTS | {"s", "ruby", "rt", "rp"}
    assert elements.attributes <= {"href", "class", "lang", "start", "rel", "target"}
    assert all(link.startswith(("http://", "https://")) for link in elements.links)
    assert sanitise(safe) == safe
    assert isinstance(plain_text(markup), str)


@UNHURRIED
@given(MARKUP, st.integers(0, 200))
def test_markdown_is_safe_as_well(markdown: str, longest: int) -> None:
    """The artisan's text, too, brings no script to a page and nothing foreign to a post."""
    page, post = elements_of(page_html(markdown)), elements_of(post_html(markdown, longest=longest))
    assert not page.found & {"script", "img", "iframe", "svg", "style", "form"}
    assert page.attributes <= {"href", "rel", "start"}
    assert post.found <= ELEMENTS
    assert post.open == []
    assert not post.unbalanced
    assert all(link.startswith(("http://", "https://")) for link in post.links)


@UNHURRIED
@given(
    st.text(min_size=1, max_size=200),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3000),
    st.lists(st.text("aé土_9", min_size=1), max_size=30),
)
def test_any_work_is_taken_by_all(title: str, text: str, tags: list[str]) -> None:
    """Whatever a draft can hold, the Create passes every rule and reads back."""
    title = "".join(letter for letter in title if letter.isprintable()).strip() or "Bowl"
    work = replace(BARE, draft=Draft(title=title, text=text, tags=tuple(tags)))
    document = render.create(work, ARTISAN, URIS, activity_uri=URIS.activity("1"))
    assert complaints(document) == []
    activity = parse(document)
    assert activity.object.document is not None
    assert parse_note(activity.object.document).uri == URIS.work(work.uid)
