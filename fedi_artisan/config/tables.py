"""The settings themselves, as frozen values: one class for each table of the file."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# What holds from the start of a server to its end; all else can change while it runs (changing.py).
TILL_THE_END = {"changes": "at a restart"}


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
    connections: int = 2_000
    connections_per_address: int = 128
    requests_at_once: int = 64
    pages_per_minute: int = 120
    searches_per_minute: int = 30
    documents_per_minute: int = 300
    messages_per_minute: int = 600
    memory_bytes: int = 400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long anything from outside may take, in seconds."""

    connect_s: float = 5.0
    first_byte_s: float = 10.0
    total_s: float = 30.0
    request_body_s: float = 20.0
    request_head_s: float = 10.0
    answer_s: float = 30.0
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
    bucket: str | None = field(default=None, metadata=TILL_THE_END)
    originals_bucket: str | None = field(default=None, metadata=TILL_THE_END)
    bucket_endpoint: str | None = field(default=None, metadata=TILL_THE_END)
    bucket_region: str | None = field(default=None, metadata=TILL_THE_END)
    bucket_key_id: str | None = None
    bucket_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What the server tells of itself while it runs, and in which form."""

    format: str = "auto"
    level: str = "info"
    requests: bool = False
    addresses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Where a monitoring system reads figures; nowhere unless it is said."""

    listen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A certificate of this server's own, for when nobody stands in front of it."""

    enabled: bool = False
    listen: tuple[str, ...] = ("0.0.0.0:443", "[::]:443")
    plain_listen: tuple[str, ...] = ("0.0.0.0:80", "[::]:80")
    also_for: tuple[str, ...] = ()
    email: str | None = None
    directory: str = "https://acme-v02.api.letsencrypt.org/directory"
    ca_file: Path | None = None
    external_key_id: str | None = None
    external_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Where backups go by themselves, when, and how many stay; nowhere without a folder."""

    folder: Path | None = None
    every_hours: int = 24
    at: str = "03:00"
    keep_days: int = 7
    keep_weeks: int = 4
    keep_months: int = 6
    whole_every_days: int = 60
    recipients: tuple[str, ...] = ()
    small: bool = False
    with_bucket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """By what private keys are locked in the database; by nothing unless it is said."""

    secret_file: Path | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. Units stand in the names; `config.example.toml` explains each."""

    origin: str = field(metadata=TILL_THE_END)
    data_dir: Path = field(default=Path("data"), metadata=TILL_THE_END)
    listen: str = field(default="127.0.0.1:8000", metadata=TILL_THE_END)
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    allow_private_networks: bool = False
    limits: Limits = field(default_factory=Limits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    delivery: Delivery = field(default_factory=Delivery)
    media: Media = field(default_factory=Media)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)
    tls: Tls = field(default_factory=Tls)
    backup: Backup = field(default_factory=Backup)
    keys: Keys = field(default_factory=Keys)

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
    def upgrades_dir(self) -> Path:
        """The folder of copies of the database as it was before its schema changed; it need not be there."""
        return self.data_dir / "upgrades"

    @property
    def theme_dir(self) -> Path:
        """The folder of the artisan's own styles, templates and files; it need not be there."""
        return self.data_dir / "theme"

    @property
    def tls_dir(self) -> Path:
        """The folder of this server's own certificate, if it has one."""
        return self.data_dir / "tls"

    @property
    def backing_up_dir(self) -> Path:
        """The folder of what a backup is made of while it is being made."""
        return self.data_dir / "backing-up"

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        return address_in(self.listen)

    @property
    def plain_http(self) -> bool:
        """Whether http is spoken at all: only when this server itself stands on loopback for trying out."""
        return self.origin.startswith("http://")


def asked_at(host: str) -> str:
    """Return where a program on this machine asks what listens at *host*: everywhere is nowhere to ask."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not listened on


def address_in(listen: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT, the host of IPv6 without its brackets."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
