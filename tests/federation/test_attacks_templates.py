"""Attacks through the page that a stranger's server names: where it may be, and which one is taken (WIRE 10.2)."""

from collections.abc import Sequence

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.intents import Deed, Destination, Obstacle
from fedi_artisan.domain.uris import Origin
from fedi_artisan.federation import intents
from tests.federation.homes import ACTOR, FEP, PLACE, STRICT, SUBSCRIBE, chosen


def test_a_page_of_its_own() -> None:
    """The page may stand on the host that answered, or below it; the id is percent-encoded, and all else left empty."""
    encoded = "https%3A%2F%2Fatelier.example%2Fap%2Factors%2F01k"
    assert chosen("https://place.example/authorize?uri={uri}&x={on-success}") == Destination(
        f"https://place.example/authorize?uri={encoded}&x=", "place.example"
    )
    assert chosen("https://WWW.Place.example:443/f?{uri}") == Destination(
        f"https://www.place.example/f?{encoded}", "www.place.example"
    )


@pytest.mark.parametrize(
    "template",
    [
        "https://evil.example/f?uri={uri}",
        "https://place.example.evil.example/{uri}",
        "https://evilplace.example/{uri}",
        "https://example/{uri}",
        "http://place.example/{uri}",
        "https://place.example:8443/{uri}",
        "https://place.example@evil.example/{uri}",
        "https://user:secret@place.example/{uri}",
        "https://place.example\\@evil.example/{uri}",
        "https://evil.example/?https://place.example/{uri}",
        "https://{x}evil.example/{uri}",
        "https://{uri}.place.example/",
        "https://pl\u0430ce.example/{uri}",
        "https://atelier.example/{uri}",
        "//place.example/{uri}",
        "/authorize?uri={uri}",
        "javascript:alert(1)//{uri}",
        "javascript://place.example/%0aalert(1)//{uri}",
        "data:text/html,<script>alert(1)</script>{uri}",
        "https://place.example/\r\nSet-Cookie: a={uri}",
        "https://place.example/\0{uri}",
        "https://place.example/\u202e{uri}",
        'https://place.example/"><script>{uri}',
        "https://place.example/ {uri}",
        "https://place.example/?" + "{uri}" * 60,
        "",
    ],
)
def test_a_page_that_is_not_its_own(template: str) -> None:
    """WIRE 10.2 #26, #56: whatever leads away, runs, hides who is asked or breaks out of an attribute is refused."""
    assert chosen(template) in {Obstacle.ASTRAY, Obstacle.NO_PAGE}
    assert chosen(template) is (Obstacle.ASTRAY if "{uri}" in template else Obstacle.NO_PAGE)


def test_a_page_at_another_port() -> None:
    """Where unusual ports may be asked at all, a page may be at the very one that was asked, and at no other."""
    loose = parse({"origin": "http://127.0.0.1:9", "allow_private_networks": True})
    own = [Origin("http", "127.0.0.1", 8001)]
    assert isinstance(chosen("http://127.0.0.1:8001/{uri}", own=own, config=loose), Destination)
    for port in (":8002", ""):
        assert chosen(f"http://127.0.0.1{port}/{{uri}}", own=own, config=loose) is Obstacle.ASTRAY


@pytest.mark.parametrize(
    "template",
    [
        "https://place.example/authorize",
        "https://place.example/#{uri}",
        "https://place.example/{URI}",
        "https://place.example/{+uri}",
        "https://place.example/{uri}/{",
        "https://place.example/}{uri}",
        "https://place.example/{uri}?" + "x" * 1000,
        "x" * 900_000 + "{uri}",
        None,
        7,
        ["https://place.example/{uri}"],
        {"href": "https://place.example/{uri}"},
    ],
    ids=lambda template: str(template)[:40],
)
def test_a_template_that_is_none(template: object) -> None:
    """WIRE 10.2 #41: a template without a place for the id, badly closed, without measure or no text is none."""
    assert chosen(template) is Obstacle.NO_PAGE


