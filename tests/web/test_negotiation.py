"""Who gets a page and who a document (WIRE 1.5)."""

import pytest

from fedi_artisan.domain.works import Draft
from tests.house import House
from tests.web.asking import ACTIVITY_JSON, Asker

_PROFILED = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

# What is asked for, and whether it is a document.
ACCEPTS = {
    "Mastodon": (f"{ACTIVITY_JSON}, application/ld+json", True),
    "Mastodon resolving": (f"{_PROFILED}, {ACTIVITY_JSON}, text/html;q=0.1", True),
    "GoToSocial": (f"{_PROFILED},{ACTIVITY_JSON}", True),
    "Pixelfed": (_PROFILED, True),
    "Misskey": (f"{ACTIVITY_JSON}, {_PROFILED}", True),
    "ld+json without profile": ("application/ld+json", True),
    "curl for JSON": ("application/json", True),
    "loud": ("APPLICATION/ACTIVITY+JSON", True),
    "browser": (_BROWSER, False),
    "crawler": ("*/*", False),
    "preview": ("text/html, */*;q=0.5", False),
    "rather a page": (f"{ACTIVITY_JSON};q=0.5, text/html;q=0.9", False),
    "page first": (f"text/html, {ACTIVITY_JSON}", False),
    "anything but a document": (f"{ACTIVITY_JSON};q=0, */*", False),
    "broken": (f"{ACTIVITY_JSON};q=many, ;;,=", False),
}


def test_there_are_fifteen() -> None:
    """The table has the fifteen headers of WIRE 12."""
    assert len(ACCEPTS) == 15


def headers_of(who: str) -> list[tuple[str, str]]:
    """Return what *who* sends; nothing at all for a name that is not in the table."""
    return [("Accept", ACCEPTS[who][0])] if who in ACCEPTS else []


async def test_pages_answer_as_they_are_asked(house: House, ask: Asker) -> None:
    """`/`, `/@name` and `/works/slug` give what is preferred, and tell caches that it depends on that."""
    work = await house.publish(Draft(title="Moon jar"))
    ids = {"/": house.actor_uri, "/@maria": house.actor_uri, "/works/moon-jar": house.uris.work(work.uid)}
    for path, uri in ids.items():
        for who in (*ACCEPTS, "nothing"):
            answer = await ask(path, *headers_of(who))
            assert answer.status == 200
            assert {"Accept", "Accept-Language", "Accept-Encoding"} == set(answer.headers["Vary"].split(", "))
            if who in ACCEPTS and ACCEPTS[who][1]:
                assert answer.headers["Content-Type"] == f"{ACTIVITY_JSON}; charset=utf-8", (path, who)
                assert answer.json()["id"] == uri
            else:
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8", (path, who)


async def test_ids_are_documents_for_everybody(house: House, ask: Asker) -> None:
    """An id answers ActivityStreams at once, whatever is accepted: neither a page nor a redirect, here or not here."""
    work = await house.publish()
    there = [house.actor_uri, f"{house.actor_uri}/outbox", house.uris.work(work.uid), house.uris.instance_actor]
    for who in (*ACCEPTS, "nothing"):
        for uri in there:
            answer = await ask(uri, *headers_of(who))
            assert (answer.status, answer.media_type) == (200, ACTIVITY_JSON)
            for nothing in (f"{uri}/", f"{uri}x"):
                answer = await ask(nothing, *headers_of(who))
                assert (answer.status, answer.media_type) == (404, "application/json"), (nothing, who)


@pytest.mark.parametrize("order", [1, -1])
async def test_several_accept_lines_count_as_one(house: House, ask: Asker, order: int) -> None:
    """Repeated header lines are one list (RFC 9110 5.3), for the answer and for the place where it is kept."""
    lines = [("Accept", f"{ACTIVITY_JSON};q=0.2"), ("Accept", "text/html")][::order]
    assert (await ask("/", *lines)).media_type == "text/html"
    # What that request was given must not be kept for those who asked otherwise.
    assert (await ask("/", ("Accept", ACTIVITY_JSON))).media_type == ACTIVITY_JSON
    assert (await ask("/", ("Accept", "text/html"))).media_type == "text/html"
    both = [("Accept", ACTIVITY_JSON), ("Accept", "text/html;q=0.2")][::order]
    assert (await ask("/", *both)).media_type == ACTIVITY_JSON


async def test_several_language_lines_count_as_one(ask: Asker) -> None:
    """The same for languages: a page in French is not kept for those who read English."""
    french = await ask("/", ("Accept-Language", "fr;q=0.9"), ("Accept-Language", "en;q=0.1"))
    assert french.headers["Content-Language"] == "fr"
    english = await ask("/", ("Accept-Language", "fr;q=0.1"), ("Accept-Language", "en;q=0.9"))
    assert english.headers["Content-Language"] == "en"
    assert (await ask("/", ("Accept-Language", "fr"))).headers["Content-Language"] == "fr"
    assert (await ask("/", ("Accept-Language", "en"))).headers["Content-Language"] == "en"
