"""RFC 9421 signatures coming in: how real servers write them, and how others try."""

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.hashes import SHA512

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.verify import read

from .signatures_peer import (
    BODY,
    BODY_SHA256,
    HOST,
    KEY,
    KEY_ID,
    NOW,
    NOW_S,
    ORIGIN,
    OTHER_KEY,
    cavage,
    rfc9421,
    rsa,
)

_PUBLIC = KEY.public_key()
_USUAL = ('"@method"', '"@target-uri"', '"content-digest"')
_PARAMETERS = f';created={NOW_S};keyid="{KEY_ID}"'


def _refused(request: SignedRequest, reason: str = ".") -> None:
    """Hold that *request* is refused before any key is asked for."""
    with pytest.raises(BadSignature, match=reason):
        read(request, now=NOW)


def _forged(request: SignedRequest) -> None:
    """Hold that *request* is refused, at the latest when the key is there."""
    with pytest.raises(BadSignature):
        read(request, now=NOW).verify(_PUBLIC)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(rfc9421(), id="Mastodon POST"),
        pytest.param(rfc9421(('"@method"', '"@target-uri"'), method="GET"), id="Mastodon GET"),
        pytest.param(
            rfc9421(('"@method"', '"@target-uri"', '"@authority"', '"host"', '"date"', '"content-digest"')),
            id="Fedify POST",
        ),
        pytest.param(
            rfc9421(('"@method"', '"@target-uri"', '"@authority"', '"host"', '"date"'), method="GET"), id="Fedify GET"
        ),
        pytest.param(rfc9421(_USUAL, f';keyid="{KEY_ID}";created={NOW_S}'), id="no algorithm, other order"),
        pytest.param(
            rfc9421(_USUAL, f'{_PARAMETERS};expires={NOW_S + 60};nonce="n";tag="fedi"'), id="expires, nonce and tag"
        ),
        pytest.param(rfc9421(_USUAL[::-1]), id="another order of components"),
        pytest.param(rfc9421(_USUAL[:2], method="GET", path="/ap/outbox?page=1&x=%20"), id="GET with a query"),
        pytest.param(rfc9421((*_USUAL, '"@path"', '"content-type"')), id="more components"),
        pytest.param(
            rfc9421(body=b"", headers={"content-digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}),
            id="POST of nothing",
        ),
    ],
)
def test_real_servers_are_understood(request_: SignedRequest) -> None:
    """WIRE 2.2: Mastodon's and Fedify's components, and what the RFC leaves free."""
    claim = read(request_, now=NOW)
    assert (claim.scheme, claim.key_id) == (Scheme.RFC9421, KEY_ID)
    claim.verify(_PUBLIC)
    with pytest.raises(BadSignature):
        claim.verify(OTHER_KEY.public_key())


def test_the_signature_base_byte_for_byte() -> None:
    """WIRE 2.2: the lines of the example, joined, without a last line end."""
    (text,) = read(rfc9421(), now=NOW).texts
    assert text == (
        b'"@method": POST\n'
        b'"@target-uri": https://mastodon.example/inbox\n'
        b'"content-digest": sha-256=:R1T93t4J9LtzMaD6gKbJKFGSmfztVv1RjcOeZS9p39k=:\n'
        b'"@signature-params": ("@method" "@target-uri" "content-digest");created=1795437022;'
        b'keyid="https://atelier.example/actors/maria#main-key";alg="rsa-v1_5-sha256"'
    )


