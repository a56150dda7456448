"""A certificate of this server's own, as the running server wrote it down: what is so, why it failed, what to do."""

import asyncio
from datetime import datetime, timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain import certificates
from fedi_artisan.domain.certificates import Problem, Standing
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.services.house.world import House

# The running server asks the authority once a day; what was not written for longer is of one that has it no more.
_OLD_AFTER = timedelta(days=3)

# What is so, and what to do about it; {authority}, {names} and {detail} stand for what it is about.
_WHY: dict[Problem, tuple[Sentence, ...]] = {
    Problem.NAME: (
        said("{authority} finds no machine under the name: {detail}."),
        said(
            "Where you keep your domain, have the name lead to this machine (a record of type A, and AAAA if it has an "
            "IPv6 address). It can take an hour until everybody knows."
        ),
    ),
    Problem.UNREACHED: (
        said("{authority} could not reach this machine on port 80: {detail}."),
        said(
            "Open port 80 in the firewall, in the router and at whoever rents you the machine, and see whether the "
            "name leads to this machine and not to another."
        ),
    ),
    Problem.ELSEWHERE: (
        said("On port 80 somebody else answered {authority}: {detail}."),
        said("The name leads to another machine, or in a roundabout way. Have it lead straight to this one."),
    ),
    Problem.LIMIT: (
        said("{authority} makes no more for these names for a while: {detail}."),
        said("Nothing need be done: it is asked again when it allows."),
    ),
    Problem.FORBIDDEN: (
        said("The settings of the domain allow other authorities only: {detail}."),
        said("Where you keep your domain, add {authority} to its records of type CAA, or take them away."),
    ),
    Problem.REFUSED: (
        said("{authority} makes no certificate for {names}: {detail}."),
        said("See whether the names are right; if they are, another authority may help (tls.directory)."),
    ),
    Problem.ACCOUNT: (
        said("{authority} does not accept the account of this server: {detail}."),
        said("Look at tls.email, tls.external_key_id and tls.external_key in the configuration."),
    ),
    Problem.AUTHORITY: (
        said("{authority} has trouble of its own: {detail}."),
        said("Nothing need be done: it is asked again."),
    ),
    Problem.OFFLINE: (
        said("{authority} could not be reached from this machine: {detail}."),
        said("See whether this machine reaches the internet, and whether tls.directory is right."),
    ),
    Problem.DISTRUST: (
        said("What answered as {authority} could not prove that it is: {detail}."),
        said("See whether the clock of this machine is right. For an authority of your own, say tls.ca_file."),
    ),
    Problem.DISK: (
        said("The certificate could not be written down: {detail}."),
        said("See whether the disk is full, and whether the folder of the data belongs to this server."),
    ),
    Problem.INTERRUPTED: (said("The last try was interrupted."),),
    Problem.BROKEN: (
        said("{authority} could not be asked: {detail}."),
        said("This seems to be a fault of fedi-artisan: please tell its makers."),
    ),
}


def why(standing: Standing, authority: str) -> tuple[Sentence, ...]:
    """Return why the last try brought no certificate, and what to do about it."""
    values = {
        "authority": authority,
        "names": ", ".join(standing.names),
        "detail": standing.detail.strip().rstrip(".") or "?",
    }
    told = _WHY.get(standing.problem or Problem.INTERRUPTED, ())
    return tuple(Sentence(sentence.text, values=values) for sentence in told)


def next_try(at: datetime, now: datetime) -> Sentence:
    """Return when it is tried again."""
    wait = at - now
    if wait < timedelta(minutes=1):
        return said("It is tried again in a moment.")
    return said("It is tried again in {time}.", time=wait)


async def own_certificate(house: House) -> Finding:
    """Look how it stands with a certificate of this server's own."""
    config = house.config
    standing = await asyncio.to_thread(_read, config)
    now = utc_now()
    last = max((at for at in (*standing.tries, standing.seen_at) if at is not None), default=None)
    if not config.tls.enabled and (last is None or now - last > _OLD_AFTER):
        return Finding(Verdict.OK, (said("None is needed: a web server in front brings one."),))
    return _found(standing, certificates.authority_of(config.tls.directory), now)


def _read(config: Config) -> Standing:
    """Return what is written down; nothing, where that cannot be read."""
    try:
        return certificates.read((config.tls_dir / certificates.STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Standing()


def _found(standing: Standing, authority: str, now: datetime) -> Finding:
    """Return what is so, and what to do."""
    again = () if standing.next_at is None else (next_try(standing.next_at, now),)
    problem, *advice = why(standing, authority) if standing.problem else (None,)
    if standing.begins is None or standing.ends is None or standing.ends <= now:
        none = said("There is none yet.") if standing.ends is None else said("It has expired.")
        facts = (none, *((problem, *again) if problem else ()))
        start = said("Start the server, and look at what it says.")
        return Finding(Verdict.BROKEN, facts, advice[0] if advice else start if problem is None else None)
    holds = said("It holds until {day}.", day=standing.ends.date())
    if problem is None:
        return Finding(Verdict.OK, (holds,))
    is_late = certificates.is_late(standing.begins, standing.ends, now)
    facts = (holds, said("It could not be renewed."), problem, *again)
    return Finding(Verdict.BROKEN if is_late else Verdict.LOOK, facts, advice[0] if advice else None)
