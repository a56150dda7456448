"""The receiving rules of Mastodon, Pixelfed, GoToSocial and Misskey, as far as they concern a document.

Each rule is a generator of complaints, empty for a document it accepts or does not concern. `complaints` asks all of
them; `complaints_served` adds what concerns the answer that carried the document.
"""

from tests.conformance.documents import AS2, Document, Rule
from tests.conformance.everybody import (
    any_activity_has_actor_and_audience,
    any_collection,
    any_flat_extension,
    any_id_and_type,
    any_no_hidden_recipients,
    any_plain_content,
    any_same_audience,
)
from tests.conformance.gotosocial import (
    gotosocial_content_map,
    gotosocial_focal_point,
    gotosocial_key_owner,
    gotosocial_no_name,
    gotosocial_policy,
    gotosocial_updated,
)
from tests.conformance.mastodon import (
    mastodon_actor,
    mastodon_blurhash,
    mastodon_context,
    mastodon_hashtags,
    mastodon_mentions,
    mastodon_note,
    mastodon_one_host,
    mastodon_pages,
    mastodon_pin,
    mastodon_public,
    mastodon_published,
    mastodon_updated,
)
from tests.conformance.misskey import misskey_page_on_host, misskey_plain_urls, misskey_size
from tests.conformance.pixelfed import (
    pixelfed_accept,
    pixelfed_actor,
    pixelfed_attachments,
    pixelfed_author,
    pixelfed_delete,
    pixelfed_depth,
    pixelfed_follow,
    pixelfed_public_addresses,
    pixelfed_published,
    pixelfed_to_on_object,
    pixelfed_undo,
    pixelfed_update_person,
)

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
