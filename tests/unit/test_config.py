"""Settings: every problem is told in one clear line, and the example file says what holds."""

import dataclasses
import itertools
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import (
    ENVIRONMENT_VARIABLE,
    SECRET_VARIABLE,
    Config,
    Media,
    load,
    parse,
    secrets_in,
    take_over,
    with_listen,
    with_tls,
)
from fedi_artisan.errors import BadConfig

ORIGIN = "https://atelier.example"
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def problems(raw: dict[str, Any]) -> list[str]:
    """Return what is told about *raw*."""
    with pytest.raises(BadConfig) as failure:
        parse(raw)
    return str(failure.value).splitlines()


@pytest.mark.parametrize(
    "origin",
    [
        "https://atelier.example",
        "https://atelier.example:8443",
        "https://xn--caf-dma.example",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:8000",
    ],
)
def test_an_origin_is_taken_as_it_stands(origin: str) -> None:
    """Both https anywhere and http on loopback are taken, letter by letter: ids begin with it for good."""
    config = parse({"origin": origin})
    assert config.origin == origin
    assert config.host == origin.partition("://")[2]


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "atelier.example",
            "//atelier.example",
            "https://",
            "https:///",
            "ftp://atelier.example",
            "javascript:alert(1)",
        ),
        *("http://atelier.example", "http://10.0.0.1", "http://127.0.0.1.evil.example", "http://0.0.0.0"),
        *(
            "https://atelier.example/",
            "https://atelier.example/home",
            "https://atelier.example?",
            "https://atelier.example#",
        ),
        *(
            "https://atelier.example?x=1",
            "https://atelier.example#x",
            "https://me@atelier.example",
            "https://@atelier.example",
        ),
        *("https://Atelier.example", "HTTPS://atelier.example", "https://atelier.example.", "https://café.example"),
        *(
            "https://atelier.example:443",
            "http://localhost:80",
            "https://atelier.example:",
            "https://atelier.example:08443",
        ),
        *(
            "https://atelier.example:99999",
            "https://atelier.example:x",
            "https://ate lier.example",
            "https://ate\tlier.example",
        ),
        *("https://atelier..example", "https://.example", "https://[::1", "https://atelier.example\\x", "https://a,b"),
    ],
)
def test_another_origin_is_told_in_one_line(origin: str) -> None:
    """Whatever could stand in ids in more than one way, or is not safe, is refused with what to write instead."""
    [line] = problems({"origin": origin})
    assert line.startswith("origin: ")


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ({"colour": "red"}, "colour: there is no such setting (known here: allow_private_networks, "),
        ({"limits": {"colour": 1}}, "limits.colour: there is no such setting (known here: connections, "),
        ({"limits": 3}, "limits: must be a table [limits]"),
        ({"allow_private_networks": "yes"}, "allow_private_networks: must be true or false, not 'yes'"),
        ({"allow_private_networks": 1}, "allow_private_networks: must be true or false, not 1"),
        ({"limits": {"photo_bytes": 1.5}}, "limits.photo_bytes: must be a whole number, not 1.5"),
        ({"limits": {"photo_bytes": True}}, "limits.photo_bytes: must be a number, not True"),
        ({"limits": {"photo_bytes": "1"}}, "limits.photo_bytes: must be a number, not '1'"),
        ({"limits": {"photo_bytes": 0}}, "limits.photo_bytes: must be more than zero, not 0"),
        ({"timeouts": {"total_s": -1}}, "timeouts.total_s: must be more than zero, not -1"),
        ({"timeouts": {"total_s": float("nan")}}, "timeouts.total_s: must be more than zero, not nan"),
        ({"timeouts": {"total_s": float("inf")}}, "timeouts.total_s: must be more than zero, not inf"),
        ({"timeouts": {"total_s": 10**400}}, "timeouts.total_s: must be a number of usual size"),
        ({"data_dir": 3}, "data_dir: must be a text, not 3"),
        ({"data_dir": " "}, "data_dir: must be a text, not ' '"),
        ({"listen": 8000}, "listen: must be a text, not 8000"),
        ({"listen": "8000"}, "listen: '8000' must be HOST:PORT"),
        ({"listen": ":8000"}, "listen: ':8000' must be HOST:PORT"),
        ({"listen": "127.0.0.1:65536"}, "listen: '127.0.0.1:65536' must be HOST:PORT"),
        ({"listen": "127.0.0.1:²"}, "listen: '127.0.0.1:²' must be HOST:PORT"),
        ({"listen": "127.0.0.1:" + "9" * 5000}, "listen: "),
        ({"trusted_proxies": "127.0.0.1"}, "trusted_proxies: must be a list of texts"),
        ({"trusted_proxies": [1]}, "trusted_proxies: must be a list of texts"),
        ({"trusted_proxies": ["proxy.example"]}, "trusted_proxies: 'proxy.example' must be an IP address or a network"),
        ({"trusted_proxies": ["10.0.0.1/8"]}, "trusted_proxies: '10.0.0.1/8' must be an IP address or a network"),
        ({"origin": 3}, "origin: must be a text, not 3"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_each_problem_is_told_in_one_clear_line(settings: dict[str, Any], begins: str) -> None:
    """An unknown key, a wrong type, an impossible value: the line names the setting and says what is wanted."""
    [line] = problems({"origin": ORIGIN, **settings})
    assert line.startswith(begins)


def test_all_problems_are_told_at_once() -> None:
    """Nobody repairs a file line by line and start by start."""
    told = problems(
        {"colour": "red", "listen": "x", "limits": {"size": 1, "photo_bytes": 0}, "timeouts": {"total_s": "1"}}
    )
    assert sorted(line.partition(":")[0] for line in told) == [
        "colour",
        "limits.photo_bytes",
        "limits.size",
        "listen",
        "origin",
        "timeouts.total_s",
    ]


def test_a_whole_number_may_stand_for_seconds() -> None:
    """`total_s = 3` is three seconds, as a number of the kind that clocks use."""
    assert repr(parse({"origin": ORIGIN, "timeouts": {"total_s": 3}}).timeouts.total_s) == "3.0"


def test_the_data_folder_is_meant_beside_the_file(tmp_path: Path) -> None:
    """Wherever a command is called from, a relative folder stands beside the file that names it."""
    file = tmp_path / "config.toml"
    file.write_text(f'origin = "{ORIGIN}"\ndata_dir = "here"\n')
    config = load(file)
    assert config.database == tmp_path / "here" / "fedi-artisan.sqlite3"
    assert config.media_dir == tmp_path / "here" / "media"
    file.write_text(f'origin = "{ORIGIN}"\ndata_dir = "{tmp_path}/there"\n')
    assert load(file).data_dir == tmp_path / "there"


@pytest.mark.parametrize(
    "content",
    [b"origin = ", b"\xff\xfe", b"a = 1\na = 2\n", b"a = " + b"[" * 9000, b"a = " + b"9" * 9000, b"origin = 'x'\x00"],
    ids=lambda content: str(content[:12]),
)
def test_a_broken_file_is_told_with_its_name(tmp_path: Path, content: bytes) -> None:
    """A file that is no TOML fails in the one way that all wrong settings do."""
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(BadConfig, match=r"config\.toml: "):
        load(file)


def test_a_missing_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Whoever starts without a file is told how to make one; a folder is no file."""
    with pytest.raises(BadConfig, match="fedi-artisan init"):
        load(tmp_path / "none.toml")
    with pytest.raises(BadConfig, match="cannot be read"):
        load(tmp_path)


def test_each_line_names_the_file(tmp_path: Path) -> None:
    """Several problems of one file are several lines, each with its name."""
    file = tmp_path / "config.toml"
    file.write_text("colour = 1\nshape = 2\n")
    with pytest.raises(BadConfig) as failure:
        load(file)
    lines = str(failure.value).splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{file}: ") for line in lines)


def test_the_file_is_the_one_given_else_named_else_here() -> None:
    """--config comes before the environment, which comes before ./config.toml."""
    code = "from pathlib import Path; from fedi_artisan.config import locate"
    code += "; print(locate(None), locate(Path('mine.toml')))"

    def located(environment: dict[str, str]) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout.strip()

    bare = {name: value for name, value in os.environ.items() if name != ENVIRONMENT_VARIABLE}
    assert located(bare) == "config.toml mine.toml"
    assert located({**bare, ENVIRONMENT_VARIABLE: ""}) == "config.toml mine.toml"
    assert located({**bare, ENVIRONMENT_VARIABLE: "/etc/atelier.toml"}) == "/etc/atelier.toml mine.toml"


def test_another_listen_address_is_checked_as_well() -> None:
    """`serve --listen` takes what the file takes, and nothing else."""
    config = parse({"origin": ORIGIN})
    assert with_listen(config, "[::1]:9000").listen_address == ("::1", 9000)
    assert with_listen(config, "0.0.0.0:0").listen_address == ("0.0.0.0", 0)  # noqa: S104 - only read, not opened
    with pytest.raises(BadConfig):
        with_listen(config, "somewhere")


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


BUCKET = {
    "bucket": "photos",
    "bucket_endpoint": "https://s3.example",
    "bucket_key_id": "key",
    "bucket_secret": "secret",
}


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


def every_proposal() -> dict[str, Any]:
    """Return config.example.toml with every # before a setting taken away."""
    return tomllib.loads(re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE))


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


