"""How the whole house treats other servers, and how much may come from one."""

from collections.abc import Mapping
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import LONGEST_COMMENT, MOST_SERVERS, Deed, Limits, Severity, check_domain
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.storage import moderation_log, rules, servers, settings
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.servers import Ruled

_DEEDS = {
    Severity.ALLOWED: Deed.ALLOW_SERVER,
    Severity.SILENCED: Deed.SILENCE_SERVER,
    Severity.BLOCKED: Deed.BLOCK_SERVER,
}
LEAST, MOST = 1, 1_000_000


async def rule(
    tx: Tx,
    uris: Uris,
    artisan: Artisan,
    domain: str,
    *,
    severity: Severity,
    now: datetime,
    why: str = "",
    list_id: int | None = None,
) -> bool:
    """Treat a server, and all that is below it, in one way from now on; return whether it was treated otherwise.

    Of a blocked server nothing is taken, and nothing goes there any more; `clear` forgets what is here of it.

    Raises:
        BadInput: it is no server, it is this one, or there are too many rules.
    """
    domain = check_domain(domain)
    _check_not_ours(uris, domain)
    before = await servers.find(tx, domain)
    if before is None and sum((await servers.count(tx)).values()) >= MOST_SERVERS:
        raise BadInput("Up to {most} servers can be treated otherwise than others.", most=MOST_SERVERS)
    changed = await servers.put(tx, domain, severity, why[:LONGEST_COMMENT], now, list_id=list_id)
    if changed:
        if before is not None:
            await moderation_log.mark_undone(tx, None, _DEEDS[before.severity], domain, now)
        await moderation_log.write(tx, artisan.id, _DEEDS[severity], domain, called=domain, why=why, now=now)
    return changed


def _check_not_ours(uris: Uris, domain: str) -> None:
    """Refuse a rule about the server that this one is, or is below.

    Raises:
        BadInput: it is.
    """
    own = uris.host.rpartition(":")[0] or uris.host
    if own == domain or own.endswith(f".{domain}"):
        raise BadInput("This is your own server.")


async def block(tx: Tx, uris: Uris, artisan: Artisan, domain: str, now: datetime, *, why: str = "") -> bool:
    """Exchange nothing with a server any more; see `rule`."""
    return await rule(tx, uris, artisan, domain, severity=Severity.BLOCKED, now=now, why=why)


async def free(tx: Tx, artisan: Artisan, domain: str, now: datetime) -> Ruled | None:
    """Treat a server as all others, and return how it was treated; None where it was already. Nothing comes back.

    Raises:
        BadInput: it is no server.
    """
    domain = check_domain(domain)
    before = await servers.find(tx, domain)
    if before is None or not await servers.delete(tx, domain):
        return None
    await moderation_log.mark_undone(tx, None, _DEEDS[before.severity], domain, now)
    await moderation_log.write(tx, artisan.id, Deed.FREE_SERVER, domain, called=domain, why="", now=now)
    return before


async def set_only_listed(tx: Tx, artisan: Artisan, now: datetime, *, only_listed: bool) -> None:
    """Let only the servers in that are allowed by name, or all that are not blocked."""
    if (await rules.read(tx)).only_listed == only_listed:
        return
    await settings.put(tx, rules.ONLY_LISTED, only_listed or None)
    deed = Deed.ONLY_LISTED if only_listed else Deed.EVERYBODY
    await moderation_log.write(tx, artisan.id, deed, "", called="", why="", now=now)


async def set_limits(tx: Tx, artisan: Artisan, given: Mapping[str, int], now: datetime) -> None:
    """Let so much come from one server; names are those of `Limits`. What is usual is not written down.

    Raises:
        BadInput: a number is none that could be.
    """
    if any(not LEAST <= number <= MOST for number in given.values()):
        raise BadInput("Write a number from 1 to 1,000,000.")
    standing, usual = (await rules.read(tx)).limits, Limits()
    changed = {name: number for name, number in given.items() if getattr(standing, name) != number}
    for name, number in changed.items():
        await settings.put(tx, rules.limit_name(name), None if number == getattr(usual, name) else number)
    if changed:
        await moderation_log.write(tx, artisan.id, Deed.SET_LIMITS, "", called="", why="", now=now)
