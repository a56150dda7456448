"""Addresses: which are some, which are the same, and where our own things live."""

from datetime import UTC, datetime, timedelta

import pytest

from fedi_artisan.domain.uris import LONGEST_URI, Origin, Uris, host_of, new_uid, origin_of, same_origin

OURS = Uris("https://atelier.example")


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://host.example/users/bob", Origin("https", "host.example", 443)),
        ("http://host.example", Origin("http", "host.example", 80)),
        ("HTTPS://HOST.example:443/", Origin("https", "host.example", 443)),
        ("https://host.example:/", Origin("https", "host.example", 443)),
        ("https://host.example:8443/", Origin("https", "host.example", 8443)),
        ("https://host.example./", Origin("https", "host.example", 443)),
        ("https://under_score.example/", Origin("https", "under_score.example", 443)),
        ("https://xn--caf-dma.example/", Origin("https", "xn--caf-dma.example", 443)),
        ("https://café.example/", Origin("https", "xn--caf-dma.example", 443)),
        ("https://\uff48ost.example/", Origin("https", "host.example", 443)),
        ("https://host。example/", Origin("https", "host.example", 443)),
        ("https://[::1]:8/", Origin("https", "::1", 8)),
        ("https://host.example#@evil.example", Origin("https", "host.example", 443)),
        ("https://host.example?@evil.example", Origin("https", "host.example", 443)),
        ("https://host.example/@evil.example", Origin("https", "host.example", 443)),
    ],
)
def test_an_origin_has_one_form(uri: str, origin: Origin) -> None:
    """WIRE 10.2 #26: scheme, host and port are compared in one form, whatever the spelling (FEP-fe34)."""
    assert origin_of(uri) == origin


@pytest.mark.parametrize(
    "uri",
    [
        *(
            "",
            "host.example",
            "//host.example/",
            "/users/bob",
            "https:host.example",
            "https:///bob",
            "https://",
            "https:",
        ),
        *("ftp://host.example/", "javascript:alert(1)", "data:text/html,x", "acct:bob@host.example", "urn:uuid:1"),
        *("https://bob@host.example/", "https://bob:pw@host.example/", "https://@host.example/"),
        *("https://evil.example\\@host.example/", "https://host.example\\.evil.example/"),
        *(
            "https://host.example:0/",
            "https://host.example:65536/",
            "https://host.example:8 0/",
            "https://host.example:٣/",
        ),
        *("https://ho st.example/", " https://host.example/", "https://host.example/\n", "https://ho\tst.example/"),
        *(
            "https://host.example/\x00",
            "https://host.example/\u202e",
            "https://a\u200db.example/",
            "https://host.example/\x7f",
        ),
        *(
            "https://h%6Fst.example/",
            "https://host.example%00.evil.example/",
            "https://[::1%25eth0]/",
            "https://[1.2.3.4]/",
        ),
        *(
            "https://.example/",
            "https://host..example/",
            "https://host.example../",
            "https://ho,st.example/",
            "https://h(o).st/",
        ),
        *(
            'https://host.example/"',
            "https://host.example/<b>",
            "https://[::1/",
            "https://::1/",
            "https://[host.example]/",
        ),
        *("https://" + "x" * 64 + ".example/", "https://host.example/" + "x" * LONGEST_URI),
    ],
)
def test_what_only_pretends_has_no_origin(uri: str) -> None:
    """WIRE 10.2 #26: user names, controls, odd ports, escapes and impossible hosts make it no address at all."""
    assert origin_of(uri) is None
    assert not same_origin(uri, uri)
    assert host_of(uri) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://host.example/a", "http://host.example/a"),
        ("https://host.example/", "https://host.example:8443/"),
        ("https://host.example/", "https://www.host.example/"),
        ("https://host.example/", "https://host.example.evil.example/"),
        ("https://host.example/", "https://evilhost.example/"),
    ],
)
def test_another_scheme_host_or_port_is_another_origin(one: str, other: str) -> None:
    """Nobody speaks for another scheme, host or port (FEP-fe34)."""
    assert not same_origin(one, other)


def test_a_host_is_named_with_its_port_where_that_is_unusual() -> None:
    """Breakers and signatures are remembered by host and unusual port."""
    assert host_of("https://host.example:443/x") == "host.example"
    assert host_of("http://host.example:443/x") == "host.example:443"
    assert host_of("http://127.0.0.1:8000/") == "127.0.0.1:8000"


def test_ids_of_ours_are_known_again() -> None:
    """An id that we make is ours and gives back what it was made from; nothing else does."""
    uid = new_uid(datetime.now(UTC))
    assert OURS.uid_of(OURS.actor(uid), "actors") == uid
    assert OURS.uid_of(OURS.work(uid), "works") == uid
    for uri in (
        OURS.work(uid) + "/likes",
        OURS.work(uid) + "?x=1",
        OURS.work(uid) + "#x",
        OURS.work(""),
        OURS.work("../actors"),
        OURS.actor(uid),
        f"https://evil.example/ap/works/{uid}",
        f"https://atelier.example.evil.example/ap/works/{uid}",
        f"https://atelier.example@evil.example/ap/works/{uid}",
    ):
        assert OURS.uid_of(uri, "works") is None


def test_ours_is_what_stands_here() -> None:
    """Another port or host is not this server, however similar it looks."""
    assert OURS.is_ours("https://ATELIER.example:443/anything")
    assert not OURS.is_ours("https://atelier.example:8443/")
    assert not OURS.is_ours("https://atelier.example@evil.example/")


def test_ids_sort_by_time_and_never_meet() -> None:
    """A later moment gives a greater id, and ten thousand of one moment are all different."""
    start = datetime(2026, 11, 23, tzinfo=UTC)
    moments = [start + timedelta(milliseconds=step) for step in (0, 1, 2, 1000, 10**6, 10**9, 10**11)]
    uids = [new_uid(moment) for moment in moments]
    assert uids == sorted(uids)
    assert {len(uid) for uid in uids} == {26}
    assert all(uid.isalnum() and uid == uid.lower() for uid in uids)
    assert len({new_uid(start) for _ in range(10_000)}) == 10_000
