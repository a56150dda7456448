"""Whatever is sent to the inbox, signed or not, the answer is never a fault of ours, and neither is what follows."""

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi_artisan.vocab.types import ActivityType
from tests.house import House
from tests.inbox.sending import befriend
from tests.neighbour import Neighbour

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
INSIDE = [
    *("@context", "id", "type", "object", "target", "to", "cc", "inReplyTo", "content", "contentMap", "attributedTo"),
    *("url", "tag", "attachment", "published", "updated", "name", "summary", "publicKey", "inbox", "endpoints"),
    *("preferredUsername", "alsoKnownAs"),
]


@FEW
@given(body=st.binary(max_size=300) | VALUES.map(lambda value: json.dumps(value).encode("utf-8", "replace")))
async def test_any_bytes(house: House, neighbour: Neighbour, body: bytes) -> None:
    """WIRE 10.2 #41: any bytes are answered 4xx."""
    bob = neighbour.person("bob")
    status, _ = await neighbour.send(bob, house.uris.shared_inbox, body)
    assert 400 <= status < 500


@FEW
@given(data=st.data())
async def test_any_activity(
    house: House, neighbour: Neighbour, work: str, caplog: pytest.LogCaptureFixture, data: st.DataObject
) -> None:
    """WIRE 10.2 #41, #42: signed activities with anything anywhere are never answered 5xx, and end without a fault."""
    bob = neighbour.person("bob")
    if not await house.value("SELECT count(*) FROM followers"):
        await befriend(house, neighbour, bob)
    known = st.sampled_from(
        [house.actor_uri, work, bob.uri, house.uris.activity("x"), bob.document(), "Note", "Follow"]
    )
    values = known | VALUES
    inner: Any = data.draw(known)
    changes = st.dictionaries(st.sampled_from(INSIDE), values, max_size=4)
    if data.draw(st.booleans()):
        inner = neighbour.note(bob, work) | data.draw(changes)
    kind = data.draw(st.sampled_from(sorted(ActivityType)))
    activity = neighbour.activity(kind, bob, inner, to=[house.actor_uri], target=bob.uri)
    activity |= data.draw(changes)
    status, text = await neighbour.send(bob, house.uris.shared_inbox, json.dumps(activity).encode("utf-8", "replace"))
    assert status < 500, text
    await house.quiet()
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not faults, faults[0].getMessage() + str(faults[0].exc_info)
