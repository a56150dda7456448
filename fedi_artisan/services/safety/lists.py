"""Lists that others keep of servers: what has changed in one is shown, and holds only when somebody agrees."""

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import Deed, Severity, is_below, ties_of
from fedi_artisan.domain.uris import LONGEST_URI, Uris, origin_of
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services.safety.imports import rule_many
from fedi_artisan.storage import lists, moderation_log, servers
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.lists import Subscription

MOST_LISTS = 20
LOOK_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A server that a list would have treated otherwise, or where *severity* is None, as all others; see `ties_of`."""

    domain: str
    severity: Severity | None
    before: Severity | None
    comment: str
    ties: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What has changed in a list since somebody last agreed to it."""

    subscription: Subscription
    changes: tuple[Change, ...]
    holds: int

    @property
    def tied(self) -> Sequence[Change]:
        """The changes by which somebody would be lost."""
        return [one for one in self.changes if one.ties and one.severity is Severity.BLOCKED]


async def subscribe(tx: Tx, url: str, now: datetime, *, plain_http: bool = False) -> int:
    """Look at the list at *url* again and again from now on, and return its row.

    Raises:
        BadInput: it is no address of the web, or there are enough lists.
    """
    url = url.strip()
    origin = origin_of(url)
    if origin is None or len(url) > LONGEST_URI or (origin.scheme != "https" and not plain_http):
        raise BadInput("Write the address of the list, beginning with https://")
    if await lists.count(tx) >= MOST_LISTS:
        raise BadInput("Up to {most} lists can be followed.", most=MOST_LISTS)
    return await lists.add(tx, url, now)


async def unsubscribe(tx: Tx, artisan: Artisan, list_id: int, now: datetime) -> bool:
    """Look at a list no more; the servers that it brought stay as they are treated. Return whether there was one."""
    url = await lists.delete(tx, list_id)
    if url is None:
        return False
    await moderation_log.write(tx, artisan.id, Deed.DROP_LIST, url, called=url, why="", now=now)
    return True


async def review(tx: Tx, uris: Uris, list_id: int) -> Review:
    """Return what a list would change; what somebody here decided by herself it does not touch.

    Raises:
        NotFound: there is no such list any more.
    """
    subscription = await lists.find(tx, list_id)
    if subscription is None:
        raise NotFound("this list is not followed any more")
    found = await lists.read_found(tx, list_id)
    exceptions = await lists.read_exceptions(tx, list_id)
    standing = {one.domain: one for one in await servers.list_all(tx)}
    brought = {domain for domain, one in standing.items() if one.list_id == list_id}
    changes = []
    for domain, (severity, comment) in found.items():
        before = standing.get(domain)
        if domain in exceptions or is_below(uris.host, {domain}) or (before is not None and domain not in brought):
            continue
        if before is None or before.severity is not severity:
            was = None if before is None else before.severity
            changes.append(Change(domain=domain, severity=severity, before=was, comment=comment))
    if found:
        gone = brought - found.keys()
        changes += [
            Change(domain=domain, severity=None, before=standing[domain].severity, comment="")
            for domain in sorted(gone)
        ]
    ties = ties_of(await servers.list_tied_hosts(tx), {one.domain for one in changes})
    told = tuple(dataclasses.replace(one, ties=ties.get(one.domain, 0)) for one in changes)
    return Review(subscription=subscription, changes=told, holds=len(brought))


async def agree(
    tx: Tx, uris: Uris, artisan: Artisan, list_id: int, *, now: datetime, seen: str, but: Collection[str]
) -> int:
    """Do what a list says, as far as somebody has seen it, but for some servers; return how many are treated otherwise.

    Args:
        tx: the transaction.
        uris: of this house.
        artisan: who agrees.
        list_id: to which list.
        now: the moment.
        seen: the word for what she has seen; see `seen_of`. Where the list reads otherwise by now, nothing is done.
        but: the servers that she wants to leave out, now and later.

    Raises:
        NotFound: there is no such list any more.
        BadInput: the list has changed since, or there would be too many.
    """
    told = await review(tx, uris, list_id)
    if seen_of(told) != seen:
        raise BadInput("The list has changed meanwhile; read it as it is now.")
    left_out = frozenset(but)
    wanted = [one for one in told.changes if one.domain not in left_out]
    ruled = [(one.domain, one.severity, one.comment) for one in wanted if one.severity is not None]
    await rule_many(tx, ruled, now, list_id=list_id)
    await servers.delete_many(tx, [one.domain for one in wanted if one.severity is None])
    await lists.set_applied(tx, list_id, left_out & {one.domain for one in told.changes}, now)
    url = told.subscription.url
    await moderation_log.write(tx, artisan.id, Deed.APPLY_LIST, url, called=url, why=str(len(wanted)), now=now)
    return len(wanted)


def seen_of(told: Review) -> str:
    """Return a word that is another one as soon as the review is another one."""
    at = told.subscription.found_at
    return f"{0 if at is None else int(at.timestamp() * 1000)}-{len(told.changes)}"
