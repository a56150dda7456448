"""The door for signatures: round trips, key addresses, and whatever else may come."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import keys
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign
from fedi_artisan.federation.signatures.verify import Claim, read

from .signatures_peer import BODY, KEY, KEY_ID, NOW, NOW_S, ORIGIN, OTHER_KEY, cavage, rfc9421

_PUBLIC = KEY.public_key()
_SENT = {"content-type": "application/activity+json", "user-agent": "x", "accept": "*/*"}


def _signed(method: str, scheme: Scheme, path: str = "/inbox", body: bytes = BODY) -> SignedRequest:
    """Return a request as it arrives after our own signing."""
    url = f"{ORIGIN}{path}"
    request = SignedRequest(method=method, url=url, headers=_SENT, body=b"" if method == "GET" else body)
    added = sign(request, SigningKey(KEY_ID, KEY), scheme, now=NOW)
    return replace(request, headers={**_SENT, **{name.lower(): value for name, value in added.items()}})


@pytest.mark.parametrize("path", ["/", "/inbox", "/ap/outbox?page=1&min_id=0", "/ap/a;b/%C3%A9?"])
@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_we_sign_we_accept(method: str, scheme: Scheme, path: str) -> None:
    """Round trip in both dialects, with keys that went through their text form."""
    private, public = keys.generate()
    request = SignedRequest(method=method, url=f"{ORIGIN}{path}", headers=_SENT, body=b"" if method == "GET" else BODY)
    added = sign(request, SigningKey(KEY_ID, keys.load_private_key(private)), scheme, now=NOW)
    arrived = replace(request, headers={**_SENT, **{name.lower(): value for name, value in added.items()}})
    claim = read(arrived, now=NOW)
    assert (claim.key_id, claim.scheme) == (KEY_ID, scheme)
    claim.verify(keys.load_public_key(public))
    with pytest.raises(BadSignature, match="this key"):
        claim.verify(_PUBLIC)


def test_a_post_without_a_body_round_trips() -> None:
    """WIRE 2.1: any POST carries a digest, be it of nothing."""
    for scheme in Scheme:
        read(_signed("POST", scheme, body=b""), now=NOW).verify(_PUBLIC)


def test_an_unsigned_request_is_refused() -> None:
    """WIRE 2.4 step 2: neither `Signature-Input` nor `Signature` means 401."""
    with pytest.raises(BadSignature, match="not signed") as caught:
        read(SignedRequest(method="POST", url=f"{ORIGIN}/inbox", headers=_SENT, body=BODY), now=NOW)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "key_id",
    [
        "https://a.example/users/maria#main-key",
        "https://a.example/users/maria/main-key",
        "https://a.example/i/actor#main-key",
        "https://a.example#main-key",
        "https://a.example/users/maria",
        "https://a.example:8443/users/m?key=1",
        "https://a.example/" + "a" * 2030,
    ],
)
def test_key_addresses_as_they_occur(key_id: str) -> None:
    """WIRE 2.1: fragment, path of its own, bare actor; microblog.pub's without a path; up to 2048 letters."""
    assert read(cavage(parameters={"keyId": key_id}), now=NOW).key_id == key_id
    assert read(rfc9421(parameters=f';created={NOW_S};keyid="{key_id}"'), now=NOW).key_id == key_id


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "main-key",
        "http://a.example/users/maria#main-key",
        "HTTPS//a.example/",
        "javascript:alert(1)",
        "acct:maria@a.example",
        "data:application/activity+json,{}",
        "file:///etc/passwd",
        "ftp://a.example/key",
        "//a.example/key",
        "https://",
        "https:///key",
        "https://a.example@evil.example/key",
        "https://user:pass@a.example/key",
        "https://victim.example/a#https://evil.example",
        "https://victim.example/a#main-key#other",
        "https://victim.example/a#/b",
        "https://a.example/a b",
        "https://a.example/\\evil.example",
        "https://[a.example/key",
        "https://a.example:99999/key",
        "https://%61.example/key",
        "https://a.example/" + "a" * 2031,
    ],
)
def test_other_key_addresses_are_refused_unfetched(key_id: str) -> None:
    """WIRE 10.2 #12: other schemes, user names, overlong addresses and tricks with fragments."""
    for request in (
        cavage(parameters={"keyId": key_id}),
        rfc9421(parameters=f';created={NOW_S};keyid="{key_id}"'),
    ):
        with pytest.raises(BadSignature):
            read(request, now=NOW)


def test_letters_outside_ascii_are_refused_in_key_addresses() -> None:
    """WIRE 10.2 #12 and #26: an address is compared as A-labels, so none may come in another form."""
    for key_id in ("https://münchen.example/key", "https://a.example/é", "https://a.example/a\x7f"):
        with pytest.raises(BadSignature):
            read(cavage(parameters={"keyId": key_id}), now=NOW)


def test_a_key_of_ten_thousand_letters_is_refused() -> None:
    """WIRE 10.2 #12: a 10 kB keyId."""
    key_id = "https://a.example/" + "a" * 10_000
    for request in (cavage(parameters={"keyId": key_id}), rfc9421(parameters=f';created={NOW_S};keyid="{key_id}"')):
        with pytest.raises(BadSignature):
            read(request, now=NOW)


