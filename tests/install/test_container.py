"""The image, what runs it, and the web server in front of it fit together, as far as their files tell."""

import ipaddress
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.cli.typed import all_commands
from tests.fronts.programs import PROJECT, program, surroundings

DEPLOY = PROJECT / "deploy"
_PREFIX = "FEDI_ARTISAN_INIT_"


class Step(NamedTuple):
    """One instruction of a Dockerfile: its word in capitals, its flags, and what follows."""

    word: str
    flags: Sequence[str]
    rest: str


def steps() -> list[Step]:
    """Return the instructions of our Dockerfile."""
    text = (DEPLOY / "container" / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [_step(line) for line in lines if line.strip()]


def _step(line: str) -> Step:
    word, *words = line.split()
    flags = [one for one in words if one.startswith("--")] if word in {"COPY", "FROM", "HEALTHCHECK"} else []
    return Step(word.upper(), flags, " ".join(one for one in words if one not in flags))


def last_stage() -> list[Step]:
    """Return the instructions of what is kept of the image."""
    told = steps()
    return told[max(number for number, step in enumerate(told) if step.word == "FROM") :]


def the(word: str) -> Step:
    """Return the one instruction with this word in the last stage."""
    [step] = [step for step in last_stage() if step.word == word]
    return step


def variables() -> dict[str, str]:
    """Return what the image says to whatever runs in it."""
    return dict(pair.split("=", 1) for pair in shlex.split(the("ENV").rest))


def let_through() -> list[str]:
    """Return what of the checkout goes into the build."""
    lines = [line for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line]
    kept = [line for line in lines if not line.startswith("#")]
    assert kept[0] == "*"
    return [line[1:] for line in kept if line.startswith("!")]


def composed() -> dict[str, Any]:
    """Return what compose.yaml says."""
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return told


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each service of compose.yaml, by name."""
    yield from composed()["services"].items()


# --- Dockerfile


def test_the_image_is_built_from_what_is_there() -> None:
    """Everything that is copied is in the checkout, and goes into the build."""
    for step in steps():
        if step.word == "COPY" and not any(flag.startswith("--from") for flag in step.flags):
            *sources, _ = step.rest.split()
            for source in sources:
                assert (PROJECT / source).exists(), source
                assert source == "." or Path(source).parts[0] in let_through(), source


def test_all_that_the_wheel_takes_in_goes_into_the_build() -> None:
    """What pyproject.toml packs reaches the build, and neither data, settings nor history do."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = told["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    needed = {Path(name).parts[0] for name in taken} | {told["project"]["readme"], *told["project"]["license-files"]}
    assert needed | {"fedi_artisan", "pyproject.toml", "constraints.txt"} <= set(let_through())
    for name in (".git", "data", "config.toml", ".env", "tests"):
        assert not any(fnmatch(name, one) for one in let_through())


def test_the_image_runs_as_nobody_in_particular() -> None:
    """Not as root, by a number that can be checked from outside, and with nothing that needs a shell."""
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", the("USER").rest)
    for step in steps():
        if step.word in {"RUN", "ENTRYPOINT", "CMD"}:
            assert step.rest.startswith("["), step.rest
        assert step.word not in {"ADD", "MAINTAINER", "SHELL"}
    assert the("ENTRYPOINT").rest == '["fedi-artisan"]'
    assert the("CMD").rest == '["serve"]'


def test_the_image_says_what_a_runner_wants_to_know() -> None:
    """Its data, its port, how it is stopped, and how one sees that it is well; what it stands on has a version."""
    assert the("VOLUME").rest == '["/data"]'
    assert variables()[f"{_PREFIX}LISTEN"].endswith(f":{the('EXPOSE').rest}")
    assert the("STOPSIGNAL").rest == "SIGTERM"
    assert 'CMD ["python3", "-I", "-S", "/app/healthy.py"]' in the("HEALTHCHECK").rest
    [base] = [step.rest for step in steps() if step.word == "ARG"]
    assert re.fullmatch(r"BASE=[\w./-]+:3\.\d+-slim-\w+", base)


def test_what_is_said_to_init_is_understood() -> None:
    """Each variable for `init`, of the image and of compose.yaml, is an option that it has."""
    known = {f"{_PREFIX}{(option.name or '').upper()}" for option in all_commands()["init"].params}
    said = {*variables(), *composed()["services"]["atelier"]["environment"]}
    assert {name for name in said if name.startswith(_PREFIX)} <= known


# --- compose.yaml


def test_services_have_no_more_rights_than_they_need() -> None:
    """Each of them is read-only, without rights of root, bound in memory, and comes up again by itself."""
    for name, service in services():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert set(service.get("cap_add", ())) <= {"NET_BIND_SERVICE"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["restart"] == "unless-stopped", name
        assert "privileged" not in service, name


def test_ours_is_reached_through_caddy_alone() -> None:
    """No port of ours is open to the world, and of all who ask it Caddy alone is believed about who they are."""
    told = composed()
    atelier, caddy = told["services"]["atelier"], told["services"]["caddy"]
    assert "ports" not in atelier
    assert set(caddy["ports"]) == {"80:80", "443:443", "443:443/udp"}
    address = caddy["networks"]["inside"]["ipv4_address"]
    assert atelier["environment"][f"{_PREFIX}TRUSTED_PROXIES"] == address
    assert caddy["environment"]["UPSTREAM"] == f"atelier:{the('EXPOSE').rest}"
    [network] = told["networks"]["inside"]["ipam"]["config"]
    subnet, given = ipaddress.IPv4Network(network["subnet"]), ipaddress.IPv4Network(network["ip_range"])
    assert ipaddress.IPv4Address(address) in subnet
    assert ipaddress.IPv4Address(address) not in given
    assert given.subnet_of(subnet)


def test_what_is_mounted_is_there() -> None:
    """Each volume is declared, each file is there, and each declared volume is used."""
    told = composed()
    mounts = [mount.split(":") for _, service in services() for mount in service["volumes"]]
    for source, target, *_ in mounts:
        assert target.startswith("/")
        assert source in told["volumes"] or (DEPLOY / source).is_file(), source
    assert set(told["volumes"]) <= {source for source, *_ in mounts}
    built = told["services"]["atelier"]["build"]
    assert (DEPLOY / built["context"] / built["dockerfile"]).is_file()


def test_health_is_asked_for_in_one_way() -> None:
    """compose.yaml asks as the image says, which some builders leave out."""
    asked = composed()["services"]["atelier"]["healthcheck"]
    said = the("HEALTHCHECK")
    assert said.rest == "CMD [" + ", ".join(f'"{word}"' for word in asked["test"][1:]) + "]"
    names = ("interval", "timeout", "start-period", "retries")
    assert list(said.flags) == [f"--{name}={asked[name.replace('-', '_')]}" for name in names]


# --- Caddyfile


def test_caddy_reads_its_file() -> None:
    """Caddy takes the file as it stands, with nothing to complain of, and it is written as Caddy writes."""
    file = DEPLOY / "Caddyfile"
    command = [str(program("caddy")), "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, env=surroundings(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "not formatted" not in done.stderr
