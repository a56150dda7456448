"""The @context of each kind of document: every term that we write and that is not in ActivityStreams itself.

Terms are defined in place instead of by further addresses: whoever reads JSON-LD must not depend on yet another host.
"""

from typing import Any, Final

ACTIVITY_STREAMS: Final = "https://www.w3.org/ns/activitystreams"
CRAFT_NAMESPACE: Final = "https://w3id.org/fedi-artisan/ns#"

JsonContext = str | list[Any]

ACTOR_CONTEXT: Final[JsonContext] = [
    ACTIVITY_STREAMS,
    "https://w3id.org/security/v1",
    {
        "toot": "http://joinmastodon.org/ns#",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "showFeatured": "toot:showFeatured",
        "showMedia": "toot:showMedia",
        "showRepliesInMedia": "toot:showRepliesInMedia",
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
    },
]

WORK_CONTEXT: Final[JsonContext] = [
    ACTIVITY_STREAMS,
    {
        "toot": "http://joinmastodon.org/ns#",
        "gts": "https://gotosocial.org/ns#",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "license": "http://schema.org/license",
        "craft": CRAFT_NAMESPACE,
    },
]
