"""How it is said who may answer and quote, as far as others have words for what is kept to here (WIRE 4.5)."""

from typing import Any

from fedi_artisan.domain.policies import Policy, Quoting, is_shut
from fedi_artisan.domain.uris import PUBLIC


def permissions(policy: Policy, actor_uri: str, *, is_public: bool, closed: bool) -> dict[str, Any]:
    """Return what an object says of it.

    What anybody can read can be quoted; "nobody" is the actor herself, as an empty list would be none.

    Args:
        policy: what holds for it.
        actor_uri: whose it is.
        is_public: whether anybody can read it.
        closed: whether it is too old to be answered.
    """
    may_quote = {Quoting.EVERYBODY: PUBLIC, Quoting.FOLLOWERS: f"{actor_uri}/followers", Quoting.NOBODY: actor_uri}
    allowed = may_quote[policy.quotes if is_public else Quoting.NOBODY]
    said: dict[str, Any] = {"interactionPolicy": {"canQuote": {"automaticApproval": [allowed]}}}
    return said | ({"commentsEnabled": False} if is_shut(policy, closed=closed) else {})
