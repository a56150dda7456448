"""Activities are read in every form that WIRE 11 lists, and refused in one way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.errors import BadActivity
from fedi_artisan.vocab.activity import parse
from fedi_artisan.vocab.types import ActivityType

BOB = "https://mastodon.example/users/bob"
US = "https://atelier.example/ap/actors/1"
FOLLOW: dict[str, Any] = {"id": "https://mastodon.example/1", "type": "Follow", "actor": BOB, "object": US}
UNDO: dict[str, Any] = {**FOLLOW, "id": "https://mastodon.example/2", "type": "Undo", "object": FOLLOW}


@pytest.mark.parametrize(
    "changes",
    [
        {"object": [US]},
        {"object": {"id": US, "type": "Person"}},
        {"object": [None, {"id": US}]},
        {"object": [US, "https://atelier.example/ap/actors/2"]},
        {"actor": {"id": BOB, "type": "Person"}},
        {"actor": [BOB]},
        {"type": ["Follow"]},
        {"type": ["x:Longing", "Follow", "Like"]},
        {"to": None, "cc": None, "published": None, "target": None, "inner": 5},
        {"unheard": {"of": [1, 2, {"x": None}]}},
    ],
    ids=str,
)
def test_tolerated_forms_mean_the_same(changes: dict[str, Any]) -> None:
    """Single value or array, id or object, nulls and unknown properties: all read as the plain Follow."""
    activity = parse(FOLLOW | changes)
    assert (activity.type, activity.actor_uri, activity.object.uri) == (ActivityType.FOLLOW, BOB, US)
    assert (activity.to, activity.cc, activity.published_at, activity.target) == ((), (), None, None)


@pytest.mark.parametrize("name", [PUBLIC, "as:Public", "Public"])
def test_public_has_three_names(name: str) -> None:
    """The public is read under all its names, single or in an array, and has one afterwards (WIRE 5.1)."""
    activity = parse(FOLLOW | {"to": name, "cc": [f"{BOB}/followers", name, name]})
    assert activity.to == (PUBLIC,)
    assert activity.cc == (f"{BOB}/followers", PUBLIC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T12:30:22Z", datetime(2026, 11, 23, 12, 30, 22, tzinfo=UTC)),
        ("2026-11-23T12:30:22.123456789Z", datetime(2026, 11, 23, 12, 30, 22, 123456, tzinfo=UTC)),
        ("2026-11-23T13:30:22.5+01:00", datetime(2026, 11, 23, 12, 30, 22, 500000, tzinfo=UTC)),
        ("2026-11-23T04:30:22-0800", datetime(2026, 11, 23, 12, 30, 22, tzinfo=UTC)),
        ("2026-11-23T12:30:22", datetime(2026, 11, 23, 12, 30, 22, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1732364422, None),
    ],
)
def test_times_are_read_in_utc(text: object, moment: datetime | None) -> None:
    """`Z`, offsets and fractions are read; what is no time reads as none."""
    assert parse(FOLLOW | {"published": text}).published_at == moment


@pytest.mark.parametrize("key", ["id", "type", "actor", "object"])
@pytest.mark.parametrize(
    "value", [None, "", 7, [], {}, [[]], {"id": 7}, "not an address", {"id": {"id": BOB}}], ids=str
)
def test_what_is_needed_is_needed(key: str, value: object) -> None:
    """Without a usable id, type, actor or object there is no Follow."""
    if key == "type" and value == "not an address":
        assert parse(FOLLOW | {key: value}).type is None
        return
    with pytest.raises(BadActivity):
        parse(FOLLOW | {key: value})


@pytest.mark.parametrize(
    "uri",
    [
        "acct:bob@mastodon.example",
        "javascript:alert(1)",
        "data:application/json,{}",
        "//mastodon.example/users/bob",
        "https://mastodon.example@evil.example/users/bob",
        "https://bob:secret@mastodon.example/users/bob",
        "https://mastodon.example/users/bob\n",
        "https://mastodon.example/\u202eusers/bob",
        "https://mastodon.example/" + "b" * 2048,
        "https:///users/bob",
        "https://mastodon.example:port/",
        "https://[::1/",
    ],
)
def test_ids_must_be_plain_addresses(uri: str) -> None:
    """WIRE 10.2 #30: ids that only pretend to be addresses are refused, wherever they stand."""
    for key in ("id", "actor", "object"):
        with pytest.raises(BadActivity):
            parse(FOLLOW | {key: uri})


def test_ids_are_kept_letter_for_letter() -> None:
    """WIRE 10.2 #30: an id is compared as text, so reading does not tidy it."""
    activity = parse(FOLLOW | {"id": "https://Mastodon.example:443/a/../b?c#d", "actor": "https://micro.example"})
    assert (activity.uri, activity.actor_uri) == ("https://Mastodon.example:443/a/../b?c#d", "https://micro.example")


