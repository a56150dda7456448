"""Draft-cavage signatures coming in: what they are made of, and how others try."""

import importlib
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.hashes import SHA1, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures.request import SignedRequest
from fedi_artisan.federation.signatures.verify import read
from tests.unit.federation.signatures_peer import BODY, BODY_SHA256, DATE, HOST, KEY, KEY_ID, NOW, NOW_S, cavage, rsa

_PUBLIC = KEY.public_key()


def _refused(request: SignedRequest, reason: str = ".") -> None:
    """Hold that *request* is refused before any key is asked for."""
    with pytest.raises(BadSignature, match=reason):
        read(request, now=NOW)


def _forged(request: SignedRequest) -> None:
    """Hold that *request* is refused, at the latest when the key is there."""
    with pytest.raises(BadSignature):
        read(request, now=NOW).verify(_PUBLIC)


def test_the_signing_text_byte_for_byte() -> None:
    """WIRE 2.1: the lines of the example, joined, without a last line end."""
    (text,) = read(cavage(), now=NOW).texts
    assert text == (
        b"(request-target): post /inbox\n"
        b"host: mastodon.example\n"
        b"date: Mon, 23 Nov 2026 12:30:22 GMT\n"
        b"digest: SHA-256=R1T93t4J9LtzMaD6gKbJKFGSmfztVv1RjcOeZS9p39k=\n"
        b"content-type: application/activity+json"
    )


def test_the_signing_text_of_times_byte_for_byte() -> None:
    """Draft-cavage 2.3: (created) and (expires) stand for the parameters of that name."""
    request = cavage(
        "(expires) (created) host (request-target)",
        method="GET",
        path="/ap/outbox?page=1",
        parameters={"algorithm": "hs2019"},
        created=NOW_S,
        expires=NOW_S + 60,
    )
    lines = b"(expires): 1795437082\n(created): 1795437022\nhost: mastodon.example\n(request-target): get /ap/outbox"
    assert read(request, now=NOW).texts == (lines + b"?page=1", lines)


@pytest.mark.parametrize("signed_path", ["/ap/outbox?page=1&x=%20", "/ap/outbox"])
def test_a_query_may_be_signed_or_left_out(signed_path: str) -> None:
    """WIRE 2.1: verified with the query first, then without, for Pixelfed and Misskey sign only the path."""
    request = cavage(
        "(request-target) host date", method="GET", path="/ap/outbox?page=1&x=%20", signed_path=signed_path
    )
    read(request, now=NOW).verify(_PUBLIC)


@pytest.mark.parametrize("signed_path", ["/ap/outbox?page=2", "/ap/", "/ap/outbox?", "/AP/outbox"])
def test_another_target_fails(signed_path: str) -> None:
    """WIRE 10.2 #9: the signature speaks for this path alone."""
    _forged(cavage("(request-target) host date", method="GET", path="/ap/outbox?page=1", signed_path=signed_path))


def test_the_word_signature_may_stand_in_front() -> None:
    """WIRE 2.1: a leading "Signature " is tolerated."""
    request = cavage()
    headers = {**request.headers, "signature": f"Signature {request.headers['signature']}"}
    read(SignedRequest(method="POST", url=request.url, headers=headers, body=BODY), now=NOW).verify(_PUBLIC)


@pytest.mark.parametrize(
    ("covered", "missing"),
    [
        ("date", "(request-target)"),
        ("(request-target) host date", "digest"),
        ("(request-target) host date content-type", "digest"),
        ("(request-target) date digest", "host"),
        ("host date digest", "(request-target)"),
        ("(request-target) host digest", "date"),
    ],
)
def test_a_post_must_cover_what_matters(covered: str, missing: str) -> None:
    """WIRE 10.2 #6, #8 and #9: without target, host, date and digest a signature can be used for something else."""
    _refused(cavage(covered), missing.strip("()"))


@pytest.mark.parametrize("covered", ["date", "host date", "(request-target) date", "(request-target) host"])
def test_a_get_must_cover_what_matters(covered: str) -> None:
    """WIRE 10.2 #9: target, host and date, for questions too."""
    _refused(cavage(covered, method="GET"), "must cover")


def test_a_signature_that_names_no_headers_covers_too_little() -> None:
    """Draft-cavage 2.1.6: left out means `date` alone, which WIRE 10.2 #9 refuses."""
    _refused(cavage(parameters={"headers": None}), "must cover")
    _refused(cavage(parameters={"headers": ""}), "must cover")


@pytest.mark.parametrize("name", ["digest", "date", "host", "content-type"])
def test_a_covered_header_must_have_been_sent(name: str) -> None:
    """WIRE 10.2 #6: a header that is covered but absent is no empty header."""
    _refused(cavage(headers={name: None}), "not sent")


