"""How the tags of a foreign post are read: whom it mentions, under which words it stands, what it quotes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fedi_artisan.domain.posts import Mention
from fedi_artisan.vocab import fields

LONGEST_HANDLE = 320
LONGEST_HASHTAG = 100
_EMOJI = re.compile(r":?([\w.+-]{1,64}):?")
_QUOTES = ("_misskey_quote", "fep/044f#quote", "fep/e232#quote")
_ACTIVITY_TYPE = "application/activity+json"
_LD_TYPE = re.compile(r"application/ld\+json\s*;[^,]*activitystreams", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emoji:
    """A picture that a server shows in place of `:name:`; we know of it and do not load it."""

    name: str
    url: str


def tags(value: object) -> list[Mapping[str, Any]]:
    """Return the first 64 tags, given in an array or alone."""
    return [tag for tag in fields.values(value, fields.MOST_TAGS) if isinstance(tag, dict)]


def mentions(found: Iterable[Mapping[str, Any]]) -> tuple[Mention, ...]:
    """Return who is mentioned, each once."""
    read: dict[str, Mention] = {}
    for tag in _of_type(found, "Mention"):
        uri = fields.uri(tag.get("href"))
        if uri is not None:
            handle = " ".join(fields.text(tag.get("name"), LONGEST_HANDLE).split())
            read.setdefault(uri, Mention(uri=uri, handle=handle))
    return tuple(read.values())


def hashtags(found: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the hashtags without their `#`, each once in whatever case of letters."""
    read: dict[str, str] = {}
    for tag in _of_type(found, "Hashtag"):
        name = _hashtag(tag)
        if name:
            read.setdefault(name.casefold(), name)
    return tuple(read.values())


def emojis(found: Iterable[Mapping[str, Any]]) -> tuple[Emoji, ...]:
    """Return the pictures that stand for words between colons, each name once."""
    read: dict[str, Emoji] = {}
    for tag in _of_type(found, "Emoji"):
        name = _EMOJI.fullmatch(fields.text(tag.get("name")))
        url = fields.url(tag.get("icon"))
        if name is not None and url is not None:
            read.setdefault(name[1], Emoji(name=name[1], url=url))
    return tuple(read.values())


def quote_link(found: Iterable[Mapping[str, Any]]) -> str | None:
    """Return what a Link among the tags quotes, or None; one that says it is something else is no quote (FEP-e232)."""
    for tag in _of_type(found, "Link"):
        media_type = fields.text(tag.get("mediaType")).strip()
        relations = [rel for rel in fields.values(tag.get("rel"), 9) if isinstance(rel, str)]
        is_quote = not relations or any(name in rel for rel in relations for name in _QUOTES)
        if is_quote and (media_type.lower() == _ACTIVITY_TYPE or _LD_TYPE.match(media_type)):
            return fields.uri(tag.get("href"))
    return None


def _of_type(found: Iterable[Mapping[str, Any]], name: str) -> Iterable[Mapping[str, Any]]:
    """Return the tags of one type."""
    return (tag for tag in found if fields.type_name(tag.get("type")) == name)


def _hashtag(tag: Mapping[str, Any]) -> str:
    """Return the word of a hashtag; the empty text where it is none, or a whole sentence."""
    name = unicodedata.normalize("NFKC", fields.text(tag.get("name"), LONGEST_HASHTAG + 2)).strip().lstrip("#")
    return name if len(name) <= LONGEST_HASHTAG and not any(sign.isspace() or sign in "<>#" for sign in name) else ""