def test_unknown_types_are_read_leniently() -> None:
    """What is not acted upon only needs id and actor: it is answered 202 and dropped, whatever its object is."""
    activity = parse({"id": "https://a.example/1", "type": "Listen", "actor": "https://a.example/2"})
    assert (activity.type, activity.type_name) == (None, "Listen")
    assert activity.object.uri is None
    flag = parse(FOLLOW | {"type": "Flag", "object": [US, "https://atelier.example/ap/works/1"]})
    assert flag.object.uri == US


def test_undo_of_a_bare_id() -> None:
    """An Undo may name what it undoes by id alone (WIRE 5.2)."""
    undo = parse(UNDO | {"object": FOLLOW["id"]})
    assert undo.inner is None
    assert undo.object.uri == FOLLOW["id"]


def test_undo_without_inner_id() -> None:
    """An embedded Follow without its id still says what is undone."""
    undo = parse(UNDO | {"object": {key: value for key, value in FOLLOW.items() if key != "id"}})
    assert undo.inner is not None
    assert (undo.inner.uri, undo.inner.type, undo.inner.object.uri) == (None, ActivityType.FOLLOW, US)


def test_nameless_inner_activity_inherits_the_actor() -> None:
    """WIRE 10.2 #23: an embedded activity that names nobody is its carrier's; one that names another keeps her name."""
    inherited = parse(UNDO | {"object": {"type": "Follow", "object": US}}).inner
    foreign = parse(UNDO | {"object": {**FOLLOW, "actor": "https://victim.example/1"}}).inner
    broken = parse(UNDO | {"object": {**FOLLOW, "actor": "nobody"}}).inner
    answered = parse(UNDO | {"type": "Accept", "object": {"type": "Follow", "object": BOB}}).inner
    assert inherited is not None
    assert inherited.actor_uri == BOB
    assert foreign is not None
    assert foreign.actor_uri == "https://victim.example/1"
    assert broken is not None
    assert broken.actor_uri is None
    assert answered is not None
    assert answered.actor_uri is None


def test_inner_activity_belongs_to_wrappers_alone() -> None:
    """Undo, Accept and Reject carry an activity, and so may Announce; of a post in it, or in a Create, none is made."""
    assert parse(FOLLOW | {"type": "Create", "object": FOLLOW}).inner is None
    assert parse(FOLLOW | {"type": "Announce", "object": {"id": US, "type": "Note"}}).inner is None
    assert parse(FOLLOW | {"type": "Announce", "object": FOLLOW}).inner is not None
    with pytest.raises(BadActivity):
        parse(FOLLOW | {"type": "Announce", "object": {**FOLLOW, "id": None}})


@pytest.mark.parametrize("instrument", [None, "", {}, {"type": "Service", "name": "a server"}, [], "not an address"])
def test_a_request_to_quote_says_by_what(instrument: object) -> None:
    """A QuoteRequest without a usable instrument is refused; elsewhere an instrument may be anything (Friendica)."""
    with pytest.raises(BadActivity):
        parse(FOLLOW | {"type": "QuoteRequest", "instrument": instrument})
    assert parse(FOLLOW | {"instrument": instrument}).object.uri == US


def test_reports_of_many() -> None:
    """WIRE 10.2 #58: a Flag about thousands of things is read as one about a hundred; one about nothing is refused."""
    crowd = [f"https://atelier.example/ap/works/{number}" for number in range(5000)]
    flag = parse(FOLLOW | {"type": "Flag", "object": [None, 7, *crowd], "content": "x" * 9000})
    assert (len(flag.object_uris), len(flag.content or "")) == (98, 5000)
    with pytest.raises(BadActivity):
        parse(FOLLOW | {"type": "Flag", "object": [None, 7, {}]})


@pytest.mark.parametrize(
    ("fields", "emoji"),
    [
        ({"content": "🏺"}, "🏺"),
        ({"content": " 👩🏽‍🎨 "}, "👩🏽‍🎨"),
        ({"_misskey_reaction": ":kiln@.:"}, ":kiln:"),
        ({"content": ":kiln@misskey.example:"}, ":kiln:"),
        ({"content": None, "_misskey_reaction": "❤"}, "❤"),
        ({"content": "x" * 65}, None),
        ({"content": "a\nb"}, None),
        ({"content": {"en": "x"}}, None),
        ({}, None),
    ],
)
def test_emoji(fields: dict[str, Any], emoji: str | None) -> None:
    """A reaction's emoji is read from either place, without its host; too long or with control characters, none."""
    like = FOLLOW | fields
    assert parse(like | {"type": "Like"}).content == emoji
    assert parse(like | {"type": "EmojiReact"}).content == emoji
    assert parse(like).content is None


def test_long_audiences_are_cut() -> None:
    """WIRE 10.2 #41: of ten thousand addressees a thousand are read."""
    crowd = [f"https://a.example/{number}" for number in range(10_000)]
    activity = parse(FOLLOW | {"to": crowd, "cc": ["nonsense", 7, None, *crowd]})
    assert len(activity.to) == 1000
    assert len(activity.cc) == 997