@pytest.mark.parametrize(
    ("covered", "method"),
    [
        ((), "POST"),
        (('"@method"', '"@target-uri"'), "POST"),
        (('"@target-uri"', '"content-digest"'), "POST"),
        (('"@method"', '"content-digest"'), "POST"),
        (('"@method"', '"@authority"', '"@path"', '"content-digest"'), "POST"),
        (('"@method"', '"@target-uri"', '"content-digest";sf'), "POST"),
        (('"@method"', '"@target-uri"', '"content-digest";key="sha-256"'), "POST"),
        (('"@method"', '"@target-uri"', '"digest"'), "POST"),
        (('"@method"',), "GET"),
        (('"@target-uri"',), "GET"),
        (('"date"',), "GET"),
    ],
)
def test_a_signature_must_cover_what_matters(covered: Sequence[str], method: str) -> None:
    """WIRE 10.2 #6, #8 and #9: method, target and digest of the body, in these very forms."""
    _refused(rfc9421(covered, method=method, headers={"digest": f"SHA-256={BODY_SHA256}"}), "must cover")


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        f';keyid="{KEY_ID}"',
        f";created={NOW_S}",
        f';created={NOW_S}.0;keyid="{KEY_ID}"',
        f';created="{NOW_S}";keyid="{KEY_ID}"',
        f";created={NOW_S};keyid=token",
        f';created=@{NOW_S};keyid="{KEY_ID}"',
        f"{_PARAMETERS};expires=soon",
        f"{_PARAMETERS};surprise=1",
        f'{_PARAMETERS};alg="rsa-pss-sha512"',
        f'{_PARAMETERS};alg="hmac-sha256"',
        f'{_PARAMETERS};alg="ed25519"',
        f'{_PARAMETERS};alg="RSA-v1_5-sha256"',
        f"{_PARAMETERS};alg=rsa-v1_5-sha256",
        f'{_PARAMETERS};alg=""',
    ],
)
def test_parameters_are_read_strictly(parameters: str) -> None:
    """WIRE 2.2: created and keyid are there and of their kind; the algorithm is RSA with SHA-256 or not named."""
    _refused(rfc9421(_USUAL, parameters))


@pytest.mark.parametrize(
    ("created", "expires", "reason"),
    [
        (NOW_S + 3601, "", "future"),
        (NOW_S - 3901, "", "old"),
        (NOW_S - 14 * 3600, ";expires=4102444800", "old"),
        (NOW_S - 7200, f";expires={NOW_S - 3601}", "old"),
        (99999999999, "", "."),
        (999999999999999, "", "."),
        (-999999999999999, "", "."),
        (NOW_S, ";expires=-999999999999999", "."),
    ],
)
def test_stale_times_are_refused(created: int, expires: str, reason: str) -> None:
    """WIRE 10.2 #10: a replay, a time in the far future, an absurd `expires`."""
    _refused(rfc9421(_USUAL, f';created={created};keyid="{KEY_ID}"{expires}'), reason)


@pytest.mark.parametrize(
    ("created", "expires"), [(NOW_S + 3600, ""), (NOW_S - 3900, ""), (NOW_S - 12 * 3600, f";expires={NOW_S + 9999999}")]
)
def test_the_window_is_that_of_cavage(created: int, expires: str) -> None:
    """WIRE 2.2: the same window of time, its edges included; the library's own clock has no say."""
    read(rfc9421(_USUAL, f';created={created};keyid="{KEY_ID}"{expires}'), now=NOW).verify(_PUBLIC)


def test_a_swapped_body_is_refused() -> None:
    """WIRE 10.2 #7: the digest is computed anew over the raw bytes."""
    request = rfc9421()
    body = BODY.replace(b"alice", b"mallo")
    _refused(SignedRequest(method="POST", url=request.url, headers=request.headers, body=body), "another body")
    headers = {**request.headers, "content-digest": rfc9421(body=body).headers["content-digest"]}
    _forged(SignedRequest(method="POST", url=request.url, headers=headers, body=body))


def test_a_replay_elsewhere_is_refused() -> None:
    """WIRE 10.2 #8: the same signed POST does not hold at another server, path or method."""
    request = rfc9421()
    for method, url in (
        ("POST", "https://victim.example/inbox"),
        ("POST", "http://mastodon.example/inbox"),
        ("POST", f"{ORIGIN}/inbox?x"),
        ("PUT", f"{ORIGIN}/inbox"),
    ):
        _forged(SignedRequest(method=method, url=url, headers=request.headers, body=BODY))


def test_a_covered_host_must_be_ours() -> None:
    """WIRE 10.2 #8: a Host header that is signed and names another server is refused."""
    _refused(rfc9421((*_USUAL, '"host"'), headers={"host": "victim.example"}), "another host")


