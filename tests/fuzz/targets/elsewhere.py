"""What other servers answer: WebFinger, host-meta, pages, kinds of bodies, and addresses of all sorts."""

from datetime import UTC, datetime

from fedi_artisan.config import parse
from fedi_artisan.domain import intents, sought, uris
from fedi_artisan.domain.intents import Destination
from fedi_artisan.errors import AddressRefused, ArtisanError, RemoteError
from fedi_artisan.federation import addresses, client_answer, webfinger
from fedi_artisan.federation import intents as destinations
from fedi_artisan.federation.client_answer import Answer
from fedi_artisan.federation.clocks import Clocks
from fedi_artisan.federation.outside.inside import says_origin
from fedi_artisan.vocab import alternate, json, rel_me
from tests.fuzz.reading import head_and_body, text_of
from tests.fuzz.target import Shape, Target

_NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
_URL = "https://mastodon.example/@bob"
_CONFIG = parse({"origin": "https://atelier.example"})
_ASKED = uris.Origin("https", "mastodon.example", 443)
_JRD = (
    b'{"subject":"acct:bob@mastodon.example","aliases":["https://mastodon.example/@bob"],"links":[{"rel":"self",'
    b'"type":"application/activity+json","href":"https://mastodon.example/users/bob"},{"rel":'
    b'"http://ostatus.org/schema/1.0/subscribe","template":"https://mastodon.example/authorize?uri={uri}"}]}'
)
_NODEINFO = (
    b'{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"https://a.example/nodeinfo/2.0"}]}'
)
_HOST_META = (
    b'<?xml version="1.0" encoding="UTF-8"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" '
    b'template="https://mastodon.example/.well-known/webfinger?resource={uri}"/></XRD>'
)
_XML_WORDS = (
    *(
        "<!DOCTYPE x [",
        "<!ENTITY a '",
        "&a;",
        "<![CDATA[",
        "]]>",
        "<?x ?>",
        'encoding="utf-16"',
        'encoding="nope"',
        "xmlns:a=",
    ),
    *('rel="lrdd"', "{uri}", "template=", "</Link>", "<a:b>", "&#0;", "&#xD800;", 'standalone="maybe"', 'version="9"'),
)
_PAGE = (
    b"content-type: text/html; charset=utf-8\n"
    b'link: <https://mastodon.example/users/bob>; rel="alternate"; type="application/activity+json", </x>; rel=x\n'
    b"retry-after: 120\ndate: Mon, 23 Nov 2026 12:30:22 GMT\n\n"
    b'<!doctype html><html><head><title>Bob</title><link rel="alternate" type="application/activity+json" href="/bob">'
    b'</head><body><a rel="me nofollow" href="https://atelier.example/@lea">me</a></body></html>'
)
_LD = b'content-type: application/ld+json; profile="https://www.w3.org/ns/activitystreams"\n\n{}'
_PAGE_WORDS = (
    *(
        "<link ",
        'rel="alternate"',
        'rel="me"',
        "href=",
        'type="application/activity+json"',
        "<!--",
        "-->",
        "</head>",
        "<a ",
    ),
    *(
        "<script>",
        "</script",
        "<title>",
        "<noscript>",
        "<base href=",
        "'",
        "&amp;",
        "content-type: ",
        "link: <",
        ">; ",
        "\\",
    ),
    *(
        "profile*0*=",
        f"profile*{'9' * 5000}*=x",
        "profile*=x''%ff",
        "charset*=",
        "charset=idna",
        "retry-after: ",
        "date: ",
    ),
    *("Mon, 99 Nov 99999", "+9999", "Fri, 31 Dec 9999 23:59:59 -2359", "text/html", "application/ld+json", "-1", "; q"),
)
_SOUGHT = (
    *(
        "@bob@mastodon.example",
        "acct:bob@mastodon.example:8443",
        "https://mastodon.example/@bob",
        "mastodon.example/users/bob",
    ),
    *(
        "web+ap://mastodon.example/@bob?intent=follow",
        "web+activitypub:https://a.example/1",
        "bob\uff20münchen.example",
    ),
    *("https://a.example/@carol@b.example", "https://[2001:db8::1]/x", "https://xn--mnchen-3ya.example/ü?ö#ä"),
)
_ADDRESS_WORDS = (
    *(
        "https://",
        "http://",
        "web+ap:",
        "acct:",
        "intent=",
        "@",
        ":",
        ":443",
        ":0",
        "[::1]",
        "[",
        "]",
        "%40",
        "xn--",
        "。",
    ),
    *(
        "\uff11\uff12\uff17.0.0.1",
        "localhost",
        "169.254.169.254",
        "0x7f.1",
        "127.1",
        "::ffff:7f00:1",
        "64:ff9b::7f00:1",
        "gmail.com",
    ),
    *(
        "ß",
        "\u017f",
        "K",
        "\u200d",
        ".",
        "..",
        "a" * 64,
        "fe80::1%25eth0",
        "user:pass@",
        "\\",
        "#",
        "?",
        "ⓔxample",
        "\u3002",
    ),
)
_PORTS = range(1, 65536)


