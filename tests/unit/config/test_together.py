"""Settings that belong together: doors, where photographs lie, certificates."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import SECRET_VARIABLE, Media, load, parse, with_listen, with_tls
from fedi_artisan.errors import BadConfig
from tests.unit.config.held import BUCKET, ORIGIN, problems

DOOR = "127.0.0.1:9100"


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ({"listen": DOOR, "metrics": {"listen": DOOR}}, "metrics.listen: is the same as listen"),
        ({"metrics": {"listen": "127.0.0.1:8000"}}, "metrics.listen: is the same as listen"),
        (
            {"tls": {"enabled": True, "listen": [DOOR]}, "metrics": {"listen": DOOR}},
            "metrics.listen: is the same as tls.listen",
        ),
        (
            {"tls": {"enabled": True, "listen": [DOOR], "plain_listen": [DOOR]}},
            "tls.plain_listen: is the same as tls.listen",
        ),
    ],
    ids=["figures", "by default", "with a certificate", "both doors"],
)
def test_each_door_is_for_one_thing(settings: dict[str, object], begins: str) -> None:
    """What two settings name would let visitors in where figures are, or without TLS: refused, however it is said."""
    [line] = problems({"origin": ORIGIN, **settings})
    assert line.startswith(begins)


def test_what_is_said_beside_the_command_is_held_against_the_file() -> None:
    """`serve --listen` and `serve --tls` take no door that another setting has."""
    config = parse({"origin": ORIGIN, "metrics": {"listen": "0.0.0.0:443"}})
    with pytest.raises(BadConfig, match=r"metrics\.listen"):
        with_listen(config, "0.0.0.0:443")
    with pytest.raises(BadConfig, match=r"metrics\.listen"):
        with_tls(config)


@pytest.mark.parametrize(
    "media",
    [
        {"origin": "https://photos.example"},
        {"origin": "http://localhost:8001"},
        BUCKET,
        {**BUCKET, "originals_bucket": "private.photos-2"},
        {**BUCKET, "bucket_endpoint": "http://127.0.0.1:8333", "bucket_region": "garage"},
        {"originals_bucket": "private", "bucket_region": "eu-west-3", "bucket_key_id": "key", "bucket_secret": "s"},
    ],
)
def test_photographs_may_lie_and_be_shown_elsewhere(media: dict[str, Any]) -> None:
    """An origin of their own, one bucket or two, at Amazon's or at any other service."""
    assert parse({"origin": ORIGIN, "media": media}).media == Media(**media)


@pytest.mark.parametrize(
    ("media", "begins"),
    [
        ({"origin": "https://photos.example/"}, "media.origin: 'https://photos.example/' must end after the host"),
        ({"origin": "http://photos.example"}, "media.origin: 'http://photos.example' must be https"),
        ({"origin": ORIGIN}, "media.origin: is the same as origin"),
        ({"quota_bytes": 0}, "media.quota_bytes: must be more than zero"),
        ({**BUCKET, "bucket": "Photos"}, "media.bucket: 'Photos' must be the name of a bucket alone"),
        ({**BUCKET, "bucket": "s3://photos"}, "media.bucket: 's3://photos' must be the name of a bucket alone"),
        ({**BUCKET, "bucket": "photos/media"}, "media.bucket: 'photos/media' must be the name of a bucket alone"),
        ({**BUCKET, "originals_bucket": "photos"}, "media.originals_bucket: must be another bucket"),
        ({**BUCKET, "bucket_endpoint": "s3.example"}, "media.bucket_endpoint: 's3.example' must be an https address"),
        (
            {**BUCKET, "bucket_endpoint": "http://s3.example"},
            "media.bucket_endpoint: 'http://s3.example' must be https",
        ),
        ({"bucket_region": "eu-west-3"}, "media.bucket_region: needs a bucket"),
        *(
            ({name: value for name, value in BUCKET.items() if name != missing}, f"media.{missing}: ")
            for missing in ("bucket_endpoint", "bucket_key_id", "bucket_secret")
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_does_not_fit_together_is_told(media: dict[str, Any], begins: str) -> None:
    """A bucket needs its service and its key, originals lie in none that others read, and nothing stands alone."""
    [line] = problems({"origin": ORIGIN, "media": media})
    assert line.startswith(begins)


def test_the_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    """The secret of a bucket need not stand in the file; where it does, the file is believed. It is never printed."""
    code = "import sys; from pathlib import Path; from fedi_artisan.config import load"
    code += "; media = load(Path(sys.argv[1])).media"
    code += "; assert 'hidden' not in repr(media); print(media.bucket_secret)"
    file = tmp_path / "config.toml"
    for given, expected in (({}, "hidden"), ({"bucket_secret": "hidden as well"}, "hidden as well")):
        settings = {name: value for name, value in (BUCKET | given).items() if name != "bucket_secret" or given}
        lines = [f'origin = "{ORIGIN}"', "[media]", *(f'{name} = "{value}"' for name, value in settings.items())]
        file.write_text("\n".join(lines))
        said = subprocess.run(
            [sys.executable, "-c", code, str(file)],
            env={**os.environ, SECRET_VARIABLE: "hidden"},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        assert said.stdout.strip() == expected


@pytest.mark.parametrize(
    ("tls", "begins"),
    [
        ({"listen": ["443"]}, "tls.listen: '443' must be HOST:PORT"),
        ({"plain_listen": []}, "tls.plain_listen: must name at least one"),
        ({"also_for": ["https://photos.example"]}, "tls.also_for: 'https://photos.example' must be another name alone"),
        ({"also_for": ["atelier.example"]}, "tls.also_for: 'atelier.example' must be another name"),
        ({"email": "lea"}, "tls.email: 'lea' must be an address"),
        ({"directory": "http://authority.example/dir"}, "tls.directory: 'http://authority.example/dir' must be"),
        ({"external_key_id": "kid-1"}, "tls.external_key: the authority gives a name and a key"),
        ({"external_key_id": "kid-1", "external_key": "a+b/c"}, "tls.external_key: must be written as"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_no_certificate_can_be_had_with_is_told(tls: dict[str, Any], begins: str) -> None:
    """What the authority could not use, or no door be opened with, is told at start and not in the night."""
    [line] = problems({"origin": ORIGIN, "tls": tls})
    assert line.startswith(begins)


def test_a_certificate_needs_an_https_origin(tmp_path: Path) -> None:
    """Neither in the file nor by the flag can somebody ask for TLS under an address that has none."""
    plain = {"origin": "http://127.0.0.1:8000"}
    assert problems(plain | {"tls": {"enabled": True}})[0].startswith("tls.enabled: needs an origin")
    with pytest.raises(BadConfig, match="needs an origin"):
        with_tls(parse(plain))
    assert with_tls(parse({"origin": ORIGIN})).tls.enabled
    file = tmp_path / "config.toml"
    file.write_text(f'origin = "{ORIGIN}"\n[tls]\nca_file = "authority.pem"\n')
    assert load(file).tls.ca_file == tmp_path / "authority.pem"
