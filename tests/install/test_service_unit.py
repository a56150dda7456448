"""The unit of the service, as systemd itself reads it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fedi_artisan.cli import service_files as files
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.config import Config
from tests.install.image import BEHIND, LOW, OPEN, PROGRAM

# What systemd-analyze calls 2 out of 10.
_MOST_EXPOSED = 2.0


@pytest.fixture
def analyze() -> Path:
    """The reader of units that systemd itself has."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.fail("systemd-analyze is missing: install Debian's package systemd")
    return Path(found)


def settings_in(unit: str) -> dict[str, list[str]]:
    """Return what a unit says, by name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("config", [BEHIND, OPEN, LOW], ids=["behind", "tls", "low port"])
def test_the_service_is_hardly_exposed(analyze: Path, tmp_path: Path, config: Config) -> None:
    """The exposure of the service, as systemd itself judges it, is below 2 of 10: with --tls as well."""
    unit = tmp_path / files.UNIT.name
    unit.write_text(files.unit(config, Path("/bin/true"), systemd=None).content)
    command = [str(analyze), "security", "--offline=yes", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    [figure] = re.findall(r"Overall exposure level for fedi-artisan.service: (\d+\.\d)", said)
    assert float(figure) < _MOST_EXPOSED


@pytest.mark.parametrize("name", ["plain", "two words", "100%", "léa", "$HOME"])
def test_systemd_reads_the_unit_without_a_complaint(analyze: Path, tmp_path: Path, name: str) -> None:
    """Every line is known to the systemd of this machine, and the program is found however its folder is called."""
    program = tmp_path / name / "fedi-artisan"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    unit = tmp_path / files.UNIT.name
    unit.write_text(files.unit(OPEN, program, systemd=systemd.version()).content)
    done = subprocess.run([str(analyze), "verify", str(unit)], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_low_ports_are_the_only_right() -> None:
    """The service has no capabilities, and one where it listens below 1024: with --tls, or because it is said so."""
    rights = [settings_in(files.unit(config, PROGRAM, systemd=None).content) for config in (BEHIND, OPEN, LOW)]
    low = (["CAP_NET_BIND_SERVICE"], ["CAP_NET_BIND_SERVICE"])
    told = [(one["CapabilityBoundingSet"], one.get("AmbientCapabilities")) for one in rights]
    assert told == [([""], None), low, low]


def test_the_unit_waits_longer_each_time_where_systemd_can() -> None:
    """What systemd has learned later is not asked of an older one, which would complain of it at each reading."""
    assert "RestartSteps" not in files.unit(BEHIND, PROGRAM, systemd=252).content
    assert "RestartSteps" in files.unit(BEHIND, PROGRAM, systemd=257).content
