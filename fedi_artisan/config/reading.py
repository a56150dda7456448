"""Reading settings from a TOML file: what stands there as values of the right types, or all that is wrong at once."""

import dataclasses
import difflib
import os
import shlex
import stat
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

from fedi_artisan.config.checking import (
    KEYS_VARIABLE,
    SECRET_VARIABLE,
    SHORTEST_SECRET,
    door_problems,
    listen_problems,
    problems_in,
    tls_problems,
)
from fedi_artisan.config.tables import Config, Keys
from fedi_artisan.errors import BadConfig, plainly

ENVIRONMENT_VARIABLE = "FEDI_ARTISAN_CONFIG"
DEFAULT_FILE = "config.toml"
# Where `install-service` puts it.
SERVICE_FILE = Path("/etc/fedi-artisan/config.toml")


def locate(given: Path | None) -> Path:
    """Return which configuration file to read: *given*, $FEDI_ARTISAN_CONFIG, else ./config.toml or the service's."""
    named = given or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named)
    # The folder of the service's file is closed to most, so whether the file is there they cannot see.
    return SERVICE_FILE if SERVICE_FILE.parent.is_dir() and not Path(DEFAULT_FILE).exists() else Path(DEFAULT_FILE)


def load(path: Path) -> Config:
    """Read and check the file *path*; a relative folder, or file of an authority, is meant beside the file.

    Raises:
        BadConfig: one clear line for each thing that is wrong.
    """
    raw = _read(path)
    try:
        config = parse(_with_secrets(raw))
    except BadConfig as error:
        raise BadConfig("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
    return _beside(path, config)


def _beside(path: Path, config: Config) -> Config:
    """Return the settings of the file *path* with what is meant beside it.

    Raises:
        BadConfig: the file with the secret of our keys cannot be used.
    """
    tls, backup, beside = config.tls, config.backup, path.parent
    if tls.ca_file is not None:
        tls = dataclasses.replace(tls, ca_file=(beside / tls.ca_file).resolve())
    if backup.folder is not None:
        backup = dataclasses.replace(backup, folder=(beside / backup.folder).resolve())
    keys = config.keys
    if keys.secret_file is not None:
        secret_file = (beside / keys.secret_file).resolve()
        keys = Keys(secret_file=secret_file, secret=_secret_in(secret_file))
    data_dir = (beside / config.data_dir).resolve()
    return dataclasses.replace(config, data_dir=data_dir, tls=tls, backup=backup, keys=keys)


def _read(path: Path) -> dict[str, object]:
    """Return what stands in the file *path*.

    Raises:
        BadConfig: there is no such file, or it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadConfig(
            f"{path}: there is no such file. Make one with `fedi-artisan init --origin https://… --username … "
            f"--name …`, or name it with --config or ${ENVIRONMENT_VARIABLE}."
        ) from None
    except PermissionError:
        raise BadConfig(f"{path}: may not be read by you; put sudo in front of the command") from None
    except (OSError, ValueError, RecursionError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}") from error


def parse(raw: Mapping[str, object]) -> Config:
    """Return the settings in *raw*, all of them checked.

    Raises:
        BadConfig: one line for each unknown key, wrong type or impossible value.
    """
    problems: list[str] = []
    values = _read_table(Config, raw, "", problems)
    problems += problems_in(raw, values)
    if problems:
        raise BadConfig("\n".join(problems))
    return _checked(Config(**values))  # type: ignore[arg-type]  # each value was checked against its field above


def _checked(config: Config) -> Config:
    """Return settings that are right one by one, where they can hold together.

    Raises:
        BadConfig: they cannot.
    """
    problems = door_problems(config)
    if problems:
        raise BadConfig("\n".join(problems))
    return config


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What can be used of settings that cannot be used as a whole.

    Args:
        config: what is left; in the place of the rest stands what holds where nothing is said.
        problems: what is wrong, a line for each; none where all is well.
        addressed: whether the origin is one that was given.
    """

    config: Config
    problems: tuple[str, ...]
    addressed: bool = True


def salvage(path: Path) -> Salvaged:
    """Return as much as can be used of the file *path*, for whoever looks what is wrong; a server never starts so.

    Raises:
        BadConfig: nothing can be: there is no such file, or it is not TOML.
    """
    try:
        return Salvaged(load(path), ())
    except BadConfig as error:
        raw, problems = _read(path), tuple(str(error).splitlines())
    addressed = True
    while True:
        try:
            config = parse(_with_secrets(raw))
        except BadConfig as error:
            names = {line.partition(":")[0] for line in str(error).splitlines()}
            left = _without(raw, names)
            if "origin" in names:
                addressed = False
                left["origin"] = "http://localhost"
            if left == raw:  # what is wrong does not go away with what is named
                raise
            raw = left
        else:
            try:
                config = _beside(path, config)
            except BadConfig:
                config = _beside(path, dataclasses.replace(config, keys=Keys()))
            return Salvaged(config, problems, addressed)


def _without(raw: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return *raw* without the settings of these names, "media.origin" for example.

    Of a table in which something is missing nothing is left.
    """
    left = dict(raw)
    for name in names:
        table, dot, key = name.partition(".")
        inner = left.get(table)
        if dot and isinstance(inner, Mapping) and key in inner:
            left[table] = {one: value for one, value in inner.items() if one != key}
        else:
            left.pop(table, None)
    return left


def with_listen(config: Config, listen: str) -> Config:
    """Return *config* listening elsewhere.

    Raises:
        BadConfig: *listen* is not HOST:PORT, or taken by another setting.
    """
    problems = listen_problems("listen", listen)
    if problems:
        raise BadConfig("\n".join(problems))
    return _checked(dataclasses.replace(config, listen=listen))


def with_tls(config: Config) -> Config:
    """Return *config* with a certificate of the server's own.

    Raises:
        BadConfig: its other settings do not allow one.
    """
    tls = dataclasses.replace(config.tls, enabled=True)
    problems = tls_problems(tls, config.origin)
    if problems:
        raise BadConfig("\n".join(problems))
    return _checked(dataclasses.replace(config, tls=tls))


def _read_table(kind: type, raw: Mapping[str, object], prefix: str, problems: list[str]) -> dict[str, object]:
    """Return what stands in the table *raw* for the dataclass *kind*; note in *problems* what cannot be used."""
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for key, value in raw.items():
        if key not in hints:
            problems.append(f"{prefix}{key}: there is no such setting ({_meant(key, hints)})")
            continue
        try:
            values[key] = _read_value(hints[key], value, f"{prefix}{key}", problems)
        except ValueError as error:
            problems.append(f"{prefix}{key}: {error}")
    return values


def _meant(key: str, known: Collection[str]) -> str:
    """Return what was probably meant by a setting that there is not, and which there are."""
    nearest = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
    there = f"known here: {', '.join(sorted(known))}"
    return f"did you mean {nearest[0]}? {there}" if nearest else there


def _read_value(kind: object, value: object, name: str, problems: list[str]) -> object:
    """Return *value* as the type *kind*, or raise ValueError with words for a person."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise ValueError(f"must be a table [{name}]")
        return kind(**_read_table(kind, value, f"{name}.", problems))
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise ValueError(f"must be true or false, not {value!r}")
    if kind is int or kind is float:
        return _read_number(kind, value)
    if kind == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ValueError(f"must be a list of texts, not {value!r}")
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError(f"must be a text, not {value!r}")
    return Path(value) if kind in {Path, Path | None} else value.strip()


def _read_number(kind: type[int] | type[float], value: object) -> float:
    """Return *value* as a number above zero, a whole one where *kind* is int, or raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number, not {value!r}")  # noqa: TRY004 - told with all other problems
    if kind is int and not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {value!r}")
    if not 0 < value < float("inf"):
        raise ValueError(f"must be more than zero, not {value!r}")
    try:
        return kind(value)
    except OverflowError:
        raise ValueError(f"must be a number of usual size, not {value!r:.20}…") from None


def _with_secrets(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return *raw* with the secrets of the environment: the key of a bucket, where there is one, and that of our keys.

    What the file says comes first.
    """
    media, bucket_secret = raw.get("media"), os.environ.get(SECRET_VARIABLE)
    if bucket_secret and isinstance(media, Mapping) and {"bucket", "originals_bucket"} & media.keys():
        raw = {**raw, "media": {"bucket_secret": bucket_secret, **media}}
    keys, keys_secret = raw.get("keys", {}), os.environ.get(KEYS_VARIABLE)
    if keys_secret and isinstance(keys, Mapping) and not {"secret", "secret_file"} & keys.keys():
        raw = {**raw, "keys": {"secret": keys_secret, **keys}}
    return raw


def _secret_in(path: Path) -> str:
    """Return the secret by which keys are locked, of the file that holds nothing else.

    Raises:
        BadConfig: it cannot be used, and why.
    """
    try:
        # Where the settings come from a backup that somebody made up, a device without end may be named here.
        is_plain = path.is_file() or not path.exists()
        told = path.read_text(encoding="utf-8").strip() if is_plain else ""
        others_may = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError as error:
        raise BadConfig(f"keys.secret_file: {plainly(error)}") from error
    except UnicodeDecodeError as error:
        raise BadConfig(f"keys.secret_file: {path} is no text in UTF-8") from error
    if not is_plain:
        raise BadConfig(f"keys.secret_file: {path} is no plain file")
    if others_may:
        raise BadConfig(f"keys.secret_file: others can read {path}. Run: chmod 600 {shlex.quote(str(path))}")
    if len(told) < SHORTEST_SECRET:
        raise BadConfig(f"keys.secret_file: {path} holds {len(told)} letters; it needs {SHORTEST_SECRET} at least")
    return told
