"""How a work is written: as the one `Note` that every server shows (WIRE 4), and as what happens to it (WIRE 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.terms import Licence
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.domain.works import Audience, Availability, Draft, Wording, Work
from fedi_artisan.language import translation
from fedi_artisan.vocab import facts, json
from fedi_artisan.vocab.context import ACTIVITY_STREAMS, WORK_CONTEXT
from fedi_artisan.vocab.html import post_html
from fedi_artisan.vocab.render.moments import moment
from fedi_artisan.vocab.render.permissions import permissions
from fedi_artisan.vocab.render.pictures import picture

# Misskey reads 64 KB of an activity and drops the rest; the envelope around the note takes some of that.
_MOST_NOTE_BYTES = 56_000
_SHOWN_BY_MASTODON = 4
_LONGEST_HASHTAG = 60

# On the wire "made-to-order" is the word (WIRE 4.6); the others read the same there as here.
_AVAILABILITY = {kind: str(kind) for kind in Availability} | {Availability.ON_COMMISSION: "made-to-order"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """How much of a work goes into its note; lengths in characters, *others* are its further languages."""

    source: bool
    others: bool
    text: int
    alt: int
    facts: int
    fact: int
    hashtags: int


# Almost every work travels by the first; the others are for texts that would otherwise not arrive at all.
_MEASURES = (
    _Measure(source=True, others=True, text=1500, alt=1500, facts=30, fact=300, hashtags=30),
    _Measure(source=False, others=True, text=1500, alt=500, facts=10, fact=150, hashtags=10),
    _Measure(source=False, others=False, text=400, alt=100, facts=3, fact=100, hashtags=3),
)


def note(work: Work, artisan: Artisan, uris: Uris, *, in_activity: bool = False) -> dict[str, Any]:
    """Return the document of *work*; embedded in an activity it goes without its own context."""
    notes = (_note(work, artisan, uris, measure) for measure in _MEASURES)
    document = next((found for found in notes if _size_bytes(found) <= _MOST_NOTE_BYTES), None)
    if document is None:
        document = _note(work, artisan, uris, _MEASURES[-1])
    return document if in_activity else {"@context": WORK_CONTEXT, **document}


def create(work: Work, artisan: Artisan, uris: Uris, *, activity_uri: str) -> dict[str, Any]:
    """Return the Create that brings a new work to followers."""
    return {
        **_envelope("Create", activity_uri, work, artisan, uris),
        "published": moment(_published_at(work)),
        "object": note(work, artisan, uris, in_activity=True),
    }


def update(work: Work, artisan: Artisan, uris: Uris, *, activity_uri: str) -> dict[str, Any]:
    """Return the Update of an edited work, whole; its `updated` is later than that of every earlier edit."""
    return {
        **_envelope("Update", activity_uri, work, artisan, uris),
        "object": note(work, artisan, uris, in_activity=True),
    }


def delete(work: Work, artisan: Artisan, uris: Uris, *, activity_uri: str) -> dict[str, Any]:
    """Return the Delete of a withdrawn work, with the Tombstone that Pixelfed insists on (WIRE 5.5)."""
    return {
        **_envelope("Delete", activity_uri, work, artisan, uris),
        "@context": ACTIVITY_STREAMS,
        "object": {"id": uris.work(work.uid), "type": "Tombstone"},
    }


def tombstone(work: Work, uris: Uris) -> dict[str, Any]:
    """Return what is answered, with 410, in place of a withdrawn work."""
    document = {
        "@context": ACTIVITY_STREAMS,
        "id": uris.work(work.uid),
        "type": "Tombstone",
        "formerType": "Note",
        "published": moment(_published_at(work)),
    }
    return document | ({"deleted": moment(work.withdrawn_at)} if work.withdrawn_at is not None else {})


def permissions_of(work: Work, artisan: Artisan, uris: Uris) -> dict[str, Any]:
    """Return what a work says of who may answer and quote it."""
    policy, is_public = work.draft.policy.within(artisan.policy), work.draft.audience.documented
    return permissions(policy, uris.actor(artisan.uid), is_public=is_public, closed=work.closed)


def _envelope(kind: str, uri: str, work: Work, artisan: Artisan, uris: Uris) -> dict[str, Any]:
    """Return what every activity about a work begins with."""
    actor_uri = uris.actor(artisan.uid)
    return {
        "@context": WORK_CONTEXT,
        "id": uri,
        "type": kind,
        "actor": actor_uri,
        **_addressing(work.draft.audience, actor_uri),
    }


def _addressing(audience: Audience, actor_uri: str) -> dict[str, list[str]]:
    """Return for whom it is: Public first for everybody, second for whoever has the link (WIRE 5, "Addressing")."""
    followers = [f"{actor_uri}/followers"]
    match audience:
        case Audience.UNLISTED:
            return {"to": followers, "cc": [PUBLIC]}
        case Audience.FOLLOWERS:
            return {"to": followers, "cc": []}
        case _:
            return {"to": [PUBLIC], "cc": followers}


def _published_at(work: Work) -> datetime:
    """Return the date of a work for others: one that was on the web alone is new to them when they are told of it.

    Otherwise its own, as on its page. Other servers show nobody what seems old when it comes.
    """
    return work.published_at if work.told_at is None else max(work.published_at, work.told_at)


def _note(work: Work, artisan: Artisan, uris: Uris, measure: _Measure) -> dict[str, Any]:
    """Return the note of *work*, as much of it as *measure* allows."""
    uri, actor_uri, draft = uris.work(work.uid), uris.actor(artisan.uid), work.draft
    hashtags = _hashtags(draft, uris, measure)
    contents = {
        code: _content(work, uris, code, hashtags, measure)
        for code in (draft.languages if measure.others else draft.languages[:1])
    }
    licence = draft.terms.within(artisan.terms).licence
    document: dict[str, Any] = {
        "id": uri,
        "type": "Note",
        "attributedTo": actor_uri,
        "url": uris.work_url(work.slug),
        "published": moment(_published_at(work)),
        **_addressing(draft.audience, actor_uri),
        "sensitive": False,
        # Its own language first: some read no further, and some tell the language by the text that is the same.
        "content": contents[draft.language],
        "contentMap": contents,
        "attachment": [
            picture(photo, draft.language, uris, longest_alt=measure.alt, licence=licence) for photo in draft.photos
        ],
        "tag": [{"type": "Hashtag", "name": f"#{name}", "href": href} for name, href in hashtags],
        **permissions_of(work, artisan, uris),
        **(_reactions(work, uri) if draft.audience.documented else {}),
        "craft:work": _craft(work, uris, measure, licence),
    }
    if work.updated_at is not None:
        document["updated"] = moment(work.updated_at)
    if measure.source:
        document["source"] = {"mediaType": "text/markdown", "content": draft.text}
    return document


def _reactions(work: Work, uri: str) -> dict[str, Any]:
    """Return what came of a work, with the addresses of the collections."""
    return {
        "replies": {
            "type": "Collection",
            "id": f"{uri}/replies",
            "totalItems": work.replies,
            "first": {
                "type": "CollectionPage",
                "partOf": f"{uri}/replies",
                "next": f"{uri}/replies?page=1",
                "items": [],
            },
        },
        "likes": {"type": "Collection", "id": f"{uri}/likes", "totalItems": work.likes},
        "shares": {"type": "Collection", "id": f"{uri}/shares", "totalItems": work.announces},
    }


def _content(work: Work, uris: Uris, language: str, hashtags: list[tuple[str, str]], measure: _Measure) -> str:
    """Return title, text, facts, link and hashtags in one language, as the HTML that every server shows (WIRE 4.2)."""
    _, wording = work.draft.wording(language)
    lines = "<br>".join(escape(line) for line in _fact_lines(work.draft, wording, language, measure))
    tags = " ".join(
        f'<a href="{escape(href)}" class="mention hashtag" rel="tag">#<span>{escape(name)}</span></a>'
        for name, href in hashtags
    )
    return "".join(
        (
            f"<p><strong>{escape(wording.title)}</strong></p>",
            post_html(wording.text, longest=measure.text),
            f"<p>{lines}</p>" if lines else "",
            _link(work, uris, language) if work.draft.audience.opens else "",
            f"<p>{tags}</p>" if tags else "",
        )
    )


def _fact_lines(draft: Draft, wording: Wording, language: str, measure: _Measure) -> list[str]:
    """Return the facts, in lines: of what and how; how large, when and which of several; for how much and whether."""
    made = " · ".join(", ".join(_some(names, measure)) for names in (wording.materials, wording.techniques) if names)
    return [
        line
        for line in (
            made[:1].upper() + made[1:],
            ", ".join(
                [
                    *([facts.dimensions(draft.dimensions, language)] if draft.dimensions else []),
                    *([str(draft.year)] if draft.year is not None else []),
                    *([facts.edition(draft.edition, language)] if draft.edition else []),
                ]
            ),
            ", ".join(
                [
                    *([facts.price(draft.price, language)] if draft.price else []),
                    *([facts.availability(draft.availability, language)] if draft.availability else []),
                ]
            ),
        )
        if line
    ]


def _link(work: Work, uris: Uris, language: str) -> str:
    """Return the paragraph that leads to the page; it says so where some servers do not show every photograph."""
    url = uris.work_url(work.slug)
    shown = url.partition("://")[2]
    if language != work.draft.language:
        url += f"?lang={language}"
    anchor = f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener">{escape(shown)}</a>'
    count = len(work.draft.photos)
    if count <= _SHOWN_BY_MASTODON:
        return f"<p>{anchor}</p>"
    words = translation(language).gettext("All {count} photographs:").format(count=count)
    return f"<p>{escape(words)} {anchor}</p>"


def _hashtags(draft: Draft, uris: Uris, measure: _Measure) -> list[tuple[str, str]]:
    """Return name and page of each tag that is short enough to be one elsewhere."""
    names = [tag for tag in draft.tags if len(tag) <= _LONGEST_HASHTAG][: measure.hashtags]
    return [(name, uris.tag_url(quote(name))) for name in names]


def _craft(work: Work, uris: Uris, measure: _Measure, licence: Licence) -> dict[str, Any]:
    """Return the facts for programs, under the one key that all other software leaves alone (WIRE 4.6)."""
    draft = work.draft
    document: dict[str, Any] = {"type": "craft:Work", "name": draft.title}
    if work.series is not None:
        document["series"] = {"id": uris.series(work.series.uid), "name": work.series.name}
    if draft.year is not None:
        document["year"] = str(draft.year)
    if draft.materials:
        document["materials"] = _some(draft.materials, measure)
    if draft.techniques:
        document["techniques"] = _some(draft.techniques, measure)
    if draft.dimensions is not None:
        document["dimensions"] = {kind: f"{number:f}" for kind, number in draft.dimensions.measures} | {
            "unit": draft.dimensions.unit
        }
    if draft.edition is not None:
        which = {} if draft.edition.number is None else {"number": str(draft.edition.number)}
        document["edition"] = which | {"size": str(draft.edition.size)}
    if draft.availability is not None:
        document["availability"] = _AVAILABILITY[draft.availability]
    if draft.price is not None:
        document["price"] = {"amount": f"{draft.price.amount:.2f}", "currency": draft.price.currency}
    if draft.photos:
        document["license"] = licence.value
    return document


def _some(names: Iterable[str], measure: _Measure) -> list[str]:
    """Return as many of *names*, and as much of each, as there is room for."""
    return [name[: measure.fact] for name in list(names)[: measure.facts]]


def _size_bytes(document: dict[str, Any]) -> int:
    """Return how large *document* is on the wire."""
    return len(json.dumps(document))
