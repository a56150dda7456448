"""How a foreign text (a reply, above all) is read; its HTML is made safe here, before anybody stores it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fedi_artisan.domain.posts import Mention, Picture, Visibility
from fedi_artisan.domain.uris import PUBLIC, same_origin
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.attachments import attachments
from fedi_artisan.vocab.html import LONGEST_HTML, plain_text
from fedi_artisan.vocab.quotes import QuotePolicy, quote_policy, quote_uri
from fedi_artisan.vocab.tags import Emoji, emojis, hashtags, mentions, tags
from fedi_artisan.vocab.types import NOTE_TYPES, TITLED_TYPES
from fedi_artisan.vocab.words import language_of, options_html, titled_html, words_html

LONGEST_SUMMARY = 500
LONGEST_CONVERSATION = 2048
MOST_COUNTED = 2**31 - 1
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff \n"  # Misskey warns without words by the first of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody elsewhere wrote. `content_html` is safe to show; every other text is only text, to be escaped.

    Args:
        uri: its id.
        type: Note, Article, Question …
        content_html: the words; of a long article only how it begins.
        summary: the warning before it, empty where there is none.
        name: the title; of a Note that answers a poll, what is voted for.
        url: its page, on the server of its id.
        other_attachments: how many films, sounds and files hang on it.
        quote_uri: what it quotes; `quote_authorization_uri` is where the author of that is said to allow it.
        conversation: whatever name the server has for the thread.
        likes: how many its server counts; None where it does not tell.
    """

    uri: str
    attributed_to: str
    type: str = "Note"
    in_reply_to: str | None = None
    content_html: str = ""
    summary: str = ""
    name: str = ""
    url: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    mentioned: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    language: str | None = None
    sensitive: bool = False
    pictures: tuple[Picture, ...] = ()
    other_attachments: int = 0
    quote_uri: str | None = None
    quote_authorization_uri: str | None = None
    quote_policy: QuotePolicy | None = None
    conversation: str | None = None
    likes: int | None = None
    shares: int | None = None

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it."""
        return PUBLIC in self.to or PUBLIC in self.cc

    @property
    def mentions(self) -> tuple[str, ...]:
        """The actors that it mentions by name."""
        return tuple(mention.uri for mention in self.mentioned)

    @property
    def page_url(self) -> str:
        """Where a person reads it: its page, or its id where no page is told."""
        return self.url or self.uri

    @property
    def is_poll_vote(self) -> bool:
        """Whether it only has a name and answers something: a vote in a poll, no comment (WIRE 10.2 #59)."""
        bare = not self.content_html and not self.pictures and not self.other_attachments
        return bool(self.type == "Note" and self.name and self.in_reply_to and bare)

    def visibility(self, followers_uri: str | None = None) -> Visibility:
        """Return who may read it (WIRE 5.1).

        Args:
            followers_uri: the collection of the author's followers, where she tells of one; else it is known by its
                name. In doubt a post is direct, which is the narrowest.
        """
        if PUBLIC in self.to:
            return Visibility.PUBLIC
        if PUBLIC in self.cc:
            return Visibility.UNLISTED
        if any(uri == followers_uri or self._seems_followers(uri) for uri in self.to + self.cc):
            return Visibility.FOLLOWERS
        return Visibility.DIRECT

    def _seems_followers(self, uri: str) -> bool:
        """Whether an address on the author's server seems to be a collection of followers."""
        return same_origin(uri, self.uri) and "followers" in urlsplit(uri).path.split("/")


def parse_note(document: Mapping[str, Any], carrier: Activity | None = None) -> Note:
    """Return the text in *document*.

    Where the text itself does not say whom it is for, the activity that brought it does: its *carrier*.

    Raises:
        BadActivity: it is of another kind, has no id, or its author is not of the server that its id stands on.
    """
    type_name = fields.type_name(document.get("type"), NOTE_TYPES)
    if type_name not in NOTE_TYPES:
        raise BadActivity(f"{type_name!r} is no type of a text")
    uri = fields.uri(document.get("id"))
    if uri is None:
        raise BadActivity("the text has no id that is an address")
    attributed_to = _author(document.get("attributedTo"))
    if attributed_to is None or not same_origin(attributed_to, uri):
        raise BadActivity("the text has no author on its own server")
    to, cc = _audience(document, carrier)
    found, hung = tags(document.get("tag")), attachments(document, type_name)
    url = fields.url(document.get("url"))
    sensitive = document.get("sensitive") is True or hung.sensitive
    content_html, summary = _words(document, type_name, sensitive=sensitive)
    return Note(
        uri=uri,
        attributed_to=attributed_to,
        type=type_name,
        in_reply_to=fields.uri(document.get("inReplyTo")),
        content_html=content_html,
        summary=summary,
        name=fields.said(document, "name").strip(),
        url=url if url is not None and _is_page_of(url, uri) else None,
        published_at=fields.moment(document.get("published")),
        updated_at=fields.moment(document.get("updated")),
        to=to,
        cc=cc,
        mentioned=mentions(found),
        hashtags=hashtags(found),
        emojis=emojis(found),
        language=language_of(document),
        sensitive=sensitive,
        pictures=hung.pictures,
        other_attachments=hung.others,
        quote_uri=quote_uri(document, found),
        quote_authorization_uri=fields.uri(document.get("quoteAuthorization")),
        quote_policy=quote_policy(document),
        conversation=_conversation(document),
        likes=_count(document.get("likes")),
        shares=_count(document.get("shares")),
    )


def _author(value: object) -> str | None:
    """Return the author: of several, the first person, as some servers list the person and her channel."""
    options = fields.values(value, fields.MOST_TAGS)
    people = [item for item in options if isinstance(item, dict) and fields.type_name(item.get("type")) == "Person"]
    return fields.uri(people or options)


def _is_page_of(url: str, uri: str) -> bool:
    """Whether *url* stands on the server of the id *uri*, be it with `www.` in front (Threads)."""
    return same_origin(url.replace("://www.", "://", 1), uri.replace("://www.", "://", 1))


def _audience(document: Mapping[str, Any], carrier: Activity | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return whom it is for and who gets a copy, as the text says, else as its carrier does."""
    to, cc = fields.audience(document.get("to")), fields.audience(document.get("cc"))
    return (carrier.to, carrier.cc) if carrier is not None and not to and not cc else (to, cc)


def _words(document: Mapping[str, Any], type_name: str, *, sensitive: bool) -> tuple[str, str]:
    """Return the safe HTML of the words, and the warning before them.

    What a summary is depends: a warning before a Note, the essence of an Article, unless that is to be hidden.
    """
    told = fields.said(document, "summary", LONGEST_HTML)
    is_warning = sensitive or type_name not in TITLED_TYPES
    warning = plain_text(told).strip(_INVISIBLE)[:LONGEST_SUMMARY] if told and is_warning else ""
    if type_name in TITLED_TYPES:
        return titled_html(document, "" if warning else told), warning
    words = words_html(document)
    return words + options_html(document) if type_name == "Question" else words, warning


def _conversation(document: Mapping[str, Any]) -> str | None:
    """Return the name of the thread, by whichever property it goes."""
    names = (document.get("context"), document.get("conversation"))
    texts = (fields.uri(name) or fields.text(name, LONGEST_CONVERSATION) for name in names)
    return next((text for text in texts if text), None)


def _count(collection: object) -> int | None:
    """Return how many a collection says it holds."""
    told = fields.mapping(collection)
    return None if told is None else fields.whole(told.get("totalItems"), MOST_COUNTED)