def test_only_rfc_9421_counts_beside_a_cavage_signature() -> None:
    """WIRE 10.2 #11: with both headers, a sound cavage signature saves nothing."""
    headers = {**cavage().headers, "signature-input": rfc9421().headers["signature-input"]}
    _refused(SignedRequest(method="POST", url=f"{ORIGIN}/inbox", headers=headers, body=BODY))
    both = f"{rfc9421().headers['signature']}, {cavage().headers['signature']}"
    _refused(SignedRequest(method="POST", url=f"{ORIGIN}/inbox", headers=headers | {"signature": both}, body=BODY))
    headers["signature"] = rfc9421().headers["signature"]
    headers["content-digest"] = f"sha-256=:{BODY_SHA256}:"
    claim = read(SignedRequest(method="POST", url=f"{ORIGIN}/inbox", headers=headers, body=BODY), now=NOW)
    assert claim.scheme is Scheme.RFC9421


@pytest.mark.parametrize(
    ("signature_input", "signature"),
    [
        ("{input}, {input2}", "{signature}, {signature2}"),
        ("{input}, {input2}", "{signature}"),
        ("{input}", "{signature}, {signature2}"),
        ("{input}, {input}", "{signature}"),
        ("{input}", "{signature}, {signature}"),
        ("{input2}", "{signature}"),
        ("{input}", ""),
        ("", "{signature}"),
        ("", ""),
        ("{input}", "sig1=token"),
        ("{input}", 'sig1="text"'),
        ("{input}", "sig1"),
        ("{input}", "sig1=::"),
        ("{input}", "sig1=(:AAAA:)"),
        ("sig1=1", "{signature}"),
        ("sig1", "{signature}"),
        ("{input} junk", "{signature}"),
        ("{input}", "{signature} junk"),
        ("{input};x=" + "1" * 9000, "{signature}"),
        ("{input}", "sig1=:" + "AAAA" * 3000 + ":"),
        ("\x00é", "ü\udc80"),
    ],
)
def test_one_signature_or_none(signature_input: str, signature: str) -> None:
    """WIRE 10.2 #11: several signatures, or what is not quite one, are refused."""
    request = rfc9421()
    words = {"{input}": request.headers["signature-input"], "{signature}": request.headers["signature"]}
    words |= {name.replace("}", "2}"): value.replace("sig1=", "sig2=", 1) for name, value in words.items()}
    for word, value in words.items():
        signature_input, signature = signature_input.replace(word, value), signature.replace(word, value)
    headers = {**request.headers, "signature-input": signature_input, "signature": signature}
    _forged(SignedRequest(method="POST", url=request.url, headers=headers, body=BODY))


def test_an_overlong_header_is_not_read() -> None:
    """WIRE 10.2 #12: sound or not, a header beyond 8192 letters is too much."""
    _refused(rfc9421(_USUAL, f'{_PARAMETERS};nonce="{"n" * 8192}"'), "too long")


@pytest.mark.parametrize(
    "component",
    [
        '"@nonsense"',
        '"@status"',
        '"@signature-params"',
        '"@method";req',
        '"@method"',
        '"content-digest";tr',
        '"x-not-sent"',
        '"Date"',
        '"@query-param";name="x"',
        '"content-type";unknown',
        '"content-type";key="x"',
        "token",
        "1",
        '"a\\"b"',
    ],
)
def test_components_that_cannot_be_are_refused(component: str) -> None:
    """WIRE 2.4: unknown derived components, repeated ones, and headers that were not sent."""
    _refused(rfc9421((*_USUAL, component)))


def test_another_hash_does_not_verify() -> None:
    """WIRE 10.2 #14: a signature by the right key over SHA-512 does not hold, nor does none at all."""
    text = read(rfc9421(), now=NOW).texts[0].decode()
    _forged(rfc9421(signature=rsa(text, algorithm=SHA512())))
    _forged(rfc9421(signature="AAAA"))


def test_header_values_that_cannot_be_are_refused() -> None:
    """No header value smuggles a line into the signature base, and none ends in an unnamed failure."""
    _refused(rfc9421((*_USUAL, '"content-type"'), headers={"content-type": "a\nb"}))
    _refused(rfc9421((*_USUAL, '"content-type"'), headers={"content-type": "é"}))
    _refused(rfc9421(path="/a b"))


def test_a_request_for_another_host_header_is_ours_by_its_target() -> None:
    """WIRE 2.4: what is not covered is not looked at; the target comes from the configured origin."""
    read(rfc9421(headers={"host": f"{HOST}:8000"}), now=NOW).verify(_PUBLIC)
