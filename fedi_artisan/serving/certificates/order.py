"""The process that goes to the authority: started by `ordering`, told its errand on stdin, answering on stdout.

Only here is ACME known (RFC 8555), by the library of those who make certbot. What it may say to whom: `errands.py`.
"""

import ctypes
import ipaddress
import json
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests
from acme import challenges, crypto_util, messages
from acme import errors as acme_errors
from acme.client import ClientNetwork, ClientV2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from fedi_artisan import __version__, disk
from fedi_artisan.domain.certificates import Problem
from fedi_artisan.serving.certificates.errands import ACCOUNT, CERTIFICATE, Errand

_ANSWER_S = 30
_ORDER_S = 150
_ALTOGETHER_S = 240
# An authority may refuse a nonce at any moment, as when it was started anew; then it wants the next (RFC 8555 6.5).
_NONCES = 12
_TOO_MANY, _TROUBLE = 429, 500
_PR_SET_PDEATHSIG = 1

_PROBLEMS = {
    **dict.fromkeys(("dns", "dnssec", "unknownHost"), Problem.NAME),
    **dict.fromkeys(("connection", "tls"), Problem.UNREACHED),
    "incorrectResponse": Problem.ELSEWHERE,
    "rateLimited": Problem.LIMIT,
    "caa": Problem.FORBIDDEN,
    **dict.fromkeys(
        ("externalAccountRequired", "accountDoesNotExist", "invalidContact", "invalidEmail", "unsupportedContact"),
        Problem.ACCOUNT,
    ),
    **dict.fromkeys(("serverInternal", "badNonce"), Problem.AUTHORITY),
}

# What is raised beside that, by the library and by what it stands on; the first that fits holds.
_RAISED: tuple[tuple[type[Exception], Problem], ...] = (
    (requests.exceptions.SSLError, Problem.DISTRUST),
    (requests.exceptions.RequestException, Problem.OFFLINE),
    # It answered, but not as an authority does: the library takes every answer for what it should be.
    *((kind, Problem.AUTHORITY) for kind in (acme_errors.Error, JoseError)),
    *((kind, Problem.AUTHORITY) for kind in (ValueError, KeyError, TypeError, AttributeError)),
    (OSError, Problem.DISK),
)


class _Network(ClientNetwork):
    """What carries messages to the authority, and remembers whether it asked for patience."""

    def __init__(self, key: JWKEC, errand: Errand) -> None:
        super().__init__(key, alg=ES256, user_agent=f"fedi-artisan/{__version__}", timeout=_ANSWER_S)
        if errand.ca_file is not None:
            # Handed on to requests, which takes a file as well.
            self.verify_ssl = str(errand.ca_file)  # type: ignore[assignment]
        self.session.trust_env = False
        self.session.hooks["response"].append(self._heard)
        self.status = 0
        self.wait_until: datetime | None = None

    def _heard(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self.status = response.status_code
        self.wait_until = _moment_in(response.headers.get("Retry-After")) if not response.ok else None

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer; the library's own patience with nonces ends after the second."""
        for _ in range(_NONCES):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*args, **kwargs)


def main() -> None:
    """Run the errand in the first line of stdin."""
    signal.alarm(_ALTOGETHER_S)
    if sys.platform == "linux":
        # Who asked is gone: nobody would answer the challenge.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _say(run(Errand.from_line(sys.stdin.readline())))


def run(errand: Errand) -> dict[str, object]:
    """Run the errand, and return what ends it."""
    network: _Network | None = None
    try:
        network = _Network(JWKEC(key=_account_key(errand.folder / ACCOUNT)), errand)
        client = ClientV2(ClientV2.get_directory(errand.directory, network), network)
        if errand.ask_only:
            return {"suggested": _suggested(client, errand.folder / CERTIFICATE)}
        _enter(client, errand)
        disk.put(errand.folder / CERTIFICATE, _obtain(client, errand.names))
    except Exception as error:  # noqa: BLE001 - a boundary: whatever it was, the server is told
        problem, detail = explained(error, network.status if network else 0)
        until = network.wait_until if network else None
        return {"problem": problem, "detail": detail, "wait_until": None if until is None else until.isoformat()}
    return {"done": True}


def _say(words: Mapping[str, object]) -> None:
    print(json.dumps(words), flush=True)  # noqa: T201 - it is how it speaks


