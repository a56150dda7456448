"""How a foreign text (a reply, above all) is read; its HTML is made safe here, before anybody stores it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedi_artisan.domain.uris import PUBLIC, same_origin
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.html import LONGEST_HTML, plain_text, sanitise
from fedi_artisan.vocab.types import NOTE_TYPES

_LONGEST_SUMMARY = 500
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody elsewhere wrote. `content_html` is safe to show; `summary` and `name` are text, to be escaped."""

    uri: str
    attributed_to: str
    in_reply_to: str | None = None
    content_html: str = ""
    summary: str = ""
    name: str = ""
    url: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    language: str | None = None
    sensitive: bool = False

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it."""
        return PUBLIC in self.to or PUBLIC in self.cc

    @property
    def is_poll_vote(self) -> bool:
        """Whether it only has a name and answers something: a vote in a poll, no comment (WIRE 10.2 #59)."""
        return bool(self.name and self.in_reply_to and not self.content_html)


def parse_note(document: Mapping[str, Any]) -> Note:
    """Return the text in *document*.

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
    url = fields.url(document.get("url"))
    content, language = _content(document)
    return Note(
        uri=uri,
        attributed_to=attributed_to,
        in_reply_to=fields.uri(document.get("inReplyTo")),
        content_html=sanitise(content),
        summary=plain_text(fields.text(document.get("summary"), LONGEST_HTML))[:_LONGEST_SUMMARY],
        name=fields.text(document.get("name")).strip(),
        url=url if url is not None and same_origin(url, uri) else None,
        published_at=fields.moment(document.get("published")),
        updated_at=fields.moment(document.get("updated")),
        to=fields.audience(document.get("to")),
        cc=fields.audience(document.get("cc")),
        mentions=_mentions(document.get("tag")),
        language=language,
        sensitive=document.get("sensitive") is True,
    )


def _author(value: object) -> str | None:
    """Return the author: of several, the first person, as some servers list the person and her channel."""
    options = fields.values(value, fields.MOST_TAGS)
    people = [item for item in options if isinstance(item, dict) and fields.type_name(item.get("type")) == "Person"]
    return fields.uri(people or options)


def _content(document: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the HTML as it came and its language, from `content` and `contentMap` or either alone."""
    translations = fields.mapping(document.get("contentMap")) or {}
    language, translated = next(iter(translations.items()), (None, None))
    content = fields.text(document.get("content"), LONGEST_HTML) or fields.text(translated, LONGEST_HTML)
    return content, language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else None


def _mentions(value: object) -> tuple[str, ...]:
    """Return the actors that are mentioned by name."""
    tags = [tag for tag in fields.values(value, fields.MOST_TAGS) if isinstance(tag, dict)]
    return fields.uris([tag.get("href") for tag in tags if fields.type_name(tag.get("type")) == "Mention"], len(tags))
