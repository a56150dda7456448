"""The older dialect, draft-cavage-http-signatures-12: its header, its signing text, and what it must cover.

The only importer of httpsig, which gives the signing text and reads the header. Everything that decides is ours:
httpsig takes the algorithm from the sender, so that a request signed by HMAC with the *public* key as its secret passes
its own verifier.
"""

import base64
import importlib.util
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from fedi_artisan.errors import BadSignature
from fedi_artisan.federation.signatures import digest, window
from fedi_artisan.federation.signatures.request import Reading, SignedRequest

# httpsig's __init__ imports pkg_resources, which setuptools no longer brings (and which took up to 0.3 s when it did).
# So the package stands here as it is found, but without its __init__ having run; its modules import as usual.
if (_spec := importlib.util.find_spec("httpsig")) is None:
    raise ModuleNotFoundError("httpsig is not installed", name="httpsig")
sys.modules.setdefault("httpsig", importlib.util.module_from_spec(_spec))

from httpsig.utils import generate_message, parse_signature_header  # noqa: E402  # needs the lines above

_LONGEST_HEADER = 8192
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf"{_WORD}=(?:\"[^\"\\]*\"|{_WORD})"
_PARAMETER_LIST = re.compile(rf"{_PARAMETER}(?:[ \t]*,[ \t]*{_PARAMETER})*")
_ONE_PARAMETER = re.compile(_PARAMETER)
_UNIX_TIME = re.compile(r"\d{1,12}", re.ASCII)
# What a receiver believes of a header it may want to see signed (FEP-8fcf).
_ALSO_COVERED = ("content-type", "collection-synchronization")
_ALGORITHMS = frozenset({"rsa-sha256", "hs2019", None})


def read(request: SignedRequest, *, now: datetime) -> Reading:
    """Return key id, signature and possible texts of the `Signature` header, which covers enough and is fresh.

    The second text, where there is one, leaves out the query: some servers sign without it.

    Raises:
        BadSignature: with the reason.

    Source: WIRE 2.1 and 2.4; draft-cavage-http-signatures-12.
    """
    parameters = _parse(request.headers["signature"])
    algorithm = parameters.get("algorithm")
    if algorithm not in _ALGORITHMS:
        raise BadSignature("The signature must be RSA with SHA-256.")
    names = parameters.get("headers", "date").lower().split(" ")
    _check_coverage(names, request, may_use_times=algorithm == "hs2019")
    values = _values(names, request, parameters)
    host, path, query = request.target()
    if values["host"].lower() != host.lower():
        raise BadSignature("The signature was made for another host.")
    created_s = int(values["(created)"]) if "(created)" in values else window.parse_date(values["date"])
    window.check(created_s, int(values["(expires)"]) if "(expires)" in values else None, now)
    if "digest" in values:
        digest.check(values["digest"], request.body)
    paths = (path + query, path) if query else (path,)
    texts = tuple(_text(names, values, request.method, path) for path in paths)
    return Reading(parameters["keyid"], _decode(parameters["signature"]), texts, created_s, frozenset(values))


def sign(request: SignedRequest, key_id: str, private_key: RSAPrivateKey, headers: Mapping[str, str]) -> dict[str, str]:
    """Return `Signature`, and `Digest` where there is a body, for *request*.

    Args:
        request: what is sent.
        key_id: where the receiver finds the public key.
        private_key: its private half.
        headers: `Host` and `Date` as they will be sent.

    Raises:
        BadSignature: the address cannot be signed.
    """
    _, path, query = request.target()
    values = {"host": headers["Host"], "date": headers["Date"]}
    added: dict[str, str] = {}
    if request.needs_digest:
        values["digest"] = added["Digest"] = digest.render(request.body)
        values |= {name: request.headers[name] for name in _ALSO_COVERED if name in request.headers}
    names = ["(request-target)", *values]
    signature = private_key.sign(_text(names, values, request.method, path + query), PKCS1v15(), SHA256())
    added["Signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",'
        f'signature="{base64.b64encode(signature).decode("ascii")}"'
    )
    return added


def _parse(header: str) -> Mapping[str, str]:
    """Return the parameters of a `Signature` header under lower-case names."""
    # httpsig passes over whatever is no parameter and keeps the last of several alike, so the grammar is held first.
    header = header.removeprefix("Signature ")
    if len(header) > _LONGEST_HEADER or not _PARAMETER_LIST.fullmatch(header):
        raise BadSignature("The signature header cannot be read.")
    parameters: Mapping[str, str] = parse_signature_header(header)
    if len(parameters) != len(_ONE_PARAMETER.findall(header)):
        raise BadSignature("The signature header names something twice.")
    if "keyid" not in parameters or "signature" not in parameters:
        raise BadSignature("The signature header lacks its key or its signature.")
    return parameters


def _check_coverage(names: Sequence[str], request: SignedRequest, *, may_use_times: bool) -> None:
    """Refuse a signature that leaves open what was asked of whom, when, or with which body."""
    covered = set(names)
    if len(covered) != len(names):
        raise BadSignature("The signature covers a header twice.")
    required = {"(request-target)", "host", "digest"} if request.needs_digest else {"(request-target)", "host"}
    if missing := sorted(required - covered):
        raise BadSignature(f"The signature must cover {' and '.join(missing)}.")
    if covered.isdisjoint({"date", "(created)"}):
        raise BadSignature("The signature must cover its date.")
    if not may_use_times and not covered.isdisjoint({"(created)", "(expires)"}):
        raise BadSignature("The signature covers (created) or (expires), which its algorithm does not know.")


def _values(names: Sequence[str], request: SignedRequest, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return what each covered name stands for, but for the target of the request."""
    values: dict[str, str] = {}
    for name in names:
        if name in {"(created)", "(expires)"}:
            value = parameters.get(name.strip("()"), "")
            if not _UNIX_TIME.fullmatch(value):
                raise BadSignature(f"The signature covers {name}, which is not a time.")
            values[name] = value
        elif name != "(request-target)":
            if name not in request.headers:
                raise BadSignature("The signature covers a header that was not sent.")
            values[name] = request.headers[name]
    return values


def _text(names: Sequence[str], values: Mapping[str, str], method: str, path: str) -> bytes:
    """Return the text that is signed: one line for each name, in their order."""
    try:
        text: bytes = generate_message(names, values, method=method, path=path)
    except UnicodeEncodeError:
        raise BadSignature("The signature covers letters that headers cannot hold.") from None
    if text.count(b"\n") != len(names) - 1:
        raise BadSignature("The signature covers a header of several lines.")
    return text


def _decode(signature: str) -> bytes:
    """Return the bytes of a base64 signature."""
    try:
        return base64.b64decode(signature, validate=True)
    except ValueError:
        raise BadSignature("The signature is not base64.") from None
