"""Which addresses are talked to: every special range from both sides, and every way to spell one differently."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from fedi_artisan.errors import AddressRefused
from fedi_artisan.federation.addresses import check_url, is_public, may_be_private

# WIRE 10.1, with whether the addresses just below and just above each range are public.
SPECIAL_RANGES = [
    ("0.0.0.0/8", None, True),
    ("10.0.0.0/8", True, True),
    ("100.64.0.0/10", True, True),
    ("127.0.0.0/8", True, True),
    ("169.254.0.0/16", True, True),
    ("172.16.0.0/12", True, True),
    ("192.0.0.0/24", True, True),
    ("192.0.2.0/24", True, True),
    ("192.88.99.0/24", True, True),
    ("192.168.0.0/16", True, True),
    ("198.18.0.0/15", True, True),
    ("198.51.100.0/24", True, True),
    ("203.0.113.0/24", True, True),
    ("224.0.0.0/4", True, False),  # above lies the next special range
    ("240.0.0.0/4", False, None),
    ("255.255.255.255/32", False, None),
    ("::/128", None, False),
    ("::1/128", False, False),
    ("64:ff9b::/96", False, False),  # around it lies nothing that was ever handed out
    ("64:ff9b:1::/48", False, False),
    ("100::/64", False, False),
    ("2001::/32", True, True),
    ("2001:10::/28", True, False),
    ("2001:20::/28", False, True),
    ("2001:db8::/32", True, True),
    ("2002::/16", True, True),
    ("3fff::/20", True, True),
    ("fc00::/7", False, False),
    ("fe80::/10", False, False),
    ("ff00::/8", False, None),
]


@pytest.mark.parametrize(("network", "below", "above"), SPECIAL_RANGES)
def test_special_ranges(network: str, below: bool | None, above: bool | None) -> None:
    """WIRE 10.2 #33: each special range is refused from its first to its last address, and ends there."""
    found = ip_network(network)
    first, last = found[0], found[-1]
    assert not is_public(first)
    assert not is_public(last)
    assert not is_public(str(found[found.num_addresses // 2]))
    if below is not None:
        assert is_public(first - 1) is below
    if above is not None:
        assert is_public(last + 1) is above


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:93.184.216.34"]
)
def test_public(address: str) -> None:
    """Usual addresses are public, in IPv4, IPv6, and IPv4 mapped into IPv6."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::ffff:0.0.0.0",
        "::127.0.0.1",
        "::a9fe:a9fe",
        "::10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fec0::1",
        "fe80::1%eth0",
        "::ffff:0:127.0.0.1",
    ],
)
def test_wrapped(address: str) -> None:
    """WIRE 10.2 #33: a private address wrapped into IPv6, mapped, compatible or translated, stays private."""
    assert not is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0177.0.0.1", "0x7f000001", "2130706433", "1.2.3.4/32"])
def test_no_address(text: str) -> None:
    """What is not an IP address in its one spelling is not public."""
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_unwrapping_agrees(address: IPv4Address) -> None:
    """An IPv4 address is judged the same alone, mapped and compatible."""
    mapped = IPv6Address(0xFFFF << 32 | int(address))
    compatible = IPv6Address(int(address))
    assert is_public(address) == is_public(mapped) == is_public(compatible) == is_public(str(address))


@given(st.ip_addresses())
def test_never_wider_than_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    """What the standard library knows to be private or special is never public here, less what it knows too roughly."""
    wrapped_or_rough = (ip_network("::/96"), ip_network("::ffff:0:0/96"), ip_network("2001::/23"))
    if is_public(address) and not any(address in network for network in wrapped_or_rough):
        assert address.is_global
        assert not address.is_multicast


def check(
    url: str, *, plain_http: bool = False, own_host: str | None = "atelier.example", private: bool = False
) -> URL:
    """Check *url* as a server on the open net would, unless told otherwise."""
    return check_url(url, plain_http=plain_http, own_host=own_host, allow_private_networks=private)


@pytest.mark.parametrize(
    "url",
    [
        "http://peer.example/",
        "ftp://peer.example/",
        "file:///etc/passwd",
        "data:application/activity+json,{}",
        "javascript:alert(1)",
        "acct:maria@peer.example",
        "gopher://peer.example/",
        "//peer.example/",
        "peer.example",
        "",
        "https://",
        "https:///path",
        "https://user@peer.example/",
        "https://user:secret@peer.example/",
        "https://@peer.example/",
        "https://peer.example:8443/",
        "https://peer.example:80/",
        "https://peer.example:x/",
        "https://peer.example:99999/",
        "https://localhost/",
        "https://metadata/",
        "https://peer/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://93.184.216.34/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700:4700::1111]/",
        "https://[v1.x]/",
        "https://[::1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://1.2.3.4.5/",
        "https://peer.example.0x/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://127\u30020\u30020\u30021/",
        "https://\u2460\u2461\u2466.0.0.1/",
        "https://peer.example../",
        "https://peer..example/",
        "https://.peer.example/",
        "https://-peer.example/",
        "https://peer-.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        "https://peer%2eexample/",
        "https://peer.example%00.evil.example/",
        "https://peer.example\\@evil.example/",
        "https://peer.example /",
        " https://peer.example/",
        "https://peer.exa\nmple/",
        "https://peer.example/\r\nHost: evil",
        "https://peer.example/\x00",
        "https://peer.example/\ud800",
        "https://peer.example/" + "a" * 3000,
    ],
    ids=ascii,
)
def test_refused(url: str) -> None:
    """WIRE 10.2 #12, #26, #33: no other scheme, user, port, IP address in whatever spelling, or text that pretends."""
    with pytest.raises(AddressRefused):
        check(url)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://peer.example", "https://peer.example/"),
        ("https://peer.example/users/a?page=1", "https://peer.example/users/a?page=1"),
        ("https://peer.example:443/x", "https://peer.example/x"),
        ("HTTPS://Peer.EXAMPLE./X", "https://peer.example/X"),
        ("https://peer.example/a#main-key", "https://peer.example/a"),
        ("https://peer.example?x=%7e~+%20", "https://peer.example/?x=%7e~+%20"),
        ("https://peer.example/%7Ea//b/./..;p=1", "https://peer.example/%7Ea//b/./..;p=1"),
        ("https://peer.example/été?q=ü", "https://peer.example/%C3%A9t%C3%A9?q=%C3%BC"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://peer\u3002example/", "https://peer.example/"),
        ("https://1and1.example/", "https://1and1.example/"),
        ("https://under_score.example/", "https://under_score.example/"),
    ],
)
def test_sent(url: str, sent: str) -> None:
    """WIRE 10.1: the host goes out in ASCII and lower case, less its final dot; path and query as they stand."""
    checked = check(url)
    assert str(checked) == sent
    assert checked.raw_path_qs == sent.removeprefix(f"https://{checked.raw_host}")


@pytest.mark.parametrize(
    "url",
    [
        "https://atelier.example/ap/actor",
        "https://ATELIER.example./ap/actor",
        "https://atelier.example:443/",
        "https://\uff41telier.example/",
    ],
)
def test_own_host(url: str) -> None:
    """WIRE 10.1: this server never asks itself, however its name is spelt."""
    with pytest.raises(AddressRefused):
        check(url)


@pytest.mark.parametrize(
    ("url", "own_host"), [("http://127.0.0.1:8000/x", "127.0.0.1:8000"), ("http://[::1]:8000/x", "[::1]:8000")]
)
def test_own_host_when_trying_out(url: str, own_host: str) -> None:
    """Own addresses are refused on loopback too, but another port is another server."""
    with pytest.raises(AddressRefused):
        check(url, plain_http=True, own_host=own_host, private=True)
    assert check(url.replace("8000", "8001"), plain_http=True, own_host=own_host, private=True).port == 8001


def test_plain_http_opens_scheme_and_port_only() -> None:
    """With plain http any port may be asked, but still no IP address."""
    assert str(check("http://peer.example:8080/x", plain_http=True)) == "http://peer.example:8080/x"
    assert str(check("http://peer.example:80/x", plain_http=True)) == "http://peer.example/x"
    for url in ("http://127.0.0.1:8080/", "http://localhost:8080/", "ftp://peer.example/"):
        with pytest.raises(AddressRefused):
            check(url, plain_http=True)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:8443/x", "https://[::1]:8443/x", "https://localhost:1/", "https://10.0.0.1/"]
)
def test_private_networks_when_allowed(url: str) -> None:
    """Where private networks are allowed, IP addresses, bare names and all ports are, but not plain http."""
    assert str(check(url, private=True)) == url
    with pytest.raises(AddressRefused):
        check(url.replace("https", "http"), private=True)


