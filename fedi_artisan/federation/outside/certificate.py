"""The certificates that browsers and other servers are shown: whether they hold, and for how long."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from fedi_artisan.domain.certificates import is_late
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.services.house.world import Door, World

_WITHIN_S = 4.5
# What OpenSSL says about a chain (x509_vfy.h): X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, …_CERT_NOT_YET_VALID,
# …_CERT_HAS_EXPIRED, …_DEPTH_ZERO_SELF_SIGNED_CERT, …_UNABLE_TO_VERIFY_LEAF_SIGNATURE, …_HOSTNAME_MISMATCH.
_NO_ISSUER, _NOT_YET, _EXPIRED, _SELF_SIGNED, _ALONE, _OF_ANOTHER_NAME = 20, 9, 10, 18, 21, 62


class Shown(NamedTuple):
    """A certificate that holds: for which host it was shown, and from when until when."""

    host: str
    begins: datetime
    ends: datetime


async def look(host: str, door: Door, world: World) -> Shown | Finding:
    """Return the certificate that is shown at one door, or what is wrong with it.

    Raises:
        OSError, TimeoutError: nobody answers there.
    """
    try:
        async with asyncio.timeout(_WITHIN_S):
            shown = await _shown(host, door, world.tls or ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        issuer = "" if error.verify_code not in {_NO_ISSUER, _ALONE} else await _issuer(host, door)
        return bad_certificate(error, host=host, issuer=issuer)
    except ssl.SSLError:
        fact = said("What answers there does not speak https.")
        return Finding(Verdict.BROKEN, (fact,), said("Have the web server in front of this one get a certificate."))
    begins, ends = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown[name])), UTC) for name in ("notBefore", "notAfter")
    )
    return Shown(host, begins, ends)


async def _shown(host: str, door: Door, tls: ssl.SSLContext) -> Mapping[str, object]:
    """Return what stands in the certificate, which holds: nobody gets this far with another."""
    _, writer = await asyncio.open_connection(door.address, door.port, ssl=tls, server_hostname=host)
    try:
        shown: Mapping[str, object] = writer.get_extra_info("peercert")
        return shown
    finally:
        writer.close()


async def _issuer(host: str, door: Door) -> str:
    """Return who signed a certificate that does not hold, by its own word; empty where that cannot be read."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_WITHIN_S):
            _, writer = await asyncio.open_connection(door.address, door.port, ssl=anything, server_hostname=host)
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) or b""
        writer.close()
        names = x509.load_der_x509_certificate(der).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""
    except (OSError, TimeoutError, ValueError):
        return ""


def judged(shown: list[Shown], clock: Clock) -> Finding:
    """Return how long certificates that hold still do; the first that ends decides."""
    first = min(shown, key=lambda one: one.ends)
    facts: tuple[Sentence, ...] = (said("It holds until {day}.", day=first.ends.date()),)
    if len({one.host for one in shown}) > 1:
        facts = (said("The first to end is that of {host}, on {day}.", host=first.host, day=first.ends.date()),)
    if not is_late(first.begins, first.ends, clock()):
        return Finding(Verdict.OK, facts)
    advice = said("It should have been renewed by now. Look into the log of the web server in front of this one.")
    return Finding(Verdict.LOOK, facts, advice)


def bad_certificate(error: ssl.SSLCertVerificationError, *, host: str = "", issuer: str = "") -> Finding:
    """Return what is wrong with a certificate that nobody accepts.

    Args:
        error: what OpenSSL says.
        host: whose it should be, where there are several.
        issuer: who signed it, where that certificate is missing.
    """
    whose = (said("It is shown for {host}.", host=host),) if host else ()
    if error.verify_code in {_NO_ISSUER, _ALONE} and issuer:
        fact = said(
            "Its chain is not whole: the certificate of {issuer}, who signed it, is not shown with it.", issuer=issuer
        )
        advice = said(
            "Have the web server in front of this one show the full chain: the file fullchain.pem, not cert.pem."
        )
        return Finding(Verdict.BROKEN, (fact, *whose), advice)
    facts = {
        _EXPIRED: said("It has expired: no browser and no other server comes in any more."),
        _NOT_YET: said("It holds only from a later day on. Is the clock of this machine right?"),
        _SELF_SIGNED: said("It vouches for itself, which no browser and no other server believes."),
        _OF_ANOTHER_NAME: said("It is that of another name: no browser and no other server comes in."),
    }
    other = said("Browsers and other servers do not trust it: {why}.", why=error.verify_message)
    advice = said("Have the web server in front of this one get a new certificate, and look into its log.")
    return Finding(Verdict.BROKEN, (facts.get(error.verify_code, other), *whose), advice)
