"""The rules of the house about others, read whole: they are kept in memory as long as their version stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from fedi_artisan.domain.safety import Limits, Rules, Severity
from fedi_artisan.domain.unwanted import Action, Word
from fedi_artisan.storage import settings
from fedi_artisan.storage.db import Tx, fetch_all, fetch_value, moment_or_none

ONLY_LISTED = "safety.only_listed"
LIMIT_NAMES = ("new_people", "requests", "followers", "held")


def limit_name(name: str) -> str:
    """Return under which name a limit stands among the settings."""
    return f"safety.{name}"


async def version(tx: Tx) -> int:
    """Return a number that rises with every change of a rule."""
    return await fetch_value(tx, "SELECT version FROM rules")


async def read(tx: Tx) -> Rules:
    """Return all rules as they stand."""
    chosen = await settings.read_all(tx)
    usual = Limits()
    return Rules(
        version=await version(tx),
        servers=await _servers(tx),
        only_listed=bool(chosen.get(ONLY_LISTED, False)),
        blocks=await _blocks(tx),
        mutes=await _mutes(tx),
        words=await _words(tx),
        limits=Limits(**{name: int(chosen.get(limit_name(name), getattr(usual, name))) for name in LIMIT_NAMES}),
    )


async def _servers(tx: Tx) -> dict[str, Severity]:
    rows = await fetch_all(tx, "SELECT domain, severity FROM servers")
    return {row["domain"]: Severity(row["severity"]) for row in rows}


async def _blocks(tx: Tx) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in await fetch_all(tx, "SELECT whom, artisan_id FROM own_blocks"):
        found[row["whom"]].add(row["artisan_id"])
    return {whom: frozenset(by) for whom, by in found.items()}


async def _mutes(tx: Tx) -> dict[str, dict[int, datetime | None]]:
    found: defaultdict[str, dict[int, datetime | None]] = defaultdict(dict)
    for row in await fetch_all(tx, "SELECT whom, artisan_id, until FROM own_mutes"):
        found[row["whom"]][row["artisan_id"]] = moment_or_none(row["until"])
    return dict(found)


async def _words(tx: Tx) -> dict[int, tuple[Word, ...]]:
    found: defaultdict[int, list[Word]] = defaultdict(list)
    for row in await fetch_all(tx, "SELECT id, artisan_id, phrase, whole, action FROM unwanted_words ORDER BY id"):
        word = Word(id=row["id"], phrase=row["phrase"], whole=bool(row["whole"]), action=Action(row["action"]))
        found[row["artisan_id"]].append(word)
    return {artisan_id: tuple(words) for artisan_id, words in found.items()}


@dataclass(frozen=True, slots=True)
class KeepingOut:
    """Whether there is any rule by which something is not sent: to servers, or to people whom an artisan blocked."""

    servers: bool
    only_listed: bool
    people: bool


async def keeping_out(tx: Tx, artisan_id: int) -> KeepingOut:
    """Return whether there is any rule by which something that an artisan says is not sent."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM servers), EXISTS (SELECT 1 FROM settings WHERE name = ?2 AND value = 'true'),
            EXISTS (SELECT 1 FROM own_blocks WHERE artisan_id = ?1)
    """
    found = await fetch_all(tx, sql, (artisan_id, ONLY_LISTED))
    return KeepingOut(*map(bool, found[0]))
