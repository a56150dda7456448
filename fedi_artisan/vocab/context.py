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
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
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
        "commentsEnabled": "http://pixelfed.org/ns#commentsEnabled",
        "license": "http://schema.org/license",
        "craft": CRAFT_NAMESPACE,
    },
]

_FEP_044F: Final = "https://w3id.org/fep/044f#"

QUOTE_REQUEST_CONTEXT: Final[list[Any]] = [ACTIVITY_STREAMS, {"QuoteRequest": f"{_FEP_044F}QuoteRequest"}]

STAMP_CONTEXT: Final[JsonContext] = [
    ACTIVITY_STREAMS,
    {
        "gts": "https://gotosocial.org/ns#",
        "QuoteAuthorization": f"{_FEP_044F}QuoteAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    },
]

# What an artisan says besides her works: the same terms but hers for facts, and how it names what it quotes.
POST_CONTEXT: Final[JsonContext] = [
    ACTIVITY_STREAMS,
    {
        "toot": "http://joinmastodon.org/ns#",
        "gts": "https://gotosocial.org/ns#",
        "misskey": "https://misskey-hub.net/ns#",
        "fedibird": "http://fedibird.com/ns#",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "license": "http://schema.org/license",
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "commentsEnabled": "http://pixelfed.org/ns#commentsEnabled",
        "quoteUrl": "as:quoteUrl",
        "quoteUri": "fedibird:quoteUri",
        "_misskey_quote": "misskey:_misskey_quote",
    },
]
