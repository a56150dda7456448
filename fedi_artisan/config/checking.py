"""What can be wrong with settings that can be read: addresses that are none, and what does not fit together."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from fedi_artisan.config.tables import Backup, Config, Keys, Log, Media, Metrics, Tls

SECRET_VARIABLE = "FEDI_ARTISAN_BUCKET_SECRET"  # noqa: S105 - the name of a secret, not a secret

KEYS_VARIABLE = "FEDI_ARTISAN_KEYS_SECRET"
# So short a secret is guessed, however slowly each guess is made.
SHORTEST_SECRET = 16

_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}|[0-9a-f:.]*:[0-9a-f:.]*")
_PORT = re.compile(r"[0-9]{1,5}")
LOG_FORMATS = ("auto", "human", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+")
_EXTERNAL_KEY = re.compile(r"[A-Za-z0-9_-]+=*")
_YEAR_DAYS = 366
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
# Of the key itself only the library knows whether it is one, and that is not loaded at start.
_RECIPIENT = re.compile(r"age1[a-z0-9]+|ssh-(?:ed25519|rsa) \S+(?: .*)?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def problems_in(raw: Mapping[str, object], values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the settings *values*, which were read of *raw*: a line for each, in words."""
    problems = []
    if "origin" in values:
        problems += _origin_problems("origin", str(values["origin"]))
    elif "origin" not in raw:
        problems.append('origin: is missing; give the public address of this server, as "https://atelier.example"')
    if "listen" in values:
        problems += listen_problems("listen", str(values["listen"]))
    problems += _proxy_problems(values.get("trusted_proxies", ()))
    media = values.get("media")
    if isinstance(media, Media):
        problems += _media_problems(media, values.get("origin"))
    tls = values.get("tls")
    if isinstance(tls, Tls):
        problems += tls_problems(tls, values.get("origin"))
    backup = values.get("backup")
    if isinstance(backup, Backup):
        problems += _backup_problems(backup)
    keys = values.get("keys")
    if isinstance(keys, Keys):
        problems += _keys_problems(keys)
    return problems + _problems_of_signals(values)


def door_problems(config: Config) -> list[str]:
    """Return which settings want to listen at a place that another one has, in words: each lets in others."""
    wanted: list[tuple[str, str | None]] = [("listen", config.listen)]
    if config.tls.enabled:
        # Where the server shows a certificate itself, it listens nowhere else.
        wanted = [("tls.listen", place) for place in config.tls.listen]
        wanted += [("tls.plain_listen", place) for place in config.tls.plain_listen]
    wanted.append(("metrics.listen", config.metrics.listen))
    problems, taken = [], dict[str, str]()
    for setting, place in wanted:
        # With port 0 each gets one that is free.
        if place is not None and not place.endswith(":0") and taken.setdefault(place, setting) != setting:
            problems.append(f"{setting}: is the same as {taken[place]}; each needs a door of its own")
    return problems


def _keys_problems(keys: Keys) -> list[str]:
    """Return what is wrong with the secret by which keys are locked, in words that do not tell it."""
    if keys.secret is not None and len(keys.secret) < SHORTEST_SECRET:
        return [f"keys.secret: has {len(keys.secret)} letters; it needs {SHORTEST_SECRET} at least"]
    return []


def _problems_of_signals(values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with what the server shall tell of itself, in words."""
    problems = []
    log, metrics = values.get("log"), values.get("metrics")
    if isinstance(log, Log):
        for name, known in (("format", LOG_FORMATS), ("level", LOG_LEVELS)):
            given = getattr(log, name)
            if given not in known:
                problems.append(f"log.{name}: {given!r} must be one of {', '.join(known)}")
    if isinstance(metrics, Metrics) and metrics.listen is not None:
        problems += listen_problems("metrics.listen", metrics.listen)
    return problems


def _backup_problems(backup: Backup) -> list[str]:
    """Return what is wrong with the settings of backups, in words."""
    problems = []
    if not _TIME.fullmatch(backup.at):
        problems.append(f"backup.at: {backup.at!r} must be a time of the day, such as 03:00")
    for name, most in (("every_hours", 24 * _YEAR_DAYS), ("whole_every_days", _YEAR_DAYS)):
        if getattr(backup, name) > most:
            problems.append(f"backup.{name}: must be {most} at most, which is a year")
    for one in backup.recipients:
        if one.startswith("AGE-SECRET-KEY-"):
            problems.append(
                "backup.recipients: this is the secret half of a key; give the other, which begins with age1"
            )
        elif not _RECIPIENT.fullmatch(one):
            problems.append(f"backup.recipients: {one!r} must begin with age1, ssh-ed25519 or ssh-rsa")
    return problems


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


def tls_problems(tls: Tls, origin: object) -> list[str]:
    """Return what is wrong with the settings of the server's own certificate, in words."""
    problems = []
    for name in ("listen", "plain_listen"):
        places = getattr(tls, name)
        problems += [problem for place in places for problem in listen_problems(f"tls.{name}", place)]
        if not places:
            problems.append(f"tls.{name}: must name at least one HOST:PORT")
    for host in tls.also_for:
        if not _HOST.fullmatch(host) or host.endswith(".") or origin == f"https://{host}":
            problems.append(f"tls.also_for: {host!r} must be another name alone, such as photos.atelier.example")
    if not _is_secure_address(tls.directory):
        problems.append(f"tls.directory: {tls.directory!r} must be the https address that the authority gives")
    if tls.email is not None and not _EMAIL.fullmatch(tls.email):
        problems.append(f"tls.email: {tls.email!r} must be an address such as lea@atelier.example")
    if (tls.external_key_id is None) != (tls.external_key is None):
        problems.append("tls.external_key: the authority gives a name and a key; give both, or neither")
    if tls.external_key is not None and not _EXTERNAL_KEY.fullmatch(tls.external_key):
        problems.append("tls.external_key: must be written as the authority gives it: letters, digits, - and _")
    if tls.enabled and str(origin).startswith("http://"):
        problems.append("tls.enabled: needs an origin that begins with https://, as no certificate is made for others")
    return problems


def _is_secure_address(url: str) -> bool:
    """Whether *url* is an https address with a host, whatever its path."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and url.isascii()
    except ValueError:
        return False


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


def listen_problems(name: str, listen: str) -> list[str]:
    """Return what is wrong with the address to listen on in the setting *name*."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not _PORT.fullmatch(port) or not int(port) < 2**16:
        return [f"{name}: {listen!r} must be HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000"]
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
