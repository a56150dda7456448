"""How our actors are written (WIRE 3)."""

from html import escape
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import Photo, Rendition, words_in
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.language import translation
from fedi_artisan.vocab import facts
from fedi_artisan.vocab.context import ACTIVITY_STREAMS, ACTOR_CONTEXT
from fedi_artisan.vocab.html import post_html
from fedi_artisan.vocab.render.moments import day

ICON_PX = 400
_LONGEST_SUMMARY = 5000
_LONGEST_ALT = 1500


def actor(artisan: Artisan, uris: Uris, *, public_pem: str) -> dict[str, Any]:
    """Return the actor document of *artisan*: only what is true and served here."""
    return {"@context": ACTOR_CONTEXT, **_person(artisan, uris, public_pem)}


def update_actor(artisan: Artisan, uris: Uris, *, public_pem: str, activity_uri: str) -> dict[str, Any]:
    """Return the Update that tells followers about a changed profile or key, with the whole actor in it."""
    uri = uris.actor(artisan.uid)
    return {
        "@context": ACTOR_CONTEXT,
        "id": activity_uri,
        "type": "Update",
        "actor": uri,
        "to": [PUBLIC],
        "cc": [f"{uri}/followers"],
        "object": _person(artisan, uris, public_pem),
    }


def move(artisan: Artisan, uris: Uris, *, activity_uri: str, target_uri: str) -> dict[str, Any]:
    """Return the Move by which followers learn that *artisan* is now the actor *target_uri* (WIRE 8)."""
    uri = uris.actor(artisan.uid)
    return {
        "@context": ACTIVITY_STREAMS,
        "id": activity_uri,
        "type": "Move",
        "actor": uri,
        "to": [f"{uri}/followers"],
        "object": uri,
        "target": target_uri,
    }


def instance_actor(uris: Uris, *, public_pem: str) -> dict[str, Any]:
    """Return the document of the actor that signs this server's own questions (WIRE 1.4)."""
    uri = uris.instance_actor
    return {
        "@context": ACTOR_CONTEXT,
        "id": uri,
        "type": "Application",
        "preferredUsername": _host_name(uris),
        "name": uris.host,
        "summary": "<p></p>",
        "url": f"{uris.origin}/",
        "inbox": uris.shared_inbox,
        "outbox": f"{uri}/outbox",
        "endpoints": {"sharedInbox": uris.shared_inbox},
        "manuallyApprovesFollowers": True,
        "discoverable": False,
        "indexable": False,
        "publicKey": _public_key(uri, uris, public_pem),
    }


def _person(artisan: Artisan, uris: Uris, public_pem: str) -> dict[str, Any]:
    """Return the actor of *artisan* without a context, as it is embedded."""
    uri = uris.actor(artisan.uid)
    document: dict[str, Any] = {
        "id": uri,
        "type": "Person",
        "preferredUsername": artisan.username,
        "webfinger": f"{artisan.username}@{uris.host}",
        "name": artisan.name,
        # Pixelfed takes an empty summary for a missing one and refuses the whole Update (WIRE 3.2).
        "summary": post_html(artisan.summary, longest=_LONGEST_SUMMARY) or "<p></p>",
        "url": uris.profile_url(artisan.username),
        "published": day(artisan.created_at),
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/featured",
        "endpoints": {"sharedInbox": uris.shared_inbox},
        "manuallyApprovesFollowers": artisan.approves_followers,
        "discoverable": True,
        "indexable": True,
        "showFeatured": True,
        "showMedia": True,
        "showRepliesInMedia": False,
        "attributionDomains": [_host_name(uris)],
        "publicKey": _public_key(uri, uris, public_pem),
    }
    fields = [*_links(artisan), *_lines(artisan)]
    if fields:
        document["attachment"] = fields
    if artisan.also_known_as:
        document["alsoKnownAs"] = list(artisan.also_known_as)
    if artisan.moved_to is not None:
        document["movedTo"] = artisan.moved_to.uri
    if artisan.icon is not None:
        document["icon"] = _image(artisan.icon, artisan.icon.small(ICON_PX), artisan.language, uris)
    if artisan.image is not None:
        document["image"] = _image(artisan.image, artisan.image.post, artisan.language, uris)
    return document


def _links(artisan: Artisan) -> list[dict[str, str]]:
    """Return her links as fields: a bare link each, its text its address, or Mastodon verifies nothing (WIRE 3.2)."""
    return [
        _field(
            link.label,
            f'<a href="{escape(link.url)}" target="_blank" rel="me nofollow noopener" translate="no">'
            f"{escape(link.url)}</a>",
        )
        for link in artisan.links
    ]


def _lines(artisan: Artisan) -> list[dict[str, str]]:
    """Return craft, place and whether she takes commissions as fields, in her own language."""
    language = artisan.language
    say = translation(language).gettext
    craft, place = (words_in(texts, language)[1] for texts in (artisan.crafts, artisan.places))
    said = [(say("Craft"), craft), (say("Place"), place)]
    if artisan.commissions is not None:
        note = words_in(artisan.commissions_notes, language)[1]
        state = facts.commissions(artisan.commissions, language)
        said.append((say("Commissions"), f"{state} – {note}" if note else state))
    return [_field(name, escape(text)) for name, text in said if text]


def _field(name: str, value_html: str) -> dict[str, str]:
    return {"type": "PropertyValue", "name": name, "value": value_html}


def _host_name(uris: Uris) -> str:
    """Return the host of this server without a port."""
    return uris.host.partition(":")[0]


def _image(photo: Photo, shown: Rendition, language: str, uris: Uris) -> dict[str, Any]:
    """Return a portrait or header; some read its words from `name`, some from `summary`."""
    document = {"type": "Image", "mediaType": shown.type.media_type, "url": uris.media_url(shown.file)}
    alt = words_in(photo.alts, language)[1][:_LONGEST_ALT]
    return document | ({"name": alt, "summary": alt} if alt else {})


def _public_key(actor_uri: str, uris: Uris, public_pem: str) -> dict[str, str]:
    """Return the one RSA key, as one object: Pixelfed reads no list (WIRE 2.4)."""
    return {"id": uris.key(actor_uri), "owner": actor_uri, "publicKeyPem": public_pem}