@pytest.mark.parametrize("links", [None, {}, "x", [None, 7, "x", [], {"rel": 7}, {"rel": SUBSCRIBE}]])
def test_links_of_any_shape(links: object) -> None:
    """WIRE 10.2 #41: an answer of any shape is an answer without a page."""
    assert intents._choose(STRICT, {"links": links}, Deed.FOLLOW, ACTOR, PLACE) is Obstacle.NO_PAGE  # noqa: SLF001


def test_ten_thousand_links_are_not_read() -> None:
    """WIRE 10.2 #42: of endless links the first hundred are looked at."""
    links = [{"rel": SUBSCRIBE, "template": f"https://evil.example/{{uri}}{number}"} for number in range(10_000)]
    answer = {"links": [*links, {"rel": SUBSCRIBE, "template": "https://place.example/{uri}"}]}
    assert intents._choose(STRICT, answer, Deed.FOLLOW, ACTOR, PLACE) is Obstacle.ASTRAY  # noqa: SLF001


@pytest.mark.parametrize(
    ("deed", "relations", "page"),
    [
        (Deed.FOLLOW, ["Object", "subscribe", "Follow"], "Follow"),
        (Deed.FOLLOW, ["Object", "subscribe", "Like"], "subscribe"),
        (Deed.FOLLOW, ["Like", "Object"], "Object"),
        (Deed.LIKE, ["subscribe", "Object", "Like"], "Like"),
        (Deed.LIKE, ["subscribe", "Object", "Announce"], "Object"),
        (Deed.LIKE, ["subscribe", "Follow"], "subscribe"),
        (Deed.ANNOUNCE, ["subscribe", "Object", "Announce"], "Announce"),
        (Deed.REPLY, ["subscribe", "Object", "Create"], "Create"),
        (Deed.REPLY, ["Like", "Follow"], None),
    ],
)
def test_the_best_page_for_each_deed(deed: Deed, relations: Sequence[str], page: str | None) -> None:
    """FEP-3b86: the page made for the deed, else one that shows the work with all that can be done, else none."""
    places = {"Create": "inReplyTo", "subscribe": "uri"}
    links = [
        {
            "rel": SUBSCRIBE if name == "subscribe" else f"{FEP}/{name}",
            "template": f"https://place.example/{name}?id={{{places.get(name, 'object')}}}",
        }
        for name in relations
    ]
    found = intents._choose(STRICT, {"links": links}, deed, ACTOR, PLACE)  # noqa: SLF001
    if page is None:
        assert found is Obstacle.NO_PAGE
    else:
        assert isinstance(found, Destination)
        assert found.url.startswith(f"https://place.example/{page}?id=https%3A%2F%2F")


def test_a_page_to_write_anything_is_no_page_to_reply() -> None:
    """FEP-3b86 4.6: a Create page that does not take what is answered would start a post of its own."""
    answer = {"links": [{"rel": f"{FEP}/Create", "template": "https://place.example/share?text={content}"}]}
    assert intents._choose(STRICT, answer, Deed.REPLY, ACTOR, PLACE) is Obstacle.NO_PAGE  # noqa: SLF001


def test_early_drafts_have_href() -> None:
    """FEP-3b86, first draft: the template stands under `href`."""
    answer = {"links": [{"rel": f"{FEP}/Follow", "href": "https://place.example/f?{object}"}]}
    assert isinstance(intents._choose(STRICT, answer, Deed.FOLLOW, ACTOR, PLACE), Destination)  # noqa: SLF001


def test_the_second_best_is_taken_where_the_best_leads_astray() -> None:
    """A page that is not its own does not hide one that is."""
    links = [
        {"rel": f"{FEP}/Follow", "template": "https://evil.example/{object}"},
        {"rel": SUBSCRIBE, "template": "https://place.example/{uri}"},
    ]
    found = intents._choose(STRICT, {"links": links}, Deed.FOLLOW, ACTOR, PLACE)  # noqa: SLF001
    assert isinstance(found, Destination)
    assert found.host == "place.example"