def test_plain_http_is_for_trying_out() -> None:
    """Keys at http addresses count only where the whole server is a trial on loopback."""
    request = cavage(parameters={"keyId": "http://127.0.0.1:8001/ap/actor#main-key"})
    claim = read(request, now=NOW, plain_http=True)
    assert claim.key_id == "http://127.0.0.1:8001/ap/actor#main-key"
    with pytest.raises(BadSignature, match="https"):
        read(request, now=NOW)


def _another(letter: str) -> str:
    return "b" if letter == "a" else "a"


@settings(deadline=None)
@given(data=st.data(), scheme=st.sampled_from(Scheme), method=st.sampled_from(["GET", "POST"]))
def test_any_changed_letter_fails(data: st.DataObject, scheme: Scheme, method: str) -> None:
    """WIRE 10.2 #7, #8 and #14: nothing that is covered can be changed in one place."""
    request = _signed(method, scheme, "/ap/inbox")
    covered = {
        (Scheme.CAVAGE, "GET"): ["host", "date"],
        (Scheme.CAVAGE, "POST"): ["host", "date", "digest", "content-type"],
        (Scheme.RFC9421, "GET"): ["signature-input"],
        (Scheme.RFC9421, "POST"): ["signature-input", "content-digest"],
    }[scheme, method]
    part = data.draw(st.sampled_from(["url", "method", *(["body"] if request.body else []), *covered]))
    if part == "url":
        at = data.draw(st.integers(len(ORIGIN) + 1, len(request.url) - 1))
        changed = replace(request, url=request.url[:at] + _another(request.url[at]) + request.url[at + 1 :])
    elif part == "method":
        changed = replace(request, method="PUT" if method == "POST" else "HEAD")
    elif part == "body":
        at = data.draw(st.integers(0, len(BODY) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != BODY[at]))
        changed = replace(request, body=BODY[:at] + bytes([byte]) + BODY[at + 1 :])
    else:
        value = request.headers[part]
        # The label of a signature is a name between two headers; it is not signed.
        at = data.draw(st.integers(len("sig1=") if part == "signature-input" else 0, len(value) - 1))
        letter = data.draw(
            st.characters(min_codepoint=32, max_codepoint=255).filter(lambda letter: letter != value[at])
        )
        changed = replace(request, headers={**request.headers, part: value[:at] + letter + value[at + 1 :]})
    with pytest.raises(BadSignature):
        read(changed, now=NOW).verify(_PUBLIC)


_WORDS = st.sampled_from(
    [
        *('"', ",", "=", ";", ":", "(", ")", " ", "\\", "é", "%s", "\x00", "\n"),
        *("keyId", "signature", "headers", "algorithm", "created", "expires", "rsa-sha256", "hs2019", "sig1"),
        *("(request-target)", "(created)", "(expires)", "host", "date", "digest", "AAAA", "1795437022", KEY_ID),
        *('"@method"', '"@target-uri"', '"content-digest"', '"@query-param";name="x"'),
    ]
)
_TEXTS = st.one_of(st.text(), st.lists(_WORDS, max_size=30).map("".join))


@settings(deadline=None, max_examples=300)
@given(
    signature=_TEXTS,
    signature_input=st.none() | _TEXTS,
    digest=_TEXTS,
    date=_TEXTS,
    path=_TEXTS,
    method=st.sampled_from(["GET", "POST", "post", ""]),
    body=st.binary(max_size=20),
)
def test_no_header_ends_in_an_unnamed_failure(
    *, signature: str, signature_input: str | None, digest: str, date: str, path: str, method: str, body: bytes
) -> None:
    """Whatever arrives, it is refused by BadSignature; nothing that nobody signed verifies."""
    headers = {**_SENT, "host": "mastodon.example", "signature": signature, "digest": digest, "date": date}
    headers |= {"content-digest": digest} | ({} if signature_input is None else {"signature-input": signature_input})
    with pytest.raises(BadSignature):
        read(SignedRequest(method=method, url=f"{ORIGIN}/{path}", headers=headers, body=body), now=NOW).verify(_PUBLIC)


@settings(deadline=None, max_examples=300)
@given(data=st.data(), shape=st.sampled_from([cavage(), rfc9421(), cavage("(request-target) host date", method="GET")]))
def test_a_damaged_header_ends_in_no_unnamed_failure(data: st.DataObject, shape: SignedRequest) -> None:
    """Near-misses of sound headers are read or refused, never anything else."""
    name = data.draw(st.sampled_from(sorted(shape.headers)))
    value = shape.headers[name]
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 20)))
    changed = value[:start] + data.draw(_TEXTS) + value[end:]
    try:
        claim = read(replace(shape, headers={**shape.headers, name: changed}), now=NOW)
    except BadSignature:
        return
    assert isinstance(claim, Claim)


def test_a_claim_is_no_proof() -> None:
    """WIRE 10.2 #14: reading says nothing about the key; each key is asked and answers for itself."""
    claim = read(cavage(), now=NOW)
    with pytest.raises(BadSignature):
        claim.verify(OTHER_KEY.public_key())
    claim.verify(_PUBLIC)
    with pytest.raises(BadSignature):
        replace(claim, signature=b"").verify(_PUBLIC)
    with pytest.raises(BadSignature):
        replace(claim, texts=()).verify(_PUBLIC)
