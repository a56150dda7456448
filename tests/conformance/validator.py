"""The receiving rules of Mastodon, Pixelfed, GoToSocial and Misskey, as far as they concern a document.

Each rule is a generator of complaints, empty for a document it accepts or does not concern. `complaints` asks all of
them; `complaints_served` adds what concerns the answer that carried the document.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

Document = Mapping[str, Any]
Rule = Callable[[Document], Iterator[str]]

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTORS = {"Application", "Group", "Organization", "Person", "Service"}
COLLECTIONS = {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
ACTIVITIES = {"Create", "Update", "Delete", "Accept", "Reject", "Undo", "Follow", "Add", "Remove", "Move"}
ELEMENTS = set("p br a span strong em b i u del code pre blockquote ul ol li".split())  # noqa: SIM905 - shorter than sixteen quoted names
BASE83 = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")
RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


# --- What is inside a document


def kind(document: Document) -> str:
    """Return the type of a document; the empty text for anything but one name."""
    found = document.get("type")
    return found if isinstance(found, str) else ""


def embedded(document: Document) -> Document:
    """Return the embedded object of an activity, or the document itself."""
    inner = document.get("object")
    return inner if kind(document) in ACTIVITIES and isinstance(inner, Mapping) else document


def note_in(document: Document) -> Document | None:
    """Return the note that the document is or carries."""
    found = embedded(document)
    return found if kind(found) == "Note" else None


def actor_in(document: Document) -> Document | None:
    """Return the actor that the document is or carries."""
    found = embedded(document)
    return found if kind(found) in ACTORS else None


def attachments_in(document: Document) -> list[Any]:
    """Return the attachments of the note in the document, as they stand."""
    note = note_in(document)
    found = (note or {}).get("attachment", [])
    return found if isinstance(found, list) else [found]


def origin(uri: object) -> tuple[str, str] | None:
    """Return scheme and host with port, or None for what is no address."""
    if not isinstance(uri, str):
        return None
    parts = urlsplit(uri)
    return (parts.scheme, parts.netloc) if parts.scheme in {"http", "https"} and parts.netloc else None


def moment(value: object) -> datetime | None:
    """Return the time of an RFC 3339 text in UTC, or None."""
    if not isinstance(value, str) or not RFC3339_UTC.fullmatch(value):
        return None
    return datetime.fromisoformat(value)


def depth(value: object) -> int:
    """Return how many objects and arrays stand inside each other."""
    if isinstance(value, Mapping):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def addresses(document: Document) -> Iterator[tuple[str, Any]]:
    """Yield what must be an address, with the name under which it stands."""
    keys = ("id", "url", "inbox", "outbox", "followers", "following", "featured", "actor", "attributedTo", "first")
    for part in (document, embedded(document)):
        yield from ((key, part[key]) for key in keys if isinstance(part.get(key), str))
    yield from (("attachment", item.get("url")) for item in attachments_in(document) if isinstance(item, Mapping))


# --- All of them


def any_id_and_type(document: Document) -> Iterator[str]:
    """Every document has an id that is an address, and one type as text (WIRE 3.2, 4.1, 5.1)."""
    for part in (document, embedded(document)):
        if origin(part.get("id")) is None:
            yield f"id: {part.get('id')!r}"
        if not isinstance(part.get("type"), str):
            yield f"type: {part.get('type')!r}"


def any_no_hidden_recipients(document: Document) -> Iterator[str]:
    """Blind copies never leave the house (WIRE 5.1)."""
    yield from (key for part in (document, embedded(document)) for key in ("bto", "bcc") if key in part)


def any_activity_has_actor_and_audience(document: Document) -> Iterator[str]:
    """An activity has its actor as text and its audience as arrays (WIRE 5.1)."""
    if kind(document) not in ACTIVITIES:
        return
    if not isinstance(document.get("actor"), str):
        yield f"actor: {document.get('actor')!r}"
    if not isinstance(document.get("to"), list) or not document["to"]:
        yield f"to: {document.get('to')!r}"
    if not isinstance(document.get("cc", []), list):
        yield f"cc: {document.get('cc')!r}"


def any_same_audience(document: Document) -> Iterator[str]:
    """Activity and note are addressed alike (WIRE 5.1)."""
    note = note_in(document)
    if note is not None and note is not document:
        for key in ("to", "cc"):
            if note.get(key) != document.get(key):
                yield f"{key} differs between activity and note"


class _Elements(HTMLParser):
    """Collects elements, attributes and links of HTML, and what is not closed or not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[str] = []
        self.unbalanced = False
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.hashtags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.found.add(tag)
        if tag != "br":
            self.open.append(tag)
        values = dict(attrs)
        self.attributes |= set(values)
        if "href" in values:
            self.links.append(values["href"] or "")
            if "hashtag" in (values.get("class") or ""):
                self.hashtags.append(values["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        """Note whether it closes the element opened last."""
        self.unbalanced |= not self.open or self.open.pop() != tag


def elements_of(html: str) -> _Elements:
    """Return what stands in *html*."""
    elements = _Elements()
    elements.feed(html)
    elements.close()
    return elements


def any_plain_content(document: Document) -> Iterator[str]:
    """Content has only the elements that all show, well nested, and no line ends or tabs (WIRE 4.2)."""
    note = note_in(document)
    if note is None:
        return
    content = note.get("content")
    if not isinstance(content, str) or not content:
        yield f"content: {content!r}"
        return
    if set(content) & set("\n\r\t"):
        yield "content has line ends or tabs"
    elements = elements_of(content)
    if elements.found - ELEMENTS:
        yield f"content has {sorted(elements.found - ELEMENTS)}"
    if elements.unbalanced or elements.open:
        yield "content is not well nested"


def any_flat_extension(document: Document) -> Iterator[str]:
    """Our own data stand under one key, numbers in them as text (WIRE 4.6)."""
    note = note_in(document) or {}
    extensions = {key for key in note if ":" in key}
    if extensions - {"craft:work"}:
        yield f"extensions: {sorted(extensions)}"
    work = note.get("craft:work", {})
    if depth(work) > 2 or any(isinstance(value, int | float) for value in _leaves(work)):
        yield "craft:work is deep, or has numbers that are no text"


def _leaves(value: object) -> Iterator[object]:
    """Yield the plain values inside *value*."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def any_collection(document: Document) -> Iterator[str]:
    """A collection counts; a page says of what, and lists its items in an array (WIRE 6)."""
    if kind(document) not in COLLECTIONS:
        return
    key = "orderedItems" if kind(document).startswith("Ordered") else "items"
    if kind(document).endswith("Page"):
        if origin(document.get("partOf")) is None:
            yield f"partOf: {document.get('partOf')!r}"
        if not isinstance(document.get(key), list):
            yield f"{key}: {document.get(key)!r}"
    elif not isinstance(document.get("totalItems"), int):
        yield f"totalItems: {document.get('totalItems')!r}"


# --- Mastodon


def mastodon_context(document: Document) -> Iterator[str]:
    """The context is, or has as an element, the literal address of ActivityStreams (WIRE 3.2)."""
    context = document.get("@context")
    if context != AS2 and not (isinstance(context, list) and AS2 in context):
        yield f"@context: {context!r}"


def mastodon_one_host(document: Document) -> Iterator[str]:
    """Ids of the activity, its actor and what it carries share their host (WIRE 5.3)."""
    carried = kind(document) in {"Create", "Update", "Delete"}
    uris = [document.get("id"), *([document.get("actor")] if "actor" in document else [])]
    uris += [embedded(document).get("id")] if carried else []
    note = note_in(document)
    uris += [note.get("attributedTo"), note.get("id")] if note is not None else []
    if len({origin(uri) for uri in uris}) > 1:
        yield f"more than one host: {uris}"


def mastodon_note(document: Document) -> Iterator[str]:
    """What is created or updated is a Note (or an actor): all else becomes a link (WIRE 4.1)."""
    if kind(document) in {"Create", "Update"} and note_in(document) is None and actor_in(document) is None:
        yield f"the object is a {embedded(document).get('type')!r}"


def mastodon_published(document: Document) -> Iterator[str]:
    """A note says when it was published, in RFC 3339, UTC (WIRE 4.5)."""
    note = note_in(document)
    if note is not None and moment(note.get("published")) is None:
        yield f"published: {note.get('published')!r}"


def mastodon_updated(document: Document) -> Iterator[str]:
    """An edit is later than publication, or it is ignored (WIRE 5.4)."""
    note = note_in(document)
    if note is None or kind(document) != "Update":
        return
    published, updated = moment(note.get("published")), moment(note.get("updated"))
    if published is None or updated is None or updated <= published:
        yield f"updated: {note.get('updated')!r}"


def mastodon_public(document: Document) -> Iterator[str]:
    """The public is addressed by its full name, and whoever else is by her id (WIRE 5.1)."""
    note = note_in(document)
    if note is not None:
        yield from (f"to or cc: {one!r}" for one in readers(note) if origin(one) is None)


def mastodon_mentions(document: Document) -> Iterator[str]:
    """Who is mentioned is named by her whole handle and addressed, or it is no news to her (WIRE 4.4, 5.1).

    And whoever is addressed where there are no others is mentioned, or the note is "limited" and no message.
    """
    note = note_in(document)
    if note is None or not isinstance(note.get("tag"), list):
        return
    mentions = [tag for tag in note["tag"] if tag.get("type") == "Mention"]
    yield from (f"name: {tag!r}" for tag in mentions if not re.fullmatch(r"@[^@]+@[^@]+", str(tag.get("name"))))
    named, told = {tag.get("href") for tag in mentions}, set(readers(note))
    if named - told:
        yield f"not addressed: {named - told}"
    if PUBLIC not in told and f"{note.get('attributedTo')}/followers" not in told and told - named:
        yield f"not mentioned: {told - named}"


def readers(note: Document) -> list[Any]:
    """Return for whom a note is."""
    return [*(note.get("to") or []), *(note.get("cc") or [])]


def mastodon_hashtags(document: Document) -> Iterator[str]:
    """Every hashtag in the text stands in `tag`, with its sign (WIRE 4.2, 4.4)."""
    note = note_in(document)
    if note is None:
        return
    tags = note.get("tag")
    if not isinstance(tags, list):
        yield f"tag: {tags!r}"
        return
    if not all(str(tag.get("name")).startswith("#") for tag in tags if tag.get("type") == "Hashtag"):
        yield "a hashtag has no #"
    missing = set(elements_of(str(note.get("content"))).hashtags) - {tag.get("href") for tag in tags}
    if missing:
        yield f"not in tag: {sorted(missing)}"


def mastodon_pin(document: Document) -> Iterator[str]:
    """What is shown first is named by its id, in the collection of its own actor (WIRE 5.6)."""
    if kind(document) in {"Add", "Remove"}:
        if document.get("target") != f"{document.get('actor')}/featured":
            yield f"target: {document.get('target')!r}"
        if origin(document.get("object")) != origin(document.get("actor")):
            yield f"object: {document.get('object')!r}"


def mastodon_blurhash(document: Document) -> Iterator[str]:
    """A blurhash has at most five components each way, in its alphabet (WIRE 4.3)."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or "blurhash" not in attachment:
            continue
        blurhash = str(attachment["blurhash"])
        if not blurhash or set(blurhash) - BASE83:
            yield f"blurhash: {blurhash!r}"
            continue
        size = alphabet.index(blurhash[0])
        if size % 9 + 1 > 5 or size // 9 + 1 > 5:
            yield f"blurhash has too many components: {blurhash!r}"


def mastodon_actor(document: Document) -> Iterator[str]:
    """An actor has an inbox and a user name of the usual letters; its fields stand in an array (WIRE 1.1, 3.2)."""
    actor = actor_in(document)
    if actor is None:
        return
    if origin(actor.get("inbox")) is None:
        yield f"inbox: {actor.get('inbox')!r}"
    if not re.fullmatch(r"[A-Za-z0-9_]+([.-]+[A-Za-z0-9_]+)*", str(actor.get("preferredUsername") or "")):
        yield f"preferredUsername: {actor.get('preferredUsername')!r}"
    if not isinstance(actor.get("attachment", []), list):
        yield "attachment is no array"
    if origin(actor.get("url")) != origin(actor.get("id")):
        yield f"url on another host: {actor.get('url')!r}"


def mastodon_pages(document: Document) -> Iterator[str]:
    """The pages of a collection are on its own host (WIRE 6)."""
    if kind(document) in COLLECTIONS:
        for key in ("first", "next", "prev", "partOf"):
            if key in document and origin(document[key]) != origin(document.get("id")):
                yield f"{key}: {document[key]!r}"


# --- Pixelfed


def pixelfed_depth(document: Document) -> Iterator[str]:
    """More than eight levels decode to nothing (WIRE 4.6)."""
    if depth(document) > 8:
        yield f"{depth(document)} levels"


def pixelfed_to_on_object(document: Document) -> Iterator[str]:
    """The note itself says whom it is for (WIRE 11)."""
    note = note_in(document)
    if note is not None and not (isinstance(note.get("to"), list) and note["to"]):
        yield f"to: {note.get('to')!r}"


def pixelfed_author(document: Document) -> Iterator[str]:
    """The author is one id as text, the same as the actor (WIRE 4.5)."""
    note = note_in(document)
    if note is None:
        return
    if not isinstance(note.get("attributedTo"), str):
        yield f"attributedTo: {note.get('attributedTo')!r}"
    if "actor" in document and note.get("attributedTo") != document["actor"]:
        yield "the author is not the actor"


def pixelfed_attachments(document: Document) -> Iterator[str]:
    """One attachment that is no sound picture drops the whole post (WIRE 4.3)."""
    note = note_in(document)
    if note is not None and not isinstance(note.get("attachment"), list):
        yield f"attachment: {note.get('attachment')!r}"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or attachment.get("type") not in {"Image", "Document"}:
            yield f"no picture: {attachment!r}"
            continue
        if attachment.get("mediaType") not in {"image/jpeg", "image/png", "image/gif"}:
            yield f"mediaType: {attachment.get('mediaType')!r}"
        if not isinstance(attachment.get("name", ""), str):
            yield f"name: {attachment.get('name')!r}"
        for side in ("width", "height"):
            length = attachment.get(side, 1)
            if not isinstance(length, int) or not 1 <= length <= 5000:
                yield f"{side}: {length!r}"
        if not 6 <= len(str(attachment.get("blurhash", "000000"))) < 50:
            yield f"blurhash: {attachment.get('blurhash')!r}"


def pixelfed_published(document: Document) -> Iterator[str]:
    """Publication is neither 20 years ago nor a day ahead; Create says it too (WIRE 4.5, 5.1)."""
    note = note_in(document)
    if note is None:
        return
    if kind(document) == "Create" and moment(document.get("published")) is None:
        yield f"published of the Create: {document.get('published')!r}"
    published, now = moment(note.get("published")), datetime.now(UTC)
    if published is not None and not now - timedelta(days=20 * 365) < published < now + timedelta(days=1):
        yield f"published: {note.get('published')!r}"


def pixelfed_accept(document: Document) -> Iterator[str]:
    """Accept and Reject carry the whole Follow, of which the actor is the object (WIRE 5.2), or QuoteRequest (4.8)."""
    if kind(document) not in {"Accept", "Reject"}:
        return
    follow = document.get("object")
    if not isinstance(follow, Mapping) or not all(
        isinstance(follow.get(key), str) for key in ("id", "type", "actor", "object")
    ):
        yield f"object: {follow!r}"
    elif follow["type"] == "QuoteRequest":
        if origin(follow["object"]) != origin(document.get("actor")) or not isinstance(follow.get("instrument"), str):
            yield "the QuoteRequest is not about a post of this actor"
    elif follow["type"] != "Follow" or follow["object"] != document.get("actor"):
        yield "the Follow is not of this actor"


def pixelfed_undo(document: Document) -> Iterator[str]:
    """Undo carries the activity, by the same actor (WIRE 5.2)."""
    if kind(document) != "Undo":
        return
    undone = document.get("object")
    if not isinstance(undone, Mapping) or not all(undone.get(key) for key in ("id", "type", "actor", "object")):
        yield f"object: {undone!r}"
    elif undone["actor"] != document.get("actor"):
        yield "undoes what somebody else did"


def pixelfed_follow(document: Document) -> Iterator[str]:
    """Follow names its object by id (WIRE 5.2)."""
    if kind(document) == "Follow" and origin(document.get("object")) is None:
        yield f"object: {document.get('object')!r}"


def pixelfed_delete(document: Document) -> Iterator[str]:
    """Delete of a note carries a Tombstone (WIRE 5.5); of a permission to quote, the permission (4.8)."""
    if kind(document) != "Delete" or document.get("object") == document.get("actor"):
        return
    if embedded(document) is document or kind(embedded(document)) not in {"Tombstone", "QuoteAuthorization"}:
        yield f"object: {document.get('object')!r}"


def pixelfed_actor(document: Document) -> Iterator[str]:
    """An actor says whether it approves followers; it has one key, and one address as text (WIRE 3.2, 2.4)."""
    actor = actor_in(document)
    if actor is None:
        return
    if not isinstance(actor.get("manuallyApprovesFollowers"), bool):
        yield f"manuallyApprovesFollowers: {actor.get('manuallyApprovesFollowers')!r}"
    if not isinstance(actor.get("url"), str):
        yield f"url: {actor.get('url')!r}"
    key = actor.get("publicKey")
    if not isinstance(key, Mapping) or not all(key.get(name) for name in ("id", "owner", "publicKeyPem")):
        yield f"publicKey: {key!r}"


def pixelfed_update_person(document: Document) -> Iterator[str]:
    """Update of an actor carries a whole Person, all on one host, its texts not empty (WIRE 3.2)."""
    actor = actor_in(document)
    if kind(document) != "Update" or actor is None:
        return
    if kind(actor) != "Person" or actor.get("id") != document.get("actor"):
        yield "not the actor's own Person"
    needed = ("url", "summary", "preferredUsername", "name", "inbox", "outbox", "followers", "following", "publicKey")
    yield from (f"{key} is missing or empty" for key in needed if not actor.get(key))
    key = actor.get("publicKey")
    places = [actor.get(name) for name in ("url", "inbox", "outbox", "following", "followers")]
    places += [key.get("id")] if isinstance(key, Mapping) else []
    places += [(actor.get("endpoints") or {}).get("sharedInbox", actor.get("id"))]
    if {origin(place) for place in places} != {origin(actor.get("id"))}:
        yield f"more than one host: {places}"
    icon = actor.get("icon")
    if icon is not None and icon.get("mediaType") not in {"image/jpeg", "image/png", "image/jpg"}:
        yield f"icon: {icon!r}"


def pixelfed_public_addresses(document: Document) -> Iterator[str]:
    """Every address is https, on a host with a dot and without a port (WIRE 4.3, 11)."""
    for name, address in addresses(document):
        parts = urlsplit(str(address))
        if parts.scheme != "https" or "." not in (parts.hostname or "") or parts.port is not None:
            yield f"{name}: {address!r}"


# --- GoToSocial


def gotosocial_no_name(document: Document) -> Iterator[str]:
    """A note with a name is shown behind a content warning, and a warning is not there without need (WIRE 4.2)."""
    note = note_in(document)
    if note is not None and ("name" in note or (note.get("summary") and note.get("sensitive") is not True)):
        yield "name or summary"


def gotosocial_content_map(document: Document) -> Iterator[str]:
    """The language is known only if the first text of the map is the content, sign for sign (WIRE 4.2)."""
    note = note_in(document)
    if note is not None:
        languages = note.get("contentMap")
        if not isinstance(languages, Mapping) or next(iter(languages.values()), None) != note.get("content"):
            yield f"contentMap: {languages!r}"


def gotosocial_updated(document: Document) -> Iterator[str]:
    """A note updated before it was published is refused (WIRE 5.4)."""
    note = note_in(document)
    if note is None or "updated" not in note:
        return
    published, updated = moment(note.get("published")), moment(note["updated"])
    if published is None or updated is None or updated < published:
        yield f"updated: {note['updated']!r}"


def gotosocial_key_owner(document: Document) -> Iterator[str]:
    """The key belongs to the very actor that lists it (WIRE 14)."""
    actor = actor_in(document)
    if actor is not None:
        key = actor.get("publicKey")
        if not isinstance(key, Mapping) or key.get("owner") != actor.get("id"):
            yield f"publicKey: {key!r}"


def gotosocial_focal_point(document: Document) -> Iterator[str]:
    """The focal point is two numbers with a point, each from -1 to 1 (WIRE 4.3)."""
    for attachment in attachments_in(document):
        point = attachment.get("focalPoint", [0.0, 0.0]) if isinstance(attachment, Mapping) else []
        if len(point) != 2 or not all(isinstance(place, float) and -1 <= place <= 1 for place in point):
            yield f"focalPoint: {point!r}"


def gotosocial_policy(document: Document) -> Iterator[str]:
    """A policy that is declared is one that is kept: only canQuote, and for somebody (WIRE 4.5)."""
    note = note_in(document)
    if note is None or "interactionPolicy" not in note:
        return
    policy = note["interactionPolicy"]
    if set(policy) != {"canQuote"} or not policy["canQuote"].get("automaticApproval"):
        yield f"interactionPolicy: {policy!r}"


# --- Misskey


def misskey_size(document: Document) -> Iterator[str]:
    """An inbox reads 64 KB (WIRE 5.8)."""
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size >= 64 * 1024:
        yield f"{size} bytes"


def misskey_plain_urls(document: Document) -> Iterator[str]:
    """Addresses of the page and of pictures are text (WIRE 4.3, 4.5)."""
    note = note_in(document)
    if note is not None and not isinstance(note.get("url"), str):
        yield f"url: {note.get('url')!r}"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or not isinstance(attachment.get("url"), str):
            yield f"attachment: {attachment!r}"


def misskey_page_on_host(document: Document) -> Iterator[str]:
    """The page of a note is on the host of its id (WIRE 11)."""
    note = note_in(document)
    if note is not None and origin(note.get("url")) != origin(note.get("id")):
        yield f"url: {note.get('url')!r}"


RULES: tuple[Rule, ...] = (
    any_id_and_type,
    any_no_hidden_recipients,
    any_activity_has_actor_and_audience,
    any_same_audience,
    any_plain_content,
    any_flat_extension,
    any_collection,
    mastodon_context,
    mastodon_one_host,
    mastodon_note,
    mastodon_published,
    mastodon_updated,
    mastodon_public,
    mastodon_mentions,
    mastodon_hashtags,
    mastodon_pin,
    mastodon_blurhash,
    mastodon_actor,
    mastodon_pages,
    pixelfed_depth,
    pixelfed_to_on_object,
    pixelfed_author,
    pixelfed_attachments,
    pixelfed_published,
    pixelfed_accept,
    pixelfed_undo,
    pixelfed_follow,
    pixelfed_delete,
    pixelfed_actor,
    pixelfed_update_person,
    gotosocial_no_name,
    gotosocial_content_map,
    gotosocial_updated,
    gotosocial_key_owner,
    gotosocial_focal_point,
    gotosocial_policy,
    misskey_size,
    misskey_plain_urls,
    misskey_page_on_host,
)
# Not for documents of a server that is tried out on loopback.
PUBLIC_RULES: tuple[Rule, ...] = (pixelfed_public_addresses,)


def complaints(document: Document, *, loopback: bool = False) -> list[str]:
    """Return what the four servers would not take in *document*, each with the name of its rule.

    Args:
        document: decoded JSON.
        loopback: whether it is of a server on loopback, whose addresses are neither https nor have a dot.
    """
    rules = RULES if loopback else RULES + PUBLIC_RULES
    return [f"{rule.__name__}: {complaint}" for rule in rules for complaint in rule(document)]


def complaints_served(document: Document, *, url: str, content_type: str, loopback: bool = False) -> list[str]:
    """Return the complaints about a document served at *url*: its own, and those about the answer around it."""
    found = complaints(document, loopback=loopback)
    if document.get("id") != url:
        found.append(f"mastodon_id_is_url: {document.get('id')!r} is served at {url!r} (WIRE 1.5)")
    media_type, _, parameters = content_type.partition(";")
    profiled = media_type.strip() == "application/ld+json" and f'profile="{AS2}"' in parameters
    if media_type.strip() != "application/activity+json" and not profiled:
        found.append(f"mastodon_content_type: {content_type!r} (WIRE 1.5)")
    return found