@pytest.mark.parametrize("url", ["https://127.1/", "https://0177.0.0.1/", "https://0x7f000001/", "https://2130706433/"])
def test_odd_spellings_stay_refused(url: str) -> None:
    """WIRE 10.2 #33: an IP address in octal, hex or one number is refused even where private networks are allowed."""
    with pytest.raises(AddressRefused):
        check(url, private=True)


@given(st.text(max_size=60) | st.text("htps:/@.[]%\\#?0x1a-é。 ", max_size=60).map("https://".__add__))
def test_fails_in_one_way_only(url: str) -> None:
    """Whatever the text, it is refused, or a name on the usual port that is no IP address."""
    try:
        checked = check(url)
    except AddressRefused:
        return
    assert checked.scheme == "https"
    assert checked.port == 443
    assert checked.user is None
    assert checked.raw_host is not None
    assert checked.raw_host.isascii()
    assert "." in checked.raw_host
    with pytest.raises(ValueError, match="does not appear"):
        ip_address(checked.raw_host)
    assert check(str(checked)) == checked


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        *(("127.0.0.1", True), ("::1", True), ("10.1.2.3", True), ("192.168.1.2", True), ("93.184.216.34", True)),
        *(("169.254.169.254", False), ("::ffff:169.254.169.254", False), ("fe80::1", False), ("fd00:ec2::254", False)),
        *(("100.100.100.200", False), ("224.0.0.1", False), ("ff02::1", False), ("0.0.0.0", False), ("x", False)),  # noqa: S104 - nothing listens
    ],
)
def test_where_clouds_tell_secrets_nobody_is_asked(address: str, asked: bool) -> None:
    """WIRE 10.2 #31: trying things out in private networks, as `demo` does, opens no way to a machine's own secrets."""
    assert may_be_private(address) is asked
