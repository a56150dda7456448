"""Whom a text names, found out before it goes out: a mention reaches only somebody whose id is known."""

import asyncio
import contextlib
from dataclasses import dataclass

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.posts import MOST_MENTIONS, Mention, handles_in
from fedi_artisan.domain.sought import Account, read_sought
from fedi_artisan.federation.looking import Found, Looking
from fedi_artisan.storage import actors
from fedi_artisan.storage.db import Database

MOST_AT_ONCE = 4
PATIENCE_S = 15.0  # for all of them together: she waits


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a text names: those who were found, and the handles of those who were not, both as written there."""

    mentions: tuple[Mention, ...] = ()
    unknown: tuple[str, ...] = ()


async def resolve_mentions(db: Database, looking: Looking, text: str) -> Named:
    """Return whom *text* names as `@name@host`: those known here at once, all others by asking their servers.

    Who is found anew is stored. Beyond one more than a post can name nobody is looked for; whoever is of this server
    needs no finding.
    """
    handles = {handle: read_sought(handle) for handle in handles_in(text)[: MOST_MENTIONS + 1]}
    wanted = {handle: account for handle, account in handles.items() if not _is_here(looking, account)}
    found: dict[str, RemoteActor] = {}
    async with db.read() as tx:
        for handle, account in wanted.items():
            if isinstance(account, Account):
                stored = await actors.find_by_handle(tx, account.username, account.host)
                if stored is not None:
                    found[handle] = stored.actor
    fresh = await _ask(looking, [handle for handle in wanted if handle not in found])
    if fresh:
        await looking.store(fresh.values())
    found |= fresh
    mentions = (
        Mention(uri=found[handle].uri, handle=handle, url=found[handle].url or found[handle].uri)
        for handle in wanted
        if handle in found
    )
    return Named(tuple(mentions), tuple(handle for handle in wanted if handle not in found))


async def _ask(looking: Looking, handles: list[str]) -> dict[str, RemoteActor]:
    """Return who was found of these in time, a few at once."""
    found: dict[str, RemoteActor] = {}
    turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def look_for(handle: str) -> None:
        async with turns:
            there = await looking.find(handle)
        if isinstance(there, Found):
            found[handle] = there.actor

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            for handle in handles:
                tasks.create_task(look_for(handle))
    return found


def _is_here(looking: Looking, account: object) -> bool:
    """Whether it is the account of somebody of this server."""
    return isinstance(account, Account) and looking.is_here(account)
