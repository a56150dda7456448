"""All settings in one frozen value: read from TOML, checked wholly at start, passed down, never imported.

A new setting is a field in `tables.py`, with a line in config.example.toml; what can be wrong with it beyond its type
stands in `checking.py`.
"""

from fedi_artisan.config.changing import secrets_in, take_over
from fedi_artisan.config.checking import KEYS_VARIABLE, SECRET_VARIABLE
from fedi_artisan.config.reading import (
    DEFAULT_FILE,
    ENVIRONMENT_VARIABLE,
    SERVICE_FILE,
    Salvaged,
    load,
    locate,
    parse,
    salvage,
    with_listen,
    with_tls,
)
from fedi_artisan.config.tables import (
    Backup,
    Config,
    Delivery,
    Keys,
    Limits,
    Log,
    Media,
    Metrics,
    Timeouts,
    Tls,
    address_in,
    asked_at,
)

__all__ = [
    "DEFAULT_FILE",
    "ENVIRONMENT_VARIABLE",
    "KEYS_VARIABLE",
    "SECRET_VARIABLE",
    "SERVICE_FILE",
    "Backup",
    "Config",
    "Delivery",
    "Keys",
    "Limits",
    "Log",
    "Media",
    "Metrics",
    "Salvaged",
    "Timeouts",
    "Tls",
    "address_in",
    "asked_at",
    "load",
    "locate",
    "parse",
    "salvage",
    "secrets_in",
    "take_over",
    "with_listen",
    "with_tls",
]