def test_the_example_holds_every_setting_with_its_default() -> None:
    """config.example.toml names exactly the settings there are, each with what holds when it is left out."""
    raw = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert parse(raw) == Config(origin=ORIGIN)
    assert set(every_proposal()) == {field.name for field in dataclasses.fields(Config)}
    for name, possible in every_proposal().items():
        if isinstance(possible, dict):
            table = getattr(parse(raw), name)
            assert set(possible) == {field.name for field in dataclasses.fields(table)}, name


def test_what_the_example_proposes_can_be_used() -> None:
    """Whoever takes away every # before a setting of config.example.toml has settings that fit together."""
    parse(every_proposal())


def test_the_example_explains_every_setting() -> None:
    """In config.example.toml a comment stands above each setting."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if "=" in line and not line.startswith("# "):
            assert above.startswith("# "), line


def test_what_can_change_is_taken_over() -> None:
    """Of settings read anew those hold that can change; the others are named, and stay as they were."""
    bucket = {**BUCKET, "originals_bucket": "originals"}
    running = parse({"origin": ORIGIN, "listen": "127.0.0.1:1", "limits": {"photo_bytes": 1}, "media": bucket})
    changed = {**bucket, "bucket": "elsewhere", "bucket_key_id": "new"}
    read = parse({"origin": "https://b.example", "limits": {"photo_bytes": 2}, "media": changed})
    config, kept = take_over(running, read)
    assert kept == ("origin", "listen", "media.bucket")
    media = dataclasses.replace(read.media, bucket=BUCKET["bucket"])
    assert config == dataclasses.replace(read, origin=ORIGIN, listen="127.0.0.1:1", media=media)
    assert take_over(running, running) == (running, ())


def test_secrets_are_known_as_such() -> None:
    """What a table does not print is a secret, in whatever table it stands."""
    config = parse({"origin": ORIGIN, "media": {**BUCKET, "bucket_secret": "hidden"}})
    assert list(secrets_in(config)) == ["hidden"]
    assert "hidden" not in repr(config)
