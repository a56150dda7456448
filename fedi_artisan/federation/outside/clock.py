"""Whether our clock is right: other servers refuse what is signed at a time that is not theirs."""

import asyncio
from datetime import timedelta

from fedi_artisan.config import Config
from fedi_artisan.domain.house import Finding, Verdict, said
from fedi_artisan.errors import RemoteError
from fedi_artisan.federation.client import Client
from fedi_artisan.storage import actors
from fedi_artisan.storage.db import Database

_WITHIN_S = 4.5
# Some servers refuse what was signed more than half a minute ahead, most what is off by more than five.
_OFF_A_LITTLE = timedelta(seconds=30)
_OFF = timedelta(minutes=5)
_ASKED_FOR_TIME = 3
_SET_IT = "sudo timedatectl set-ntp true"


async def clock(config: Config, db: Database, client: Client) -> Finding:
    """Look how our clock stands beside those of others."""
    ahead = client.clocks.ahead()
    if ahead is None:
        await _ask_the_time(config, db, client)
        ahead = client.clocks.ahead()
    if ahead is None:
        advice = said("This tells whether the machine sets its clock by the network:")
        return Finding(Verdict.UNKNOWN, (said("No other server has told the time lately."),), advice, "timedatectl")
    if abs(ahead) <= _OFF_A_LITTLE:
        return Finding(Verdict.OK, (said("It agrees with those of other servers."),))
    off = (
        said("It is {time} ahead of those of other servers.", time=ahead)
        if ahead > timedelta(0)
        else said("It is {time} behind those of other servers.", time=-ahead)
    )
    advice = said("Others refuse what is signed at another time. Have the machine set its clock by the network:")
    return Finding(Verdict.BROKEN if abs(ahead) > _OFF else Verdict.LOOK, (off,), advice, _SET_IT)


async def _ask_the_time(config: Config, db: Database, client: Client) -> None:
    """Ask a few servers that we know for anything at all: every answer has a date."""
    async with db.read() as tx:
        hosts = await actors.list_hosts_met(tx, _ASKED_FOR_TIME)
    scheme = "http" if config.plain_http else "https"
    await asyncio.gather(*(_ask(client, f"{scheme}://{host}/.well-known/nodeinfo") for host in hosts))


async def _ask(client: Client, url: str) -> None:
    try:
        async with asyncio.timeout(_WITHIN_S):
            await client.get_json(url, accept="application/json", media_types={"application/json"})
    except (RemoteError, TimeoutError):
        return  # whatever it answered, it came with a date; or it did not answer
