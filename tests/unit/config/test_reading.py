"""The file: which one it is, what is read of it, and what is told of it."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.config import ENVIRONMENT_VARIABLE, load, parse, secrets_in, take_over, with_listen
from fedi_artisan.errors import BadConfig
from tests.unit.config.held import BUCKET, ORIGIN, problems


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
