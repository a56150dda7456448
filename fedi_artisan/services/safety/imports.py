"""Files with people and servers: first it is said what would come of each line, then it is done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.block_lists import Kind, Line, read
from fedi_artisan.domain.safety import MOST_PEOPLE, MOST_SERVERS, Deed, Severity, is_below, ties_of
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.services.safety import people
from fedi_artisan.storage import actors, lists, moderation_log, servers, unwelcome
from fedi_artisan.storage.db import Tx
from fedi_artisan.storage.lists import Import

KEPT = timedelta(days=2)


class Fate(StrEnum):
    """What would come of a line."""

    NEW = "new"
    CHANGED = "changed"  # a server would be treated otherwise than it is
    SAME = "same"  # it is so already
    OURS = "ours"  # it is of this house
    LEFT_OUT = "left-out"  # the line cannot be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A line, what would come of it, and how many there have to do with somebody here."""

    line: Line
    fate: Fate
    ties: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would come of a whole file."""

    given: Import
    lines: tuple[Foreseen, ...]

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many lines have each fate."""
        return Counter(one.fate for one in self.lines)

    @property
    def tied(self) -> Sequence[Foreseen]:
        """The lines by which somebody is lost who follows, or is followed."""
        return [one for one in self.lines if one.ties and one.fate in {Fate.NEW, Fate.CHANGED}]

    @property
    def comes(self) -> int:
        """How many lines would change anything."""
        return self.counts.get(Fate.NEW, 0) + self.counts.get(Fate.CHANGED, 0)


async def give(tx: Tx, artisan: Artisan, kind: Kind, content: bytes, now: datetime) -> int:
    """Keep a file that is looked at before it is applied, and return its row; the lines are read here.

    Raises:
        BadInput, TooLarge: it cannot be read.
    """
    return await lists.put_import(tx, artisan.id, kind, read(content, kind), now)


async def foresee(tx: Tx, uris: Uris, artisan: Artisan, import_id: int) -> Outlook:
    """Return what would come of a file; nothing is done.

    Raises:
        NotFound: there is none any more.
    """
    given = await lists.find_import(tx, artisan.id, import_id)
    if given is None:
        raise NotFound("this file is not here any more; give it once more")
    lines = given.lines
    if given.kind is Kind.SERVERS:
        return Outlook(given=given, lines=tuple(await _foresee_servers(tx, uris, lines)))
    return Outlook(given=given, lines=tuple(await _foresee_people(tx, uris, artisan, given.kind, lines)))


async def _foresee_servers(tx: Tx, uris: Uris, lines: Sequence[Line]) -> list[Foreseen]:
    standing = {one.domain: one.severity for one in await servers.list_all(tx)}
    foreseen = []
    for line in lines:
        if line.problem:
            fate = Fate.LEFT_OUT
        elif is_below(uris.host, {line.what}):
            fate = Fate.OURS
        elif line.what not in standing:
            fate = Fate.NEW
        else:
            fate = Fate.SAME if standing[line.what] is line.severity else Fate.CHANGED
        foreseen.append(Foreseen(line=line, fate=fate))
    ties = ties_of(await servers.list_tied_hosts(tx), {one.line.what for one in foreseen})
    return [Foreseen(line=one.line, fate=one.fate, ties=ties.get(one.line.what, 0)) for one in foreseen]


async def _foresee_people(tx: Tx, uris: Uris, artisan: Artisan, kind: Kind, lines: Sequence[Line]) -> list[Foreseen]:
    standing = await (unwelcome.list_blocked if kind is Kind.BLOCKS else unwelcome.list_muted)(tx, artisan.id)
    handles = {one.handle for one in standing}
    tied = await unwelcome.list_tied_handles(tx, artisan.id)
    foreseen = []
    for line in lines:
        if line.problem:
            fate = Fate.LEFT_OUT
        elif line.what.rpartition("@")[2] == uris.host:
            fate = Fate.OURS
        else:
            fate = Fate.SAME if line.what in handles else Fate.NEW
        foreseen.append(Foreseen(line=line, fate=fate, ties=int(line.what in tied)))
    return foreseen


async def apply(tx: Tx, uris: Uris, artisan: Artisan, import_id: int, now: datetime) -> int:
    """Do what a file says, once; return how many lines changed anything.

    Raises:
        NotFound: it is not there any more.
        BadInput: there would be too much of it.
    """
    outlook = await foresee(tx, uris, artisan, import_id)
    if not await lists.set_import_applied(tx, import_id, now):
        return 0
    wanted = [one.line for one in outlook.lines if one.fate in {Fate.NEW, Fate.CHANGED}]
    kind = outlook.given.kind
    if kind is Kind.SERVERS:
        await rule_many(tx, [(line.what, line.severity or Severity.BLOCKED, line.comment) for line in wanted], now)
    else:
        await _part_from_many(tx, uris, artisan, kind, wanted, now=now)
    await moderation_log.write(tx, artisan.id, Deed.IMPORT, kind, called=str(len(wanted)), why="", now=now)
    return len(wanted)


async def rule_many(
    tx: Tx, ruled: Sequence[tuple[str, Severity, str]], now: datetime, *, list_id: int | None = None
) -> None:
    """Treat many servers so from now on; `clear` forgets everybody on those that are blocked.

    Raises:
        BadInput: there would be too many.
    """
    if sum((await servers.count(tx)).values()) + len(ruled) > MOST_SERVERS:
        raise BadInput("Up to {most} servers can be treated otherwise than others.", most=MOST_SERVERS)
    await servers.put_many(tx, ruled, now, list_id=list_id)


async def _part_from_many(
    tx: Tx, uris: Uris, artisan: Artisan, kind: Kind, lines: Sequence[Line], *, now: datetime
) -> None:
    """Block or mute many people: those who are known here one by one, all others by their handles together."""
    blocks = kind is Kind.BLOCKS
    if (await unwelcome.count(tx, artisan.id))[0 if blocks else 1] + len(lines) > MOST_PEOPLE:
        raise BadInput("Up to {most} people can be blocked.", most=MOST_PEOPLE)
    known = await actors.list_known_handles(tx, [line.what for line in lines])
    for line in lines:
        if line.what in known and blocks:
            await people.block(tx, uris, artisan, line.what, now)
        elif line.what in known:
            await people.mute(tx, uris, artisan, line.what, now)
    unknown = [line.what for line in lines if line.what not in known]
    await (unwelcome.block_handles if blocks else unwelcome.mute_handles)(tx, artisan.id, unknown, now)