def _account_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key of our account, made on the first errand; one that cannot be read makes way for a new one."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except FileNotFoundError:
        key = None
    except (ValueError, TypeError, PermissionError):
        file.replace(file.with_name(file.name + ".broken"))
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        key = ec.generate_private_key(ec.SECP256R1())
        disk.put(file, _pem(key))
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _enter(client: ClientV2, errand: Errand) -> None:
    """Have the client speak for our account, which is made where there is none yet."""
    binding = None
    if errand.external_key_id is not None and errand.external_key is not None:
        public = client.net.key.public_key()  # type: ignore[union-attr]  # it was given above
        binding = messages.ExternalAccountBinding.from_data(
            public, errand.external_key_id, errand.external_key, client.directory
        )
    asked = messages.NewRegistration.from_data(
        email=errand.email, terms_of_service_agreed=True, external_account_binding=binding
    )
    try:
        client.new_account(asked)
    except acme_errors.ConflictError as known:
        client.net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    else:
        _say({"terms": client.directory.meta.terms_of_service or errand.directory})


def _obtain(client: ClientV2, names: tuple[str, ...]) -> bytes:
    """Return a new key and the chain of its new certificate, in PEM."""
    until = datetime.now() + timedelta(seconds=_ORDER_S)  # noqa: DTZ005 - the library reckons so
    key = _pem(ec.generate_private_key(ec.SECP256R1()))
    hosts = [name for name in names if not _is_address(name)]
    addresses = [ipaddress.ip_address(name) for name in names if _is_address(name)]
    order = client.new_order(crypto_util.make_csr(key, hosts, ipaddrs=addresses))
    for authorization in order.authorizations:
        if authorization.body.status == messages.STATUS_PENDING:
            _prove(client, authorization)
    order = client.finalize_order(client.poll_authorizations(order, until), until)
    return key + order.fullchain_pem.encode("ascii")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _prove(client: ClientV2, authorization: messages.AuthorizationResource) -> None:
    """Have the server answer the challenge for one name, and tell the authority to look (RFC 8555 8.3)."""
    for offered in authorization.body.challenges:
        if isinstance(offered.chall, challenges.HTTP01):
            response, text = offered.response_and_validation(client.net.key)
            _say({"show": offered.chall.encode("token"), "text": text})
            if not sys.stdin.readline():
                sys.exit("nobody is there to answer the challenge")
            client.answer_challenge(offered, response)
            return
    raise acme_errors.Error(f"it offers no challenge by HTTP for {authorization.body.identifier.value}")


def _suggested(client: ClientV2, certificate: Path) -> str | None:
    """Return when the authority wants the certificate renewed, or None where it does not say (RFC 9773)."""
    first = certificate.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
    wanted, _ = client.renewal_time(first[1] + first[2])
    return None if wanted is None else wanted.astimezone(UTC).isoformat()


def explained(error: Exception, status: int) -> tuple[Problem, str]:
    """Return what kind of problem it is, and what the authority says about it.

    Args:
        error: what was raised.
        status: of its last answer.
    """
    if isinstance(error, acme_errors.ValidationError):
        return _unproven(error.failed_authzrs)
    if isinstance(error, acme_errors.IssuanceError):
        error = error.error
    if isinstance(error, messages.Error):
        kind = _PROBLEMS.get(error.code or "", Problem.ACCOUNT if error.code == "unauthorized" else Problem.REFUSED)
        return _by_status(status, kind), error.detail or str(error)
    if isinstance(error, acme_errors.TimeoutError):
        return Problem.AUTHORITY, "it took too long"
    for raised, kind in _RAISED:
        if isinstance(error, raised):
            return _by_status(status, kind), str(error)
    return Problem.BROKEN, repr(error)


def _by_status(status: int, kind: Problem) -> Problem:
    """Return *kind*, unless the *status* of its last answer says that it is asked too much, or has trouble."""
    if status == _TOO_MANY:
        return Problem.LIMIT
    return Problem.AUTHORITY if status >= _TROUBLE else kind


def _unproven(failed: list[messages.AuthorizationResource]) -> tuple[Problem, str]:
    """Return why the authority did not see that the names lead here: for the first that it tells of."""
    for authorization in failed:
        for offered in authorization.body.challenges:
            error = offered.error
            if error is not None:
                # Where it was answered by another, it says only that it is not authorized.
                usual = Problem.ELSEWHERE if error.code == "unauthorized" else Problem.REFUSED
                kind = _PROBLEMS.get(error.code or "", usual)
                return kind, f"{authorization.body.identifier.value}: {error.detail}"
    return Problem.REFUSED, ""


def _moment_in(text: str | None) -> datetime | None:
    """Return the moment in a Retry-After header, given in seconds or as a date (RFC 9110 10.2.3), or None."""
    if text is None:
        return None
    try:
        if text.strip().isdecimal():
            return datetime.now(UTC) + timedelta(seconds=int(text))
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


if __name__ == "__main__":
    main()
