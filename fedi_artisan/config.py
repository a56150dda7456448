"""All settings in one frozen value: read from TOML, checked wholly at start, passed down, never imported."""

import dataclasses
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_type_hints
from urllib.parse import urlsplit

from fedi_artisan.errors import BadConfig

ENVIRONMENT_VARIABLE = "FEDI_ARTISAN_CONFIG"
SECRET_VARIABLE = "FEDI_ARTISAN_BUCKET_SECRET"  # noqa: S105 - the name of a secret, not a secret
DEFAULT_FILE = "config.toml"

_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}|[0-9a-f:.]*:[0-9a-f:.]*")
_PORT = re.compile(r"[0-9]{1,5}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read, kept or done at most."""

    request_body_bytes: int = 1_000_000
    remote_body_bytes: int = 1_000_000
    photo_bytes: int = 40_000_000
    photo_pixels: int = 120_000_000
    photo_memory_bytes: int = 1_600_000_000
    inbox_waiting: int = 20_000
    others_posts: int = 20_000
    others_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long anything from outside may take, in seconds."""

    connect_s: float = 5.0
    first_byte_s: float = 10.0
    total_s: float = 30.0
    request_body_s: float = 20.0
    photo_s: float = 60.0
    bucket_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How works travel to other servers."""

    concurrency: int = 32
    slow_concurrency: int = 256
    slow_after_s: float = 0.25
    per_host: int = 2
    tries: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Where photographs lie, where they are shown, and how much room they may take."""

    origin: str | None = None
    quota_bytes: int = 10_000_000_000
    avatars_bytes: int = 50_000_000
    glimpses_bytes: int = 50_000_000
    bucket: str | None = None
    originals_bucket: str | None = None
    bucket_endpoint: str | None = None
    bucket_region: str | None = None
    bucket_key_id: str | None = None
    bucket_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. Units stand in the names; `config.example.toml` explains each."""

    origin: str
    data_dir: Path = Path("data")
    listen: str = "127.0.0.1:8000"
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    allow_private_networks: bool = False
    limits: Limits = field(default_factory=Limits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    delivery: Delivery = field(default_factory=Delivery)
    media: Media = field(default_factory=Media)

    @property
    def host(self) -> str:
        """The public host, with its port where it is not the usual one: the part behind `@` in a handle."""
        return urlsplit(self.origin).netloc

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "fedi-artisan.sqlite3"

    @property
    def media_dir(self) -> Path:
        """The folder of pictures, by content hash."""
        return self.data_dir / "media"

    @property
    def originals_dir(self) -> Path:
        """The folder of the untouched uploads, which are never served."""
        return self.data_dir / "originals"

    @property
    def incoming_dir(self) -> Path:
        """The folder of files that are still being written."""
        return self.data_dir / "incoming"

    @property
    def theme_dir(self) -> Path:
        """The folder of the artisan's own styles, templates and files; it need not be there."""
        return self.data_dir / "theme"

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def plain_http(self) -> bool:
        """Whether http is spoken at all: only when this server itself stands on loopback for trying out."""
        return self.origin.startswith("http://")


def locate(given: Path | None) -> Path:
    """Return the configuration file to read: *given*, else $FEDI_ARTISAN_CONFIG, else ./config.toml."""
    return given or Path(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_FILE)


def load(path: Path) -> Config:
    """Read and check the file *path*; a relative data folder is meant beside the file.

    Raises:
        BadConfig: one clear line for each thing that is wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadConfig(
            f"{path}: there is no such file. Make one with `fedi-artisan init --origin https://… --username … "
            f"--name …`, or name it with --config or ${ENVIRONMENT_VARIABLE}."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}") from error
    try:
        config = parse(_with_secret(raw))
    except BadConfig as error:
        raise BadConfig("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
    return dataclasses.replace(config, data_dir=(path.parent / config.data_dir).resolve())


def parse(raw: Mapping[str, object]) -> Config:
    """Return the settings in *raw*, all of them checked.

    Raises:
        BadConfig: one line for each unknown key, wrong type or impossible value.
    """
    problems: list[str] = []
    values = _read_table(Config, raw, "", problems)
    if "origin" in values:
        problems += _origin_problems("origin", str(values["origin"]))
    elif "origin" not in raw:
        problems.append('origin: is missing; give the public address of this server, as "https://atelier.example"')
    if "listen" in values:
        problems += _listen_problems(str(values["listen"]))
    problems += _proxy_problems(values.get("trusted_proxies", ()))
    media = values.get("media")
    if isinstance(media, Media):
        problems += _media_problems(media, values.get("origin"))
    if problems:
        raise BadConfig("\n".join(problems))
    return Config(**values)  # type: ignore[arg-type]  # each value was checked against its field above


def with_listen(config: Config, listen: str) -> Config:
    """Return *config* listening elsewhere.

    Raises:
        BadConfig: *listen* is not HOST:PORT.
    """
    problems = _listen_problems(listen)
    if problems:
        raise BadConfig("\n".join(problems))
    return dataclasses.replace(config, listen=listen)


def _read_table(kind: type, raw: Mapping[str, object], prefix: str, problems: list[str]) -> dict[str, object]:
    """Return what stands in the table *raw* for the dataclass *kind*; note in *problems* what cannot be used."""
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for key, value in raw.items():
        if key not in hints:
            known = ", ".join(sorted(hints))
            problems.append(f"{prefix}{key}: there is no such setting (known here: {known})")
            continue
        try:
            values[key] = _read_value(hints[key], value, f"{prefix}{key}", problems)
        except ValueError as error:
            problems.append(f"{prefix}{key}: {error}")
    return values


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
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text, not {value!r}")
    return Path(value) if kind is Path else value.strip()


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


def _with_secret(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return *raw* with the key of the bucket from the environment, where there is a bucket and the file has no key."""
    media, secret = raw.get("media"), os.environ.get(SECRET_VARIABLE)
    if not secret or not isinstance(media, Mapping) or not {"bucket", "originals_bucket"} & media.keys():
        return raw
    return {**raw, "media": {"bucket_secret": secret, **media}}


def _media_problems(media: Media, origin: object) -> list[str]:
    """Return what does not fit together about where photographs lie and are shown, in words."""
    problems = []
    if media.origin is not None:
        problems += _origin_problems("media.origin", media.origin)
        if media.origin == origin:
            problems.append("media.origin: is the same as origin; leave it out, or give photographs another address")
    if media.bucket_endpoint is not None:
        problems += _origin_problems("media.bucket_endpoint", media.bucket_endpoint)
    for name in ("bucket", "originals_bucket"):
        bucket = getattr(media, name)
        if bucket is not None and not _BUCKET.fullmatch(bucket):
            problems.append(f"media.{name}: {bucket!r} must be the name of a bucket alone, such as photographs")
    if media.bucket is None and media.originals_bucket is None:
        lonely = [name for name in ("endpoint", "region", "key_id", "secret") if getattr(media, f"bucket_{name}")]
        problems += [f"media.bucket_{name}: needs a bucket; give media.bucket as well" for name in lonely]
        return problems
    return problems + _key_problems(media)


def _key_problems(media: Media) -> list[str]:
    """Return what is missing to reach the buckets that are given, in words."""
    problems = []
    if media.bucket == media.originals_bucket:
        problems.append("media.originals_bucket: must be another bucket, which nobody else may read")
    if media.bucket_endpoint is None and media.bucket_region is None:
        problems.append("media.bucket_endpoint: is missing; give the address of the service that keeps the bucket")
    if media.bucket_key_id is None:
        problems.append("media.bucket_key_id: is missing; the service gives one for each key")
    if media.bucket_secret is None:
        problems.append(f"media.bucket_secret: is missing; give it here or in the variable {SECRET_VARIABLE}")
    return problems


def _origin_problems(name: str, origin: str) -> list[str]:
    """Return what is wrong with the address in the setting *name*, in words."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return [f"{name}: {origin!r} is not an address"]
    if parts.scheme not in {"http", "https"} or not host:
        return [f"{name}: {origin!r} must be an https address such as https://atelier.example"]
    if parts.username is not None or parts.path or parts.query or parts.fragment or origin.endswith(("?", "#")):
        return [f"{name}: {origin!r} must end after the host: no path, no trailing slash, no user name"]
    if origin != origin.lower() or host.endswith(".") or not origin.isascii():
        return [
            f"{name}: {origin!r} must be written in lower case ASCII (xn--… for other letters), without a final dot"
        ]
    if port is not None and port == {"http": 80, "https": 443}[parts.scheme]:
        return [f"{name}: {origin!r} must leave out the usual port {port}"]
    named = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    if not _HOST.fullmatch(host) or origin != f"{parts.scheme}://{named}":
        return [f"{name}: {origin!r} is not an address"]
    if parts.scheme == "http" and not _is_loopback(host):
        return [f"{name}: {origin!r} must be https; plain http is only for trying out on 127.0.0.1 or localhost"]
    return []


def _is_loopback(host: str) -> bool:
    """Whether *host* names this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen_problems(listen: str) -> list[str]:
    """Return what is wrong with the address to listen on."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not _PORT.fullmatch(port) or not int(port) < 2**16:
        return [f"listen: {listen!r} must be HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000"]
    return []


def _proxy_problems(proxies: object) -> list[str]:
    """Return what is wrong with the list of trusted proxies."""
    problems = []
    for proxy in proxies if isinstance(proxies, tuple) else ():
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            problems.append(f"trusted_proxies: {proxy!r} must be an IP address or a network such as 10.0.0.0/8")
    return problems
