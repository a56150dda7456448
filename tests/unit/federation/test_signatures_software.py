"""Draft-cavage signatures coming in, as real servers write them."""

import pytest

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import Scheme
from fedi_artisan.federation.signatures.verify import read
from tests.unit.federation.signatures_peer import BODY_SHA256, KEY_ID, NOW, NOW_S, OTHER_KEY, cavage
from tests.unit.federation.test_signatures_cavage import _PUBLIC

# What real servers cover, by WIRE 2.1 and section 14.
SOFTWARE = {
    "Mastodon POST": {"covered": "host date content-type digest (request-target)"},
    "Mastodon POST to a synchronising follower": {
        "covered": "host date collection-synchronization content-type digest (request-target)",
        "headers": {"collection-synchronization": 'collectionId="https://a.example/f", digest="00"'},
    },
    "Mastodon GET": {"covered": "host date (request-target)", "method": "GET"},
    "GoToSocial POST": {
        "covered": "(request-target) host date digest",
        "headers": {"content-type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'},
        "parameters": {"algorithm": "hs2019", "keyId": "https://gts.example/users/maria/main-key"},
    },
    "GoToSocial GET": {
        "covered": "(request-target) host date",
        "method": "GET",
        "parameters": {"algorithm": "hs2019", "keyId": "https://gts.example/users/maria/main-key"},
    },
    "microblog.pub POST": {
        "covered": "(request-target) user-agent host date digest content-type",
        "parameters": {"keyId": "https://micro.example#main-key"},
    },
    "microblog.pub GET": {
        "covered": "(request-target) user-agent host date accept",
        "method": "GET",
        "parameters": {"keyId": "https://micro.example#main-key"},
    },
    "Takahē POST": {"covered": "(request-target) host date digest content-type"},
    "Pixelfed POST": {
        "covered": "(request-target) date host digest content-type user-agent",
        "parameters": {"keyId": "https://pixelfed.example/i/actor#main-key"},
    },
    "Misskey POST": {"covered": "(request-target) date host digest"},
    "Misskey GET": {"covered": "(request-target) date host accept", "method": "GET"},
    "Fedify's second knock": {
        "covered": "(request-target) accept content-type date digest host user-agent",
        "parameters": {"algorithm": "rsa-sha256"},
    },
    "no algorithm named": {"parameters": {"algorithm": None}},
    "created instead of date": {
        "covered": "(request-target) (created) host digest",
        "headers": {"date": None},
        "parameters": {"algorithm": "hs2019"},
        "created": NOW_S,
    },
    "created and expires": {
        "covered": "(request-target) (created) (expires) host digest",
        "parameters": {"algorithm": "hs2019"},
        "created": NOW_S - 6 * 3600,
        "expires": NOW_S + 3600,
    },
    "names in upper case": {"covered": "(Request-Target) Host Date Digest"},
    "a host in upper case": {"headers": {"host": "Mastodon.Example"}},
    "other digests too": {"headers": {"digest": f"MD5=AAAA, sha-256={BODY_SHA256}"}},
}


@pytest.mark.parametrize("shape", SOFTWARE.values(), ids=SOFTWARE.keys())
def test_real_servers_are_understood(shape: dict[str, object]) -> None:
    """WIRE 2.1 and 14: any header set in any order, with the key ids and algorithms that occur."""
    request = cavage(**shape)  # type: ignore[arg-type]  # the table holds arguments of each kind
    claim = read(request, now=NOW)
    assert claim.scheme is Scheme.CAVAGE
    parameters = shape.get("parameters", {})
    assert isinstance(parameters, dict)
    assert claim.key_id == parameters.get("keyId", KEY_ID)
    claim.verify(_PUBLIC)
    with pytest.raises(BadSignature):
        claim.verify(OTHER_KEY.public_key())