def read_webfinger(data: bytes) -> None:
    """The answer about somebody names a subject and an address, or cannot be read."""
    says_origin(data, "https://a.example")
    answer = json.loads(data)
    for deed in intents.Deed:
        page = destinations._choose(_CONFIG, answer, deed, "https://atelier.example/ap/actors/01k", [_ASKED])  # noqa: SLF001
        assert not isinstance(page, Destination) or uris.same_origin(page.url, _URL), "a visitor is sent elsewhere"
    subject, actor_uri = webfinger._read(answer, "acct:bob@mastodon.example")  # noqa: SLF001
    (subject + actor_uri).encode()


def read_host_meta(data: bytes) -> None:
    """The older description gives a pattern, or cannot be read; nothing in it unfolds or is fetched."""
    template = webfinger._template_in(text_of(data), _URL)  # noqa: SLF001
    assert "{uri}" in template


def read_answer(data: bytes) -> None:
    """A page or a document is told apart, and where it leads."""
    headers, body = head_and_body(data)
    answer = Answer(200, headers, body, _URL)
    client_answer.media_type(answer)
    client_answer.is_activity(answer)
    wait_s = client_answer._retry_after_s(headers.get("retry-after", ""), _NOW)  # noqa: SLF001
    assert wait_s is None or 0 <= wait_s <= client_answer.LONGEST_WAIT_S, "a wait that nobody keeps"
    clocks = Clocks()
    clocks.note("mastodon.example", headers.get("date", ""), _NOW)
    clocks.ahead()
    page = body.decode("utf-8", "replace")
    rel_me.rel_me(page)
    alternate.in_page(page)
    url = client_answer.alternate_of(answer)
    assert uris.same_origin(url, _URL), "it leads to another server"


def read_address(data: bytes) -> None:
    """An address has one form or none; what is looked for is one that may be asked, or is refused by name."""
    text = text_of(data)
    _judge_origin(text)
    for found in (sought.read_sought(text), intents.read_address(text, "atelier.example")):
        if isinstance(found, sought.Address):
            _judge_origin(found.url)
            assert uris.origin_of(found.url) is not None, "it cannot be asked"
        elif isinstance(found, sought.Account | intents.Home):
            assert uris.host_of(f"https://{found.host}/") == found.host, "a host in two forms"
    addresses.is_public(text)


def _judge_origin(text: str) -> None:
    origin = uris.origin_of(text)
    uris.site_of(text)
    if origin is None:
        return
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    assert origin.host.isascii(), "a host in foreign letters"
    assert origin.port in _PORTS
    assert uris.origin_of(f"{origin.scheme}://{host}:{origin.port}/") == origin, "an origin in two forms"
    try:
        url = addresses.check_url(text, plain_http=False, own_host="atelier.example", allow_private_networks=False)
    except AddressRefused:
        return
    assert uris.origin_of(str(url)) == origin, "another server is asked"
    assert str(url).isascii()


def _texts(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


TARGETS = (
    Target(
        name="webfinger",
        run=read_webfinger,
        seeds=lambda: [_JRD, _NODEINFO],
        shape=Shape.JSON,
        words=("subject", "links", "rel", "self", "type", "href", "template", "acct:"),
    ),
    Target(
        name="host-meta", run=read_host_meta, seeds=lambda: [_HOST_META], shape=Shape.TEXT, words=_XML_WORDS, weight=0.5
    ),
    Target(
        name="answer",
        run=read_answer,
        seeds=lambda: [_PAGE, _LD],
        shape=Shape.LINES,
        words=_PAGE_WORDS,
        may_raise=(RemoteError,),
        weight=2,
    ),
    Target(
        name="address",
        run=read_address,
        seeds=lambda: _texts(*_SOUGHT),
        shape=Shape.TEXT,
        words=_ADDRESS_WORDS,
        may_raise=(ArtisanError,),
        weight=2,
    ),
)