@pytest.mark.parametrize(
    "covered", ["(request-target) host host date digest", "(request-target) host date digest (REQUEST-TARGET)"]
)
def test_a_header_is_covered_once(covered: str) -> None:
    """WIRE 10.2 #11: naming a header twice is refused."""
    _refused(cavage(covered), "twice")


@pytest.mark.parametrize(
    "covered", ["(request-target) host date digest (secret)", "(request-target)  host date digest"]
)
def test_unknown_components_are_refused(covered: str) -> None:
    """WIRE 2.4: what is neither a header that was sent nor one of the three known words."""
    _refused(cavage(covered), "not sent")


def test_a_swapped_body_is_refused() -> None:
    """WIRE 10.2 #7: the digest is computed anew over the raw bytes."""
    request = cavage()
    body = BODY.replace(b"alice", b"mallo")
    _refused(SignedRequest(method="POST", url=request.url, headers=request.headers, body=body), "another body")


def test_a_replay_to_another_host_is_refused() -> None:
    """WIRE 10.2 #8: the same signed POST does not hold at another server, whichever Host header comes with it."""
    request = cavage()
    url = "https://victim.example/inbox"
    _refused(SignedRequest(method="POST", url=url, headers=request.headers, body=BODY), "another host")
    headers = {**request.headers, "host": "victim.example"}
    _forged(SignedRequest(method="POST", url=url, headers=headers, body=BODY))


@pytest.mark.parametrize(
    "host", ["victim.example", f"{HOST}:8443", f"{HOST}.", f"{HOST}, victim.example", "", f"x@{HOST}"]
)
def test_the_host_must_be_ours(host: str) -> None:
    """WIRE 10.2 #8: a signature over another Host header was made for another server."""
    _refused(cavage(headers={"host": host}), "another host")


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("Mon, 23 Nov 2026 11:25:21 GMT", "old"),
        ("Mon, 23 Nov 2026 13:30:23 GMT", "future"),
        ("Mon, 23 Nov 2026", "read"),
    ],
)
def test_a_stale_date_is_refused(date: str, reason: str) -> None:
    """WIRE 10.2 #10: a replay after the window, or a date in the future."""
    _refused(cavage(headers={"date": date}), reason)


@pytest.mark.parametrize(
    ("created", "expires", "reason"),
    [
        (NOW_S + 3601, None, "future"),
        (NOW_S - 3901, None, "old"),
        (NOW_S - 14 * 3600, 4102444800, "old"),
        (NOW_S - 7200, NOW_S - 3601, "old"),
        ("soon", None, "not a time"),
        ("-1", None, "not a time"),
        ("1" * 5000, None, "not a time"),
        (NOW_S, "1e9", "not a time"),
    ],
)
def test_stale_times_are_refused(created: object, expires: object, reason: str) -> None:
    """WIRE 10.2 #10: `created` in the far future, `expires` in the year 2100, or no times at all."""
    covered = "(request-target) (created) host digest" + (" (expires)" if expires is not None else "")
    _refused(cavage(covered, parameters={"algorithm": "hs2019"}, created=created, expires=expires), reason)


def test_an_expires_that_is_not_covered_prolongs_nothing() -> None:
    """WIRE 10.2 #10: only what is signed counts, so anybody may add `expires` in vain."""
    _refused(cavage(headers={"date": "Mon, 23 Nov 2026 10:00:00 GMT"}, expires=NOW_S + 3600), "old")


def test_a_created_that_is_not_covered_renews_nothing() -> None:
    """WIRE 10.2 #10: the date that was signed counts, whatever `created` somebody adds."""
    _refused(cavage(headers={"date": "Mon, 23 Nov 2026 10:00:00 GMT"}, created=NOW_S), "old")


@pytest.mark.parametrize("algorithm", ["rsa-sha256", None])
def test_times_belong_to_hs2019(algorithm: str | None) -> None:
    """Draft-cavage 2.3: (created) and (expires) are refused with the older algorithm names."""
    _refused(
        cavage("(request-target) (created) host digest", parameters={"algorithm": algorithm}, created=NOW_S), "created"
    )


@pytest.mark.parametrize(
    "algorithm", ["hmac-sha256", "rsa-sha1", "rsa-sha512", "ed25519", "none", "", "RSA-SHA256", "rsa-v1_5-sha256"]
)
def test_the_sender_does_not_choose_the_algorithm(algorithm: str) -> None:
    """ARCHITECTURE "Fixed choices": rsa-sha256, hs2019 or nothing, and all three mean RSA with SHA-256."""
    _refused(cavage(parameters={"algorithm": algorithm}), "RSA with SHA-256")


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "hs2019", None])
def test_another_hash_does_not_verify(algorithm: str | None) -> None:
    """WIRE 10.2 #14: a signature by the right key, but over SHA-1 or SHA-512, does not hold."""
    text = read(cavage(), now=NOW).texts[0].decode()
    for other in (SHA1(), SHA512()):  # noqa: S303  # to see it refused
        _forged(cavage(parameters={"algorithm": algorithm, "signature": rsa(text, algorithm=other)}))


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 344, "A" * 340 + "AA==", "A" * 1024])
def test_only_an_explicit_success_passes(signature: str) -> None:
    """WIRE 10.2 #14: a signature of the wrong length or content ends in BadSignature, never in a value."""
    _forged(cavage(parameters={"signature": signature}))


