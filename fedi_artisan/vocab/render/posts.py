"""How an artisan's post is written: an entry of her journal, an answer, a message (WIRE 4, 5)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.posts import Mention, Post, Visibility
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.vocab import json
from fedi_artisan.vocab.context import ACTIVITY_STREAMS, POST_CONTEXT
from fedi_artisan.vocab.render.moments import moment
from fedi_artisan.vocab.render.permissions import permissions
from fedi_artisan.vocab.render.pictures import picture
from fedi_artisan.vocab.render.quotes import quote_link
from fedi_artisan.vocab.said import quoted_html, read

# Misskey reads 64 KB of an activity and drops the rest; the envelope around the note takes some of that.
MOST_NOTE_BYTES = 56_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What came of a post: how many like it, share it, and answered it."""

    likes: int = 0
    shares: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """How much of a post goes into its note: what was typed, the language of the text, and how many letters of alt."""

    source: bool
    language: bool
    alt: int


# Almost every post travels by the first; the others are for texts that would otherwise not arrive at all.
_MEASURES = (
    _Measure(source=True, language=True, alt=1500),
    _Measure(source=False, language=True, alt=500),
    _Measure(source=False, language=False, alt=100),
)


def note(post: Post, artisan: Artisan, uris: Uris, *, reception: Reception | None = None) -> dict[str, Any]:
    """Return the document of *post*."""
    return {"@context": POST_CONTEXT, **_note(post, artisan, uris, reception)}


def create(post: Post, artisan: Artisan, uris: Uris, *, activity_uri: str) -> dict[str, Any]:
    """Return the Create that brings a new post to its readers."""
    return {
        **_envelope("Create", activity_uri, post, artisan, uris),
        "published": moment(post.published_at),
        "object": _note(post, artisan, uris, None),
    }


def update(
    post: Post, artisan: Artisan, uris: Uris, *, activity_uri: str, reception: Reception | None = None
) -> dict[str, Any]:
    """Return the Update of an edited post, whole; its `updated` is later than that of every earlier edit."""
    return {
        **_envelope("Update", activity_uri, post, artisan, uris),
        "object": _note(post, artisan, uris, reception),
    }


def delete(post: Post, artisan: Artisan, uris: Uris, *, activity_uri: str) -> dict[str, Any]:
    """Return the Delete of a post, given as it was, with the Tombstone that Pixelfed insists on (WIRE 5.5)."""
    return {
        **_envelope("Delete", activity_uri, post, artisan, uris),
        "@context": ACTIVITY_STREAMS,
        "object": {"id": post.uri, "type": "Tombstone"},
    }


def tombstone(post: Post) -> dict[str, Any]:
    """Return what is answered, with 410, in place of a withdrawn post."""
    document = {
        "@context": ACTIVITY_STREAMS,
        "id": post.uri,
        "type": "Tombstone",
        "formerType": "Note",
        "published": moment(post.published_at),
    }
    return document | ({"deleted": moment(post.withdrawn_at)} if post.withdrawn_at is not None else {})


def size_bytes(document: dict[str, Any]) -> int:
    """Return how large a document is on the wire."""
    return len(json.dumps(document))


def _envelope(kind: str, uri: str, post: Post, artisan: Artisan, uris: Uris) -> dict[str, Any]:
    """Return what every activity about a post begins with."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": POST_CONTEXT,
        "id": uri,
        "type": kind,
        "actor": actor_uri,
        **addressing(post.visibility, actor_uri, post.mentions),
    }


def addressing(visibility: Visibility, actor_uri: str, mentions: tuple[Mention, ...]) -> dict[str, list[str]]:
    """Return for whom a post is (WIRE 5.1): those whom it names are told of it, whoever else may read it."""
    followers, named = f"{actor_uri}/followers", [mention.uri for mention in mentions]
    match visibility:
        case Visibility.UNLISTED:
            return {"to": [followers], "cc": [PUBLIC, *named]}
        case Visibility.FOLLOWERS:
            return {"to": [followers], "cc": named}
        case Visibility.DIRECT:
            return {"to": named, "cc": []}
        case _:
            return {"to": [PUBLIC], "cc": [followers, *named]}


def _note(post: Post, artisan: Artisan, uris: Uris, reception: Reception | None) -> dict[str, Any]:
    """Return the note of *post*, as much of it as others read."""
    notes = [_measured(post, artisan, uris, reception, measure) for measure in _MEASURES]
    return next((found for found in notes if size_bytes(found) <= MOST_NOTE_BYTES), notes[-1])


def _measured(
    post: Post, artisan: Artisan, uris: Uris, reception: Reception | None, measure: _Measure
) -> dict[str, Any]:
    """Return the note of *post*, as much of it as *measure* allows."""
    actor_uri, language = uris.actor(artisan.uid), post.language or artisan.language
    said = read(post.source or "", post.mentions, uris.tag_url)
    content = (said.html or "<p></p>") + quoted_html(post.quote_uri)
    document: dict[str, Any] = {
        "id": post.uri,
        "type": "Note",
        "attributedTo": actor_uri,
        "url": post.url,
        "published": moment(post.published_at),
        **addressing(post.visibility, actor_uri, post.mentions),
        "sensitive": post.sensitive or bool(post.warning),
        "content": content,
        "attachment": [
            picture(photo, language, uris, longest_alt=measure.alt, licence=artisan.terms.licence)
            for photo in post.photos
        ],
        "tag": [
            *({"type": "Mention", "href": mention.uri, "name": mention.handle} for mention in post.mentions),
            *({"type": "Hashtag", "name": f"#{name}", "href": uris.tag_url(quote(name))} for name in said.hashtags),
        ],
        **permissions(artisan.policy, actor_uri, is_public=post.visibility.is_public, closed=False),
    }
    if measure.language:
        document["contentMap"] = {language: content}
    if measure.source:
        document["source"] = {"mediaType": "text/markdown", "content": post.source or ""}
    if post.in_reply_to is not None:
        document["inReplyTo"] = post.in_reply_to
    if post.warning:
        document["summary"] = post.warning
    if post.updated_at is not None:
        document["updated"] = moment(post.updated_at)
    if post.quote_uri is not None:
        document["tag"].append(quote_link(post.quote_uri))
        document |= _quoting(post)
    if post.visibility.is_public:
        document |= _received(post, reception or Reception())
    return document


def _quoting(post: Post) -> dict[str, Any]:
    """Return what a post quotes, under all the names that servers look for (FEP-044f, and those before it)."""
    quoted = dict.fromkeys(("quote", "quoteUrl", "quoteUri", "_misskey_quote"), post.quote_uri)
    return quoted if post.quote_stamp_uri is None else {**quoted, "quoteAuthorization": post.quote_stamp_uri}


def _received(post: Post, reception: Reception) -> dict[str, Any]:
    """Return what came of a post, with the addresses of the collections."""
    uri = post.uri
    return {
        "replies": {
            "type": "Collection",
            "id": f"{uri}/replies",
            "totalItems": reception.replies,
            "first": {
                "type": "CollectionPage",
                "partOf": f"{uri}/replies",
                "next": f"{uri}/replies?page=1",
                "items": [],
            },
        },
        "likes": {"type": "Collection", "id": f"{uri}/likes", "totalItems": reception.likes},
        "shares": {"type": "Collection", "id": f"{uri}/shares", "totalItems": reception.shares},
    }
