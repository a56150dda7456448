"""Where a page says that it stands as ActivityStreams, and whether reading that can be made to take for ever."""

import time

import pytest

from fedi_artisan.vocab import alternate
from fedi_artisan.vocab.markup import tags
from fedi_artisan.vocab.rel_me import rel_me

KIND = "application/activity+json"
LINK = f'<link rel="alternate" type="{KIND}" href="https://place.example/1">'


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8>{LINK}</head>", "https://place.example/1"),
        (f"<LINK HREF='/1?a=1&amp;b=2' TYPE={KIND} REL='me ALTERNATE'/>", "/1?a=1&b=2"),
        (f"<link rel=alternate type=text/html href=a><link rel=me>{LINK}", "https://place.example/1"),
        (
            "<link rel=alternate href=/1 type='application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"'>",
            "/1",
        ),
        # The words of a page may be anybody's.
        (f"<head><title>x</title></head><body>{LINK}", None),
        (f"<p>{LINK}", None),
        (f"<!-- {LINK} --><title>{LINK}</title><script>'{LINK}'</script><style>{LINK}</style>", None),
        (f'<meta content="{LINK.replace(chr(34), chr(39))}">', None),
        ("<link rel=alternate type=application/ld+json href=/1>", None),
        (f"<link rel=alternate type={KIND}>", None),
        (f"<link rel=alternate type={KIND} href=/1 ", None),
        (f"<link rel=alternate type={KIND} href=/{'x' * 3000}>", None),
        ("", None),
    ],
)
def test_the_head_of_a_page(page: str, expected: str | None) -> None:
    """WIRE 1.5: the first link of its head that is an alternate of the right kind, whatever its writing."""
    assert alternate.in_page(page) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f'<https://place.example/1>; rel="alternate"; type="{KIND}"', "https://place.example/1"),
        (f'</a,b>; rel=preload, </1> ;type={KIND} ; rel="me Alternate"', "/1"),
        (f'<a>; rel="alternate"; type="text/html", <b>; rel=alternate; type={KIND}', "b"),
        (f'<a>; title="a, <x>; rel=alternate; \\" "; rel=alternate; type={KIND}', "a"),
        (f"<a; rel=alternate; type={KIND}", None),
        (f'<a>; rel="alternate; type={KIND}', None),
        ("", None),
    ],
)
def test_the_header_of_an_answer(value: str, expected: str | None) -> None:
    """RFC 8288: the first link that is an alternate of the right kind, also behind others on the same line."""
    assert alternate.in_header(value) == expected


ENDLESS = [
    *("<!--", "<a ", "<![CDATA[", "<!", "<?", "</", "<a b='", '<a b="x', "<a b=&#", "<script><", "<link rel=", "<"),
    *("<title></titl", "<a/", "<div>", "<a" + " " * 50, "<a =", "<a " + "=" * 99, "<script></script>", "<p\0"),
]


@pytest.mark.parametrize("unit", ENDLESS, ids=lambda unit: unit[:12])
def test_no_page_takes_long(unit: str) -> None:
    """WIRE 10.2 #45: whatever is never closed, a page twice as long takes about twice as long, and soon ends.

    The parser of the standard library takes half a minute for some of these.
    """
    page = unit * (60_000 // len(unit))
    begun = time.process_time()
    sum(1 for _ in tags(page))
    alternate.in_page(page)
    rel_me(page)
    alternate.in_header(page)
    alternate.in_header("<a>" + f";{unit}" * (60_000 // len(unit)))
    assert time.process_time() - begun < 2
