"""What the house runs on: its settings, its version, the memory of the machine."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from fedi_artisan import __version__
from fedi_artisan.domain.house import Finding, Sentence, Size, Verdict, said, said_many
from fedi_artisan.services.house.running import server_of
from fedi_artisan.services.house.world import House
from fedi_artisan.storage import health

# The server takes about 130 MB of memory when there is much to do, and making one photograph 220 MB beside it.
_LITTLE_BYTES = 300_000_000
# Visitors, other servers, photographs and the database: each takes one as long as it is there.
_FEW_FILES = 1024


async def settings(house: House) -> Finding:
    """Look whether the settings can be used."""
    return of_settings(house.file, house.problems)


def of_settings(file: Path | None, problems: Sequence[str]) -> Finding:
    """Return what it means that so much is wrong with the settings in *file*."""
    if not problems:
        return Finding(Verdict.OK, (said("They can be used."),))
    where = "" if file is None else str(file)
    told = tuple(said("{problem}.", problem=one.removeprefix(f"{where}: ").rstrip(".")) for one in problems)
    if file is not None and not file.exists():
        told = (said("There is no file {file}.", file=where),)
        advice = said("Say where it is, with --config; or make a portfolio first:")
        command = 'fedi-artisan init --origin https://… --username … --name "…"'
        return Finding(Verdict.BROKEN, told, advice, command)
    advice = said("The server does not start like this. Put it right in {file}, and start it again.", file=where)
    return Finding(Verdict.BROKEN, told, advice)


async def version(house: House) -> Finding:
    """Say what runs here."""
    del house
    parts = {"Python": platform.python_version(), "SQLite": health.sqlite_version(), "libvips": _libvips()}
    named = ", ".join(f"{name} {number}" for name, number in parts.items() if number)
    return Finding(
        Verdict.OK,
        (said("fedi-artisan {version}.", version=__version__), said("With {parts}.", parts=named)),
    )


def _libvips() -> str:
    """Return the version of what photographs are made with; it is loaded only in the child that makes them."""
    try:
        return installed("pyvips-binary")
    except PackageNotFoundError:
        return ""


async def memory(house: House) -> Finding:
    """Look how much memory can still be had, and how many files the server may have open at once."""
    told = house.world.memory()
    if told is None:
        return Finding(Verdict.UNKNOWN, (said("This machine does not say how much memory it has."),))
    facts: list[Sentence] = [said("{free} can still be had.", free=Size(told.free_bytes + told.swap_bytes))]
    process = server_of(house.config)
    files = None if not process else house.world.open_files_of(process)
    if files is not None and files < _FEW_FILES:
        facts.append(
            said_many(
                "The server may have one file open at a time.",
                "The server may have {count} files open at a time, which is few.",
                files,
            )
        )
        advice = said("When many come at once, some are turned away. Let it have more, where the server is started:")
        return Finding(Verdict.LOOK, tuple(facts), advice, f"LimitNOFILE={64 * _FEW_FILES}")
    if told.free_bytes + told.swap_bytes < _LITTLE_BYTES:
        advice = said("Making a photograph may take more. Give the machine more memory, or a gigabyte of swap.")
        return Finding(Verdict.LOOK, tuple(facts), advice)
    return Finding(Verdict.OK, tuple(facts))
