"""Where the name of this server leads, and whether somebody opens at each of the places."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

import aiohttp

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.federation.addresses import is_public
from fedi_artisan.federation.outside.asking import Asking, NotAnswered, knocked
from fedi_artisan.federation.outside.places import NONE_NEEDED, Place, places
from fedi_artisan.services.house.world import Door, World

_HTTP, _HTTPS = 80, 443
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def names(config: Config, world: World) -> Finding:
    """Look where the names lead."""
    if config.plain_http:
        return Finding(Verdict.OK, (NONE_NEEDED,))
    found = [await _name(place, world) for place in places(config)]
    return worst_of(found)


async def _name(place: Place, world: World) -> Finding:
    try:
        doors = await world.look_up(place.host, place.port)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            return _no_names()
        fact = said("Nobody knows the name {host}.", host=place.host)
        advice = said("At the one who keeps your domain, add a record of type A with the address of this machine.")
        return Finding(Verdict.BROKEN, (fact,), advice)
    except TimeoutError:
        return _no_names()
    return _leads(place.host, [door.address for door in doors], world)


def _no_names() -> Finding:
    fact = said("This machine cannot look up any names at the moment, not its own either.")
    advice = said("It cannot reach other servers like this. Look whom it asks for names:")
    return Finding(Verdict.BROKEN, (fact,), advice, "cat /etc/resolv.conf")


def _leads(host: str, addresses: Sequence[str], world: World) -> Finding:
    """Return what it means where a name leads."""
    facts = (said("{host} leads to {addresses}.", host=host, addresses=" · ".join(addresses)),)
    if all(ipaddress.ip_address(address).is_loopback for address in addresses):
        told = said("That is what this machine believes by itself; the world may be told otherwise.")
        advice = said("Open your address on a phone, away from home. What this machine believes stands in:")
        return Finding(Verdict.UNKNOWN, (*facts, told), advice, "/etc/hosts")
    if not any(is_public(address) or world.is_of_this_machine(address) for address in addresses):
        told = said("From elsewhere nobody can get there.")
        advice = said(
            "At the one who keeps your domain, let it lead to your public address: that of your router, at home."
        )
        return Finding(Verdict.LOOK, (*facts, told), advice)
    if any(world.is_of_this_machine(address) for address in addresses):
        return Finding(Verdict.OK, (*facts, said("That is this machine.")))
    return Finding(Verdict.OK, (*facts, said("That is another machine, which has to pass everything on to this one.")))


async def doors(config: Config, world: World) -> Finding:
    """Look whether somebody opens at every address that the names lead to, and for those who leave out https."""
    if config.plain_http:
        return Finding(Verdict.OK, (NONE_NEEDED,))
    try:
        found = [await _doors(place, world) for place in places(config)]
    except (socket.gaierror, TimeoutError):
        return Finding(Verdict.UNKNOWN, (said("It was not looked at, as the name leads nowhere."),))
    finding = worst_of(found)
    own = places(config)[0]
    if finding.verdict is Verdict.OK and own.port == _HTTPS:
        return await _without_https(config, world, finding.facts)
    return finding


async def _doors(place: Place, world: World) -> Finding:
    """Return who opens at the addresses of one name."""
    known = await world.look_up(place.host, place.port)
    errors = dict(zip(known, await asyncio.gather(*(knocked(*door) for door in known)), strict=True))
    closed = [door for door, error in errors.items() if _is_closed(door, error, world)]
    opened = [door for door, error in errors.items() if error is None]
    if opened and closed:
        return _half_closed(place, closed)
    if opened:
        facts: tuple[Sentence, ...] = (
            said("Somebody opens at {host}, port {port}.", host=place.host, port=str(place.port)),
        )
        if len(opened) < len(errors):
            facts += (said("Its IPv6 address could not be tried, as this machine speaks none."),)
        return Finding(Verdict.OK, facts)
    if closed:
        fact = said("Nobody opens at {host}, port {port}.", host=place.host, port=str(place.port))
        advice = said("Start the web server in front of this one, and let this port through the firewall:")
        return Finding(Verdict.BROKEN, (fact,), advice, f"sudo ss -ltnp 'sport = :{place.port}'")
    fact = said("Port {port} of {host} could not be reached from here.", host=place.host, port=str(place.port))
    advice = said("Some networks allow no way round to themselves. Open the address on a phone, away from home.")
    return Finding(Verdict.UNKNOWN, (fact,), advice)


def _is_closed(door: Door, error: OSError | TimeoutError | None, world: World) -> bool:
    """Whether nobody opens at an address: refused, or silent though it is ours or others of that kind are reached."""
    if error is None:
        return False
    if isinstance(error, ConnectionRefusedError):
        return True
    return isinstance(error, TimeoutError) and (":" in door.address or world.is_of_this_machine(door.address))


def _half_closed(place: Place, closed: Sequence[Door]) -> Finding:
    """Return what it means that some addresses of a name lead nowhere."""
    address = closed[0].address
    fact = said(
        "At {address}, to which {host} leads as well, nobody opens: some people and servers find nobody there.",
        address=address,
        host=place.host,
    )
    if ":" in address:
        advice = said(
            "Have the web server listen at this IPv6 address, too; or, at the one who keeps your domain, take away "
            "the record of type AAAA."
        )
    else:
        advice = said("Have the web server listen there, too; or, at the one who keeps your domain, take it away.")
    return Finding(Verdict.BROKEN, (fact,), advice)


async def _without_https(config: Config, world: World, facts: tuple[Sentence, ...]) -> Finding:
    """Return whether people who type the name alone arrive: browsers may ask by http first."""
    advice = said(
        "Have the web server in front of this one send everybody from port 80 to {origin}.", origin=config.origin
    )
    try:
        heard = await Asking(config, world).get(f"http://{config.host}/", "text/html")
    except (aiohttp.ClientError, OSError, TimeoutError, NotAnswered):
        fact = said("Who types your name without https:// finds nobody, as port 80 is closed.")
        return Finding(Verdict.LOOK, (*facts, fact), advice)
    if heard.status in _REDIRECTS and heard.headers.get("Location", "").startswith(f"{config.origin}/"):
        return await _with_www(config, world, (*facts, said("Who types your name without https:// is sent there.")))
    fact = said("Who types your name without https:// is not sent there, but finds something else.")
    return Finding(Verdict.LOOK, (*facts, fact), advice)


async def _with_www(config: Config, world: World, facts: tuple[Sentence, ...]) -> Finding:
    """Return whether people who type www. arrive, where that name leads anywhere."""
    host = f"www.{config.host}"
    try:
        await world.look_up(host, _HTTPS)
    except OSError:
        return Finding(Verdict.OK, facts)
    try:
        heard = await Asking(config, world).get(f"https://{host}/", "text/html")
        if heard.status in _REDIRECTS and heard.headers.get("Location", "").startswith(f"{config.origin}/"):
            return Finding(Verdict.OK, facts)
    except (aiohttp.ClientError, OSError, NotAnswered):
        pass  # nobody there, or with a certificate that does not hold
    fact = said("{host} leads somewhere as well, but who types it is not sent to your address.", host=host)
    advice = said(
        "Have the web server in front of this one send everybody from there to {origin}, with a certificate for both; "
        "or take that name away.",
        origin=config.origin,
    )
    return Finding(Verdict.LOOK, (*facts, fact), advice)


def worst_of(found: Sequence[Finding]) -> Finding:
    """Return what is found about several names, as one: the worst of it; where all is well, the facts of all."""
    order = (Verdict.BROKEN, Verdict.LOOK, Verdict.UNKNOWN, Verdict.OK)
    worst = min(found, key=lambda one: order.index(one.verdict))
    if worst.verdict is Verdict.OK:
        return Finding(Verdict.OK, tuple(fact for one in found for fact in one.facts))
    return worst