@pytest.mark.parametrize("name", ["algorithm", "hs2019", "absent"])
def test_hmac_with_the_public_key_is_refused(name: str) -> None:
    """ARCHITECTURE "Fixed choices": the known hole of httpsig, shown open in httpsig and closed here.

    The attacker knows the victim's public key as everybody does, and uses its text as the secret of an HMAC.
    """
    public_pem = _PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    covered = ["(request-target)", "host", "date", "digest"]
    sent = {"host": HOST, "date": DATE, "digest": f"SHA-256={BODY_SHA256}"}
    # By name, as the package stands without its initialiser only once cavage.py has been imported.
    signer = importlib.import_module("httpsig.sign").HeaderSigner(
        KEY_ID, public_pem, algorithm="hmac-sha256", headers=covered, sign_header="signature"
    )
    headers = dict(signer.sign(sent, method="POST", path="/inbox"))
    verifier = importlib.import_module("httpsig.verify").HeaderVerifier(
        headers, public_pem, required_headers=covered, method="POST", path="/inbox", sign_header="signature"
    )
    assert verifier.verify() is True

    if name != "algorithm":
        changed = {"hs2019": 'algorithm="hs2019"', "absent": 'x="y"'}[name]
        headers["signature"] = headers["signature"].replace('algorithm="hmac-sha256"', changed)
    request = SignedRequest(method="POST", url=f"https://{HOST}/inbox", headers=headers, body=BODY)
    if name == "algorithm":
        _refused(request, "RSA with SHA-256")
    else:
        _forged(request)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Signature",
        "Signature ",
        "keyId",
        "keyId=",
        'keyId="a" signature="b"',
        '{good},keyId="https://evil.example/#k"',
        '{good},KEYID="https://evil.example/#k"',
        '{good},signature="AAAA"',
        '{good},headers="date"',
        "{good},",
        ",{good}",
        "{good},,x=y",
        "{good} trailing",
        "{good}\n",
        "{good};x=y",
        '{good},x="\\"",y="z"',
        '{good},x="unclosed',
        '{good},x ="y"',
        '{good},x="é" y',
        "Bearer {good}",
        "Signature Signature {good}",
        'signature="AAAA"',
        f'keyId="{KEY_ID}"',
        '{good},x="' + "y" * 8192 + '"',
    ],
)
def test_a_header_that_is_not_quite_one_is_refused(header: str) -> None:
    """WIRE 10.2 #11: duplicates, junk, escapes and overlong headers; httpsig by itself reads most of these."""
    request = cavage()
    text = header.replace("{good}", request.headers["signature"])
    _refused(SignedRequest(method="POST", url=request.url, headers={**request.headers, "signature": text}, body=BODY))


def test_two_signature_headers_are_refused() -> None:
    """WIRE 10.2 #11: repeated header lines are joined, and then name everything twice."""
    one = cavage().headers["signature"]
    headers = {**cavage().headers, "signature": f"{one}, {one}"}
    _refused(SignedRequest(method="POST", url=f"https://{HOST}/inbox", headers=headers, body=BODY), "twice")


@pytest.mark.parametrize("signature", ["é", "####", "A", "AAAA AAAA", "AAAA-_=="])
def test_a_signature_is_base64(signature: str) -> None:
    """WIRE 2.4: strictly read, so nothing is passed over."""
    _refused(cavage(parameters={"signature": signature}), "base64")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({"content-type": "text/é"}, "letters"), ({"content-type": "text/plain\nhost: evil.example"}, "several lines")],
)
def test_headers_that_cannot_be_are_refused(headers: dict[str, str | None], reason: str) -> None:
    """No header value smuggles a line into the signing text, and none ends in an unnamed failure."""
    _refused(cavage(headers=headers), reason)


def test_httpsig_brings_hashes_only() -> None:
    """ARCHITECTURE "Fixed choices": no pkg_resources, and of pycryptodome nothing but its hashes."""
    program = "import sys, fedi_artisan.federation.signatures.cavage; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True)
    modules = answer.stdout.split()
    assert "httpsig.utils" in modules
    assert "pkg_resources" not in modules
    assert not [name for name in modules if name.startswith(("Crypto.PublicKey", "Crypto.Cipher", "Crypto.Signature"))]
