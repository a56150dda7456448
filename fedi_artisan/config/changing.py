"""Which settings a running server can take over, and which need a restart."""

import dataclasses
from collections.abc import Iterator
from typing import TypeVar

from fedi_artisan.config.tables import TILL_THE_END, Config

_Table = TypeVar("_Table")


def take_over(running: Config, read: Config) -> tuple[Config, tuple[str, ...]]:
    """Return the settings to go on with, and the names of those in *read* that change only at a restart.

    Of the latter the *running* ones stay.
    """
    kept = tuple(_kept(running, read, ""))
    return _joined(running, read), kept


def secrets_in(config: object) -> Iterator[str]:
    """Give the values that are never to be shown: those that a table does not print either."""
    for field in dataclasses.fields(config):  # type: ignore[arg-type]  # tables are dataclasses, as all within them
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            yield from secrets_in(value)
        elif not field.repr and isinstance(value, str):
            yield value


def _kept(running: object, read: object, prefix: str) -> Iterator[str]:
    """Give the names of settings that differ and cannot change."""
    for field in dataclasses.fields(running):  # type: ignore[arg-type]
        old, new = getattr(running, field.name), getattr(read, field.name)
        if dataclasses.is_dataclass(old):
            yield from _kept(old, new, f"{prefix}{field.name}.")
        elif field.metadata == TILL_THE_END and old != new:
            yield f"{prefix}{field.name}"


def _joined(running: _Table, read: _Table) -> _Table:
    """Return *read* with all of *running* that cannot change."""
    values = {}
    for field in dataclasses.fields(running):  # type: ignore[arg-type]
        old, new = getattr(running, field.name), getattr(read, field.name)
        values[field.name] = (
            _joined(old, new) if dataclasses.is_dataclass(old) else old if field.metadata == TILL_THE_END else new
        )
    return type(running)(**values)
