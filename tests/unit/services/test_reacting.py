"""Liking and sharing what others posted: what their servers are told, and what is told when it is taken back."""

import json
from typing import Any

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.errors import BadInput
from fedi_artisan.services import reacting
from fedi_artisan.services.reacting import Reaction
from fedi_artisan.storage import followers, posts
from fedi_artisan.storage.places import Place
from tests.house import House
from tests.web.studio.happening import note, put_person

ANA = "https://host.example/users/ana"


async def said(house: House) -> list[tuple[dict[str, Any], bool, set[str]]]:
    """Return what was said, whether it can be read at its id, and where it goes."""
    rows = await house.rows(
        "SELECT body, public, (SELECT json_group_array(inbox_url) FROM deliveries WHERE activity_id = activities.id)"
        " FROM activities ORDER BY id"
    )
    return [(json.loads(row[0]), bool(row[1]), set(json.loads(row[2]))) for row in rows]


async def test_told_once_and_taken_back(house: House) -> None:
    """WIRE 5.3: a Like for the author, an Announce by id for all; each once; the Undo embeds it and goes as far."""
    artisan, now, actor_uri = house.artisan, utc_now(), house.actor_uri
    async with house.db.write() as tx:
        ana = await put_person(tx, "ana", "Ana Lind")
        bob = await put_person(tx, "bob", "Bob", host="elsewhere.example")
        await followers.put(tx, artisan.id, bob, "https://elsewhere.example/follows/1", now)
        pot = note(1, "<p>Pot</p>")
        await posts.insert(tx, pot, actor_id=ana, place=Place(), approved=False, now=now)
        post = await posts.find(tx, pot.uri)
        assert post is not None
        for do in (reacting.like, reacting.announce):
            assert [await do(tx, house.uris, artisan, post, now) for _ in range(2)] == [True, False]
        for kind in Reaction:
            back = [await reacting.take_back(tx, house.uris, artisan, post, kind=kind, now=now) for _ in range(2)]
            assert back == [True, False]
        # Once more, under a new id.
        assert await reacting.like(tx, house.uris, artisan, post, now)
    like, announce, unlike, unshare, again = await said(house)
    to_ana, to_all = {f"{ANA}/inbox"}, {f"{ANA}/inbox", "https://elsewhere.example/users/bob/inbox"}
    assert [goes for _, _, goes in (like, announce, unlike, unshare)] == [to_ana, to_all, to_ana, to_all]
    assert (like[0]["type"], like[0]["object"], like[0]["to"]) == ("Like", post.uri, [ANA])
    assert (announce[0]["type"], announce[0]["object"], announce[0]["to"]) == ("Announce", post.uri, [PUBLIC])
    assert announce[0]["cc"] == [f"{actor_uri}/followers", ANA]
    for taken, by in ((like, unlike), (announce, unshare)):
        inner = {name: taken[0][name] for name in ("id", "type", "actor", "object")}
        assert (by[0]["type"], by[0]["object"]) == ("Undo", inner)
        assert (by[0]["to"], by[0].get("cc")) == (taken[0]["to"], taken[0].get("cc"))
    # What was taken back can be read no more.
    assert not any(public for _, public, _ in (like, announce, unlike, unshare))
    assert again[0]["id"] != like[0]["id"]


async def test_what_is_for_a_few_is_not_shared(house: House) -> None:
    """Words to her alone can be liked, which she alone is told; they are not shared."""
    now = utc_now()
    async with house.db.write() as tx:
        ana = await put_person(tx, "ana", "Ana Lind")
        letter = note(1, "<p>For you</p>", public=False)
        await posts.insert(tx, letter, actor_id=ana, place=Place(), approved=False, now=now)
        post = await posts.find(tx, letter.uri)
        assert post is not None
        with pytest.raises(BadInput):
            await reacting.announce(tx, house.uris, house.artisan, post, now)
        assert await reacting.like(tx, house.uris, house.artisan, post, now)
    [(like, public, _)] = await said(house)
    assert (like["to"], "cc" in like, public) == ([ANA], False, False)
