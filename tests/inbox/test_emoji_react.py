"""EmojiReact, a Like with a sign (WIRE 5.3): accepted, repeated, by a stranger, for someone else, malformed."""

import pytest

from tests.house import House
from tests.inbox.sending import effect
from tests.inbox.shapes import shapes, visit
from tests.neighbour import Neighbour

CONTENT = "SELECT content FROM reactions"


@pytest.mark.parametrize(("software", "name"), shapes("emoji_react"))
async def test_every_server_can_react(house: House, neighbour: Neighbour, work: str, software: str, name: str) -> None:
    """The EmojiReact of every kind of server counts as a Like and keeps its sign."""
    visitor = visit(software, house, neighbour, work)
    assert await visitor.send(visitor.read(name)) == ("done", "liked")
    assert await house.value("SELECT likes FROM works") == 1
    assert await house.value(CONTENT) == "🏺"


async def test_a_second_sign_replaces_the_first(house: House, neighbour: Neighbour, work: str) -> None:
    """An actor has one reaction to a work: a new sign replaces the old one, and counts once."""
    bob = neighbour.person("bob")
    for sign in ("🏺", "❤"):
        await effect(house, neighbour, bob, neighbour.activity("EmojiReact", bob, work, content=sign))
    assert (await house.value(CONTENT), await house.value("SELECT likes FROM works")) == ("❤", 1)


async def test_nobody_reacts_in_the_name_of_another(house: House, neighbour: Neighbour, work: str) -> None:
    """An EmojiReact signed by another than its actor is answered 401."""
    bob, mallory = neighbour.person("bob"), neighbour.person("mallory", key_number=1)
    react = neighbour.activity("EmojiReact", bob, work, content="🏺")
    assert (await neighbour.send(mallory, house.uris.shared_inbox, react))[0] == 401


async def test_a_reaction_to_something_elsewhere_is_dropped(house: House, neighbour: Neighbour) -> None:
    """An EmojiReact to what is not ours is answered 202 and forgotten."""
    bob = neighbour.person("bob")
    react = neighbour.activity("EmojiReact", bob, f"{neighbour.origin}/notes/1", content="🏺")
    assert await effect(house, neighbour, bob, react) == ("dropped", "at the door")


@pytest.mark.parametrize("content", [None, 7, ["🏺"], "", "\u0007", "x" * 65, {"en": "🏺"}, "<script>"])
async def test_an_odd_sign_still_counts(house: House, neighbour: Neighbour, work: str, content: object) -> None:
    """Whatever stands in place of the sign, the reaction counts; what is no sign is not kept."""
    bob = neighbour.person("bob")
    react = neighbour.activity("EmojiReact", bob, work, content=content)
    assert await effect(house, neighbour, bob, react) == ("done", "liked")
    assert await house.value(CONTENT) in {None, "🏺", "<script>"}
